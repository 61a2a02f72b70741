"""Identity numbers: read, proven, sealed, and found by a keyed hash (docs/domain.md §8)."""

import re
import unicodedata
from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.services import record
from helpdesk.estates.calendars import local
from helpdesk.lib.crypto import keyed_hash, keyed_hashes
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from residents.models import Resident

PURPOSE = "resident.identity"
LONGEST = 40
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = "10X98765432"
# Passports and permits: letters and digits; more than fifteen digits in a row are a mistyped identity card.
OTHER_DOCUMENT = re.compile(r"(?=.*[0-9])(?![0-9X]{16})[A-Z0-9()/-]{5,25}")


def read_identity(written: str, *, today: date | None = None) -> str:
    """The number as it is kept: half-width, no blanks, capitals; "" for nothing. Refused: identity_unreadable.

    18 digits have a check digit and a birth date, the old 15 only the date; passports and permits have neither.
    """
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", written[:LONGEST])).upper()
    if re.fullmatch(r"[0-9]{17}[0-9X]", text):
        if check_digit(text) != text[-1]:
            raise _unreadable(_("The identity number has a wrong digit."))
        _prove_birth(text[6:14], today)
    elif re.fullmatch(r"[0-9]{15}", text):
        _prove_birth("19" + text[6:12], today)
    elif text and not OTHER_DOCUMENT.fullmatch(text):
        raise _unreadable(_("That is no identity number."))
    return text


def check_digit(number: str) -> str:
    """The last sign of an 18-digit number, by its first 17 (ISO 7064 MOD 11-2)."""
    return CHECK[sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False)) % 11]


def identity_hash(number: str) -> str:
    """The keyed hash a number is found by; empty for none."""
    return keyed_hash(number, PURPOSE) if number else ""


def find_by_identity(estate_ids: Collection[int], written: str) -> list[Resident]:
    """Residents with that very number, in any usual writing. Refused: identity_unreadable."""
    number = read_identity(written)
    if not number:
        return []
    rows = Resident.objects.filter(estate_id__in=estate_ids, identity_hash__in=keyed_hashes(number, PURPOSE))
    return list(rows.order_by("id"))


@transaction.atomic
def set_identity_number(
    resident: Resident, *, actor: User, written: str, at: datetime | None = None
) -> Resident:
    """Keep, replace or (empty) take away the number. Refused: identity_unreadable."""
    at = at or timezone.now()
    number = read_identity(written, today=local(resident.estate, at).date())
    resident = Resident.objects.select_for_update().get(pk=resident.pk)
    if resident.identity_number == number:
        return resident
    resident.identity_number, resident.identity_hash = number, identity_hash(number)
    resident.version += 1
    resident.save(update_fields=["identity_number", "identity_hash", "version"])
    verb = "resident.identity_kept" if number else "resident.identity_removed"
    record(verb, resident, actor=actor, at=at)
    return resident


def _prove_birth(digits: str, today: date | None) -> None:
    try:
        born = datetime.strptime(digits, "%Y%m%d").date()  # noqa: DTZ007 - a date, without a zone
    except ValueError as error:
        raise _unreadable(_("The identity number holds no date of birth.")) from error
    # Where no day is said it is the one that has come anywhere on earth.
    if born > (today or timezone.now().date() + timedelta(days=1)) or born.year < 1880:
        raise _unreadable(_("The identity number holds no date of birth."))


def _unreadable(sentence: object) -> Refused:
    return Refused("identity_unreadable", sentence, field="identity_number")
