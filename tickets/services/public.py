"""What residents do without an account: the web form, and the page behind their secret link.

Nothing here tells whether a unit or a person exists: what matches is linked in silence, what does not is kept as written.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.attachments.inspection import Inspected
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.attempts import attempts, note_attempt
from helpdesk.lib.crypto import digest_secret
from helpdesk.lib.door_plates import normalise_plate
from helpdesk.lib.errors import Refused, TooOften
from helpdesk.lib.phones import complain_about_phone, parse_phone, phone_hashes
from residents.models import Occupancy, Phone, Resident, Unit
from residents.services.consents import keep_consent
from tickets.models import Ticket
from tickets.services.links import link_ended, link_is_open
from tickets.services.tickets import take_ticket

FORMS_AN_HOUR = 10
REPLIES_AN_HOUR = 30
GUESSES_A_MINUTE = 10


@transaction.atomic
def submit_form(
    estate: Estate,
    *,
    name: str,
    phone: str,
    description: str,
    unit_code: str = "",
    language: str = "",
    files: Iterable[Inspected] = (),
    form_token: str | None = None,
    consent_version: str = "",
    acknowledge: bool = True,
    at: datetime | None = None,
) -> Ticket:
    """A ticket from the web form, by nobody's hand yet; Refused with the field for a number that can't be rung.

    `consent_version` is that of the text which stood above the button; it is kept with the ticket. `acknowledge` False:
    no message says that it arrived.
    """
    number = parse_phone(phone, estate.phone_region)
    if number is None:
        raise Refused("phone_invalid", complain_about_phone(phone, estate.phone_region), field="phone")
    unit, resident = match_quietly(estate, number, unit_code)
    ticket = take_ticket(
        estate=estate,
        channel="web",
        actor=None,
        description=description,
        unit=unit,
        resident=resident,
        reporter_name=name,
        reporter_phone=number,
        unit_as_written=unit_code,
        language=language,
        files=files,
        form_token=form_token,
        acknowledge=acknowledge,
        at=at,
    )
    keep_consent(ticket, estate=estate, version=consent_version, language=language, at=at)
    return ticket


def match_quietly(estate: Estate, number: str, unit_code: str) -> tuple[Unit | None, Resident | None]:
    """The unit written and the one resident with that number; a resident only where unit and number agree."""
    plate = normalise_plate(unit_code) if unit_code else None
    unit = Unit.objects.filter(estate=estate, code=plate, is_archived=False).first() if plate else None
    people = list(
        Phone.objects.filter(estate=estate, whole_hash__in=phone_hashes(number)).values_list(
            "resident_id", flat=True
        )[:3]
    )
    today = local(estate, timezone.now()).date()
    homes = Occupancy.objects.current(today).filter(  # type: ignore[attr-defined]
        resident_id__in=people, resident__is_archived=False, unit__is_archived=False
    )
    if unit is not None:
        homes = homes.filter(unit=unit)
    found = list(homes.select_related("unit", "resident").order_by("id")[:2])
    if len(found) == 1:
        return found[0].unit, found[0].resident
    return unit, found[0].resident if found and len({h.resident_id for h in found}) == 1 else None


def open_link(secret: str, *, address: str, at: datetime | None = None) -> Ticket | None:
    """The ticket behind a secret link, None if there is none. Failures count, ten a minute from one address: TooOften.

    LinkEnded where the matter has been over for too long.
    """
    if attempts("link", address) >= GUESSES_A_MINUTE:
        raise _too_often(60)
    ticket = (
        Ticket.objects.select_related("estate", "unit", "department", "responsible")
        .filter(track_digest=digest_secret(secret))
        .first()
    )
    if ticket is None:
        note_attempt("link", address, seconds=60)
    elif not link_is_open(ticket, at or timezone.now()):
        raise link_ended(ticket)
    return ticket


def count_form(address: str) -> None:
    """One more form from this address: TooOften beyond ten an hour."""
    if note_attempt("form", address, seconds=3600) > FORMS_AN_HOUR:
        raise _too_often(3600)


def count_reply(address: str) -> None:
    """One more message or rating from this address: TooOften beyond thirty an hour."""
    if note_attempt("reply", address, seconds=3600) > REPLIES_AN_HOUR:
        raise _too_often(3600)


def _too_often(seconds: int) -> TooOften:
    return TooOften(_("That was too often. Please try again later, or ring the front desk."), seconds=seconds)
