"""The forms that a ticket's page offers to this person in this state; the services hold the rules."""

import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone

from helpdesk.estates.models import Department
from helpdesk.staff.models import User
from residents.models import Resident
from residents.selectors import residents_of
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
    SplitForm,
    WordsForm,
)
from tickets.models import UNRESOLVED, Ticket
from tickets.routing import usual_department
from tickets.views.beside import beside_forms, forwarding_of


@dataclass
class Sent:
    """What came back: the form as it was filled in, and why it was not accepted."""

    name: str
    form: forms.BaseForm
    refusal: str = ""
    mine: str = ""
    theirs: str = ""


def offered(
    ticket: Ticket, user: User, *, departments: list[Department], people: list[User], sent: Sent | None
) -> dict[str, forms.BaseForm]:
    """Name → form. A form that came back takes the place of the fresh one."""
    if not user.may("tickets.work", ticket.estate_id):
        return {}
    made = open_forms(ticket, user, departments, people) if ticket.is_open else {}
    if ticket.is_open or user.may("tickets.reclassify_closed", ticket.estate_id):
        made["classify"] = ClassifyForm(
            auto_id="classify_%s",
            initial={"complaint_class": ticket.complaint_class, "version": ticket.version},
        )
    if ticket.status not in UNRESOLVED and ticket.merged_into_id is None:
        made["reopen"] = ReasonForm(auto_id="reopen_%s")
    made |= beside_forms(ticket, forwarding_of(ticket))
    made["note"] = WordsForm(auto_id="note_%s", draft_key=f"ticket-{ticket.pk}-note")
    check = reverse("ticket_promises")
    made["reply"] = WordsForm(auto_id="reply_%s", draft_key=f"ticket-{ticket.pk}-reply", check_url=check)
    for form in made.values():
        if "form_token" in form.fields:
            form.initial["form_token"] = uuid.uuid4().hex
    if sent is not None:
        made[sent.name] = sent.form
    return made


def open_forms(
    ticket: Ticket, user: User, departments: list[Department], people: list[User]
) -> dict[str, forms.BaseForm]:
    """What can be done while the matter is open."""
    first = ticket.department or usual_department(ticket.topic, departments)
    to = {
        "department": first.pk if first else "",
        "handler": ticket.handler_id or "",
        "version": ticket.version,
    }
    made: dict[str, Any] = {
        "edit": EditForm(
            auto_id="edit_%s",
            initial={
                "subject": ticket.subject,
                "topic": ticket.topic,
                "unit": ticket.unit.code if ticket.unit else "",
                "resident": ticket.resident_id or "",
                "version": ticket.version,
            },
            ticket=ticket,
            people=people_behind(ticket),
        ),
        "hand_over": HandOverForm(auto_id="hand_over_%s", people=people),
        "close": CloseForm(auto_id="close_%s"),
        "split": SplitForm(auto_id="split_%s", ticket_pk=ticket.pk),
    }
    if ticket.status in UNRESOLVED:
        made |= {
            "assign": AssignForm(auto_id="assign_%s", initial=to, departments=departments, people=people),
            "priority": PriorityForm(auto_id="priority_%s", initial={"priority": ticket.priority}),
            "resolve": ResolveForm(
                auto_id="resolve_%s", initial={"version": ticket.version}, ticket_pk=ticket.pk
            ),
            "decline": ReasonForm(auto_id="decline_%s"),
            "merge": MergeForm(auto_id="merge_%s"),
        }
        if user.may("slips.issue", ticket.estate_id):
            made["slip"] = SlipForm(
                auto_id="slip_%s",
                initial={"department": to["department"], "instructions": ticket.description[:2000]},
                departments=departments,
                ticket_pk=ticket.pk,
            )
    return made


def people_behind(ticket: Ticket) -> list[Resident]:
    """Whom the matter may belong to: the people of its unit today, and who stands on it already."""
    people = residents_of(ticket.unit, timezone.localdate()) if ticket.unit else []
    named = ticket.resident
    return people if named is None or named in people else [*people, named]
