"""What is done to an incident from its page: each act is one POST, one service, one redirect."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.lib.errors import Refused
from helpdesk.lib.keys import BIGGEST_ID
from helpdesk.staff.access import needs
from tickets.forms.incidents import (
    CallerForm,
    CloseIncidentForm,
    EditIncidentForm,
    JoinForm,
    NoteForm,
    NoticeForm,
    ReopenIncidentForm,
)
from tickets.models import Incident, Ticket
from tickets.services import incident_notices, incidents
from tickets.views.acts import person, refusal_of
from tickets.views.answers import done
from tickets.views.callers import caller_from
from tickets.views.incidents import buildings_of, incident_for, show_incident
from tickets.views.ticket_forms import Sent

Act = Callable[[dict[str, Any]], Any]


@require_POST
@needs("incidents.work")
def caller(request: HttpRequest, pk: int) -> HttpResponse:
    """+1 caller: whom the address names (?unit= ?resident= ?contact=), or who is written in the form."""
    incident = incident_for(request, pk, "incidents.work")
    speaks = caller_from(request, "incidents.work")
    form = CallerForm(request.POST, auto_id="caller_%s", estate=incident.estate)

    def act(data: dict[str, Any]) -> Any:
        del data["unit"]
        return incidents.add_caller(
            incident,
            actor=person(request),
            **data
            | {
                "unit": speaks.unit or form.unit_on_file,
                "resident": speaks.resident,
                "contact": speaks.contact,
                "form_token": data["form_token"] or None,
            },
        )

    says = _("+1 caller on %(number)s") % {"number": incident.number}
    return carry_out(request, incident, "caller", form, act, says)


@require_POST
@needs("incidents.work")
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """A ticket belongs to this incident; pressed on the ticket's page it leads back there."""
    incident = incident_for(request, pk, "incidents.work")
    form = JoinForm(request.POST, auto_id="join_%s")
    found: list[Ticket] = []

    def act(data: dict[str, Any]) -> Any:
        number = data["ticket"].strip()
        tickets = Ticket.objects.visible_to(person(request)).filter(estate=incident.estate)
        found.extend(tickets.filter(number__iexact=number)[:1])
        if not found:
            raise Refused("no_such_ticket", _("No ticket of that number is known here."), field="ticket")
        return incidents.join_ticket(incident, actor=person(request), ticket=found[0])

    answer = carry_out(
        request, incident, "join", form, act, _("Joined to %(number)s") % {"number": incident.number}
    )
    if found and request.POST.get("next") == "ticket" and answer.status_code == 303:
        answer["Location"] = reverse("ticket_detail", args=[found[0].pk])
    return answer


@require_POST
@needs("incidents.work")
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """A line of the timeline, or who outside was told."""
    incident = incident_for(request, pk, "incidents.work")
    form = NoteForm(request.POST, auto_id="note_%s")
    return carry_out(
        request,
        incident,
        "note",
        form,
        lambda data: incidents.note_incident(incident, actor=person(request), **with_token(data)),
        _("Written down"),
    )


@require_POST
@needs("incidents.work")
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """One notice to all who reported it; held while it promises something."""
    incident = incident_for(request, pk, "incidents.work")
    form = NoticeForm(request.POST, auto_id="notice_%s", estate=incident.estate)

    def act(data: dict[str, Any]) -> Any:
        token = data["form_token"] or None
        return incident_notices.notify_reporters(
            incident, actor=person(request), texts=data["texts"], form_token=token
        )

    def says(made: Any) -> str:
        if made.state == "held":
            return _("The notice waits for a supervisor")
        return _("Notice to %(count)s households") % {"count": made.reached}

    return carry_out(request, incident, "notice", form, act, says)


@require_POST
@needs("tickets.release_reply")
def notice_release(request: HttpRequest, pk: int, notice_pk: int) -> HttpResponse:
    """Let a held notice go out."""
    incident = incident_for(request, pk, "tickets.release_reply")
    held = get_notice(incident, notice_pk)
    incident_notices.release_notice(held, actor=person(request))
    return done(request, _("Notice sent"), reverse("incident_detail", args=[pk]))


@require_POST
@needs("incidents.work")
def notice_withdraw(request: HttpRequest, pk: int, notice_pk: int) -> HttpResponse:
    """Take a held notice back, with the reason."""
    incident = incident_for(request, pk, "incidents.work")
    held = get_notice(incident, notice_pk)
    incident_notices.withdraw_notice(held, actor=person(request), reason=request.POST.get("reason", ""))
    return done(request, _("Notice withdrawn"), reverse("incident_detail", args=[pk]))


@require_POST
@needs("incidents.work")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Other words for it, another kind or place."""
    incident = incident_for(request, pk, "incidents.work")
    form = EditIncidentForm(request.POST, auto_id="edit_%s", buildings=buildings_of(incident.estate_id))
    return carry_out(
        request,
        incident,
        "edit",
        form,
        lambda data: incidents.edit_incident(incident, actor=person(request), **data),
        _("Changed"),
    )


@require_POST
@needs("incidents.work")
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """It is over, with a summary."""
    incident = incident_for(request, pk, "incidents.work")
    form = CloseIncidentForm(request.POST, auto_id="close_%s")
    return carry_out(
        request,
        incident,
        "close",
        form,
        lambda data: incidents.close_incident(incident, actor=person(request), **data),
        _("Closed"),
    )


@require_POST
@needs("incidents.work")
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """It is not over after all."""
    incident = incident_for(request, pk, "incidents.work")
    form = ReopenIncidentForm(request.POST, auto_id="reopen_%s")
    return carry_out(
        request,
        incident,
        "reopen",
        form,
        lambda data: incidents.reopen_incident(incident, actor=person(request), **data),
        _("Open again"),
    )


def carry_out(
    request: HttpRequest,
    incident: Incident,
    name: str,
    form: forms.Form,
    act: Act,
    says: str | Callable[[Any], str],
) -> HttpResponse:
    """Do it and say so; what is filled in wrongly or refused comes back on the page as it was typed."""
    if not form.is_valid():
        return show_incident(request, incident, sent=Sent(name, form))
    try:
        result = act(form.cleaned_data)
    except Refused as refused:
        now = incident_for(request, incident.pk, "incidents.view")
        return show_incident(request, now, sent=refusal_of(name, form, refused, now))  # type: ignore[arg-type]
    url = reverse("incident_detail", args=[incident.pk])
    return done(request, says(result) if callable(says) else says, url)


def with_token(data: dict[str, Any]) -> dict[str, Any]:
    return data | {"form_token": data["form_token"] or None}


def get_notice(incident: Incident, pk: int) -> Any:
    """The notice of this incident; a foreign one is a 404."""
    from_this = incident.notices.filter(pk=pk).first() if pk <= BIGGEST_ID else None
    if from_this is None:
        raise Http404
    return from_this
