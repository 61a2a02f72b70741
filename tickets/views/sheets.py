"""The complaint on one sheet 投诉处理单, for the resident's signature. The class is never printed (docs/domain.md §2)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from helpdesk.lib.pdf import has_pdf, pdf_answer
from helpdesk.staff.access import needs
from tickets.models import Finding, FollowUp, Slip, Step, Ticket
from tickets.services.telling import where_of
from tickets.views.answers import ticket_for
from tickets.views.matters import first_line


@require_GET
@needs("tickets.view")
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Matter, department, finding, handling, the resident's signature, follow-up visit."""
    return render(request, "tickets/sheet.html", paper(ticket_for(request, pk, "tickets.view")))


@require_GET
@needs("tickets.view")
def sheet_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as PDF."""
    ticket = ticket_for(request, pk, "tickets.view")
    return pdf_answer(request, "tickets/sheet.html", paper(ticket), name=ticket.number)


def paper(ticket: Ticket) -> dict[str, Any]:
    slips = Slip.objects.filter(ticket=ticket).exclude(status=Slip.Status.CANCELLED)
    return {
        "ticket": ticket,
        "estate": ticket.estate,
        "subject": ticket.subject or first_line(ticket.description),
        "where": where_of(ticket),
        "name": str(ticket.resident) if ticket.resident else ticket.reporter_name,
        "finding": finding_of(ticket),
        "slips": [
            handled(slip)
            for slip in slips.select_related("department", "signed_by", "done_by").order_by("id")
        ],
        "visit": FollowUp.objects.filter(ticket=ticket)
        .exclude(status="cancelled")
        .order_by("-round")
        .first(),
        "back_url": reverse("ticket_detail", args=[ticket.pk]),
        "has_pdf": has_pdf(),
    }


def finding_of(ticket: Ticket) -> dict[str, Any] | None:
    """What was found on the spot, by whom and when; None while nobody has been there."""
    step = (
        Step.objects.filter(ticket=ticket, key="on_site", done_at__isnull=False)
        .select_related("done_by")
        .first()
    )
    if step is None:
        return None
    words = dict(Finding.choices).get(ticket.finding, "") or (_("Not needed") if step.not_needed else "")
    return {"words": words, "reason": step.reason, "by": step.done_by, "at": step.done_at}


def handled(slip: Slip) -> dict[str, Any]:
    """What one department did."""
    return {
        "number": slip.number,
        "department": slip.department,
        "report": slip.report,
        "by": slip.finisher or slip.signer,
        "at": slip.done_at or slip.signed_at,
    }
