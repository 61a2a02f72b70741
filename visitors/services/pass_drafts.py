"""How a pass begins: who, what, until when; and the document that was seen (docs/domain.md §7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.attachments.inspection import Inspected
from helpdesk.attachments.services import attach
from helpdesk.audit.services import record
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.estates.services import next_number
from helpdesk.lib.crypto import token_for
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from residents.models import Resident, Unit
from residents.names_shown import bears
from residents.selectors import people_of
from visitors.models import ReleaseItem, ReleasePass
from visitors.services.release_passes import PASS_STATES, lock_pass, settle

MOST_ITEMS = 100


@dataclass(frozen=True)
class Goods:
    """One line of what is to leave."""

    description: str
    quantity: int = 1
    detail: str = ""
    photos: tuple[Inspected, ...] = ()


@transaction.atomic
def draft_pass(
    *,
    unit: Unit,
    actor: User | None,
    applicant_name: str,
    applicant_relation: str,
    items: Iterable[Goods],
    resident: Resident | None = None,
    id_document_type: str = "",
    has_letter: bool = False,
    letter: Sequence[Inspected] = (),
    vehicle_plate: str = "",
    reason: str = "",
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    applicant_phone: str = "",
    is_request: bool = False,
    form_token: str | None = None,
    at: datetime | None = None,
) -> ReleasePass:
    """A new pass with its goods, valid the same day unless said; the same form again gives the first one.

    Refused other_estate, items_missing, invalid_validity, text_missing (no name), too_many_files.
    """
    at = at or timezone.now()
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    before = drafted_by(form_token, unit)
    if before is not None:
        return before
    goods = list(items)
    check_goods(goods)
    if not applicant_name.strip():
        raise Refused("text_missing", _("Who is moving the goods?"), field="applicant_name")
    if resident is not None and resident.estate_id != unit.estate_id:
        raise Refused("other_estate", _("This belongs to another estate."), field="resident")
    starts, ends = _validity(unit.estate, valid_from, valid_until, at)
    if resident is None and actor is not None:
        resident = _person_named(applicant_name, unit, at)
    made = ReleasePass.objects.create(
        estate=unit.estate,
        number=next_number(unit.estate, "P", at),
        unit=unit,
        resident=resident,
        applicant_name=applicant_name.strip(),
        applicant_relation=applicant_relation,
        id_document_type=id_document_type,
        has_letter=has_letter or bool(letter),
        vehicle_plate=vehicle_plate.strip(),
        reason=reason.strip(),
        valid_from=starts,
        valid_until=ends,
        created_by=actor,
        created_at=at,
        applicant_phone=applicant_phone,
        is_request=is_request,
        form_token=token_for(form_token, unit.pk),
    )
    for position, line in enumerate(goods, 1):
        _add_line(made, position, line, actor=actor, at=at)
    _keep_letter(made, letter, actor=actor, at=at)
    settle(made, at)
    record("release_pass.drafted", made, actor=actor, at=at, relation=applicant_relation)
    return made


def drafted_by(form_token: str | None, unit: Unit) -> ReleasePass | None:
    """The pass that this very form has made for the unit; the same form corrected to another unit is a new one."""
    token = token_for(form_token, unit.pk)
    return ReleasePass.objects.filter(form_token=token).first() if token else None


def _person_named(name: str, unit: Unit, at: datetime) -> Resident | None:
    """Who of the unit has the name that a colleague reads on the document, in either writing."""
    people = [row.resident for row in people_of(unit, local(unit.estate, at).date())]
    return next((person for person in people if bears(person, name)), None)


def _add_line(
    release_pass: ReleasePass, position: int, line: Goods, *, actor: User | None, at: datetime
) -> None:
    item = ReleaseItem.objects.create(
        release_pass=release_pass,
        position=position,
        description=line.description.strip(),
        detail=line.detail.strip(),
        quantity=line.quantity,
    )
    if line.photos:
        attach(item, line.photos, actor=actor, estate=release_pass.estate, at=at)


def _keep_letter(
    release_pass: ReleasePass, letter: Sequence[Inspected], *, actor: User | None, at: datetime
) -> None:
    if letter:
        attach(release_pass, letter, actor=actor, estate=release_pass.estate, purpose="letter", at=at)


def check_goods(goods: list[Goods]) -> None:
    """Refused items_missing: every line names something, and how many of it."""
    named = [line for line in goods if line.description.strip() and line.quantity > 0]
    if not named or len(named) != len(goods) or len(goods) > MOST_ITEMS:
        raise Refused("items_missing", _("Name the goods line by line, and how many of each."), field="items")


def _validity(
    estate: Estate, starts: datetime | None, ends: datetime | None, at: datetime
) -> tuple[datetime, datetime]:
    starts = starts or at
    zone = ZoneInfo(estate.time_zone)
    ends = ends or datetime.combine(starts.astimezone(zone).date(), time(23, 59, 59), zone)
    if ends <= starts or ends <= at:
        raise Refused(
            "invalid_validity", _("A pass ends after it begins, and not in the past."), field="valid_until"
        )
    return starts, ends


@transaction.atomic
def see_document(
    release_pass: ReleasePass,
    *,
    actor: User,
    id_document_type: str,
    has_letter: bool = False,
    letter: Sequence[Inspected] = (),
    at: datetime | None = None,
) -> ReleasePass:
    """Which document was seen, and the agent's letter, with a photo of it if there is one.

    Refused invalid_transition, document_missing, too_many_files.
    """
    at = at or timezone.now()
    locked = lock_pass(release_pass)
    PASS_STATES.guard(locked.status, "change")
    if not id_document_type:
        raise Refused(
            "document_missing",
            _("Write down which identity document you have seen."),
            field="id_document_type",
        )
    locked.id_document_type, locked.has_letter = id_document_type, has_letter or bool(letter)
    _keep_letter(locked, letter, actor=actor, at=at)
    settle(locked, at)
    record("release_pass.document_seen", locked, actor=actor, at=at, document=id_document_type)
    return locked
