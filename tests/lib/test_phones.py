import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.lib.phones import (
    complain_about_phone,
    display_phone,
    ending_hash,
    endings,
    mask_phone,
    national_digits,
    parse_phone,
    phone_hash,
)


@pytest.mark.parametrize(
    ("raw", "region", "e164"),
    [
        ("13800136021", "CN", "+8613800136021"),
        ("138 0013 6021", "CN", "+8613800136021"),
        ("138-0013-6021", "CN", "+8613800136021"),
        ("138–0013–6021", "CN", "+8613800136021"),
        ("１３８００１３６０２１", "CN", "+8613800136021"),
        ("+86 138 0013 6021", "CN", "+8613800136021"),
        ("8613800136021", "CN", "+8613800136021"),
        ("0086-13800136021", "HK", "+8613800136021"),
        ("13800136021", "HK", "+8613800136021"),
        ("（138）0013 6021", "HK", "+8613800136021"),
        ("\u202d13800136021\u202c", "CN", "+8613800136021"),
        ("15412345678", "CN", "+8615412345678"),
        ("0755-2698 1140", "CN", "+8675526981140"),
        ("（0755）26981140", "CN", "+8675526981140"),
        ("010 6552 9988", "CN", "+861065529988"),
        ("400 800 1234", "CN", "+864008001234"),
        ("9214 6021", "HK", "+85292146021"),
        ("2698 1140", "HK", "+85226981140"),
        ("+852 9214 6021", "CN", "+85292146021"),
        ("852 9214 6021", "CN", "+85292146021"),
        ("+1 650 253 0000", "CN", "+16502530000"),
    ],
)
def test_a_number_is_read_in_any_usual_writing(raw, region, e164):
    assert parse_phone(raw, region) == e164
    assert complain_about_phone(raw, region) is None


@pytest.mark.parametrize(
    ("raw", "region", "complaint"),
    [
        ("1380013602", "CN", "One digit is missing."),
        ("138001360", "CN", "2 digits are missing."),
        ("+86 138 0013 602", "CN", "One digit is missing."),
        ("9214 602", "HK", "One digit is missing."),
        ("138001360211", "CN", "Too many digits."),
        ("9214 6021 1", "HK", "Too many digits."),
        ("26981140", "CN", "The area code is missing."),
        ("0755-26981140-801", "CN", "Leave out the extension and write it in the note."),
        ("0755-26981140转801", "CN", "Leave out the extension and write it in the note."),
        ("abc", "CN", "That is not a telephone number."),
        ("", "CN", "That is not a telephone number."),
        ("110", "CN", "That is not a telephone number."),
        ("12912345678", "CN", "That is not a telephone number."),
        ("1-800-FLOWERS", "CN", "That is not a telephone number."),
        ("13800136021" + " " * 40 + "9", "CN", "That is not a telephone number."),
        ("1" * 5000, "CN", "That is not a telephone number."),
    ],
)
def test_a_wrong_number_is_told_what_is_wrong_with_it(raw, region, complaint):
    assert parse_phone(raw, region) is None
    assert complain_about_phone(raw, region) == complaint


@given(st.text(max_size=60), st.sampled_from(["CN", "HK"]))
def test_every_text_is_either_a_number_or_has_a_complaint(raw, region):
    assert (parse_phone(raw, region) is None) == (complain_about_phone(raw, region) is not None)


@pytest.mark.parametrize(
    ("e164", "said", "digits", "masked"),
    [
        ("+8613800136021", "138 0013 6021", "13800136021", "138****6021"),
        ("+8615412345678", "154 1234 5678", "15412345678", "154****5678"),
        ("+85292146021", "9214 6021", "92146021", "****6021"),
        ("+8675526981140", "0755 2698 1140", "075526981140", "********1140"),
        ("+16502530000", "+1 650-253-0000", "6502530000", "******0000"),
    ],
)
def test_a_number_is_shown_in_the_groups_people_say(e164, said, digits, masked):
    assert display_phone(e164) == said
    assert national_digits(e164) == digits
    assert mask_phone(e164) == masked


@pytest.mark.parametrize(
    "value", [None, "", "12", "6021", "110", "138****5678", "call me at 138", "1380013602", 7, "x" * 500]
)
def test_what_is_no_number_is_hidden_whole(value):
    assert mask_phone(value) == "****"


@given(st.one_of(st.text(), st.from_regex(r"\+?[0-9 -]{1,20}", fullmatch=True)))
def test_the_middle_of_a_number_never_shows(raw):
    masked = mask_phone(raw)
    assert "****" in masked
    shown = masked.replace("*", "")
    assert len(shown) <= (7 if masked.startswith("1") else 4)


@given(st.integers(0, 10**8 - 1), st.sampled_from(["138", "139", "177", "199"]))
def test_a_mobile_shows_its_first_three_and_last_four(rest, prefix):
    assert mask_phone(f"{prefix}{rest:08d}") == f"{prefix}****{rest % 10_000:04d}"


def test_the_endings_go_from_four_digits_to_all():
    assert endings("+85292146021") == ["6021", "46021", "146021", "2146021", "92146021"]
    assert endings("+8613800136021")[-1] == "13800136021"


def test_numbers_and_their_endings_are_found_by_hash_and_not_mixed_up():
    assert phone_hash("+8613800136021") == phone_hash("+8613800136021") != phone_hash("+8613800136022")
    assert ending_hash("6021") != phone_hash("6021")


@pytest.mark.parametrize("wrong", ["602", "16021", "６０２１", "602a", ""])
def test_an_ending_is_four_digits(wrong):
    with pytest.raises(ValueError, match="four digits"):
        ending_hash(wrong)
