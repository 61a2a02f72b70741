"""What the tickets answer before a household leaves: no matter of the unit is still being handled."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from residents.clearances import MOVE_OUT, Case, State, not_applicable, register_clearance, still_open
from tickets.models import Ticket

# Resolved and waiting for the follow-up visit keeps nobody here.
IN_HAND = (Ticket.Status.NEW, Ticket.Status.ASSIGNED, Ticket.Status.IN_PROGRESS)


def matters_settled(case: Case, at: datetime) -> tuple[State, str, str]:
    """Nothing of the unit is in hand."""
    rows = Ticket.objects.filter(unit=case.unit, status__in=IN_HAND)
    numbers = list(rows.order_by("pk").values_list("pk", flat=True)[:100])
    if not numbers:
        return not_applicable("")
    says = ngettext("%(count)d ticket is open.", "%(count)d tickets are open.", len(numbers))
    url = reverse("ticket_detail", args=[numbers[0]])
    return still_open(says % {"count": len(numbers)}, url)


def register() -> None:
    """Called once, when the apps are ready."""
    register_clearance(
        "tickets", matters_settled, title=gettext_lazy("Open matters settled"), kinds=[MOVE_OUT]
    )
