"""What is done with a ticket's words: a part split off."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.staff.access import needs
from tickets.forms.tickets import SplitForm
from tickets.services.tickets import split_ticket
from tickets.views.acts import carry_out, person
from tickets.views.answers import ticket_for


@require_POST
@needs("tickets.work")
def split(request: HttpRequest, pk: int) -> HttpResponse:
    """A part of the matter becomes a ticket of its own."""
    ticket = ticket_for(request, pk, "tickets.work")
    form = SplitForm(request.POST, auto_id="split_%s", ticket_pk=ticket.pk)

    def act(data: dict[str, Any]) -> Any:
        return split_ticket(
            ticket, actor=person(request), **data | {"form_token": data["form_token"] or None}
        )

    return carry_out(
        request,
        ticket,
        "split",
        form,
        act,
        lambda part: _("%(number)s is split off") % {"number": part.number},
    )
