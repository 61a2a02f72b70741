"""A visitor announced on the public form: a request until the household or the desk confirms it (docs/domain.md §6).

Nothing here tells whether a unit or a person exists. A request whose unit nobody knows goes to the desk as a ticket.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.attempts import attempts, note_attempt
from helpdesk.lib.crypto import digest_secret, new_secret, token_for
from helpdesk.lib.errors import Refused, TooOften
from helpdesk.lib.masking import mask_name
from helpdesk.lib.phones import complain_about_phone, parse_phone
from helpdesk.notifications.services import notify
from helpdesk.staff.models import User
from residents.models import Resident, Unit
from residents.selectors import people_of
from tickets.services.public import match_quietly, submit_form
from tickets.services.telling import on_the_clock
from visitors.models import Visit
from visitors.services.host_telling import whom_to_reach, words_of
from visitors.services.invitations import send_invitation
from visitors.services.spent_links import nothing_to_answer
from visitors.services.visits import announce_visit, confirm_visit, lock_visit, refuse_visit

GUESSES_A_MINUTE = 10
# A stranger who types a neighbour's unit must not fill its household's telephone.
OPEN_REQUESTS = 3


@transaction.atomic
def ask_for_visit(
    estate: Estate,
    *,
    name: str,
    phone: str,
    unit_code: str,
    visitor_name: str,
    visitor_phone: str = "",
    purpose: str = "",
    expected_at: datetime | None = None,
    party_size: int = 1,
    plate: str = "",
    language: str = "",
    form_token: str | None = None,
    at: datetime | None = None,
) -> None:
    """Write the request down, whatever is known of unit and person; the answer is the same for all of them.

    Refused phone_invalid (of either number), text_missing, invalid_party_size, expected_in_the_past.
    """
    at = at or timezone.now()
    number = _number(estate, phone, "phone")
    guest = _number(estate, visitor_phone, "visitor_phone") if visitor_phone.strip() else ""
    _check(estate, visitor_name, expected_at, at)
    unit, resident = match_quietly(estate, number, unit_code)
    # The same form is one request; corrected to another unit it is another one.
    token = token_for(form_token, unit.pk if unit else (estate.pk, unit_code))
    if token and Visit.objects.filter(estate=estate, form_token=token).exists():
        return
    if unit is None or unit.is_archived or _too_many(unit):
        submit_form(
            estate,
            name=name,
            phone=phone,
            description=_for_the_desk(estate, visitor_name, expected_at, party_size, plate, purpose),
            unit_code=unit_code,
            language=language,
            form_token=token,
            # Whoever asks about a unit that exists gets no message either: it would tell that this one does not.
            acknowledge=False,
            at=at,
        )
        return
    asked = announce_visit(
        estate=estate,
        actor=None,
        visitor_name=visitor_name,
        visitor_phone=guest,
        purpose=purpose,
        unit=unit,
        host=resident,
        expected_at=expected_at,
        party_size=party_size,
        plate=plate,
        is_request=True,
        form_token=token,
        at=at,
    )
    if asked.link_digest is None:
        _send_confirm_link(asked, at)


def _number(estate: Estate, written: str, field: str) -> str:
    number = parse_phone(written, estate.phone_region)
    if number is None:
        raise Refused("phone_invalid", complain_about_phone(written, estate.phone_region), field=field)
    return number


def _check(estate: Estate, visitor_name: str, expected_at: datetime | None, at: datetime) -> None:
    """What `announce_visit` would refuse is refused of an unknown unit as well, in the same words."""
    if not visitor_name.strip():
        raise Refused("text_missing", _("Who is visiting?"), field="visitor_name")
    if expected_at and local(estate, expected_at).date() < local(estate, at).date():
        raise Refused("expected_in_the_past", _("This day is over."), field="expected_at")


def _too_many(unit: Unit) -> bool:
    waiting = Visit.objects.filter(unit=unit, status=Visit.Status.EXPECTED, confirmed_at__isnull=True)
    return waiting.count() >= OPEN_REQUESTS


def _for_the_desk(
    estate: Estate,
    visitor_name: str,
    expected_at: datetime | None,
    party_size: int,
    plate: str,
    purpose: str,
) -> str:
    """Somebody at the desk rings back, and hears the visitor's name whole; in the ticket it stands masked.

    A ticket is kept for years, a visitor's name for 90 days (docs/data_protection.md).
    """
    when = on_the_clock(estate, expected_at) if expected_at else _("some time today")
    return "\n".join(
        [
            _("Announces a visitor, %(when)s. Please ring back.") % {"when": when},
            "",
            _("Visitor: %(name)s") % {"name": mask_name(visitor_name.strip())},
            _("How many people: %(count)d") % {"count": party_size},
            *([_("Plate: %(plate)s") % {"plate": plate.strip()}] if plate.strip() else []),
            *([_("Purpose: %(purpose)s") % {"purpose": purpose.strip()}] if purpose.strip() else []),
        ]
    )


def _send_confirm_link(asked: Visit, at: datetime) -> None:
    """To a number or address on file: whoever asked where they are known, else the household's first contact."""
    reached = whom_to_reach(asked, at)
    if reached is None:
        return
    person, channel, address = reached
    secret = new_secret()
    asked.confirm_digest = asked.link_digest = digest_secret(secret)
    asked.confirm_asked = person
    asked.save(update_fields=["confirm_digest", "link_digest", "confirm_asked"])
    _notify(asked, person, channel, address, secret)


def _notify(asked: Visit, person: Resident, channel: str, address: str, secret: str) -> None:
    notify(
        person.name,
        "visit_confirm",
        estate=asked.estate,
        dedupe_key=f"visit:{asked.pk}:confirm",
        context=words_of(asked),
        about=asked,
        link=reverse("visit_confirm_link", args=[secret]),
        channel=channel,
        address=address,
        language=person.language,
    )


def open_request(secret: str, *, address: str, at: datetime | None = None) -> Visit | None:
    """The request behind a one-use link; None for a wrong one. Wrong ones count, ten a minute: TooOften.

    LinkEnded once it waits no more, and for who belongs to the unit no more: the page names the visitor.
    """
    if attempts("visit-confirm", address) >= GUESSES_A_MINUTE:
        raise TooOften(_("That was too often. Please try again later, or ring the front desk."), seconds=60)
    digest = digest_secret(secret)
    rows = Visit.objects.select_related("estate", "unit", "confirm_asked")
    found = rows.filter(Q(link_digest=digest) | Q(confirm_digest=digest)).first()
    if found is None:
        note_attempt("visit-confirm", address, seconds=60)
    elif not _waits(found, at or timezone.now()):
        raise nothing_to_answer(found.estate)
    return found


def _waits(asked: Visit, at: datetime) -> bool:
    waits = asked.status == Visit.Status.EXPECTED and asked.confirmed_at is None
    return waits and asked.confirm_digest is not None and _is_of_today(asked, at) and _belongs(asked, at)


def _is_of_today(asked: Visit, at: datetime) -> bool:
    """Or of a day to come; one without a time is meant for the day on which it was asked for."""
    meant = asked.expected_at or asked.created_at
    return local(asked.estate, meant).date() >= local(asked.estate, at).date()


def _belongs(asked: Visit, at: datetime) -> bool:
    """Whether whoever got the link is still somebody of the unit."""
    people = people_of(asked.unit, local(asked.estate, at).date()) if asked.unit else []
    return asked.confirm_asked_id in {row.resident_id for row in people}


@transaction.atomic
def confirm_request(asked: Visit, *, actor: User | None, at: datetime | None = None) -> Visit:
    """The household (actor None) or the desk says that the visitor is theirs: the code goes to the visitor's number, if given.

    Once. Refused invalid_transition, already_confirmed.
    """
    at = at or timezone.now()
    visit = confirm_visit(asked, actor=actor, at=at)
    return send_invitation(visit, actor=actor, at=at) if visit.visitor_phone else visit


@transaction.atomic
def disown_request(asked: Visit, *, at: datetime | None = None) -> Visit:
    """The household expects nobody: the visit is refused. Refused invalid_transition, already_confirmed."""
    at = at or timezone.now()
    locked = lock_visit(asked)
    if locked.confirmed_at is not None:
        raise Refused("already_confirmed", _("This request is confirmed already."))
    return refuse_visit(locked, actor=None, reason=_("The household did not announce it."), at=at)
