"""What is done on the page of a handover."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.lib.errors import Refused
from helpdesk.staff.access import needs
from helpdesk.staff.models import User
from tickets.forms.handovers import LineForm, NoteForm, RemoveForm, TakeForm
from tickets.models import Handover, HandoverLine
from tickets.services import handovers
from tickets.views.answers import INVALID, REFUSED, done
from tickets.views.handovers import give_form, handover_for, show_handover


def user_of(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


def back(request: HttpRequest, says: str, handover: Handover) -> HttpResponse:
    return done(request, says, reverse("handover_detail", args=[handover.pk]))


def line_for(handover: Handover, line_pk: int) -> HandoverLine:
    line = handover.lines.filter(pk=line_pk).first()
    if line is None:
        raise Http404
    return line


@require_POST
@needs("handovers.write")
def refresh(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring the lines up to date."""
    handover = handover_for(request, pk, "handovers.write")
    handovers.refresh_handover(handover, actor=user_of(request))
    return back(request, _("Up to date"), handover)


@require_POST
@needs("handovers.write")
def line_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A line by hand."""
    handover = handover_for(request, pk, "handovers.write")
    form = LineForm(request.POST, auto_id="line_%s")
    if not form.is_valid():
        return show_handover(request, handover, status=INVALID, line=form)
    handovers.add_line(handover, actor=user_of(request), **form.cleaned_data)
    return back(request, _("Written down"), handover)


@require_POST
@needs("handovers.write")
def line_remove(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """Take a line off, with the reason."""
    handover = handover_for(request, pk, "handovers.write")
    form = RemoveForm(request.POST)
    form.is_valid()
    reason = form.cleaned_data.get("reason", "")
    handovers.remove_line(line_for(handover, line_pk), actor=user_of(request), reason=reason)
    return back(request, _("Taken off; the reason is kept"), handover)


@require_POST
@needs("handovers.write")
def line_note(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """Say more about a line."""
    handover = handover_for(request, pk, "handovers.write")
    form = NoteForm(request.POST)
    if not form.is_valid():
        raise Refused("too_long", _("A note has 300 characters at most."))
    handovers.annotate_line(
        line_for(handover, line_pk), actor=user_of(request), note=form.cleaned_data["note"]
    )
    return back(request, _("Note kept"), handover)


@require_POST
@needs("handovers.write")
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """The first signature; a refusal stands on the page, and what was ticked stays."""
    handover = handover_for(request, pk, "handovers.write")
    form = give_form(handover, request.POST)
    if not form.is_valid():
        return show_handover(request, handover, status=INVALID, give=form)
    data = form.cleaned_data
    try:
        handovers.give_handover(
            handover,
            actor=user_of(request),
            none_said=data["none_said"],
            remarks=data["remarks"],
            closing=form.closing_said(),
            version=data["version"],
        )
    except Refused as refused:
        if handover.status != Handover.Status.DRAFTED:
            raise
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        fresh = handover_for(request, pk, "handovers.view")
        return show_handover(request, fresh, status=REFUSED, give=form)
    return back(request, _("Signed: the next shift takes over"), handover)


@require_POST
@needs("handovers.write")
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """The second signature."""
    handover = handover_for(request, pk, "handovers.write")
    form = TakeForm(request.POST, auto_id="take_%s")
    if not form.is_valid():
        return show_handover(request, handover, status=INVALID, take=form)
    handovers.take_handover(handover, actor=user_of(request), **form.cleaned_data)
    return back(request, _("Taken over"), handover)
