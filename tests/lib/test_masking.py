import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.lib.masking import mask_email, mask_identity, mask_name


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("欧阳修远", "欧*"),
        (" 陈大文 ", "陈*"),
        ("John Smith", "J*"),
        ("王", "*"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_a_name_shows_its_first_character(name, masked):
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("440301199001011234", "**************1234"),
        ("44030119900101123X", "**************123X"),
        ("440301900101123", "***********1123"),
        ("E12345678", "*****5678"),
        ("A123456(7)", "****4567"),
        ("123456", "******"),
        ("1", "*"),
        ("--", "****"),
        ("", ""),
    ],
)
def test_a_document_number_shows_its_last_four(value, masked):
    assert mask_identity(value) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("zhang.wei@example.com", "z***@example.com"),
        ("z@example.com", "***@example.com"),
        ("not an address", "****"),
        ("a@b@example.com", "****"),
        ("a@localhost", "****"),
        ("", ""),
    ],
)
def test_an_address_shows_its_first_letter_and_its_house(address, masked):
    assert mask_email(address) == masked


@given(st.text())
def test_no_mask_shows_more_than_four_characters(text):
    assert len(mask_name(text).replace("*", "")) <= 1
    shown = mask_identity(text).replace("*", "")
    assert len(shown) <= 4
    assert len(shown) < len(text) or not text


@given(st.from_regex(r"[0-9]{17}[0-9X]", fullmatch=True))
def test_the_beginning_of_an_identity_number_never_shows(number):
    assert mask_identity(number)[:14] == "*" * 14


@given(st.text(min_size=2), st.from_regex(r"[a-z]{1,9}\.com", fullmatch=True))
def test_what_stands_before_the_at_sign_is_hidden_but_for_one_letter(local, domain):
    assert len(mask_email(f"{local}@{domain}").split("@")[0].replace("*", "")) <= 1
