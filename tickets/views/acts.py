"""What is done to a ticket from its page: each act is one POST, one service, one redirect."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.estates.models import Department
from helpdesk.lib.errors import Refused, Stale
from helpdesk.staff.access import needs
from helpdesk.staff.models import User
from helpdesk.staff.roles import colleagues
from tickets.forms.tickets import (
    AssignForm,
    ClassifyForm,
    CloseForm,
    EditForm,
    HandOverForm,
    MergeForm,
    PriorityForm,
    ReasonForm,
    ResolveForm,
    SlipForm,
    StepForm,
)
from tickets.models import Ticket
from tickets.procedures import title_of_step
from tickets.services.slips import issue_slip
from tickets.services.tickets import (
    assign_ticket,
    classify_ticket,
    close_ticket,
    decline_ticket,
    edit_ticket,
    hand_over_responsibility,
    merge_tickets,
    reopen_ticket,
    resolve_ticket,
    set_priority,
    start_ticket,
    tick_step,
)
from tickets.views.answers import SeeOther, done, ticket_for
from tickets.views.ticket_forms import Sent, people_behind
from tickets.views.ticket_page import show_ticket

# Which text stands beside the stored one, where a colleague was quicker.
WRITTEN = {"resolve": ("resolution",), "edit": ("subject", "topic", "unit", "resident")}
Act = Callable[[dict[str, Any]], Any]


@require_POST
@needs("tickets.work")
def classify(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm or correct the class; a change asks for a reason."""
    ticket = ticket_for(request, pk, "tickets.work")
    form = ClassifyForm(request.POST, auto_id="classify_%s")
    return carry_out(
        request,
        ticket,
        "classify",
        form,
        lambda data: classify_ticket(ticket, actor=person(request), **data),
        _("Class set"),
    )


@require_POST
@needs("tickets.work")
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it to a department; the responsible person stays."""
    ticket = ticket_for(request, pk, "tickets.work")
    form = AssignForm(
        request.POST, auto_id="assign_%s", departments=departments_of(ticket), people=people_of(ticket)
    )
    return carry_out(
        request,
        ticket,
        "assign",
        form,
        lambda data: assign_ticket(ticket, actor=person(request), **data),
        _("Assigned"),
    )


@require_POST
@needs("tickets.work")
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Work has begun."""
    ticket = ticket_for(request, pk, "tickets.work")
    return press(request, ticket, lambda: start_ticket(ticket, actor=person(request)), _("Work has begun"))


@require_POST
@needs("tickets.work")
def priority(request: HttpRequest, pk: int) -> HttpResponse:
    """Count the limits anew by another priority."""
    ticket = ticket_for(request, pk, "tickets.work")
    form = PriorityForm(request.POST, auto_id="priority_%s")
    return carry_out(
        request,
        ticket,
        "priority",
        form,
        lambda data: set_priority(ticket, actor=person(request), **data),
        _("Priority set"),
    )


@require_POST
@needs("tickets.work")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another subject or topic; another unit or resident."""
    ticket = ticket_for(request, pk, "tickets.work")
    form = EditForm(request.POST, auto_id="edit_%s", ticket=ticket, people=people_behind(ticket))
    return carry_out(
        request,
        ticket,
        "edit",
        form,
        lambda data: edit_ticket(ticket, actor=person(request), **form.changes()),
        _("Changed"),
    )


@require_POST
@needs("tickets.work")
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody else is responsible from now on."""
    ticket = ticket_for(request, pk, "tickets.work")
    form = HandOverForm(request.POST, auto_id="hand_over_%s", people=people_of(ticket))

    def act(data: dict[str, Any]) -> Any:
        return hand_over_responsibility(ticket, actor=person(request), **data)

    return carry_out(request, ticket, "hand_over", form, act, _("Handed over"))


@require_POST
@needs("tickets.work")
def step(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Tick a step, with what was found; or mark it as not needed, with the reason."""
    ticket = ticket_for(request, pk, "tickets.work")
    form = StepForm(request.POST, auto_id=f"step-{key}_%s")
    laid = ticket.steps.filter(key=key).first()
    says = _("%(step)s: done") % {"step": title_of_step(laid) if laid else key}
    return carry_out(
        request,
        ticket,
        f"step-{key}",
        form,
        lambda data: tick_step(ticket, actor=person(request), key=key, **data),
        says,
    )


@require_POST
@needs("slips.issue")
def slip(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue a slip for this ticket."""
    ticket = ticket_for(request, pk, "slips.issue")
    form = SlipForm(request.POST, auto_id="slip_%s", departments=departments_of(ticket), ticket_pk=ticket.pk)

    def act(data: dict[str, Any]) -> Any:
        return issue_slip(
            actor=person(request), ticket=ticket, **data | {"form_token": data["form_token"] or None}
        )

    return carry_out(
        request, ticket, "slip", form, act, lambda made: _("%(number)s is issued") % {"number": made.number}
    )


@require_POST
@needs("tickets.work")
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """It is done; a follow-up visit is planned."""
    ticket = ticket_for(request, pk, "tickets.work")
    form = ResolveForm(request.POST, auto_id="resolve_%s", ticket_pk=ticket.pk)
    says = _("Resolved; a follow-up visit is planned")
    return carry_out(
        request,
        ticket,
        "resolve",
        form,
        lambda data: resolve_ticket(ticket, actor=person(request), **data),
        says,
    )


@require_POST
@needs("tickets.work")
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close it; with a step open only a manager does, with a reason."""
    ticket = ticket_for(request, pk, "tickets.work")
    form = CloseForm(request.POST, auto_id="close_%s")
    return carry_out(
        request,
        ticket,
        "close",
        form,
        lambda data: close_ticket(ticket, actor=person(request), **data),
        _("Closed"),
    )


@require_POST
@needs("tickets.work")
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open it again, with the reason."""
    ticket = ticket_for(request, pk, "tickets.work")
    form = ReasonForm(request.POST, auto_id="reopen_%s")
    return carry_out(
        request,
        ticket,
        "reopen",
        form,
        lambda data: reopen_ticket(ticket, actor=person(request), **data),
        _("Open again"),
    )


@require_POST
@needs("tickets.work")
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Not ours to do; the resident gets the reason."""
    ticket = ticket_for(request, pk, "tickets.work")
    form = ReasonForm(request.POST, auto_id="decline_%s")
    return carry_out(
        request,
        ticket,
        "decline",
        form,
        lambda data: decline_ticket(ticket, actor=person(request), **data),
        _("Declined"),
    )


@require_POST
@needs("tickets.work")
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """The same matter as another ticket, named by its number."""
    ticket = ticket_for(request, pk, "tickets.work")
    form = MergeForm(request.POST, auto_id="merge_%s")

    def act(data: dict[str, Any]) -> Any:
        into = Ticket.objects.visible_to(person(request)).filter(
            estate=ticket.estate, number__iexact=data["into"].strip()
        )
        found = into.first()
        if found is None:
            raise Refused("no_such_ticket", _("No ticket of that number is known here."), field="into")
        return merge_tickets(ticket, actor=person(request), into=found)

    return carry_out(request, ticket, "merge", form, act, _("Merged"))


def carry_out(
    request: HttpRequest,
    ticket: Ticket,
    name: str,
    form: forms.Form,
    act: Act,
    says: str | Callable[[Any], str],
) -> HttpResponse:
    """Do it and say so; what is filled in wrongly or refused comes back on the ticket's page as it was typed."""
    if not form.is_valid():
        return show_ticket(request, ticket, sent=Sent(name, form))
    try:
        result = act(form.cleaned_data)
    except Refused as refused:
        now = ticket_for(request, ticket.pk, "tickets.view")
        return show_ticket(request, now, sent=refusal_of(name, form, refused, now))
    return done(request, says(result) if callable(says) else says, where_next(request, ticket))


def press(request: HttpRequest, ticket: Ticket, act: Callable[[], Any], says: str) -> HttpResponse:
    """A button without a form: nothing was typed, so a refusal is only said."""
    try:
        act()
    except Refused as refused:
        messages.error(request, str(refused.message))
        return SeeOther(where_next(request, ticket))
    return done(request, says, where_next(request, ticket))


def where_next(request: HttpRequest, ticket: Ticket) -> str:
    """Back to the Desk for what was done there; else the ticket."""
    if request.POST.get("next") == "desk":
        return reverse("desk")
    return reverse("ticket_detail", args=[ticket.pk])


def refusal_of(name: str, form: forms.Form, refused: Refused, now: Ticket) -> Sent:
    """The sentence beside the form; a stale text is set beside the one that a colleague saved meanwhile."""
    if refused.field in form.fields:
        form.add_error(refused.field, str(refused.message))
    sent = Sent(name, form, refusal=str(refused.message))
    if isinstance(refused, Stale) and "version" in form.fields:
        # Both texts have been seen now, so sending once more counts.
        data: Any = form.data.copy()  # type: ignore[attr-defined]
        data[form.add_prefix("version")] = str(now.version)
        form.data = data
        sent.mine, sent.theirs = both_texts(form, now, WRITTEN.get(name, ()))
    return sent


def both_texts(form: forms.Form, now: Ticket, fields: tuple[str, ...]) -> tuple[str, str]:
    """What was written and what a colleague saved. Of several fields those that differ, each under its name."""
    sent = [name for name in fields if name in form.data]
    differ = [name for name in sent if form.cleaned_data.get(name) != getattr(now, name)] or sent[:1]

    def text(values: dict[str, Any]) -> str:
        words = {name: said(form.fields[name], values.get(name)) for name in differ}
        if set(differ) <= set(fields[:1]):
            return "".join(words.values())
        named = [{"label": form.fields[name].label, "value": word or "–"} for name, word in words.items()]
        return "\n".join(_("%(label)s: %(value)s") % pair for pair in named)

    return text(form.cleaned_data), text({name: getattr(now, name) for name in differ})


def said(field: forms.Field, value: Any) -> str:
    """A value as the reader saw it in the form."""
    labels = dict(field.choices) if type(field) is forms.ChoiceField else {}
    return str(labels.get(value, value if value is not None else ""))


def person(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


def departments_of(ticket: Ticket) -> list[Department]:
    return list(Department.objects.filter(estate=ticket.estate_id, is_active=True))


def people_of(ticket: Ticket) -> list[User]:
    return colleagues(ticket.estate_id, "tickets.view")
