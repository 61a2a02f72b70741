"""Incidents 突发事件: opened, joined by the calls of many units, told to all at once, closed (docs/domain.md §10)."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.audit.services import record
from helpdesk.estates.models import Department, Estate
from helpdesk.estates.services import next_number
from helpdesk.lib.errors import Refused, Stale
from helpdesk.lib.transitions import Transitions
from helpdesk.notifications.services import notify
from helpdesk.staff.models import User
from residents.models import Building, Resident, Unit
from tickets.models import Contact, Incident, IncidentNote, IncidentReport, Ticket, Topic
from tickets.services.contacts import take_contact
from tickets.services.telling import (
    clerks,
    desk_supervisors,
    duty_after_hours,
    guards,
    managers,
    people_of_department,
)
from tickets.services.tickets.state import need_reason, same_estate
from tickets.services.tickets.taking import take_ticket

S = Incident.Status
KIND = Incident.Kind
STAYS = ""

INCIDENT_STATES = Transitions(
    {
        "edit": ((S.OPEN,), STAYS),
        "add_caller": ((S.OPEN,), STAYS),
        "join": ((S.OPEN,), STAYS),
        "note": ((S.OPEN,), STAYS),
        # What was promised or is over now may still have to be said afterwards.
        "notify": ((S.OPEN, S.CLOSED), STAYS),
        "close": ((S.OPEN,), S.CLOSED),
        "reopen": ((S.CLOSED,), S.OPEN),
    },
    statuses=S.choices,
    actions={
        "edit": gettext_lazy("Change"),
        "add_caller": gettext_lazy("Add a caller"),
        "join": gettext_lazy("Join a ticket"),
        "note": gettext_lazy("Write down"),
        "notify": gettext_lazy("Tell all who reported it"),
        "close": gettext_lazy("Close"),
        "reopen": gettext_lazy("Open again"),
    },
)
# What kind of department is told at once, beside the managers.
GOES = {
    KIND.WATER: Department.Kind.ENGINEERING,
    KIND.POWER: Department.Kind.ENGINEERING,
    KIND.LIFT: Department.Kind.ENGINEERING,
    KIND.GAS: Department.Kind.ENGINEERING,
    KIND.FIRE: Department.Kind.SECURITY,
    KIND.SECURITY: Department.Kind.SECURITY,
    KIND.SUSPICIOUS: Department.Kind.SECURITY,
    KIND.INJURY: Department.Kind.SECURITY,
}
TOPIC_OF = {
    KIND.WATER: Topic.WATER,
    KIND.POWER: Topic.ELECTRICITY,
    KIND.LIFT: Topic.LIFT,
    KIND.SECURITY: Topic.SECURITY,
    KIND.SUSPICIOUS: Topic.SECURITY,
}
EDITABLE = ("kind", "title", "details", "topic", "building", "place")


def open_incident(
    *,
    estate: Estate,
    kind: str,
    title: str,
    actor: User | None,
    details: str = "",
    topic: str = "",
    building: Building | None = None,
    place: str = "",
    form_token: str | None = None,
    at: datetime | None = None,
) -> Incident:
    """A new incident, told at once to managers, the department that goes, and after hours to whoever is on duty.

    The same form again gives the first one's incident. Refused text_missing, other_estate.
    """
    at = at or timezone.now()
    same_estate(estate.pk, "building", building)
    if not title.strip():
        raise Refused("text_missing", _("Say in a few words what happened."), field="title")
    incident = Incident(
        estate=estate,
        kind=kind,
        title=title.strip(),
        details=details.strip(),
        topic=topic or TOPIC_OF.get(KIND(kind), Topic.OTHER),
        building=building,
        place=place.strip(),
        opened_at=at,
        opened_by=actor,
        form_token=form_token,
    )
    before = _made_by(form_token, estate)
    if before is not None:
        return before
    try:
        with transaction.atomic():
            return _write(incident, actor)
    except IntegrityError:
        before = _made_by(form_token, estate)
        if before is None:
            raise
        return before


def _made_by(form_token: str | None, estate: Estate) -> Incident | None:
    return Incident.objects.filter(form_token=form_token, estate=estate).first() if form_token else None


def _write(incident: Incident, actor: User | None) -> Incident:
    incident.number = next_number(incident.estate, "I", incident.opened_at)
    incident.save(force_insert=True)
    told = who_goes(incident, incident.opened_at)
    _tell(told, incident, "incident_opened", key="opened")
    names = [str(person) for person in told]
    record("incident.opened", incident, actor=actor, at=incident.opened_at, told=names)
    return incident


def who_goes(incident: Incident, at: datetime) -> list[User]:
    """Managers, the front desk's supervisors, the department whose matter it is (guards too, where it is
    security's), after hours whoever is on duty."""
    kind = GOES.get(KIND(incident.kind))
    departments = Department.objects.filter(estate=incident.estate, kind=kind, is_active=True) if kind else []
    goes = [person for department in departments for person in people_of_department(department)]
    people = [*managers(incident.estate), *desk_supervisors(incident.estate), *goes]
    if kind == Department.Kind.SECURITY:
        people += guards(incident.estate)
    people += duty_after_hours(incident.estate, at)
    return list({person.pk: person for person in people}.values())


@transaction.atomic
def add_caller(
    incident: Incident,
    *,
    actor: User,
    unit: Unit | None = None,
    resident: Resident | None = None,
    name: str = "",
    phone: str = "",
    summary: str = "",
    contact: Contact | None = None,
    with_ticket: bool = False,
    form_token: str | None = None,
    at: datetime | None = None,
) -> IncidentReport:
    """One caller more: an entry in the register (or the `contact` that stands there), and a ticket if wanted.

    The same form or contact again gives the same report. Refused invalid_transition, other_estate, phone_invalid,
    nobody_named.
    """
    at = at or timezone.now()
    incident = lock_incident(incident)
    same_estate(incident.estate_id, "contact", contact)
    there = IncidentReport.objects.filter(
        incident=incident, contact__in=_contacts_like(contact, form_token)
    ).first()
    if there is not None:
        return there
    if contact is not None and IncidentReport.objects.filter(contact=contact).exists():
        raise Refused("joined_elsewhere", _("This call belongs to another incident already."))
    INCIDENT_STATES.guard(incident.status, "add_caller")
    if contact is None:
        if not (unit or resident or name.strip() or phone.strip()):
            raise Refused("nobody_named", _("Say who it is: a unit, a name or a number."), field="unit")
        contact = take_contact(
            estate=incident.estate,
            kind=Contact.Kind.CALL,
            actor=actor,
            unit=unit,
            resident=resident,
            name=name.strip(),
            phone=phone,
            summary=summary.strip() or incident.title,
            form_token=form_token,
            at=at,
        )
    ticket = contact.ticket if contact.ticket_id else None
    if with_ticket and ticket is None:
        ticket = _ticket_for(incident, contact, actor=actor, at=at)
    return _join(incident, actor=actor, at=at, contact=contact, ticket=ticket)


def _contacts_like(contact: Contact | None, form_token: str | None) -> Any:
    if contact is not None:
        return [contact.pk]
    return Contact.objects.filter(form_token=form_token).values("pk") if form_token else []


def _ticket_for(incident: Incident, contact: Contact, *, actor: User, at: datetime) -> Ticket:
    channel = {Contact.Kind.COUNTER: "counter", Contact.Kind.LETTER: "letter"}.get(contact.kind, "phone")  # type: ignore[call-overload]
    return take_ticket(
        estate=incident.estate,
        channel=channel,
        description=contact.summary or incident.title,
        subject=incident.title,
        actor=actor,
        unit=contact.unit,
        resident=contact.resident,
        reporter_name=contact.name,
        reporter_phone=contact.phone,
        topic=incident.topic,
        contact=contact,
        at=at,
    )


@transaction.atomic
def join_ticket(
    incident: Incident, *, actor: User, ticket: Ticket, at: datetime | None = None
) -> IncidentReport:
    """A ticket belongs to this incident; again changes nothing. Refused invalid_transition, other_estate, joined_elsewhere."""
    at = at or timezone.now()
    incident = lock_incident(incident)
    same_estate(incident.estate_id, "ticket", ticket)
    there = IncidentReport.objects.filter(ticket=ticket).select_related("incident").first()
    if there is not None and there.incident_id == incident.pk:
        return there
    if there is not None:
        message = _("%(ticket)s belongs to %(incident)s already.")
        raise Refused(
            "joined_elsewhere", message % {"ticket": ticket, "incident": there.incident}, field="ticket"
        )
    INCIDENT_STATES.guard(incident.status, "join")
    return _join(incident, actor=actor, at=at, ticket=ticket)


def _join(
    incident: Incident,
    *,
    actor: User,
    at: datetime,
    contact: Contact | None = None,
    ticket: Ticket | None = None,
) -> IncidentReport:
    # A ticket that is joined already stays where it is: its caller is added beside it.
    if ticket is not None and IncidentReport.objects.filter(ticket=ticket).exists():
        ticket = None
    report = IncidentReport.objects.create(
        incident=incident, contact=contact, ticket=ticket, added_at=at, added_by=actor
    )
    unit = (contact and contact.unit) or (ticket and ticket.unit)
    said: dict[str, Any] = {"unit": unit.code if unit else "", "ticket": ticket.number if ticket else ""}
    record("incident.caller_added", incident, actor=actor, at=at, **{k: v for k, v in said.items() if v})
    if ticket is not None:
        record("ticket.joined", ticket, actor=actor, at=at, incident=incident.number)
    return report


@transaction.atomic
def note_incident(
    incident: Incident,
    *,
    actor: User,
    body: str = "",
    whom: str = "",
    tells: bool = False,
    form_token: str | None = None,
    at: datetime | None = None,
) -> IncidentNote:
    """A line in the timeline; with `whom` it says who was told (the fire brigade, the water works), with `tells` whoever
    goes hears of it at once. Refused text_missing, invalid_transition (closed)."""
    at = at or timezone.now()
    incident = lock_incident(incident)
    if form_token:
        before = IncidentNote.objects.filter(form_token=form_token, incident=incident).first()
        if before is not None:
            return before
    INCIDENT_STATES.guard(incident.status, "note")
    if not (body.strip() or whom.strip()):
        raise Refused("text_missing", _("Write something first."), field="body")
    kind = IncidentNote.Kind.TOLD if whom.strip() else IncidentNote.Kind.NOTE
    note = IncidentNote.objects.create(
        incident=incident,
        kind=kind,
        whom=whom.strip(),
        body=body.strip(),
        written_at=at,
        written_by=actor,
        form_token=form_token,
    )
    # The words stand in the note itself; history says that it was written.
    record("incident.noted", incident, actor=actor, at=at, note=note.pk)
    if tells:
        _tell(who_goes(incident, at), incident, "incident_goes_on", key=f"noted:{note.pk}")
    return note


@transaction.atomic
def edit_incident(
    incident: Incident, *, actor: User, version: int | None = None, at: datetime | None = None, **changes: Any
) -> Incident:
    """Change what it is called, its kind, topic or place. Refused Stale, invalid_transition, text_missing, other_estate."""
    unknown = set(changes) - set(EDITABLE)
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    incident = lock_incident(incident, version=version)
    INCIDENT_STATES.guard(incident.status, "edit")
    same_estate(incident.estate_id, "building", changes.get("building"))
    if "title" in changes and not changes["title"].strip():
        raise Refused("text_missing", _("Say in a few words what happened."), field="title")
    changed = [name for name in EDITABLE if name in changes and getattr(incident, name) != changes[name]]
    for name in changed:
        setattr(incident, name, changes[name])
    if changed:
        _save(incident, *changed)
        record("incident.changed", incident, actor=actor, at=at, fields=changed)
    return incident


@transaction.atomic
def close_incident(
    incident: Incident, *, actor: User, summary: str, version: int | None = None, at: datetime | None = None
) -> Incident:
    """It is over: what happened, what was done. Its tickets go on by themselves. Refused reason_required,
    invalid_transition, Stale."""
    at = at or timezone.now()
    summary = need_reason(summary, field="summary")
    incident = lock_incident(incident, version=version)
    incident.status = INCIDENT_STATES.guard(incident.status, "close")
    incident.summary, incident.closed_at, incident.closed_by = summary, at, actor
    _save(incident, "status", "summary", "closed_at", "closed_by")
    record("incident.closed", incident, actor=actor, at=at)
    _tell(who_goes(incident, at), incident, "incident_closed", key=f"closed:{incident.version}")
    return incident


@transaction.atomic
def reopen_incident(incident: Incident, *, actor: User, reason: str, at: datetime | None = None) -> Incident:
    """It is not over after all. Refused reason_required, invalid_transition."""
    reason = need_reason(reason)
    incident = lock_incident(incident)
    incident.status = INCIDENT_STATES.guard(incident.status, "reopen")
    incident.closed_at = incident.closed_by = None
    _save(incident, "status", "closed_at", "closed_by")
    record("incident.reopened", incident, actor=actor, at=at, reason=reason)
    return incident


def lock_incident(incident: Incident, *, version: int | None = None) -> Incident:
    """The row as it now is, locked until the caller commits; Stale if it is no longer at `version`."""
    now = (
        Incident.objects.select_for_update(of=("self",))
        .select_related("estate", "building")
        .get(pk=incident.pk)
    )
    if version is not None and version != now.version:
        raise Stale(_("A colleague changed this incident meanwhile; nothing was saved."), version=now.version)
    return now


def _save(incident: Incident, *fields: str) -> None:
    incident.version += 1
    incident.save(update_fields=[*fields, "version"])


def _tell(people: list[User], incident: Incident, template: str, *, key: str) -> None:
    """One message to each; the front desk's clerks hear with them, as they get the calls."""
    everybody = {person.pk: person for person in [*people, *clerks(incident.estate)]}
    for person in everybody.values():
        notify(
            person,
            template,
            estate=incident.estate,
            dedupe_key=f"incident:{incident.pk}:{key}:{person.pk}",
            context={
                "number": incident.number,
                "title": incident.title,
                "where": place_of(incident),
                "kind": incident.kind,
                "summary": incident.summary,
            },
            about=incident,
            link=reverse("incident_detail", args=[incident.pk]),
        )


def place_of(incident: Incident) -> str:
    """Building and place in one line."""
    building = incident.building
    where = (building.name or _("building %(code)s") % {"code": building.code}) if building else ""
    return " ".join(part for part in (where, incident.place) if part)
