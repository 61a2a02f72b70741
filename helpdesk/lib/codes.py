"""Codes and numbers that people read aloud, type and print."""

import re
import secrets
import unicodedata

# Without 0 and O, 1, I and L: they are one another on a wet slip. 31 signs are 4.95 bits each.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
SHORTEST = 9  # 44 bits
LONGEST = 60  # characters worth reading

NUMBER = re.compile(
    r"([A-Z]{1,3})[\s#-]*(?:(?P<year>20\d\d)[\s/-]+(?P<n>\d{1,9})|(?P<tight>20\d\d)(?P<six>\d{6})|(?P<only>\d{1,9}))"
)


def short_code(length: int = 10) -> str:
    """A random code of signs nobody confuses (10 signs = 49 bits); ValueError below 40 bits."""
    if length < SHORTEST:
        raise ValueError(f"A code shorter than {SHORTEST} signs can be guessed.")
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def read_code(raw: str) -> str | None:
    """The code somebody typed, without the spaces, dashes and small letters; None if it can't be one of ours."""
    code = re.sub(r"[\s-]", "", _plain(raw))
    return code if len(code) >= SHORTEST and set(code) <= set(ALPHABET) else None


def format_number(series: str, year: int, n: int) -> str:
    """T-2026-000123."""
    return f"{series}-{year}-{n:06d}"


def parse_number(raw: str) -> tuple[str, int | None, int] | None:
    """Series, year (None if it was left out) and count of a number in any usual writing; None if it is none."""
    match = NUMBER.fullmatch(_plain(raw).strip(" #"))
    if match is None:
        return None
    year = match["year"] or match["tight"]
    n = int(match["n"] or match["six"] or match["only"])
    return (match[1], int(year) if year else None, n) if n else None


def _plain(raw: str) -> str:
    text = unicodedata.normalize("NFKC", raw).upper() if len(raw) <= LONGEST else ""
    return re.sub(r"[‐-―−_]", "-", text)
