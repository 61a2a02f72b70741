"""What becomes of a letter, by its kind (docs/domain.md §3)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.estates.models import Department
from helpdesk.lib.errors import Refused
from helpdesk.notifications.services import notify
from helpdesk.staff.models import User
from helpdesk.staff.permissions import Role
from helpdesk.staff.roles import role_in
from tickets.classification import suggest_topic
from tickets.models import Contact, LetterClass, Slip, Topic
from tickets.models.contacts import SLIPPED_AT_ONCE
from tickets.routing import usual_department
from tickets.services.praise import register_praise
from tickets.services.slips import issue_slip
from tickets.services.telling import desk_supervisors, managers, people_of_department
from tickets.services.tickets.state import need_reason, same_estate


def settle_letter(
    contact: Contact, *, actor: User, department: Department | None, praised: User | None, at: datetime
) -> None:
    """A repair or report gets its slip, praise goes to the wall, a complaint to the desk supervisor, else to administration.

    Refused department_missing where a slip has nowhere to go. Call it once, in the transaction that classes the letter.
    """
    if contact.letter_class in SLIPPED_AT_ONCE:
        kind = SLIPPED_AT_ONCE[LetterClass(contact.letter_class)]
        _slip(contact, actor=actor, department=department, kind=kind, at=at)
    elif contact.letter_class == LetterClass.PRAISE:
        register_praise(
            estate=contact.estate,
            actor=actor,
            words=contact.summary,
            praised=praised,
            department=department,
            from_name=contact.resident.name if contact.resident else contact.name,
            unit=contact.unit,
            contact=contact,
            at=at,
        )
    elif contact.letter_class == LetterClass.COMPLAINT:
        people = desk_supervisors(contact.estate) or managers(contact.estate)
        _tell(people, "letter_to_decide", contact)
    else:
        _pass_to_administration(contact)


@transaction.atomic
def class_letter(
    contact: Contact,
    *,
    actor: User,
    letter_class: str,
    department: Department | None = None,
    praised: User | None = None,
    at: datetime | None = None,
) -> Contact:
    """Say what kind a letter is that came in without one. Refused invalid_transition for any other entry."""
    at = at or timezone.now()
    same_estate(contact.estate_id, "department", department)
    if not contact.summary.strip():
        raise Refused("text_missing", _("Write what the letter says."), field="summary")
    waiting = Contact.objects.filter(pk=contact.pk, kind=Contact.Kind.LETTER, letter_class="")
    if not waiting.update(letter_class=letter_class):
        raise Refused("invalid_transition", _("This letter has its kind already."))
    contact.refresh_from_db()
    record("letter.classed", contact, actor=actor, at=at, letter_class=letter_class)
    settle_letter(contact, actor=actor, department=department, praised=praised, at=at)
    return contact


def may_decide(user: User, estate_id: int) -> bool:
    """Whether this person decides on letters that complain: the desk supervisor, and the manager."""
    membership = role_in(user, estate_id)
    if membership is None or not user.may("letters.decide", estate_id):
        return False
    of_the_desk = membership.department and membership.department.kind == Department.Kind.FRONT_DESK
    return membership.role == Role.MANAGER or bool(of_the_desk)


@transaction.atomic
def decide_letter(
    contact: Contact,
    *,
    actor: User,
    issue: bool,
    department: Department | None = None,
    kind: str = Slip.Kind.COORDINATION,
    reason: str = "",
    at: datetime | None = None,
) -> Contact:
    """The desk supervisor decides whether a letter that complains gets a slip; the clerk who took it is told.

    Refused not_the_desk_supervisor, invalid_transition, reason_required (no slip), department_missing.
    """
    at = at or timezone.now()
    if not may_decide(actor, contact.estate_id):
        raise Refused("not_the_desk_supervisor", _("The desk supervisor decides on letters that complain."))
    same_estate(contact.estate_id, "department", department)
    if not issue:
        reason = need_reason(reason)
    waiting = Contact.objects.filter(pk=contact.pk, letter_class=LetterClass.COMPLAINT, done_at__isnull=True)
    if not waiting.update(done_at=at, done_by=actor, outcome=reason.strip()[:300]):
        raise Refused("invalid_transition", _("Nothing waits to be decided here."))
    contact.refresh_from_db()
    if issue:
        _slip(contact, actor=actor, department=department, kind=kind, at=at)
    record("letter.decided", contact, actor=actor, at=at, slip=issue, reason=reason.strip())
    if contact.taken_by is not None and contact.taken_by_id != actor.pk:
        _tell([contact.taken_by], "letter_decided", contact)
    return contact


def _slip(contact: Contact, *, actor: User, department: Department | None, kind: str, at: datetime) -> None:
    department = department or _usual(contact)
    if department is None:
        raise Refused("department_missing", _("Say which department the slip goes to."), field="department")
    contact.slip = issue_slip(
        actor=actor,
        department=department,
        instructions=contact.summary,
        kind=kind,
        ticket=contact.ticket,
        estate=contact.estate,
        unit=contact.unit,
        at=at,
    )
    contact.save(update_fields=["slip"])


def _usual(contact: Contact) -> Department | None:
    """Whom the words point to."""
    topic = suggest_topic(contact.summary) or Topic.OTHER
    return usual_department(topic, contact.estate.departments.filter(is_active=True))


def _pass_to_administration(contact: Contact) -> None:
    """Its people and its address are told; the managers where there are neither."""
    people: list[User] = []
    offices = Department.objects.filter(
        estate=contact.estate, kind=Department.Kind.ADMINISTRATION, is_active=True
    )
    for office in offices:
        people += people_of_department(office)
        if office.email:
            notify(
                office.name,
                "letter_passed_on",
                estate=contact.estate,
                dedupe_key=f"contact:{contact.pk}:letter_passed_on:department:{office.pk}",
                context=_words(contact),
                about=contact,
                channel="email",
                address=office.email,
            )
    _tell(people or managers(contact.estate), "letter_passed_on", contact)


def _tell(people: list[User], template: str, contact: Contact) -> None:
    for person in {p.pk: p for p in people}.values():
        notify(
            person,
            template,
            estate=contact.estate,
            dedupe_key=f"contact:{contact.pk}:{template}:{person.pk}",
            context=_words(contact),
            about=contact,
            link=reverse("contact_detail", args=[contact.pk]),
        )


def _words(contact: Contact) -> dict[str, Any]:
    return {
        "number": contact.number,
        "where": contact.unit.code if contact.unit else "",
        "summary": contact.summary,
        "slip": contact.slip.number if contact.slip else "",
        "reason": contact.outcome,
    }
