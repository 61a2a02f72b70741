import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.lib.codes import ALPHABET, SHORTEST, format_number, parse_number, read_code, short_code


def test_a_code_has_no_sign_that_is_taken_for_another():
    assert not set(ALPHABET) & set("0O1IL")
    assert len(ALPHABET) == len(set(ALPHABET))
    codes = {short_code() for _ in range(500)}
    assert len(codes) == 500
    assert set("".join(codes)) <= set(ALPHABET)
    assert {len(code) for code in codes} == {10}


def test_a_code_can_not_be_guessed():
    assert math.log2(len(ALPHABET)) * SHORTEST >= 40
    with pytest.raises(ValueError, match="guessed"):
        short_code(SHORTEST - 1)


def test_a_typed_code_is_read_without_blanks_and_small_letters():
    assert read_code(" abcd-efgh 23 ") == "ABCDEFGH23"
    assert read_code("ａｂｃｄｅｆｇｈ２３") == "ABCDEFGH23"


@pytest.mark.parametrize(
    "raw", ["", "ABC", "ABCDEFGH20", "ABCDEFGHIJ", "ABCDEFGH2?", "陈大文陈大文陈大文陈", "A" * 100]
)
def test_what_can_not_be_a_code_is_none(raw):
    assert read_code(raw) is None


@given(st.integers(SHORTEST, 20))
def test_every_code_is_read_as_it_was_made(length):
    code = short_code(length)
    assert read_code(code.lower()) == code


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        ("T-2026-000123", ("T", 2026, 123)),
        ("t2026-123", ("T", 2026, 123)),
        ("T2026000123", ("T", 2026, 123)),
        ("t 2026 123", ("T", 2026, 123)),
        ("Ｔ－２０２６－０００１２３", ("T", 2026, 123)),
        ("T–2026–000123", ("T", 2026, 123)),
        ("#T-2026-000123", ("T", 2026, 123)),
        ("t 123", ("T", None, 123)),
        ("t123", ("T", None, 123)),
        ("T2026", ("T", None, 2026)),
        ("b-2027/9", ("B", 2027, 9)),
    ],
)
def test_a_number_is_read_in_any_usual_writing(raw, parts):
    assert parse_number(raw) == parts


@pytest.mark.parametrize(
    "raw", ["", "123", "2026-123", "T", "T-", "T-2026-0", "T-0", "ABCD-5", "T-2026-123-4", "T" + "1" * 80]
)
def test_what_is_no_number_is_none(raw):
    assert parse_number(raw) is None


@given(st.sampled_from("TPBRSV"), st.integers(2000, 2099), st.integers(1, 999_999_999))
def test_a_number_is_read_as_it_was_written(series, year, n):
    assert parse_number(format_number(series, year, n)) == (series, year, n)


@given(st.text())
def test_no_text_breaks_the_reading(raw):
    parse_number(raw)
    read_code(raw)


def test_numbers_sort_as_they_were_given():
    assert format_number("T", 2026, 123) == "T-2026-000123"
    assert format_number("T", 2026, 99) < format_number("T", 2026, 100)
