"""Everything a ticket's page shows, read once and put into plain values for the components."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import log_access
from helpdesk.estates.models import Department
from helpdesk.lib.addresses import ip_of
from helpdesk.lib.phones import display_phone, mask_phone
from helpdesk.staff.models import User
from helpdesk.staff.roles import colleagues
from tickets.clocks import day_and_time, resolution_clock, response_clock
from tickets.models import UNRESOLVED, ComplaintClass, FollowUp, Reply, Step, Ticket
from tickets.procedures import title_of_step
from tickets.scripts import script_for_class, script_of
from tickets.services.canned_replies import filled_in, offered_for
from tickets.services.links import link_is_open
from tickets.views import presence, suggested
from tickets.views.answers import INVALID, REFUSED
from tickets.views.beside import beside_parts, forwarding_of, more_clocks, running_pause
from tickets.views.class_panel import class_panel
from tickets.views.matters import first_line
from tickets.views.steps import by_hand, strip
from tickets.views.ticket_forms import Sent, offered
from tickets.views.timeline import TABS, timeline_for
from tickets.views.wording import listed

BEHIND_MORE = {
    "edit",
    "priority",
    "hand_over",
    "merge",
    "split",
    "decline",
    "forward",
    "warranty",
    "serious",
    "pause",
}


def show_ticket(request: HttpRequest, ticket: Ticket, *, sent: Sent | None = None) -> HttpResponse:
    """The page; 409 with a refusal, 422 with a form that is not filled in right, and what was typed stands again."""
    steps = steps_of(ticket)
    context = moving_parts(request, ticket, steps) | standing_parts(request, ticket, sent) | opened_by(sent)
    if sent is None and request.GET.get("canned"):
        context |= with_canned_reply(request, ticket, context["forms"])
    context["judged"] = judged_line(ticket, context["judged_at"])
    context |= class_panel(ticket, request.user, context["forms"], sent)  # type: ignore[arg-type]
    context |= work_by_hand(request.user, ticket, steps, sent)  # type: ignore[arg-type]
    status = 200 if sent is None else REFUSED if sent.refusal else INVALID
    return render(request, "tickets/detail.html", context, status=status)


def with_canned_reply(request: HttpRequest, ticket: Ticket, forms: dict[str, Any]) -> dict[str, Any]:
    """The composer with the words of the canned reply that the address names; where there is no script to put them in."""
    user: User = request.user  # type: ignore[assignment]
    canned = next((c for c in offered_for(ticket, user) if str(c.pk) == request.GET["canned"]), None)
    which = "note" if canned and canned.visibility == Reply.Visibility.INTERNAL else "reply"
    if canned is None or which not in forms:
        return {}
    forms[which].initial["body"], _language = filled_in(canned, ticket, user)
    return {"composer_open": which}


def show_changes(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """Only what a refresh replaces; no telephone number is among it, so nothing is logged."""
    return render(request, "tickets/_moving.html", moving_parts(request, ticket, steps_of(ticket)))


def steps_of(ticket: Ticket) -> list[Step]:
    return list(Step.objects.filter(ticket=ticket).select_related("done_by"))


def moving_parts(request: HttpRequest, ticket: Ticket, steps: list[Step]) -> dict[str, Any]:
    """Clocks, steps, timeline and readers: what changes while one looks."""
    user: User = request.user  # type: ignore[assignment]
    at = timezone.now()
    may_work = user.may("tickets.work", ticket.estate_id)
    pause, forwarding = running_pause(ticket), forwarding_of(ticket)
    clocks = {
        "response": response_clock(ticket, at),
        "resolution": resolution_clock(ticket, at, pause),
        **more_clocks(ticket, steps, forwarding, at),
    }
    return {
        "ticket": ticket,
        "may_work": may_work,
        "crumbs": [{"label": _("Tickets"), "url": reverse("ticket_list")}, {"label": ticket.number}],
        "readers": presence.look_in(ticket, user),
        "class_chip": class_of(ticket),
        "status": {"key": status_key(ticket), "label": status_label(ticket)},
        "serious_label": _("Serious matter"),
        "clocks": clocks,
        **beside_parts(ticket, user, forwarding, pause),
        "due_line": due_line(ticket),
        "steps": strip(ticket, steps, may_work=may_work, follow_up_url=follow_up_url(ticket)),
        **timeline_for(ticket, user, show=request.GET.get("show", "")),
    }


def follow_up_url(ticket: Ticket) -> str:
    """The visit that waits to be made; none before the matter is resolved."""
    if ticket.status != Ticket.Status.RESOLVED:
        return ""
    visit = FollowUp.objects.filter(ticket=ticket).scheduled().first()
    return reverse("follow_up_detail", args=[visit.pk]) if visit else ""


def standing_parts(request: HttpRequest, ticket: Ticket, sent: Sent | None) -> dict[str, Any]:
    """The resident's words, the judgement, the forms and the panel."""
    user: User = request.user  # type: ignore[assignment]
    may_work = user.may("tickets.work", ticket.estate_id)
    goes_on = may_work and ticket.status in UNRESOLVED
    departments = list(Department.objects.filter(estate=ticket.estate_id, is_active=True)) if goes_on else []
    people = colleagues(ticket.estate_id, "tickets.view") if may_work and ticket.is_open else []
    show = request.GET.get("show", "")
    return {
        "subject": ticket.subject or first_line(ticket.description),
        "source": source_of(ticket),
        "suggestion": suggested.of_ticket(ticket),
        "classes": ComplaintClass.choices,
        "script": class_script(ticket, user),
        "forms": offered(ticket, user, departments=departments, people=people, sent=sent),
        "sent": sent,
        "reader": reader_of(ticket),
        "composer_key": f"ticket-{ticket.pk}",
        "colleagues": [{"name": str(person), "username": person.username} for person in people],
        "channel_line": channel_line(ticket),
        "phone": phone_of(request, ticket),
        "link_is_open": link_is_open(ticket, timezone.now()),
        "panel_url": panel_url(ticket, user),
        "refresh_url": reverse("ticket_detail", args=[ticket.pk]) + (f"?show={show}" if show in TABS else ""),
    }


def opened_by(sent: Sent | None) -> dict[str, Any]:
    """Which sheet stands open because its form came back, and what warns in the composer."""
    name = sent.name if sent else ""
    opened = {name: True, "more": name in BEHIND_MORE, "step": name.startswith("step-")}
    return {
        "opened": opened,
        "composer_open": "reply" if name == "reply" else "note",
    }


def work_by_hand(user: User, ticket: Ticket, steps: list[Step], sent: Sent | None) -> dict[str, Any]:
    """The open steps with their forms, and the sentence that says what keeps the ticket from closing."""
    waiting = [step for step in steps if step.done_at is None] if ticket.is_open else []
    may_work = user.may("tickets.work", ticket.estate_id)
    names = listed(title_of_step(step) for step in waiting)
    return {
        "hand_steps": by_hand(ticket, waiting, sent) if may_work else [],
        "open_steps": bool(waiting),
        "resolve_is_next": bool(waiting) and waiting[0].key in {"handling", "follow_up"},
        "open_line": _("Still open: %(steps)s.") % {"steps": names} if waiting else "",
        "may_close_early": user.may("tickets.close_with_open_steps", ticket.estate_id),
    }


def status_key(ticket: Ticket) -> str:
    """How the status looks: what was opened again looks other than what is merely open."""
    return "reopened" if ticket.reopened and ticket.status in UNRESOLVED else ticket.status


def status_label(ticket: Ticket) -> str:
    if status_key(ticket) == "reopened":
        return _("Opened again, %(status)s") % {"status": ticket.get_status_display()}
    return ticket.get_status_display()


def class_of(ticket: Ticket) -> dict[str, Any]:
    """The class that somebody decided, else the suggested one with its share."""
    kept = ticket.suggestion or {}
    key = ticket.complaint_class or kept.get("complaint_class", "")
    label = str(ComplaintClass(key).label) if key else _("Not judged")
    percent = round(float(kept.get("confidence", 0)) * 100) if not ticket.complaint_class else ""
    return {"key": key, "label": label, "suggested": not ticket.complaint_class, "percent": percent}


def judged_line(ticket: Ticket, at: datetime | None) -> str:
    """When the class was last decided, and whether the suggestion was right."""
    if not ticket.complaint_class or at is None:
        return ""
    same = (ticket.suggestion or {}).get("complaint_class") == ticket.complaint_class
    words = {"moment": day_and_time(at)}
    return _("confirmed %(moment)s") % words if same else _("corrected %(moment)s") % words


def due_line(ticket: Ticket) -> str:
    return _("due %(moment)s") % {"moment": day_and_time(ticket.resolution_due_at)} if ticket.is_open else ""


def source_of(ticket: Ticket) -> str:
    """Who said it, by which channel, when, and who wrote it down."""
    who = str(ticket.resident) if ticket.resident else ticket.reporter_name
    said = [who, ticket.get_channel_display(), day_and_time(ticket.created_at)]
    if ticket.created_by is None:
        return listed(said)
    return _("%(said)s; written down by %(clerk)s") % {"said": listed(said), "clerk": ticket.created_by}


def reader_of(ticket: Ticket) -> str:
    """Whom a public reply speaks to."""
    return str(ticket.resident) if ticket.resident else ticket.reporter_name or _("the resident")


def channel_line(ticket: Ticket) -> str:
    """How a public reply travels, as far as the ticket itself can tell."""
    if ticket.resident and not ticket.resident.accepts_messages:
        return _("On the progress page only")
    return _("Told by message, read on the progress page")


def class_script(ticket: Ticket, user: User) -> dict[str, Any] | None:
    """The words that go with the class once it is judged."""
    key = script_for_class(ticket.complaint_class)
    if not key or not ticket.is_open:
        return None
    language = ticket.resident.language if ticket.resident else ticket.language
    return script_of(key, language=language, estate=ticket.estate, clerk=user, department=ticket.department)


def phone_of(request: HttpRequest, ticket: Ticket) -> str:
    """The number left with the matter: whole while it is open for those who may see it, and then logged; else masked.

    Numbers on file stand on the caller card beside it.
    """
    number = ticket.reporter_phone
    if not number:
        return ""
    user: User = request.user  # type: ignore[assignment]
    if not ticket.is_open or not user.may("residents.see_phones", ticket.estate_id):
        return mask_phone(number)
    log_access(
        ticket,
        "phone",
        actor=user,
        estate_id=ticket.estate_id,
        reason=ticket.number,
        address=ip_of(request),
    )
    return display_phone(number)


def panel_url(ticket: Ticket, user: User) -> str:
    """The caller card of whom the matter belongs to; empty where nobody is on file or this person may not look."""
    if not user.may("residents.view", ticket.estate_id):
        return ""
    if ticket.resident_id:
        return reverse("resident_card", args=[ticket.resident_id])
    return reverse("unit_card", args=[ticket.unit_id]) if ticket.unit_id else ""
