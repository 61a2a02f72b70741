"""Visits 来访: announced, checked in with a document seen, checked out; or refused (docs/domain.md §6)."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.audit.services import record
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Department, Estate
from helpdesk.estates.services import next_number
from helpdesk.lib.codes import short_code
from helpdesk.lib.errors import Refused
from helpdesk.lib.phones import phone_hash
from helpdesk.lib.transitions import Transitions
from helpdesk.staff.models import User
from residents.models import Resident, Unit
from residents.selectors import homes_of
from tickets.services.tickets.state import same_estate
from tickets.services.tickets.taking import read_phone
from visitors.models import Visit
from visitors.models.policies import policy_of
from visitors.services.contractors import check_last_day, come_again, end_of_day, has_run_out
from visitors.services.host_telling import tell_department, tell_host_of
from visitors.services.identity import see_identity
from visitors.services.watching import matches, name_hash

S = Visit.Status
MOST_PEOPLE = 200

VISIT_STATES = Transitions(
    {
        "confirm": ((S.EXPECTED,), ""),
        "tell_host": ((S.EXPECTED, S.INSIDE), ""),
        "answer": ((S.EXPECTED, S.INSIDE), ""),
        "check_in": ((S.EXPECTED,), S.INSIDE),
        "refuse": ((S.EXPECTED,), S.REFUSED),
        "miss": ((S.EXPECTED,), S.NO_SHOW),
        "seat": ((S.INSIDE,), ""),
        "extend": ((S.INSIDE,), ""),
        "check_out": ((S.INSIDE,), S.LEFT),
        "report": ((S.EXPECTED, S.INSIDE, S.LEFT, S.REFUSED), ""),
    },
    statuses=S.choices,
    actions={
        "confirm": gettext_lazy("Confirm the request"),
        "tell_host": gettext_lazy("Tell the host"),
        "answer": gettext_lazy("Host's answer"),
        "check_in": gettext_lazy("Check in"),
        "refuse": gettext_lazy("Refuse"),
        "miss": gettext_lazy("Did not come"),
        "seat": gettext_lazy("Shown to the waiting area"),
        "extend": gettext_lazy("Let stay longer"),
        "check_out": gettext_lazy("Check out"),
        "report": gettext_lazy("Report to security"),
    },
)


@transaction.atomic
def announce_visit(
    *,
    estate: Estate,
    actor: User | None,
    visitor_name: str,
    visitor_phone: str = "",
    purpose: str = "",
    unit: Unit | None = None,
    host: Resident | None = None,
    department: Department | None = None,
    expected_at: datetime | None = None,
    party_size: int = 1,
    plate: str = "",
    carries: str = "",
    comes_until: date | None = None,
    is_request: bool = False,
    form_token: str | None = None,
    at: datetime | None = None,
) -> Visit:
    """Somebody is expected: a guest of a unit, else a caller on the office. The same form again gives the first visit.

    It has its code at once, unless it `is_request`: then only when `confirm_visit` says so. Refused text_missing,
    phone_invalid, other_estate, invalid_party_size, expected_in_the_past, ends_in_the_past, ends_too_late.
    """
    at = at or timezone.now()
    for field, thing in (("unit", unit), ("host", host), ("department", department)):
        same_estate(estate.pk, field, thing)
    _check(estate, visitor_name, party_size, expected_at, at)
    check_last_day(estate, comes_until, expected_at, at)
    number = read_phone(estate, visitor_phone, field="visitor_phone")
    unit = unit or _home_of(host, estate, at)
    visit = Visit(
        estate=estate,
        kind=Visit.Kind.GUEST if unit or host else Visit.Kind.CALLER,
        visitor_name=visitor_name.strip(),
        name_hash=name_hash(visitor_name),
        visitor_phone=number,
        phone_hash=phone_hash(number) if number else "",
        purpose=purpose.strip(),
        unit=unit,
        host=host,
        department=department,
        expected_at=expected_at,
        party_size=party_size,
        plate=plate.strip(),
        carries=carries.strip(),
        comes_until=comes_until,
        code=None if is_request else short_code(),
        confirmed_at=None if is_request else at,
        created_at=at,
        created_by=actor,
        form_token=form_token,
    )
    return _once(visit, actor)


def _check(estate: Estate, name: str, party_size: int, expected_at: datetime | None, at: datetime) -> None:
    if not name.strip():
        raise Refused("text_missing", _("Who is visiting?"), field="visitor_name")
    if not 1 <= party_size <= MOST_PEOPLE:
        raise Refused(
            "invalid_party_size", _("Write how many people they are, 1 to 200."), field="party_size"
        )
    if expected_at and local(estate, expected_at).date() < local(estate, at).date():
        raise Refused("expected_in_the_past", _("This day is over."), field="expected_at")


def _home_of(host: Resident | None, estate: Estate, at: datetime) -> Unit | None:
    homes = homes_of(host, local(estate, at).date()) if host else []
    return homes[0].unit if homes else None


def _once(visit: Visit, actor: User | None) -> Visit:
    """Write it; of two at the same second with one form token the second gets the first one's visit."""
    before = _made_by(visit)
    if before is not None:
        return before
    try:
        with transaction.atomic():
            visit.number = next_number(visit.estate, "V", visit.created_at)
            visit.save(force_insert=True)
    except IntegrityError:
        before = _made_by(visit)
        if before is None:
            raise
        return before
    said: dict[str, Any] = {"kind": str(visit.kind)} | ({"unit": visit.unit.code} if visit.unit else {})
    record("visit.announced", visit, actor=actor, at=visit.created_at, **said)
    return visit


def _made_by(visit: Visit) -> Visit | None:
    if not visit.form_token:
        return None
    return Visit.objects.filter(form_token=visit.form_token, estate=visit.estate).first()


@transaction.atomic
def confirm_visit(visit: Visit, *, actor: User | None, at: datetime | None = None) -> Visit:
    """The household (actor None) or the desk says that a request is theirs: it has its code from now on.

    Its one-use link opens nothing any more. Refused invalid_transition, already_confirmed.
    """
    at = at or timezone.now()
    locked = lock_visit(visit)
    VISIT_STATES.guard(locked.status, "confirm")
    if locked.confirmed_at is not None:
        raise Refused("already_confirmed", _("This request is confirmed already."))
    locked.code, locked.confirmed_at, locked.confirm_digest = short_code(), at, None
    save_visit(locked)
    record("visit.confirmed", locked, actor=actor, at=at)
    return locked


@transaction.atomic
def receive_walk_in(
    *,
    estate: Estate,
    actor: User,
    id_document_type: str,
    id_number: str = "",
    badge: str = "",
    stay_until: datetime | None = None,
    acknowledge_watch_list: bool = False,
    at: datetime | None = None,
    **said: Any,
) -> Visit:
    """Written down and checked in, in one step; what refuses one of them refuses both. The same form again is one visit."""
    at = at or timezone.now()
    visit = announce_visit(estate=estate, actor=actor, at=at, **said)
    if visit.status != S.EXPECTED:
        return visit
    return check_in(
        visit,
        actor=actor,
        id_document_type=id_document_type,
        id_number=id_number,
        badge=badge,
        stay_until=stay_until,
        acknowledge_watch_list=acknowledge_watch_list,
        at=at,
    )


@transaction.atomic
def check_in(
    visit: Visit,
    *,
    actor: User,
    id_document_type: str,
    id_number: str = "",
    badge: str = "",
    stay_until: datetime | None = None,
    acknowledge_watch_list: bool = False,
    at: datetime | None = None,
) -> Visit:
    """Admitted, with the kind of document that was seen; the host is told, unless told before.

    Refused already_inside, invalid_transition, not_confirmed, pass_expired, watch_list (until acknowledged, which is kept),
    document_missing, identity_number_missing, identity_number_not_kept, badge_worn, invalid_stay.
    """
    at = at or timezone.now()
    locked = lock_visit(visit)
    if locked.status == S.INSIDE:
        raise Refused("already_inside", _("This visitor is inside already."))
    target = VISIT_STATES.guard(locked.status, "check_in")
    if locked.confirmed_at is None:
        raise Refused("not_confirmed", _("Nobody has confirmed this request yet."))
    if has_run_out(locked, at):
        raise Refused("pass_expired", _("The contractor's pass has run out: take it back."))
    _look_twice(locked, actor, acknowledge_watch_list, at)
    policy = policy_of(locked.estate)
    see_identity(locked, id_document_type, id_number, is_required=policy.identity_number_required)
    locked.badge = _free_badge(locked, badge)
    usual = (
        end_of_day(locked.estate, at) if locked.comes_until else at + timedelta(minutes=policy.stay_minutes)
    )
    locked.stay_until = _stay(stay_until or usual, at)
    locked.status, locked.arrived_at, locked.arrived_by = target, at, actor
    save_visit(locked)
    record("visit.checked_in", locked, actor=actor, at=at, document=id_document_type, badge=locked.badge)
    if locked.host_told_at is None:
        tell_host_of(locked, at=at)
        tell_department(locked, at=at)
    return locked


def _look_twice(visit: Visit, actor: User, acknowledged: bool, at: datetime) -> None:
    """The watch list warns the clerk alone: the sentence says nothing that a visitor may read over the counter."""
    found = matches(visit.estate, visit.visitor_name, visit.visitor_phone, visit.plate)
    if not found:
        return
    entries = [entry.pk for entry in found]
    if not acknowledged:
        raise Refused("watch_list", _("Please look at the note before you go on."), entries=entries)
    record("visit.watch_list_acknowledged", visit, actor=actor, at=at, entries=entries)


def _free_badge(visit: Visit, badge: str) -> str:
    badge = badge.strip()[:20]
    worn = Visit.objects.inside().filter(estate=visit.estate, badge=badge).exclude(pk=visit.pk)
    # Two clerks at the same second: the row of the badge is the estate's, which is held until the commit.
    Estate.objects.select_for_update(no_key=True).get(pk=visit.estate_id)
    if badge and worn.exists():
        raise Refused("badge_worn", _("Somebody inside wears this badge."), field="badge")
    return badge


def _stay(until: datetime, at: datetime) -> datetime:
    if until <= at:
        raise Refused("invalid_stay", _("This time is over already."), field="stay_until")
    return until


@transaction.atomic
def check_out(visit: Visit, *, actor: User, at: datetime | None = None) -> Visit:
    """Gone, at the desk or at the gate; the badge is free again, and a contractor is expected anew. Refused not_inside."""
    at = at or timezone.now()
    locked = lock_visit(visit)
    if locked.status != S.INSIDE:
        raise Refused("not_inside", _("This visitor is not inside."))
    locked.status = VISIT_STATES.guard(locked.status, "check_out")
    locked.left_at, locked.left_by = at, actor
    save_visit(locked)
    record("visit.checked_out", locked, actor=actor, at=at, badge=locked.badge)
    if come_again(locked, actor=actor, at=at) is not None:
        locked.code = None
    return locked


@transaction.atomic
def refuse_visit(visit: Visit, *, actor: User | None, reason: str, at: datetime | None = None) -> Visit:
    """Not admitted, with the reason. Refused reason_required, already_inside, invalid_transition."""
    at = at or timezone.now()
    locked = lock_visit(visit)
    if not reason.strip():
        raise Refused("reason_required", _("Write it down in a few words."), field="reason")
    if locked.status == S.INSIDE:
        raise Refused("already_inside", _("This visitor is inside already."))
    locked.status = VISIT_STATES.guard(locked.status, "refuse")
    locked.refuse_reason, locked.refused_at = reason.strip()[:300], at
    locked.confirm_digest = None
    save_visit(locked)
    record("visit.refused", locked, actor=actor, at=at, reason=locked.refuse_reason)
    return locked


@transaction.atomic
def refuse_at_the_door(
    *, estate: Estate, actor: User, reason: str, at: datetime | None = None, **said: Any
) -> Visit:
    """Somebody nobody expected, written down and not admitted. The same form again is one visit. Refused as both are."""
    visit = announce_visit(estate=estate, actor=actor, at=at, **said)
    return visit if visit.status != S.EXPECTED else refuse_visit(visit, actor=actor, reason=reason, at=at)


@transaction.atomic
def extend_stay(visit: Visit, *, actor: User, until: datetime, at: datetime | None = None) -> Visit:
    """May stay until then: a contractor for the day, a guest for the night. Refused not_inside, invalid_stay."""
    at = at or timezone.now()
    locked = lock_visit(visit)
    if locked.status != S.INSIDE:
        raise Refused("not_inside", _("This visitor is not inside."))
    locked.stay_until = _stay(until, at)
    save_visit(locked)
    record("visit.extended", locked, actor=actor, at=at, until=until.isoformat())
    return locked


def lock_visit(visit: Visit) -> Visit:
    """The row as it is now, held until the commit."""
    rows = Visit.objects.select_for_update(of=("self",)).select_related(
        "estate", "unit", "host", "department"
    )
    return rows.get(pk=visit.pk)


def save_visit(visit: Visit) -> None:
    visit.version += 1
    visit.save()
