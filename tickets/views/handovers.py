"""Handovers: the list, a new one, the page that both shifts sign, its paper, and the estate's closing list."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from helpdesk.estates.models import Shift
from helpdesk.lib.errors import Refused
from helpdesk.staff.access import get_visible, needs, require_here
from helpdesk.staff.models import User
from tickets.forms.handovers import ClosingListForm, DraftForm, GiveForm, LineForm, TakeForm
from tickets.leftovers import page_of
from tickets.models import ClosingItem, Handover, HandoverLine
from tickets.scopes import shift_scope
from tickets.scripts import script_of
from tickets.services.handovers import closing_labels, draft_handover, missing_lines, set_closing_list
from tickets.views.answers import INVALID, REFUSED, done
from tickets.views.paging import Page

S = Handover.Status
PEOPLE = ("estate", "shift__department", "shift__estate", "drafted_by", "given_by", "taken_by")
ICONS = {
    "ticket": "ticket",
    "answer": "reply",
    "incident": "megaphone",
    "call_back": "phone",
    "message": "note",
    "letter": "letter",
    "slip": "slip",
    "reply": "hand",
    "follow_up": "follow-up",
    "key": "key",
    "free": "note",
}


@require_GET
@needs("handovers.view")
def handover_list(request: HttpRequest) -> HttpResponse:
    """Handovers of this estate, newest first; those not yet taken over, unless the address says otherwise."""
    require_here(request, "handovers.view")
    show = request.GET.get("show", "all")
    user: User = request.user  # type: ignore[assignment]
    rows = Handover.objects.visible_to(user).filter(estate=request.estate).select_related(*PEOPLE)  # type: ignore[attr-defined]
    if show in S.values:
        rows = rows.filter(status=show)
    elif show == "doubt":
        rows = rows.exclude(doubt="")
    words = {
        "all": _("All"),
        **{value: str(label) for value, label in S.choices},
        "doubt": _("With a doubt"),
    }
    page = Page(rows, request.GET, field="ends_at")
    context = {
        "rows": page.rows,
        "pager": page.pager,
        "chips": [
            {"label": label, "url": f"?show={key}", "active": key == show} for key, label in words.items()
        ],
        "may_set_up": request.user.may("handovers.set_up", request.estate.pk),  # type: ignore[attr-defined,union-attr]
        "crumbs": [{"label": _("Handovers")}],
    }
    return render(request, "tickets/handover_list.html", context)


@require_http_methods(["GET", "POST"])
@needs("handovers.write")
def new(request: HttpRequest) -> HttpResponse:
    """Which shift hands over; the one that ends next is chosen already."""
    require_here(request, "handovers.write")
    estate = request.estate  # type: ignore[attr-defined]
    known = Shift.objects.filter(shift_scope(request.user), estate=estate)  # type: ignore[arg-type]
    shifts = list(known.select_related("department", "estate"))
    first = {"day": timezone.localdate(), "shift": shifts[0].pk if len(shifts) == 1 else ""}
    form = DraftForm(request.POST or None, initial=first, shifts=shifts)
    status = 200
    if request.method == "POST":
        status = INVALID
        if form.is_valid():
            try:
                handover = draft_handover(actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
            except Refused as refused:
                form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
                status = REFUSED
            else:
                says = _("%(number)s has written itself: look through it") % {"number": handover.number}
                return done(request, says, reverse("handover_detail", args=[handover.pk]))
    crumbs = [{"label": _("Handovers"), "url": reverse("handover_list")}, {"label": _("New handover")}]
    context = {"form": form, "has_shifts": bool(shifts), "crumbs": crumbs}
    return render(request, "tickets/handover_new.html", context, status=status)


@require_GET
@needs("handovers.view")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One handover."""
    return show_handover(request, handover_for(request, pk, "handovers.view"))


@require_GET
@needs("handovers.view")
def handover_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The same on A4, with both signatures."""
    handover = handover_for(request, pk, "handovers.view")
    lines = [row_of(line) for line in lines_of(handover) if line.removed_by_id is None]
    context = {
        "handover": handover,
        "estate": handover.estate,
        "lines": lines,
        "closing": closing_of(handover),
    }
    return render(request, "tickets/handover_print.html", context)


def closing_of(handover: Handover) -> list[dict[str, Any]]:
    """As it was signed; before that as it will be asked."""
    if handover.closing or not handover.is_last:
        return list(handover.closing)
    return [{"label": label, "done": False, "note": ""} for label in closing_labels(handover.estate)]


def handover_for(request: HttpRequest, pk: int, permission: str) -> Handover:
    """The handover, if this person may do `permission` to it."""
    return get_visible(Handover.objects.select_related(*PEOPLE), request.user, permission, pk=pk)  # type: ignore[arg-type]


def lines_of(handover: Handover) -> list[HandoverLine]:
    return list(handover.lines.select_related("added_by", "removed_by"))


def show_handover(
    request: HttpRequest, handover: Handover, *, status: int = 200, **sent: Any
) -> HttpResponse:
    """The page; a form that came back takes the place of the fresh one."""
    user: User = request.user  # type: ignore[assignment]
    at = timezone.now()
    may_write = user.may("handovers.write", handover.estate_id)
    drafted, given = handover.status == S.DRAFTED, handover.status == S.GIVEN
    rows = [row_of(line) for line in lines_of(handover)]
    going = [row for row in rows if not row["removed_by"]]
    context = {
        "handover": handover,
        "lines": going,
        "removed": [row for row in rows if row["removed_by"]],
        "missing": missing_lines(handover, at) if drafted else 0,
        "late": handover.status != S.TAKEN and handover.ends_at < at,
        "may_write": may_write and drafted,
        "give": (sent.get("give") or give_form(handover)) if may_write and drafted else None,
        "line_form": (sent.get("line") or LineForm(auto_id="line_%s")) if may_write and drafted else None,
        "take": (sent.get("take") or TakeForm(auto_id="take_%s", initial={"version": handover.version}))
        if may_write and given and handover.given_by_id != user.pk
        else None,
        "own": given and handover.given_by_id == user.pk,
        "script": script_of("handover", estate=handover.estate, n=str(len(going))),
        "crumbs": [{"label": _("Handovers"), "url": reverse("handover_list")}, {"label": handover.number}],
    }
    return render(request, "tickets/handover_detail.html", context, status=status)


def give_form(handover: Handover, data: Any = None) -> GiveForm:
    labels = closing_labels(handover.estate) if handover.is_last else []
    first = {"version": handover.version, "remarks": handover.remarks}
    return GiveForm(data, auto_id="give_%s", closing=labels, initial=first)


def row_of(line: HandoverLine) -> dict[str, Any]:
    """A line as the page and the paper draw it."""
    return {
        "id": line.pk,
        "icon": ICONS[line.kind],
        "kind": line.get_kind_display(),
        "label": line.label,
        "url": page_of(line),
        "due_at": line.due_at,
        "who": line.who,
        "what": line.what,
        "next_step": line.next_step,
        "note": line.note,
        "added_by": line.added_by,
        "removed_by": line.removed_by,
        "reason": line.removed_reason,
    }


@require_http_methods(["GET", "POST"])
@needs("handovers.set_up")
def closing_list(request: HttpRequest) -> HttpResponse:
    """What the day's last shift ticks in this estate; empty rows fall away, none at all means the house's list."""
    require_here(request, "handovers.set_up")
    estate = request.estate  # type: ignore[attr-defined]
    first: list[Any] = list(
        ClosingItem.objects.filter(estate=estate).values("label", "label_zh_hans", "label_zh_hant")
    ) or [{"label": label} for label in closing_labels(estate)]
    form = ClosingListForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        rows = [row for row in form.cleaned_data if row.get("label")]
        set_closing_list(estate, actor=request.user, rows=rows)  # type: ignore[arg-type]
        return done(request, _("The closing list is kept"), reverse("handover_closing_list"))
    crumbs = [{"label": _("Handovers"), "url": reverse("handover_list")}, {"label": _("Closing list")}]
    status = INVALID if request.method == "POST" else 200
    return render(
        request, "tickets/handover_closing_list.html", {"form": form, "crumbs": crumbs}, status=status
    )


def day_of(text: str) -> date | None:
    """The day that an address names, None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
