"""The procedure as a strip: who did what when, and the button of the step that is next."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from tickets.clocks import day_and_time
from tickets.forms.tickets import StepForm
from tickets.models import UNRESOLVED, Step, Ticket
from tickets.procedures import is_by_hand, title_of_step
from tickets.views.ticket_forms import Sent

# Where on the page a step is done that is not ticked by hand.
PLACES = {
    "judge": ("#judge", _("Judge")),
    "department": ("#assign", _("Assign")),
    "notify": ("#assign", _("Assign")),
    "handling": ("#resolve", _("Resolve")),
    "on_site": ("#step-on_site", _("Finding")),
}


def strip(ticket: Ticket, steps: list[Step], *, may_work: bool, follow_up_url: str) -> list[dict[str, Any]]:
    """Every step in order; the first open one is the current one."""
    current = next((s for s in steps if s.done_at is None), None) if ticket.is_open else None
    return [
        {
            "key": step.key,
            "number": number,
            "title": title_of_step(step),
            "state": state_of(step, current),
            "line": line_of(step, ticket),
            "who": str(step.done_by or "") if step.done_at and not step.not_needed else "",
            "act": act_of(step, ticket, follow_up_url) if step is current and may_work else None,
        }
        for number, step in enumerate(steps, 1)
    ]


def state_of(step: Step, current: Step | None) -> str:
    if step.not_needed:
        return "not_needed"
    if step.done_at:
        return "done"
    return "current" if step is current else "open"


def line_of(step: Step, ticket: Ticket) -> str:
    """When it was done, or why it was not needed; for what is open, until when."""
    if step.not_needed:
        return step.reason
    if step.done_at:
        return day_and_time(step.done_at)
    if step.key == "handling":
        return gettext("by %(moment)s") % {"moment": day_and_time(ticket.resolution_due_at)}
    if step.key == "follow_up" and not ticket.resolved_at:
        return gettext("after it is resolved")
    return ""


def act_of(step: Step, ticket: Ticket, follow_up_url: str) -> dict[str, Any] | None:
    if step.key == "follow_up" and follow_up_url:
        return {"label": gettext("Ask"), "url": follow_up_url, "primary": True}
    if step.key == "follow_up":
        # A communication complaint has no step of handling: what is left is to resolve it.
        return (
            {"label": gettext("Resolve"), "url": "#resolve", "primary": True}
            if ticket.status in UNRESOLVED
            else None
        )
    if step.key in PLACES:
        place, label = PLACES[step.key]
        return {"label": str(label), "url": place, "primary": True}
    url = reverse("ticket_step", args=[ticket.pk, step.key])
    return {"label": pgettext("a button", "Done"), "url": url, "post": True, "primary": True}


def by_hand(ticket: Ticket, waiting: list[Step], sent: Sent | None) -> list[dict[str, Any]]:
    """The open steps that a person may tick or mark as not needed; judging and asking have places of their own."""
    return [
        {
            "key": step.key,
            "title": title_of_step(step),
            "url": reverse("ticket_step", args=[ticket.pk, step.key]),
            "by_hand": is_by_hand(step.key),
            "asks_finding": step.key == "on_site",
            "form": sent.form
            if sent and sent.name == f"step-{step.key}"
            else StepForm(auto_id=f"step-{step.key}_%s"),
        }
        for step in waiting
        if step.key not in {"record", "judge"}
    ]
