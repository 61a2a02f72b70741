"""Keys of rows as they come in addresses and forms: text that may be any."""

from collections.abc import Iterable

BIGGEST_ID = 2**63 - 1  # what the databases hold


def keys_in(texts: Iterable[str]) -> list[int]:
    """Those of the texts that may be keys of rows; the others are left out."""
    # int() refuses thousands of digits.
    return [int(text) for text in texts if text.isdecimal() and len(text) < 20 and int(text) <= BIGGEST_ID]
