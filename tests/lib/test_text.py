import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.lib.errors import Refused
from helpdesk.lib.text import clean_text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("电梯漏水 <b>{{7*7}}</b> 🛗 ' \" ", "电梯漏水 <b>{{7*7}}</b> 🛗 ' \" "),
        ("a\x00b\x07c\x1bd\x7fe\x85f", "abcdef"),
        ("one\r\ntwo\rthree\n\tfour", "one\ntwo\nthree\n\tfour"),
        ("abc\u202egnp.exe\u2066x\u2069", "abcgnp.exex"),
        ("\ud800x\udfff", "x"),
        ("e\u0301", "é"),
        ("ＡＢＣ１２", "ＡＢＣ１２"),
        ("👨\u200d👩\u200d👧 \u200f", "👨\u200d👩\u200d👧 \u200f"),
    ],
)
def test_only_what_no_screen_can_show_is_dropped(typed, kept):
    assert clean_text(typed, max_length=100) == kept


def test_a_text_that_is_too_long_is_refused_and_not_cut():
    assert clean_text("水" * 10, max_length=10) == "水" * 10
    with pytest.raises(Refused, match="10 characters") as refusal:
        clean_text("水" * 11, max_length=10)
    assert refusal.value.code == "too_long"
    assert refusal.value.extra == {"max_length": 10}


@given(st.text(st.characters()))
def test_a_clean_text_is_clean_and_can_be_stored(typed):
    text = clean_text(typed, max_length=10_000)
    assert clean_text(text, max_length=10_000) == text
    assert text.encode().decode() == text
    assert unicodedata.is_normalized("NFC", text)
    assert not any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in text)
