"""The day's log: its days, one day, entries by hand, the signature, the paper."""

from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from helpdesk.estates.models import Department, Estate
from helpdesk.staff.access import get_visible, needs, require_here
from helpdesk.staff.models import User
from helpdesk.staff.roles import colleagues
from tickets.day_log import day_figures, day_lines, seen_by
from tickets.forms.handovers import EntryForm, EntryTaskForm, SignLogForm
from tickets.models import Contact, LogEntry, SignedLog
from tickets.services import day_logs
from tickets.views.answers import INVALID, done
from tickets.views.handovers import day_of

SAID = {
    "ticket.created": gettext_lazy("Ticket taken"),
    "ticket.closed": gettext_lazy("Ticket closed"),
    "ticket.declined": gettext_lazy("Ticket declined"),
    "ticket.reopened": gettext_lazy("Ticket opened again"),
    "slip.issued": gettext_lazy("Slip issued"),
    "slip.done": gettext_lazy("Slip reported done"),
    "incident.opened": gettext_lazy("Incident opened"),
    "incident.closed": gettext_lazy("Incident closed"),
    "handover.given": gettext_lazy("Handed over"),
    "handover.taken": gettext_lazy("Taken over"),
    "entry": gettext_lazy("Entry"),
    **dict(Contact.Kind.choices),
}
ICONS = {"ticket": "ticket", "slip": "slip", "incident": "megaphone", "handover": "swap", "entry": "note"}
CONTACT_ICONS = {"call": "phone", "counter": "counter", "letter": "letter", "message": "note"}
PAGES = {
    "ticket": "ticket_detail",
    "slip": "slip_detail",
    "incident": "incident_detail",
    "handover": "handover_detail",
}
SHOWN = 60


@require_GET
@needs("daylog.view")
def log_list(request: HttpRequest) -> HttpResponse:
    """Days that nobody has signed, then those that were."""
    require_here(request, "daylog.view")
    estate = request.estate  # type: ignore[attr-defined]
    signed = SignedLog.objects.filter(estate=estate).select_related("signed_by").defer("lines")
    today = timezone.localdate()
    context = {
        "today": today,
        "unsigned": day_logs.unsigned_days(estate, today),
        "signed": signed.order_by("-day")[:SHOWN],
        "crumbs": [{"label": _("Day's log")}],
    }
    return render(request, "tickets/day_log_list.html", context)


@require_GET
@needs("daylog.view")
def log(request: HttpRequest, day: str) -> HttpResponse:
    """One day's log; as it was signed, once it was."""
    return show_log(request, asked_day(request, day, "daylog.view"))


@require_GET
@needs("daylog.view")
def log_print(request: HttpRequest, day: str) -> HttpResponse:
    """The same on A4."""
    on = asked_day(request, day, "daylog.view")
    return render(request, "tickets/day_log_print.html", log_of(request, request.estate, on))  # type: ignore[attr-defined]


def asked_day(request: HttpRequest, text: str, permission: str) -> date:
    """The day in the address; 404 for what is none, and for days to come."""
    require_here(request, permission)
    day = day_of(text)
    if day is None or not date(2000, 1, 1) <= day <= timezone.localdate() + timedelta(days=1):
        raise Http404
    return day


def log_of(request: HttpRequest, estate: Estate, day: date) -> dict[str, Any]:
    """The log as page and paper draw it."""
    signed = SignedLog.objects.filter(estate=estate, day=day).select_related("signed_by").first()
    kept = signed.lines if signed else [line.kept() for line in day_lines(estate, day)]
    entries = LogEntry.objects.filter(estate=estate, day=day).select_related("ticket", "slip", "message")
    own = {entry.pk: entry for entry in entries}
    lines = [
        row_of(line, own.get(line["about_id"]) if line["kind"] == "entry" else None)
        for line in seen_by(request.user, kept)  # type: ignore[arg-type]
    ]
    figures = signed.figures if signed else day_figures(estate, day)
    words = {"taken": _("Tickets taken"), "closed": _("Tickets closed"), **dict(Contact.Kind.choices)}
    return {
        "estate": estate,
        "day": day,
        "signed": signed,
        "lines": lines,
        "figures": [(str(words[name]), figures.get(name, 0)) for name in words],
    }


def show_log(
    request: HttpRequest, day: date, *, estate: Estate | None = None, status: int = 200, **sent: Any
) -> HttpResponse:
    """The page, of the estate chosen now unless another is named; a form that came back takes the fresh one's place."""
    user: User = request.user  # type: ignore[assignment]
    estate = estate or request.estate  # type: ignore[attr-defined]
    context = log_of(request, estate, day)
    may_write = user.may("daylog.write", estate.pk)
    context |= {
        "entry_form": (sent.get("entry") or EntryForm(auto_id="entry_%s")) if may_write else None,
        "sign_form": (sent.get("sign") or SignLogForm(auto_id="sign_%s"))
        if context["signed"] is None and day_logs.may_sign(user, estate)
        else None,
        "task_form": task_form(estate) if may_write else None,
        "previous": day - timedelta(days=1),
        "next": day + timedelta(days=1) if day < timezone.localdate() else None,
        "crumbs": [{"label": _("Day's log"), "url": reverse("day_log_list")}, {"label": str(day)}],
    }
    return render(request, "tickets/day_log.html", context, status=status)


def task_form(estate: Any, data: Any = None) -> EntryTaskForm:
    departments = list(Department.objects.filter(estate=estate, is_active=True))
    people = {user.pk: user for user in colleagues(estate.pk, "messages.view")}
    # One form serves every entry: its fields carry no ids.
    return EntryTaskForm(data, auto_id=False, departments=departments, people=list(people.values()))


def row_of(kept: dict[str, Any], entry: LogEntry | None) -> dict[str, Any]:
    """A line as the templates want it."""
    kind, verb = kept["kind"], kept["verb"]
    url = reverse(PAGES[kind], args=[kept["about_id"]]) if kind in PAGES else ""
    task = (entry.ticket or entry.slip) if entry else None
    return kept | {
        "at": datetime.fromisoformat(kept["at"]),
        "icon": CONTACT_ICONS.get(verb) or ICONS.get(kind, "info"),
        "said": SAID.get(verb, verb),
        "url": url,
        "entry": entry,
        "task": task,
        "task_url": task_url(entry),
    }


def task_url(entry: LogEntry | None) -> str:
    if entry is None or not entry.is_task:
        return ""
    if entry.ticket_id:
        return reverse("ticket_detail", args=[entry.ticket_id])
    return reverse("slip_detail", args=[entry.slip_id]) if entry.slip_id else reverse("contact_list")


@require_POST
@needs("daylog.write")
def entry_add(request: HttpRequest) -> HttpResponse:
    """An entry by hand."""
    require_here(request, "daylog.write")
    estate = request.estate  # type: ignore[attr-defined]
    form = EntryForm(request.POST, auto_id="entry_%s")
    if not form.is_valid():
        return show_log(request, timezone.localdate(), status=INVALID, entry=form)
    entry = day_logs.add_entry(estate=estate, actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
    says = _("Written into the log of %(day)s") % {"day": entry.day}
    return done(request, says, reverse("day_log", args=[entry.day]))


@require_POST
@needs("daylog.write")
def entry_task(request: HttpRequest, pk: int) -> HttpResponse:
    """A ticket, a slip or a message comes of an entry."""
    entry = get_visible(LogEntry.objects.select_related("estate"), request.user, "daylog.write", pk=pk)  # type: ignore[arg-type]
    form = task_form(entry.estate, request.POST)
    if not form.is_valid():
        return show_log(request, entry.day, estate=entry.estate, status=INVALID)
    entry = day_logs.make_task(entry, actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
    return done(request, _("A task has come of it"), reverse("day_log", args=[entry.day]))


@require_POST
@needs("daylog.sign")
def sign(request: HttpRequest, day: str) -> HttpResponse:
    """Read and signed."""
    on = asked_day(request, day, "daylog.sign")
    form = SignLogForm(request.POST, auto_id="sign_%s")
    if not form.is_valid():
        return show_log(request, on, status=INVALID, sign=form)
    day_logs.sign_log(
        estate=request.estate,  # type: ignore[attr-defined]
        day=on,
        actor=request.user,  # type: ignore[arg-type]
        remark=form.cleaned_data["remark"],
    )
    return done(request, _("Read and signed"), reverse("day_log", args=[on]))
