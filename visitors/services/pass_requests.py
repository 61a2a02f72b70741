"""A pass asked for on the public form: a request, until the household or the desk confirms it (docs/domain.md §7).

Nothing here tells whether a unit or a person exists. A request whose unit nobody knows goes to the desk as a ticket.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.attempts import attempts, note_attempt
from helpdesk.lib.crypto import digest_secret, new_secret, token_for
from helpdesk.lib.errors import Refused, TooOften
from helpdesk.lib.phones import complain_about_phone, parse_phone, phone_hashes
from helpdesk.lib.sealed import clear
from helpdesk.staff.models import User
from residents.models import Phone, Resident, Unit
from residents.selectors import people_of
from tickets.services.public import match_quietly, submit_form
from visitors.models import ReleasePass
from visitors.pass_selectors import owners_of
from visitors.services.pass_drafts import Goods, check_goods, draft_pass, drafted_by
from visitors.services.pass_telling import send_link
from visitors.services.release_passes import PASS_STATES, lock_pass, refuse_pass, settle
from visitors.services.spent_links import nothing_to_answer

GUESSES_A_MINUTE = 10
# A stranger who types a neighbour's unit must not fill its owner's telephone.
OPEN_REQUESTS = 3


@transaction.atomic
def ask_for_pass(
    estate: Estate,
    *,
    name: str,
    phone: str,
    unit_code: str,
    relation: str,
    items: Iterable[Goods],
    on: date | None = None,
    vehicle_plate: str = "",
    reason: str = "",
    language: str = "",
    form_token: str | None = None,
    at: datetime | None = None,
) -> None:
    """Write the request down, whatever is known of unit and person; the answer is the same for all of them.

    Refused phone_invalid, items_missing, invalid_validity (a day that is over).
    """
    at = at or timezone.now()
    number = parse_phone(phone, estate.phone_region)
    if number is None:
        raise Refused("phone_invalid", complain_about_phone(phone, estate.phone_region), field="phone")
    # Before anybody is looked for: what is wrong is said to everybody alike.
    goods = list(items)
    check_goods(goods)
    starts, ends = _day(estate, on, at)
    unit, resident = match_quietly(estate, number, unit_code)
    if unit is not None and drafted_by(form_token, unit) is not None:
        return
    if unit is None or unit.is_archived or _too_many(unit):
        submit_form(
            estate,
            name=name,
            phone=phone,
            description=_for_the_desk(goods, relation, local(estate, starts), vehicle_plate, reason),
            unit_code=unit_code,
            language=language,
            form_token=token_for(form_token, (estate.pk, unit_code)),
            # Whoever asks about a unit that exists gets no message either: it would tell that this one does not.
            acknowledge=False,
            at=at,
        )
        return
    asked = draft_pass(
        unit=unit,
        actor=None,
        # Anybody can type a number: whose request it is shows when the link there is answered.
        resident=None,
        applicant_name=name,
        applicant_relation=relation,
        applicant_phone=number,
        items=goods,
        vehicle_plate=vehicle_plate,
        reason=reason,
        valid_from=starts,
        valid_until=ends,
        is_request=True,
        form_token=form_token,
        at=at,
    )
    if asked.link_digest is None:
        _send_confirm_link(asked, resident, at)


def _day(estate: Estate, on: date | None, at: datetime) -> tuple[datetime, datetime]:
    zone = ZoneInfo(estate.time_zone)
    day = on or at.astimezone(zone).date()
    if day < at.astimezone(zone).date():
        raise Refused("invalid_validity", _("This day is over."), field="date")
    return max(at, datetime.combine(day, time(0), zone)), datetime.combine(day, time(23, 59, 59), zone)


def _too_many(unit: Unit) -> bool:
    waiting = ReleasePass.objects.filter(unit=unit, is_request=True, status__in=ReleasePass.WAITING)
    return waiting.count() >= OPEN_REQUESTS


def _for_the_desk(goods: list[Goods], relation: str, starts: datetime, plate: str, reason: str) -> str:
    """Somebody at the desk rings back: nothing that was asked for is lost over a mistyped door."""
    lines = [", ".join(filter(None, [f"{x.description} × {x.quantity}", x.detail])) for x in goods]
    return "\n".join(
        [
            _("Asks for a release pass:\n%(goods)s") % {"goods": "\n".join(lines)},
            "",
            _("Day: %(day)s") % {"day": starts.date().isoformat()},
            _("Says they are: %(relation)s") % {"relation": ReleasePass.Relation(relation).label},
            *([_("Plate: %(plate)s") % {"plate": plate.strip()}] if plate.strip() else []),
            *([_("Reason: %(reason)s") % {"reason": reason.strip()}] if reason.strip() else []),
        ]
    )


def _send_confirm_link(asked: ReleasePass, resident: Resident | None, at: datetime) -> None:
    """To whoever has the number that was given, else to the first contact; of who says they own the unit, to owners only.

    Where none of them can be reached the desk asks.
    """
    reached = _reach(asked, resident, at)
    if reached is None:
        return
    secret = new_secret()
    person, phone = reached
    digest = digest_secret(secret)
    asked.confirm_digest = asked.link_digest = digest
    asked.confirm_asked = person
    asked.save(update_fields=["confirm_digest", "link_digest", "confirm_asked"])
    link = reverse("pass_confirm_link", args=[secret])
    send_link(asked, "pass_confirm", to=person, phone=phone, link=link, key=f"pass:{asked.pk}:confirm")


def _reach(
    asked: ReleasePass, resident: Resident | None, at: datetime
) -> tuple[Resident, Phone | None] | None:
    people = _who_may_confirm(asked, at)
    first = [resident] if resident in people else []
    for person in [*first, *people]:
        if person is None or not person.accepts_messages:
            continue
        phone = Phone.objects.filter(resident=person, is_working=True).first()
        if phone or person.email:
            return person, phone
    return None


def _who_may_confirm(asked: ReleasePass, at: datetime) -> list[Resident]:
    """Nobody else of the household speaks for an owner."""
    if asked.applicant_relation == ReleasePass.Relation.OWNER:
        return owners_of(asked, at)
    return [row.resident for row in people_of(asked.unit, local(asked.estate, at).date())]


def open_request(secret: str, *, address: str, at: datetime | None = None) -> ReleasePass | None:
    """The request behind a one-use link; None for a wrong one. Wrong ones count, ten a minute: TooOften.

    LinkEnded once it waits no more, and for who belongs to the unit no more: the page names people and goods.
    """
    if attempts("pass-confirm", address) >= GUESSES_A_MINUTE:
        raise TooOften(_("That was too often. Please try again later, or ring the front desk."), seconds=60)
    digest = digest_secret(secret)
    rows = ReleasePass.objects.select_related("estate", "unit", "confirm_asked")
    found = rows.filter(Q(link_digest=digest) | Q(confirm_digest=digest)).first()
    if found is None:
        note_attempt("pass-confirm", address, seconds=60)
    elif not _waits(found, at or timezone.now()):
        raise nothing_to_answer(found.estate)
    return found


def _waits(asked: ReleasePass, at: datetime) -> bool:
    waits = asked.is_request and asked.status in ReleasePass.WAITING and asked.valid_until > at
    return waits and asked.confirm_digest is not None and asked.confirm_asked in _who_may_confirm(asked, at)


@transaction.atomic
def confirm_request(
    release_pass: ReleasePass, *, actor: User | None, at: datetime | None = None
) -> ReleasePass:
    """The household (actor None) or the desk says that the request is theirs; it can be issued from now on.

    The applicant counts as somebody on file only when it was their own number that the link went to. Once: the link
    opens nothing any more. Refused invalid_transition, already_confirmed.
    """
    at = at or timezone.now()
    locked = lock_pass(release_pass)
    PASS_STATES.guard(locked.status, "confirm")
    if not locked.is_request:
        raise Refused("already_confirmed", _("This request is confirmed already."))
    locked.is_request, locked.confirm_digest = False, None
    if actor is None:
        locked.resident = _proven(locked)
    settle(locked, at)
    record("release_pass.confirmed", locked, actor=actor, at=at)
    return locked


def _proven(asked: ReleasePass) -> Resident | None:
    """Whoever answered the link, where the number that was given is theirs: they asked for it themselves."""
    person, number = asked.confirm_asked, clear(asked.applicant_phone)
    if person is None or not number:
        return None
    theirs = Phone.objects.filter(resident=person, whole_hash__in=phone_hashes(number))
    return person if theirs.exists() else None


@transaction.atomic
def disown_request(release_pass: ReleasePass, *, at: datetime | None = None) -> ReleasePass:
    """The household says that it has asked for nothing: no pass. Refused invalid_transition, already_confirmed."""
    at = at or timezone.now()
    locked = lock_pass(release_pass)
    if not locked.is_request:
        raise Refused("already_confirmed", _("This request is confirmed already."))
    return refuse_pass(locked, actor=None, reason=_("The household did not ask for it."), at=at)
