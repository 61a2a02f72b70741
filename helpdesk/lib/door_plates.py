"""Door plates: 3-2-501 (building, entrance, room) or 3-501, however they were written."""

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 60  # characters worth reading

BUILDING = r"[A-Z]{1,2}|[A-Z]{0,2}\d{1,3}[A-Z]?"
ENTRANCE = r"[A-Z]|[A-Z]?\d{1,2}[A-Z]?"
ROOM = r"[A-Z]{0,2}\d{1,5}[A-Z]{0,2}"

# A number sign (号) is a building's in the middle and a room's at the end; 楼 is a building's or a floor's.
BEFORE = {
    "building": r"BUILDING|BLDG|BLOCK|BLK|TOWER|TWR",
    "entrance": r"ENTRANCE|STAIRCASE",
    "unit": r"UNIT",
    "room": r"ROOM|RM|FLAT|APARTMENT|APT|SUITE",
    "floor": r"FLOOR|LEVEL",
}
AFTER = {
    "building": r"号楼|號樓|号栋|號棟|栋|棟|幢|座",
    "entrance": r"单元|單元|门|門",
    "room": r"室|房",
    "floor": r"层|層|/F(?![A-Z])",
    "storey": r"楼|樓",
    "sign": r"号房|號房|号|號",
}
LABELS_BEFORE = "|".join(f"(?P<before_{role}>{words})" for role, words in BEFORE.items())
LABELS_AFTER = "|".join(f"(?P<after_{role}>{words})" for role, words in AFTER.items())
TOKEN = re.compile(
    rf"(?:(?:{LABELS_BEFORE})(?![A-Z]{{3}})\.?\s*(?:NO\.?\s*|#\s*)?)?"
    rf"(?P<value>[A-Z]{{0,2}}\d{{1,5}}[A-Z]{{0,2}}|[A-Z]{{1,2}})(?![A-Z0-9])\s*"
    rf"(?:{LABELS_AFTER})?"
    r"[\s,、./\\#_-]*"
)
GLUED = re.compile(r"([A-Z]{1,2})(\d{3,4})")
SPOKEN_DIGITS = {character: str(digit) for digit, character in enumerate("〇一二三四五六七八九")} | {
    "零": "0"
}


@dataclass
class Plate:
    building: str = ""
    entrance: str = ""
    room: str = ""

    def is_whole(self) -> bool:
        return bool(
            re.fullmatch(BUILDING, self.building)
            and re.fullmatch(ENTRANCE, self.entrance or "1")
            and re.fullmatch(ROOM, self.room)
        )

    def parts(self) -> list[str]:
        return [part for part in (self.building, self.entrance, self.room) if part]


def normalise_plate(raw: str) -> str | None:
    """The plate as it stands on the record, such as 3-2-501, A-1203; None if it doesn't name one door."""
    plate = _read(raw)
    return "-".join(plate.parts()) if plate and plate.is_whole() else None


def plate_prefix(raw: str) -> str | None:
    """How plates begin that fit what was typed so far: 3栋 → "3-", 3-2-5 → "3-2-5"; None if no plate begins so."""
    whole = normalise_plate(raw)
    if whole:
        return whole
    plate = _read(raw)
    if plate is None or not plate.parts():
        return None
    if plate.building and not plate.room:
        return "-".join(plate.parts()) + "-"
    if plate.room and not plate.building and not plate.entrance and re.fullmatch(BUILDING, plate.room):
        # A number alone may grow into anything that begins with it, unless a line was drawn under it.
        return plate.room + ("-" if re.search(r"[-－./\s]$", raw) else "")
    return None


def _read(raw: str) -> Plate | None:
    tokens = _tokens(raw)
    if tokens is None:
        return None
    labelled = _labelled(tokens)
    if labelled is None:
        return None
    bare = [value for role, value in tokens if not role]
    return _placed(labelled, bare)


def _tokens(raw: str) -> list[tuple[str, str]] | None:
    """(role, value) of each part in order, the role empty where none was written; None for other texts."""
    text = _plain(raw)
    glued = GLUED.fullmatch(text)
    if glued:
        return [("", glued[1]), ("", glued[2])]
    tokens, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            return None
        roles = [name.split("_")[1] for name, found in match.groupdict().items() if found and name != "value"]
        if len(roles) > 1:
            return None
        tokens.append((roles[0] if roles else "", match["value"]))
        at = match.end()
    return tokens


def _plain(raw: str) -> str:
    text = unicodedata.normalize("NFKC", raw).upper().strip() if len(raw) <= LONGEST else ""
    text = re.sub(r"[‐-―−—]", "-", text)
    text = re.sub(r"[〇零一二三四五六七八九十]+", lambda match: _spoken_number(match[0]), text)
    return text.strip(" ,、./\\#_-")


def _spoken_number(text: str) -> str:
    """十二 → 12, 二十 → 20, 五〇一 → 501."""
    if re.fullmatch(r"[一二三四五六七八九]?十[一二三四五六七八九]?", text):
        tens, ones = text.split("十")
        return SPOKEN_DIGITS.get(tens, "1") + SPOKEN_DIGITS.get(ones, "0")
    return "".join(SPOKEN_DIGITS.get(character, character) for character in text)


def _labelled(tokens: list[tuple[str, str]]) -> dict[str, str] | None:
    """Value by role; None where one role has two values."""
    found: dict[str, str] = {}
    named = {role for role, _value in tokens}
    for at, (role, value) in enumerate(tokens):
        if not role:
            continue
        if role == "sign":
            role = "room" if at == len(tokens) - 1 else "building"
        elif role == "storey":
            role = "floor" if "building" in named or at else "building"
        elif role == "unit":
            # Overseas a unit is a flat; here it is an entrance.
            role = "room" if re.search(r"\d{3}", value) and "room" not in named else "entrance"
        if role in found:
            return None
        found[role] = value
    return found


def _placed(found: dict[str, str], bare: list[str]) -> Plate | None:
    """The values without a label take the places that are left, the last of them the room's."""
    plate = Plate(found.get("building", ""), found.get("entrance", ""), found.get("room", ""))
    if bare and not plate.room:
        plate.room = bare.pop()
    for place in ("building", "entrance"):
        if bare and not getattr(plate, place):
            setattr(plate, place, bare.pop(0))
    if bare:
        return None
    floor = found.get("floor", "")
    if floor and plate.room and not plate.room.startswith(floor):
        plate.room = floor + (plate.room.zfill(2) if plate.room.isdigit() else plate.room)
    return plate
