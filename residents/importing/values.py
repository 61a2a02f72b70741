"""One cell as what it means, or exactly why not."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from openpyxl.utils.datetime import from_excel

from helpdesk.lib.door_plates import normalise_plate
from helpdesk.lib.errors import Refused
from helpdesk.lib.names import fold
from helpdesk.lib.phones import complain_about_phone, parse_phone
from residents.services.identity_numbers import read_identity

CUT_NUMBER = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{2}")
BETWEEN_NUMBERS = re.compile(r"[/、，,;；\n|]+|\s{2,}")
LARGEST_AREA = Decimal("9999999.99")

USES = {
    "residential": ("residential", "flat", "住宅", "住宅楼", "公寓", "居住"),
    "office": ("office", "办公", "写字楼", "办公室"),
    "shop": ("shop", "retail", "commercial", "商铺", "商业", "店铺", "门面"),
    "storage": ("storage", "storeroom", "仓库", "储藏室", "储物间"),
    "parking": ("parking", "车位", "车库", "停车位"),
}
STATUSES = {
    "occupied": ("occupied", "已入住", "入住", "自住", "出租", "在住", "已住"),
    "vacant": ("vacant", "empty", "空置", "空房", "未入住"),
    "decorating": ("decorating", "renovation", "装修", "装修中"),
    "not_handed_over": ("not handed over", "未交付", "未交房", "未售", "未收楼"),
}
RELATIONS = {
    "owner": ("owner", "业主", "户主", "产权人", "本人"),
    "co_owner": ("co-owner", "co owner", "共有人", "共有产权人", "共同业主"),
    "tenant": ("tenant", "租户", "租客", "承租人"),
    "family": ("family", "household member", "家属", "家庭成员", "配偶", "子女", "父母", "亲属"),
    "agent": ("agent", "代办人", "代理人", "委托人", "中介"),
    "contact": ("contact person", "contact", "联系人"),
}
KINDS = {
    "person": ("person", "个人", "自然人"),
    "organisation": ("organisation", "organization", "company", "公司", "单位", "企业", "法人"),
}
LANGUAGES = {
    "en": ("en", "english", "英文", "英语"),
    "zh-hans": ("zh-hans", "zh", "简体", "简体中文", "中文", "普通话", "simplified chinese"),
    "zh-hant": ("zh-hant", "繁体", "繁体中文", "traditional chinese", "粤语"),
}
YES = {"1", "y", "yes", "true", "是", "✓", "√", "对", "有"}
NO = {"0", "n", "no", "false", "否", "×", "x", "不", "无"}


class Unreadable(Exception):
    """A cell that can't be understood: a stable code, the sentence for whoever made the file, and what it speaks of."""

    def __init__(self, code: str, reason: str = "", **data: Any) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.data = data


def text_of(value: Any, longest: int = 300) -> str:
    """Any cell as text; a number without the .0 that spreadsheets add. Unreadable: became_a_date, too_long."""
    if value is None:
        return ""
    if isinstance(value, date):
        reason = _("The spreadsheet turned this into a date. Format the column as text and type it again.")
        raise Unreadable("became_a_date", reason)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = unicodedata.normalize("NFC", str(value)).strip()
    text = "".join(char for char in text if char in "\n\t" or unicodedata.category(char)[0] != "C")
    if len(text) > longest:
        raise Unreadable(
            "too_long", _("Longer than %(count)d characters.") % {"count": longest}, count=longest
        )
    return text


def lacks_building(unit: Any, building: Any) -> bool:
    """Whether a unit is written without its building, as 2-501 beside building 3: then 2 is the entrance."""
    try:
        plate, first = normalise_plate(text_of(unit, 60)), _building_of(text_of(building, 60))
    except Unreadable:
        return False
    return bool(plate and first) and plate.count("-") == 1 and plate.split("-")[0] != first  # type: ignore[union-attr]


def plate_of(unit: Any, building: Any, entrance: Any, room: Any, *, without_building: bool = False) -> str:
    """The whole door plate, from one column or put together from several. Unreadable: unit_missing, plate_unreadable.

    `without_building` says that this file writes 2-501 for entrance 2, so that it means the same beside building 2.
    """
    whole, first, second, last = (text_of(cell, 60) for cell in (unit, building, entrance, room))
    last = last or whole
    if not last:
        raise Unreadable("unit_missing", _("The unit is missing."))
    plate = normalise_plate(whole) if whole else None
    short = without_building and plate is not None and plate.count("-") == 1
    if plate and (not first or (plate.split("-")[0] == _building_of(first) and not short)):
        return plate
    if first:
        parts = [_building_of(first), _bare(second), *(_bare(last).split("-"))]
        plate = normalise_plate("-".join(part for part in parts if part))
        if plate:
            return plate
    reason = _("“%(text)s” is no door plate, such as 3-2-501 or A-1203.")
    raise Unreadable("plate_unreadable", reason % {"text": whole or last})


def _building_of(text: str) -> str:
    return re.sub(r"(号楼|號樓|号栋|號棟|栋|棟|幢|座|楼|樓|BUILDING|BLOCK|TOWER)", "", _upper(text)).strip(
        " -.#"
    )


def _bare(text: str) -> str:
    return re.sub(r"(单元|單元|号房|號房|室|房|号|號|门|門|ROOM|FLAT|UNIT)", "", _upper(text)).strip(" -.#")


def _upper(text: str) -> str:
    return re.sub(r"[‐-―−—]", "-", unicodedata.normalize("NFKC", text).upper())


def phones_of(value: Any, region: str) -> list[str]:
    """The numbers in a cell as E.164. Unreadable: digits_lost, phone_unreadable."""
    text = text_of(value, 200)
    if CUT_NUMBER.fullmatch(text):
        reason = _(
            "The spreadsheet cut this number to %(text)s. Format the column as text and type it again."
        )
        raise Unreadable("digits_lost", reason % {"text": text})
    numbers = []
    for part in BETWEEN_NUMBERS.split(unicodedata.normalize("NFKC", text)):
        if part.strip():
            numbers.append(_phone(part.strip(), region))
    return list(dict.fromkeys(numbers))


def _phone(text: str, region: str) -> str:
    number = parse_phone(text, region)
    # A number kept as a number lost the nought of its area code.
    if number is None and region == "CN" and text.isdecimal() and len(text) in (9, 10, 11):
        number = parse_phone("0" + text, region)
    if number is None:
        # The number itself is not repeated: the report is kept, and numbers are sealed.
        raise Unreadable("phone_unreadable", complain_about_phone(text, region) or "")
    return number


def date_of(value: Any) -> date | None:
    """A day in any writing that can be read one way only. Unreadable: date_unreadable, date_two_ways."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and 20000 <= value <= 80000:
        return from_excel(value).date()
    text = unicodedata.normalize("NFKC", text_of(value, 40))
    if not text:
        return None
    found = re.fullmatch(r"(\d{4})[-/.年]\s*(\d{1,2})[-/.月]\s*(\d{1,2})日?(?:[ T].*)?", text)
    found = found or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text)
    if found:
        try:
            return date(*(int(part) for part in found.groups()))
        except ValueError as error:
            raise Unreadable(
                "date_unreadable", _("There is no such day: %(text)s.") % {"text": text}, text=text
            ) from error
    if re.fullmatch(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}", text):
        reason = _("%(text)s can be read two ways: write the year first, such as 2024-05-01.")
        raise Unreadable("date_two_ways", reason % {"text": text}, text=text)
    reason = _("“%(text)s” is no date, such as 2024-05-01.")
    raise Unreadable("date_unreadable", reason % {"text": text}, text=text)


def area_of(value: Any) -> Decimal | None:
    """Square metres to two places. Unreadable: area_unreadable."""
    if isinstance(value, float):
        # 89.39999999999999 is how a spreadsheet keeps 89.40.
        nearest = Decimal(repr(value)).quantize(Decimal("0.01"))
        value = str(nearest if abs(float(nearest) - value) < 1e-6 else value)
    text = unicodedata.normalize("NFKC", text_of(value, 40)).lower()
    text = re.sub(r"(m2|m²|㎡|平方米|平米|平方|sqm)$", "", text.replace(" ", "")).replace(",", "")
    if not text:
        return None
    try:
        area = Decimal(text)
    except InvalidOperation as error:
        raise Unreadable("area_unreadable", _("“%(text)s” is no area.") % {"text": text}) from error
    if not area.is_finite() or area < 0 or area > LARGEST_AREA:
        raise Unreadable("area_unreadable", _("%(text)s m² can't be.") % {"text": text})
    if area != area.quantize(Decimal("0.01")):
        raise Unreadable(
            "area_unreadable", _("An area has at most two decimal places: %(text)s.") % {"text": text}
        )
    return area.quantize(Decimal("0.01"))


def floor_of(value: Any) -> int | None:
    """The floor as a number; 地下1层 and B1 are -1. Unreadable: floor_unreadable."""
    text = re.sub(
        r"[层樓楼F/\s]", "", unicodedata.normalize("NFKC", text_of(value, 20)).upper().replace("層", "")
    )
    if not text:
        return None
    text = re.sub(r"^(B|地下|负|負)(?=\d)", "-", text)
    if not re.fullmatch(r"-?\d{1,3}", text):
        raise Unreadable("floor_unreadable", _("“%(text)s” is no floor.") % {"text": text})
    return int(text)


def choice_of(value: Any, words: dict[str, tuple[str, ...]]) -> str:
    """The choice that a word stands for, empty for an empty cell. Unreadable: word_unknown."""
    text = text_of(value, 60)
    if not text:
        return ""
    plain = fold(text).strip()
    for key, known in words.items():
        if plain in known or plain == key:
            return key
    reason = _("“%(text)s” is not known here. Write one of: %(usual)s.")
    raise Unreadable("word_unknown", reason % {"text": text, "usual": readers_words(words)}, text=text)


def readers_words(words: Mapping[Any, tuple[str, ...]]) -> str:
    """One word of each choice, as the reader writes it."""
    return ", ".join(_readers_word(known) for known in words.values())


def _readers_word(known: tuple[str, ...]) -> str:
    """One of the words that are understood, in the reader's script where there is one."""
    wants_chinese = (get_language() or "en").startswith("zh")
    return next((word for word in known if word.isascii() != wants_chinese), known[0])


def yes_or_no(value: Any) -> bool:
    """Whether a cell says yes; empty says no. Unreadable: word_unknown."""
    if isinstance(value, bool):
        return value
    text = fold(text_of(value, 20)).strip()
    if text and text not in YES | NO:
        raise Unreadable("word_unknown", _("“%(text)s” is neither yes nor no.") % {"text": text})
    return text in YES


def email_of(value: Any) -> str:
    """An e-mail address. Unreadable: email_unreadable."""
    text = text_of(value, 254)
    if text:
        try:
            validate_email(text)
        except ValidationError as error:
            raise Unreadable(
                "email_unreadable", _("“%(text)s” is no e-mail address.") % {"text": text}
            ) from error
    return text


def name_of(value: Any) -> str:
    """One person's or organisation's name. Unreadable: several_names, too_long."""
    text = " ".join(text_of(value, 80).split())
    if re.search(r"[、;；/]|，|\b和\b", text):
        reason = _("More than one name in a cell: give each person a row.")
        raise Unreadable("several_names", reason)
    return text


def identity_of(value: Any) -> str:
    """An identity number, its check digit proven where it has one. Unreadable: digits_lost, identity_unreadable."""
    if (isinstance(value, int | float) and abs(value) >= 10**15) or CUT_NUMBER.fullmatch(str(value or "")):
        reason = _("The spreadsheet lost the last digits. Format the column as text and type it again.")
        raise Unreadable("digits_lost", reason)
    try:
        return read_identity(text_of(value, 40))
    except Refused as refused:
        raise Unreadable(refused.code, str(refused.message)) from refused
