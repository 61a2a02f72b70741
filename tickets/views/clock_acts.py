"""What stops a ticket's clock, sets another, or sends it to the manager: one POST, one service, one redirect."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.staff.access import needs
from tickets.forms.clocks import AnswerBackForm, ForwardForm, PauseForm, SeriousForm, WarrantyForm
from tickets.services import tickets
from tickets.views.acts import carry_out, person, press
from tickets.views.answers import ticket_for


@require_POST
@needs("tickets.work")
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """The limit of the resolution stands still, for a reason."""
    ticket = ticket_for(request, pk, "tickets.work")
    form = PauseForm(request.POST, auto_id="pause_%s")

    def act(data: dict[str, Any]) -> Any:
        return tickets.pause_ticket(ticket, actor=person(request), **data)

    return carry_out(request, ticket, "pause", form, act, _("The clock stands still"))


@require_POST
@needs("tickets.work")
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """It runs again."""
    ticket = ticket_for(request, pk, "tickets.work")
    return press(
        request,
        ticket,
        lambda: tickets.resume_ticket(ticket, actor=person(request)),
        _("The clock runs again"),
    )


@require_POST
@needs("tickets.work")
def forward(request: HttpRequest, pk: int) -> HttpResponse:
    """Another body forwarded it: theirs is a number, a limit and a last step."""
    ticket = ticket_for(request, pk, "tickets.work")
    form = ForwardForm(request.POST, auto_id="forward_%s")

    def act(data: dict[str, Any]) -> Any:
        return tickets.note_forwarding(ticket, actor=person(request), **data)

    return carry_out(request, ticket, "forward", form, act, _("Written down"))


@require_POST
@needs("tickets.work")
def answer_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The sender has their answer."""
    ticket = ticket_for(request, pk, "tickets.work")
    form = AnswerBackForm(request.POST, auto_id="answer_back_%s")

    def act(data: dict[str, Any]) -> Any:
        return tickets.answer_back(ticket, actor=person(request), **data)

    return carry_out(request, ticket, "answer_back", form, act, _("Answered back"))


@require_POST
@needs("tickets.work")
def serious(request: HttpRequest, pk: int) -> HttpResponse:
    """The manager hears at once."""
    ticket = ticket_for(request, pk, "tickets.work")
    form = SeriousForm(request.POST, auto_id="serious_%s")

    def act(data: dict[str, Any]) -> Any:
        return tickets.report_serious(ticket, actor=person(request), **data)

    return carry_out(request, ticket, "serious", form, act, _("The manager is told"))


@require_POST
@needs("tickets.work")
def warranty(request: HttpRequest, pk: int) -> HttpResponse:
    """Whose work the defect is, and until when they stand for it."""
    ticket = ticket_for(request, pk, "tickets.work")
    form = WarrantyForm(request.POST, auto_id="warranty_%s")

    def act(data: dict[str, Any]) -> Any:
        return tickets.set_warranty(ticket, actor=person(request), **data)

    return carry_out(request, ticket, "warranty", form, act, _("Changed"))
