"""The complaint that was named at the door: which ticket it is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing.models import CollectionVisit
from helpdesk.lib.errors import Refused
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.staff.access import get_visible, needs
from tickets.forms.door_complaints import DoorComplaintForm
from tickets.models import OPEN, DoorComplaint, Ticket
from tickets.services.door_complaints import link_complaint, take_complaint

OFFERED = 20


@require_http_methods(["GET", "POST"])
@needs("tickets.take")
def door_complaint(request: HttpRequest, pk: int) -> HttpResponse:
    """An open ticket of the unit is chosen, or a new one taken; the reminders wait for it either way."""
    rows = CollectionVisit.objects.select_related("estate", "unit")
    visit = get_visible(rows, request.user, "tickets.take", pk=pk)  # type: ignore[arg-type]
    tickets = Ticket.objects.visible_to(request.user).filter(unit=visit.unit, status__in=OPEN)
    offered = list(tickets.order_by("-created_at", "-id")[:OFFERED])
    initial = {"description": visit.said, "ticket": str(offered[0].pk) if offered else ""}
    form = DoorComplaintForm(request.POST or None, tickets=offered, initial=initial)
    status = 200
    if request.method == "POST":
        status = INVALID
        if form.is_valid():
            try:
                ticket = _link(request, visit, form)
            except Refused as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
                status = REFUSED
            else:
                said = _("Linked to %(number)s: reminders wait for it") % {"number": ticket.number}
                return done(request, said, reverse("ticket_detail", args=[ticket.pk]))
    linked = DoorComplaint.objects.filter(visit=visit).select_related("ticket").first()
    context = {
        "visit": visit,
        "form": form,
        "linked": linked.ticket if linked else None,
        "crumbs": [
            {"label": visit.unit.code, "url": reverse("unit_card", args=[visit.unit_id])},
            {"label": _("Complaint at the door")},
        ],
    }
    return render(request, "tickets/door_complaint.html", context, status=status)


def _link(request: HttpRequest, visit: CollectionVisit, form: DoorComplaintForm) -> Ticket:
    data = form.cleaned_data
    if data["ticket"]:
        return link_complaint(visit, actor=request.user, ticket=data["ticket"]).ticket  # type: ignore[arg-type]
    return take_complaint(
        visit,
        actor=request.user,  # type: ignore[arg-type]
        description=data["description"],
        form_token=data["form_token"] or None,
    )
