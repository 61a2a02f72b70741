"""Telephone numbers: read as people write them, kept as E.164, shown as people say them."""

import re
import unicodedata
from collections.abc import Iterator

import phonenumbers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from phonenumbers import PhoneNumber, PhoneNumberFormat

from helpdesk.lib.crypto import keyed_hash, keyed_hashes
from helpdesk.lib.sealed import clear

LONGEST = 40  # characters; nobody writes a number longer than that
HIDDEN = "****"
NEAR_REGIONS = ("CN", "HK", "MO", "TW")
NEAR = ("86", "852", "853", "886")  # dialled here without a plus
MAINLAND_MOBILE = re.compile(r"1[3-9]\d{9}")
MAINLAND_WRITTEN = re.compile(r"(?:\+86|86|0086)?(1[3-9]\d{9})", re.ASCII)
EXTENSION = re.compile(r"(.*\d)\s*(?:转|轉|分机|分機|ext\.?|x|#|-)\s*\d{1,5}", re.IGNORECASE)


def parse_phone(raw: str, region: str = "CN") -> str | None:
    """E.164 of a number in any usual writing, or None if nobody could dial it. `region` is where it was written."""
    text = _plain(raw)
    # Most numbers are these, and lists mask them by the hundred: the library takes ten times as long.
    mobile = MAINLAND_WRITTEN.fullmatch(re.sub(r"[\s().-]", "", text))
    if mobile and (region in NEAR_REGIONS or text.startswith("+")):
        return "+86" + mobile.group(1)
    for number in _readings(text, region):
        if _exists(number):
            return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return None


def complain_about_phone(raw: str, region: str = "CN") -> str | None:
    """One sentence about what is wrong with the number; None if it can be dialled."""
    if parse_phone(raw, region):
        return None
    text = _plain(raw)
    with_extension = EXTENSION.fullmatch(text)
    if with_extension and parse_phone(with_extension.group(1), region):
        return _("Leave out the extension and write it in the note.")
    digits = "".join(filter(str.isdecimal, text))
    if not re.fullmatch(r"[+\d\s().-]+", text) or not 3 <= len(digits) <= 30:
        return _("That is not a telephone number.")
    if region == "CN" and re.fullmatch(r"[2-9]\d{6,7}", digits):
        return _("The area code is missing.")
    return _complain_about_length(("+" if text.startswith("+") else "") + digits, region)


def display_phone(e164: str) -> str:
    """The number in the groups people say: 138 0013 6021, 0755 2698 1140, 9214 6021."""
    number = _stored(e164)
    if number is None:
        return e164
    if _is_mainland_mobile(number):
        digits = str(number.national_number)
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    home = str(number.country_code) in NEAR
    return phonenumbers.format_number(
        number, PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
    )


def national_digits(e164: str) -> str:
    """The digits one dials at home: 13800136021, 075526981140, 92146021."""
    mobile = MAINLAND_WRITTEN.fullmatch(e164)
    if mobile:
        return mobile.group(1)
    number = _stored(e164)
    if number is None:
        return "".join(filter(str.isdecimal, e164))
    written = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return "".join(filter(str.isdecimal, written))


def mask_phone(value: object) -> str:
    """138****5678 for a mainland mobile, stars and the last four for other numbers, only stars for anything else."""
    raw = clear(value) if isinstance(value, str) else "" if value is None else str(value)
    e164 = parse_phone(raw, "CN") or parse_phone(raw, "HK")
    if e164 is None:
        return HIDDEN
    digits = national_digits(e164)
    if MAINLAND_WRITTEN.fullmatch(e164):
        return f"{digits[:3]}{HIDDEN}{digits[-4:]}"
    # A number that is hardly longer than its ending would not be hidden at all.
    return "*" * (len(digits) - 4) + digits[-4:] if len(digits) >= 8 else HIDDEN


def endings(e164: str) -> list[str]:
    """What people may give of a number: its last 4 digits, its last 5, up to all of them."""
    digits = national_digits(e164)
    return [digits[-length:] for length in range(4, len(digits) + 1)]


def phone_hash(e164: str) -> str:
    """The keyed hash by which a whole number is found."""
    return keyed_hash(e164, "phone")


def phone_hashes(e164: str) -> list[str]:
    """What to look for when looking for a whole number: its hash, and those under keys that are being replaced."""
    return keyed_hashes(e164, "phone")


def ending_hash(last4: str) -> str:
    """The keyed hash by which numbers are found from their last four digits; ValueError for anything else."""
    return keyed_hash(_ending(last4), "phone ending")


def ending_hashes(last4: str) -> list[str]:
    """What to look for when looking for an ending; ValueError for anything but four digits."""
    return keyed_hashes(_ending(last4), "phone ending")


def hash_of_ending(e164: str) -> str:
    """The hash kept of a whole number's last four digits."""
    return ending_hash(national_digits(e164)[-4:])


def _ending(last4: str) -> str:
    if not re.fullmatch(r"[0-9]{4}", last4):
        raise ValueError("An ending is four digits.")
    return last4


def _plain(raw: str) -> str:
    # Numbers copied from telephones carry invisible direction marks.
    text = unicodedata.normalize("NFKC", raw) if len(raw) <= LONGEST else ""
    text = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return re.sub(r"[‐-―−—]", "-", text).strip()


def _readings(text: str, region: str) -> Iterator[PhoneNumber]:
    """The ways to understand what was written, the likeliest first."""
    if not re.fullmatch(r"\+?[0-9\s().-]+", text):
        return
    digits = "".join(filter(str.isdecimal, text))
    writings = [(text, region)]
    if digits.startswith("00"):
        writings.append(("+" + digits[2:], region))
    elif digits.startswith(NEAR):
        writings.append(("+" + digits, region))
    for writing, where in writings:
        try:
            yield phonenumbers.parse(writing, where)
        except phonenumbers.NumberParseException:
            continue


def _exists(number: PhoneNumber) -> bool:
    # New mobile prefixes come into use before the library knows them.
    return _is_mainland_mobile(number) or phonenumbers.is_valid_number(number)


def _is_mainland_mobile(number: PhoneNumber) -> bool:
    return number.country_code == 86 and bool(MAINLAND_MOBILE.fullmatch(str(number.national_number)))


def _stored(e164: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return None


def _complain_about_length(digits: str, region: str) -> str:
    """Which length would have been right is found by trying: cut the end, or fill it up."""
    if any(parse_phone(digits[:-extra], region) for extra in (1, 2, 3, 4, 5)):
        return _("Too many digits.")
    for missing in range(1, 9):
        if any(parse_phone(digits + digit * missing, region) for digit in "015"):
            return ngettext("One digit is missing.", "%(count)d digits are missing.", missing) % {
                "count": missing
            }
    return _("That is not a telephone number.")
