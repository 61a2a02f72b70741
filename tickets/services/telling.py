"""Who is told what: residents never in rest hours and never the class; staff at once, with the next act."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from helpdesk.estates.business_time import NeverOpens, is_open, next_open
from helpdesk.estates.calendars import business_calendar, calling_calendar, local, on_duty_ids
from helpdesk.estates.models import Department, Estate
from helpdesk.notifications.services import notify
from helpdesk.staff.models import User
from helpdesk.staff.permissions import Role
from helpdesk.staff.roles import staff_with_role
from residents.models import Phone, Resident
from tickets.models import Ticket
from tickets.services.links import track_path


def tell_resident(ticket: Ticket, template: str, *, key: str, at: datetime, **context: Any) -> None:
    """One message about the matter to whoever reported it, by SMS or else e-mail; nothing to those who want none."""
    channel, address = _reach(ticket)
    if not address:
        return
    resident = ticket.resident
    notify(
        resident.name if resident else ticket.reporter_name,
        template,
        estate=ticket.estate,
        dedupe_key=f"{key}:resident",
        context={"number": ticket.number, **context},
        about=ticket,
        link=track_path(ticket),
        channel=channel,
        address=address,
        language=(resident.language if resident else "") or ticket.language,
        not_before=not_in_rest_hours(ticket.estate, at),
        spares_rest_hours=True,
    )


def _reach(ticket: Ticket) -> tuple[str, str]:
    return reach_of(ticket.resident, ticket.reporter_phone)


def reach_of(resident: Resident | None, phone: str) -> tuple[str, str]:
    """Channel and address: the number on file, else the e-mail address on file, else the number the reporter gave."""
    if resident is None:
        return "sms", phone
    if not resident.accepts_messages:
        return "", ""
    on_file = Phone.objects.filter(resident=resident, is_working=True).first()
    if on_file is not None:
        return "sms", on_file.number
    return ("email", resident.email) if resident.email else ("sms", phone)


def not_in_rest_hours(estate: Estate, at: datetime) -> datetime:
    """`at` itself, or when residents may be disturbed again."""
    try:
        return next_open(calling_calendar(estate), at)
    except NeverOpens:
        return at


def tell_staff(
    people: Iterable[User],
    template: str,
    *,
    about: Any,
    key: str,
    link: str,
    **context: Any,
) -> None:
    """One message to each, at once; nobody is told the same thing twice."""
    for person in {p.pk: p for p in people}.values():
        notify(
            person,
            template,
            estate=about.estate,
            dedupe_key=f"{key}:{person.pk}",
            context={"number": getattr(about, "number", ""), **context},
            about=about,
            link=link,
        )


def managers(estate: Estate) -> list[User]:
    return staff_with_role(estate.pk, Role.MANAGER)


def supervisors(estate: Estate, department: Department | None) -> list[User]:
    """The department's supervisors; where it has none or there is no department, the front desk's, else the managers."""
    found = staff_with_role(estate.pk, Role.SUPERVISOR, department_id=department.pk) if department else []
    return found or desk_supervisors(estate) or managers(estate)


def desk_supervisors(estate: Estate) -> list[User]:
    """Supervisors of the front desk."""
    desk = Department.Kind.FRONT_DESK
    return [
        user
        for department in Department.objects.filter(estate=estate, kind=desk)
        for user in staff_with_role(estate.pk, Role.SUPERVISOR, department_id=department.pk)
    ]


def clerks(estate: Estate) -> list[User]:
    return staff_with_role(estate.pk, Role.CLERK)


def guards(estate: Estate) -> list[User]:
    """Whoever stands at the gate."""
    return staff_with_role(estate.pk, Role.GUARD)


def people_of_department(department: Department) -> list[User]:
    """Supervisors and workers of a department."""
    return staff_with_role(
        department.estate_id, Role.SUPERVISOR, Role.TECHNICIAN, department_id=department.pk
    )


def duty_after_hours(estate: Estate, at: datetime, department: Department | None = None) -> list[User]:
    """Whoever is on duty, when the office is closed at `at`; during office hours nobody."""
    if is_open(business_calendar(estate), at):
        return []
    ids = on_duty_ids(estate, at, department=department)
    return list(User.objects.filter(pk__in=ids, is_active=True))


def who_is_there(ticket: Ticket, at: datetime) -> list[User]:
    """Who sees to what falls due at `at`: after hours whoever is on duty; by day, while the responsible person is off
    shift, the front desk's shift. Nobody where the duty list names nobody or the responsible person is there."""
    if not is_open(business_calendar(ticket.estate), at):
        return duty_after_hours(ticket.estate, at, ticket.department) or duty_after_hours(ticket.estate, at)
    return shift_at_the_desk(ticket.estate, at) if is_off_shift(ticket.responsible, ticket.estate, at) else []


def is_off_shift(person: User | None, estate: Estate, at: datetime) -> bool:
    """Whether the duty list names others and not this person; without a list for the hour nobody is off shift."""
    there = on_duty_ids(estate, at)
    return bool(there) and (person is None or person.pk not in there)


def shift_at_the_desk(estate: Estate, at: datetime) -> list[User]:
    """The people of the front desk whom the duty list names for the moment."""
    desk = Department.Kind.FRONT_DESK
    ids = {
        pk
        for department in Department.objects.filter(estate=estate, kind=desk)
        for pk in on_duty_ids(estate, at, department=department)
    }
    return list(User.objects.filter(pk__in=ids, is_active=True).order_by("pk"))


def who_looks_after(ticket: Ticket) -> list[User]:
    """The responsible person, else every clerk: somebody must see it."""
    responsible = ticket.responsible
    return [responsible] if responsible is not None and responsible.is_active else clerks(ticket.estate)


def where_of(ticket: Ticket) -> str:
    """The door plate, or the place as it was written."""
    return ticket.unit.code if ticket.unit else ticket.unit_as_written


def headline_of(ticket: Ticket) -> str:
    """The subject, or the first words of what happened."""
    words = ticket.subject or " ".join(ticket.description.split())
    return words if len(words) <= 60 else words[:59] + "…"


def on_the_clock(estate: Estate, at: datetime) -> str:
    """A moment on the estate's clock, written so that every language reads it: 2026-11-17 18:00."""
    return f"{local(estate, at):%Y-%m-%d %H:%M}"
