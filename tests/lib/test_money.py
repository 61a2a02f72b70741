from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.lib.errors import Refused
from helpdesk.lib.money import parse_money, round_money, show_change


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        ("1.005", "1.01"),
        ("1.004", "1.00"),
        ("2.675", "2.68"),
        ("-1.005", "-1.01"),
        ("0", "0.00"),
        ("7", "7.00"),
        ("0.0049", "0.00"),
    ],
)
def test_halves_are_rounded_up(amount, rounded):
    assert str(round_money(Decimal(amount))) == rounded


def test_a_difference_has_its_sign_and_nothing_has_none():
    shown = [show_change(Decimal(amount), "CNY") for amount in ("1234.5", "-1203.5", "0")]
    assert shown == ["+¥1,234.50", "-¥1,203.50", "¥0.00"]


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_amount_can_not_be_rounded(amount):
    with pytest.raises(ValueError, match="not an amount"):
        round_money(Decimal(amount))


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", "0.00"),
        ("12", "12.00"),
        ("12.5", "12.50"),
        ("0012.50", "12.50"),
        ("9999999999.99", "9999999999.99"),
    ],
)
def test_plain_digits_are_an_amount(text, amount):
    assert str(parse_money(text)) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 1",
        "1 ",
        "1\n",
        "-1",
        "+1",
        "1,000",
        "1.",
        ".5",
        "1.005",
        "1e3",
        "NaN",
        "Infinity",
        "１００",
        "٣",
        "￥100",
        "0x10",
        "1_000",
        "10000000000",
        "1.2.3",
        None,
        5,
        1.5,
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(Refused) as refusal:
        parse_money(text)
    assert refusal.value.code == "invalid_amount"


@given(st.decimals(0, 9_999_999_999, places=2))
def test_an_amount_written_out_is_read_back(amount):
    assert parse_money(f"{amount:.2f}") == amount == round_money(amount)
