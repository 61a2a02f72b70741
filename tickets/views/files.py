"""Photos and papers of a ticket, for those who may see the ticket."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from helpdesk.attachments.models import Attachment
from helpdesk.attachments.services import serve
from helpdesk.staff.access import needs
from tickets.models import Reply
from tickets.views.answers import ticket_for


@require_GET
@needs("tickets.view")
def ticket_file(request: HttpRequest, pk: int, file_pk: int) -> HttpResponseBase:
    """A file of the ticket or of one of its replies; another record's file is a 404."""
    ticket = ticket_for(request, pk, "tickets.view")
    replies = Reply.objects.filter(ticket=ticket).values("pk")
    of_reply = Attachment.objects.filter(owner_type=Reply._meta.label_lower, owner_id__in=replies)
    found = (Attachment.objects.of(ticket).order_by() | of_reply).filter(pk=file_pk).first()
    if found is None:
        raise Http404
    return serve(found, small="small" in request.GET)
