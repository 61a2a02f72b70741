"""Number plates: written in many ways, found by one."""

import re
import unicodedata

LONGEST_PLATE = 20
LETTERS = re.compile(r"[^\W_]")


def plate_key(written: str) -> str:
    """粤b·d 6021 → 粤BD6021: capitals, half width, nothing between; "" where nothing is left."""
    text = unicodedata.normalize("NFKC", written[:60]).upper()
    return "".join(LETTERS.findall(text))[:LONGEST_PLATE]


def turned(key: str) -> str:
    """The key from its end on, so that its last signs can be looked for as a beginning."""
    return key[::-1]
