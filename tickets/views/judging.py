"""Judging: the answer to a class that was put up again, and how a careful reader decides."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from helpdesk.staff.access import needs
from tickets.forms.procedures import ClassReviewForm
from tickets.services.tickets import answer_class_review
from tickets.views.acts import carry_out, person
from tickets.views.answers import ticket_for


@require_POST
@needs("tickets.work")
def class_review(request: HttpRequest, pk: int) -> HttpResponse:
    """A grumble that was handled badly becomes valid, or stays; either way with the reason."""
    ticket = ticket_for(request, pk, "tickets.work")
    form = ClassReviewForm(request.POST, auto_id="class_review_%s")

    def act(data: dict[str, str]) -> object:
        valid = data["answer"] == "becomes_valid"
        return answer_class_review(ticket, actor=person(request), becomes_valid=valid, reason=data["reason"])

    return carry_out(request, ticket, "class_review", form, act, _("Answered"))


@require_GET
@needs("tickets.view")
def how_to_judge(request: HttpRequest) -> HttpResponse:
    """How a careful reader decides, in the order in which to ask."""
    crumbs = [
        {"label": _("Tickets"), "url": reverse("ticket_list")},
        {"label": _("How a careful reader decides")},
    ]
    return render(request, "tickets/how_to_judge.html", {"crumbs": crumbs})
