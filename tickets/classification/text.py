"""The text as the classifier reads it, with the way back to what the resident wrote."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import opencc

WHITE = re.compile(r"\s")
HAN = re.compile(r"[㐀-䶿一-鿿]")
# OpenCC leaves these alone, because they are also Simplified; in a complaint they are always the other one.
ALSO_FOLDED = {"著": "着", "妳": "你", "祂": "他", "週": "周", "唸": "念"}


@dataclass(frozen=True)
class ReadText:
    """`folded` is NFKC, lower case and Simplified, its white space blanks; `starts`/`ends` lead each of its characters to the original."""

    original: str
    folded: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    has_han: bool

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where folded[start:end] stands in the original."""
        return self.starts[start], self.ends[end - 1]


def read(text: str) -> ReadText:
    """The text normalised and folded, character by character, so that every offset holds."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    while at < len(text):
        end = at + 1
        # A base letter and its accents are normalised together.
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        piece = WHITE.sub(" ", unicodedata.normalize("NFKC", text[at:end]).lower())
        pieces.append(piece)
        starts.extend([at] * len(piece))
        ends.extend([end] * len(piece))
        at = end
    folded = "".join(pieces)
    has_han = HAN.search(folded) is not None
    if has_han:
        folded = folded.translate(simplified_characters())
    return ReadText(text, folded, tuple(starts), tuple(ends), has_han)


def fold(text: str) -> str:
    """The text in the form patterns are matched against."""
    return read(text).folded


@lru_cache(maxsize=1)
def simplified_characters() -> dict[int, str]:
    """Traditional to Simplified, one character to one: a whole-text conversion may change the length."""
    characters = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
    converted = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    table = {
        ord(traditional): simplified
        for traditional, simplified in zip(characters, converted, strict=True)
        if traditional != simplified and len(simplified) == 1
    }
    return table | {ord(variant): plain for variant, plain in ALSO_FOLDED.items()}
