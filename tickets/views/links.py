"""The resident's link, given anew by the desk."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.staff.access import needs
from tickets.services import tickets
from tickets.views.acts import person, press
from tickets.views.answers import ticket_for


@require_POST
@needs("tickets.work")
def new_link(request: HttpRequest, pk: int) -> HttpResponse:
    """The old link is dead; the new one is on its way."""
    ticket = ticket_for(request, pk, "tickets.work")
    return press(
        request,
        ticket,
        lambda: tickets.renew_link(ticket, actor=person(request)),
        _("The old link opens nothing any more; the new one is sent"),
    )
