"""Slips: made for a phone, where they are signed for and reported done; the desk presses, verifies, makes void, prints."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from helpdesk.attachments.models import Attachment
from helpdesk.attachments.services import check_uploads, serve
from helpdesk.audit.models import Entry
from helpdesk.lib.errors import Refused
from helpdesk.lib.pdf import has_pdf, pdf_answer
from helpdesk.lib.phones import mask_phone
from helpdesk.lib.qr import qr_path
from helpdesk.staff.access import get_visible, needs
from helpdesk.staff.models import User
from residents.models import Phone
from tickets.clocks import clock_until, day_and_time
from tickets.forms.slips import CancelForm, ReportForm, StartForm
from tickets.models import Slip
from tickets.services import slip_links, slips
from tickets.views.answers import INVALID, REFUSED, done
from tickets.views.paging import Page
from tickets.views.slip_reports import photos_of, take_report
from tickets.views.timeline import of_entry

S = Slip.Status
RUNNING = (S.ISSUED, S.SIGNED, S.IN_PROGRESS)
ABOUT = (
    "estate",
    "ticket__resident",
    "unit",
    "department",
    "issued_by",
    "signed_by",
    "done_by",
    "verified_by",
)
SHOWN = 100


@require_GET
@needs("slips.view")
def slip_list(request: HttpRequest) -> HttpResponse:
    """What is to be signed for, what runs, and what is done; the newest of the rest by pages."""
    user: User = request.user  # type: ignore[assignment]
    at = timezone.now()
    show = request.GET.get("show", "open")
    rows = Slip.objects.visible_to(user).filter(estate=request.estate).select_related(*ABOUT)  # type: ignore[attr-defined]
    rows = narrowed(rows, show, user, at)
    context: dict[str, Any] = {
        "chips": chips(show),
        "crumbs": [{"label": _("Slips")}],
        "show": show,
        "may_issue": user.may("slips.issue", request.estate.pk),  # type: ignore[attr-defined]
    }
    if show in {"open", "mine", "late"}:
        found = list(rows.order_by("sign_due_at", "id")[:SHOWN])
        context["groups"] = groups(found, at, user)
        context["pager"] = None
    else:
        page = Page(rows, request.GET, field="issued_at")
        context["groups"] = (
            [{"title": "", "rows": [row_of(s, at, user) for s in page.rows]}] if page.rows else []
        )
        context["pager"] = page.pager
    return render(request, "tickets/slip_list.html", context)


def narrowed(rows: Any, show: str, user: User, at: datetime) -> Any:
    if show == "mine":
        return rows.filter(status__in=RUNNING, signed_by=user)
    if show == "late":
        return late_ones(rows, at)
    if show == "done":
        return rows.filter(status=S.DONE)
    return rows if show == "all" else rows.filter(status__in=RUNNING)


def late_ones(rows: Any, at: datetime) -> Any:
    """Not signed for in time, or not done in time."""
    return rows.filter(Q(status=S.ISSUED, sign_due_at__lt=at) | Q(status__in=RUNNING, due_at__lt=at))


def chips(show: str) -> list[dict[str, Any]]:
    words = {"open": _("Open"), "mine": _("Mine"), "late": _("Late"), "done": _("To verify"), "all": _("All")}
    return [{"label": label, "url": f"?show={key}", "active": key == show} for key, label in words.items()]


def groups(found: list[Slip], at: datetime, user: User) -> list[dict[str, Any]]:
    """First what nobody has signed for, then what runs."""
    parts = [(_("To sign for"), (S.ISSUED,)), (_("In work"), (S.SIGNED, S.IN_PROGRESS))]
    made = [
        {"title": title, "rows": [row_of(s, at, user) for s in found if s.status in of]}
        for title, of in parts
    ]
    return [group for group in made if group["rows"]]


def row_of(slip: Slip, at: datetime, user: User) -> dict[str, Any]:
    """A line of the list, with its one next step."""
    url = reverse("slip_detail", args=[slip.pk])
    return {
        "id": f"slip-{slip.pk}",
        "url": url,
        "clock": clock_of(slip, at),
        "chip": None
        if slip.status in RUNNING
        else {"label": slip.get_status_display(), "tone": "plain", "icon": "slip"},
        "plate": {"code": slip.unit.code, "url": url} if slip.unit else None,
        "name": slip.instructions.splitlines()[0][:80] if slip.instructions else slip.number,
        "name_lang": slip.ticket.language if slip.ticket else "",
        "line": f"{slip.number}  {slip.department}",
        "second": _("signed for by %(who)s") % {"who": slip.signer} if slip.signer else "",
        "action": next_act(slip, user, at),
    }


def next_act(slip: Slip, user: User, at: datetime) -> dict[str, Any]:
    if slip.status == S.ISSUED and user.may("slips.do", slip.estate_id):
        return {"label": _("Sign for it"), "url": reverse("slip_sign", args=[slip.pk]), "post": True}
    return {"label": pgettext("a link", "Open"), "url": reverse("slip_detail", args=[slip.pk])}


def clock_of(slip: Slip, at: datetime) -> dict[str, Any] | None:
    """Until when it is to be signed for, then until when it is due."""
    if slip.status == S.ISSUED:
        return clock_until(slip.sign_due_at, since=slip.issued_at, at=at)
    return clock_until(slip.due_at, since=slip.issued_at, at=at) if slip.status in RUNNING else None


@require_GET
@needs("slips.view")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One slip: what, where, whom to ring, and the next button."""
    return show_slip(request, slip_for(request, pk, "slips.view"))


@require_GET
@needs("slips.view")
def slip_print(request: HttpRequest, pk: int) -> HttpResponse:
    """One page with a code that opens the slip on a phone."""
    return render(request, "tickets/slip_print.html", paper(slip_for(request, pk, "slips.view")))


@require_GET
@needs("slips.view")
def slip_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The same page as PDF."""
    slip = slip_for(request, pk, "slips.view")
    return pdf_answer(request, "tickets/slip_print.html", paper(slip), name=slip.number)


def paper(slip: Slip) -> dict[str, Any]:
    """The printed slip. A contractor has no account: the code on their paper is their link."""
    link = slip_links.open_link_of(slip) if slip_links.is_by_link(slip) else None
    url = slip_links.link_url(link) if link else settings.SITE_URL + page_of(slip)
    size, path = qr_path(url)
    return {
        "slip": slip,
        "estate": slip.estate,
        "url": url,
        "qr_size": size,
        "qr_path": path,
        "parts": [str(part) for part in slip.parts.all()],
        "by_link": link is not None,
        "has_pdf": has_pdf(),
    }


@require_GET
@needs("slips.view")
def slip_file(request: HttpRequest, pk: int, file_pk: int) -> HttpResponseBase:
    """A photo of the job; another record's file is a 404."""
    slip = slip_for(request, pk, "slips.view")
    found = Attachment.objects.of(slip).filter(pk=file_pk).first()
    if found is None:
        raise Http404
    return serve(found, small="small" in request.GET)


@require_POST
@needs("slips.do")
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    slip = slips.sign_slip(slip_for(request, pk, "slips.do"), actor=user_of(request))
    return done(request, _("Signed for"), page_of(slip))


@require_POST
@needs("slips.do")
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Work has begun, with photos of how it was found."""
    slip = slip_for(request, pk, "slips.do")
    form = StartForm(request.POST, request.FILES)
    if not form.is_valid():
        return show_slip(request, slip, start=form, status=INVALID)
    try:
        slips.start_slip(slip, actor=user_of(request), before=check_uploads(form.cleaned_data["before"]))
    except Refused as refused:
        form.add_error(None, str(refused.message))
        return show_slip(request, slip_for(request, pk, "slips.view"), start=form, status=REFUSED)
    return done(request, _("Work has begun"), page_of(slip))


@require_POST
@needs("slips.do")
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Done, with a report and photos; what was typed stays when something is wrong."""
    slip, actor = slip_for(request, pk, "slips.do"), user_of(request)
    form, status = take_report(request, slip, lambda **said: slips.complete_slip(slip, actor=actor, **said))
    if status != 200:
        return show_slip(request, slip_for(request, pk, "slips.view"), report=form, status=status)
    return done(request, _("Reported done"), page_of(slip))


@require_POST
@needs("slips.verify")
def verify(request: HttpRequest, pk: int) -> HttpResponse:
    slip = slips.verify_slip(slip_for(request, pk, "slips.verify"), actor=user_of(request))
    return done(request, _("Verified"), page_of(slip))


@require_POST
@needs("slips.issue")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    slip = slip_for(request, pk, "slips.issue")
    form = CancelForm(request.POST)
    if not form.is_valid():
        return show_slip(request, slip, void=form, status=INVALID)
    slips.cancel_slip(slip, actor=user_of(request), reason=form.cleaned_data["reason"])
    return done(request, _("The slip is void"), page_of(slip))


@require_POST
@needs("slips.issue")
def nudge(request: HttpRequest, pk: int) -> HttpResponse:
    slip = slips.nudge_slip(slip_for(request, pk, "slips.issue"), actor=user_of(request))
    return done(request, _("The department was told again"), page_of(slip))


@require_POST
@needs("slips.issue")
def link_send(request: HttpRequest, pk: int) -> HttpResponse:
    """The contractor's link once more, or a new one."""
    slip = slip_for(request, pk, "slips.issue")
    link = slip_links.send_link(slip, actor=user_of(request))
    says = (
        _("The link was sent")
        if link.sent_at
        else _("The link is ready: nobody could be written to, so show or print it")
    )
    return done(request, says, page_of(slip))


@require_POST
@needs("slips.issue")
def link_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    slip = slip_links.revoke_link(slip_for(request, pk, "slips.issue"), actor=user_of(request))
    return done(request, _("The link opens nothing any more"), page_of(slip))


def slip_for(request: HttpRequest, pk: int, permission: str) -> Slip:
    return get_visible(Slip.objects.select_related(*ABOUT), user_of(request), permission, pk=pk)


def user_of(request: HttpRequest) -> User:
    user: User = request.user  # type: ignore[assignment]
    return user


def page_of(slip: Slip) -> str:
    return reverse("slip_detail", args=[slip.pk])


def show_slip(
    request: HttpRequest,
    slip: Slip,
    *,
    start: StartForm | None = None,
    report: ReportForm | None = None,
    void: CancelForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user, at = user_of(request), timezone.now()
    allowed = set(slips.SLIP_STATES.allowed(slip.status))
    does, issues = user.may("slips.do", slip.estate_id), user.may("slips.issue", slip.estate_id)
    context = {
        "slip": slip,
        "clock": clock_of(slip, at),
        "due": day_and_time(slip.due_at),
        "phone": phone_of(slip),
        "reporter": reporter_of(slip),
        "may": {
            "sign": does and "sign" in allowed,
            "start": does and "start" in allowed,
            "complete": does and "complete" in allowed,
            "verify": user.may("slips.verify", slip.estate_id) and "verify" in allowed,
            "cancel": issues and "cancel" in allowed,
            "nudge": issues and "nudge" in allowed,
            "ticket": bool(slip.ticket_id) and user.may("tickets.view", slip.estate_id),
        },
        "offers_resolving": slip.status in {S.DONE, S.VERIFIED} and may_resolve(slip, user),
        "start_form": start or StartForm(),
        "report": report or ReportForm(slip_pk=slip.pk),
        "here": page_of(slip),
        "parts": [str(part) for part in slip.parts.all()],
        "link": link_card(slip) if issues else None,
        "void": void or CancelForm(),
        "events": [of_entry(entry) for entry in Entry.objects.about(slip)],
        "photos": photos_of(slip, lambda file: reverse("slip_file", args=[slip.pk, file.pk])),
        "crumbs": [{"label": _("Slips"), "url": reverse("slip_list")}, {"label": slip.number}],
    }
    return render(request, "tickets/slip_detail.html", context, status=status)


def may_resolve(slip: Slip, user: User) -> bool:
    """The last slip of an unresolved ticket is done: the desk is offered to resolve it."""
    ticket = slip.ticket
    if ticket is None or ticket.status not in {"new", "assigned", "in_progress"}:
        return False
    others = Slip.objects.filter(ticket=ticket, status__in=RUNNING)
    return user.may("tickets.work", slip.estate_id) and not others.exists()


def reporter_of(slip: Slip) -> str:
    ticket = slip.ticket
    return (ticket.reporter_name or (ticket.resident.name if ticket.resident else "")) if ticket else ""


def phone_of(slip: Slip) -> str:
    """Whose number it is, masked, while the job is open: the whole one stands on the ticket (docs/domain.md §8)."""
    ticket = slip.ticket
    if ticket is None or slip.status not in RUNNING:
        return ""
    number = ticket.reporter_phone
    if not number and ticket.resident_id:
        phone = Phone.objects.filter(resident_id=ticket.resident_id, is_working=True).first()
        number = phone.number if phone else ""
    return mask_phone(number) if number else ""


def link_card(slip: Slip) -> dict[str, Any] | None:
    """How the contractor gets in; None for a department of the house, and once the slip has ended."""
    if not slip_links.is_by_link(slip) or slip.status in slip_links.ENDED:
        return None
    link = slip_links.open_link_of(slip)
    return {"url": slip_links.link_url(link) if link else "", "sent_at": link.sent_at if link else None}
