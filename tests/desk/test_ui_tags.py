"""The presentation tags: geometry, initials, times in words, the look of a status."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.template.loader import render_to_string

from helpdesk.desk.templatetags import ui

NOON = datetime(2026, 11, 17, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai


@pytest.mark.parametrize(
    ("fraction", "shown"), [(0, 0), (0.5, 50), (1, 100), (1.7, 100), (-2, 0), (None, 0), ("x", 0)]
)
def test_a_fraction_is_held_between_nothing_and_all(fraction, shown):
    assert ui.percent(fraction) == shown


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Wang Jianguo 王建国", "王"),
        ("Sarah Whitfield", "SW"),
        ("Ho Mei-ling", "HL"),
        ("Cher", "C"),
        ("", "?"),
        (None, "?"),
    ],
)
def test_initials_are_the_chinese_family_name_or_first_letters(name, letters):
    assert ui.initials(name) == letters


def test_a_person_keeps_one_tone():
    assert ui.person_tone("Sarah Whitfield") == ui.person_tone("Sarah Whitfield")


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 min"),
        (12, "12 min"),
        (59, "59 min"),
        (60, "60 min"),
        (130, "2 h 10"),
        (119, "119 min"),
        (2880, "2 days"),
        (1440, "1 day"),
    ],
)
def test_a_length_of_time_is_said_as_people_say_it(minutes, words):
    assert ui.in_short(timedelta(minutes=minutes)) == words
    assert ui.in_short(minutes * 60) == words


def test_no_length_of_time_says_nothing():
    assert ui.in_short(None) == ""
    assert ui.ago(None) == ui.short_moment(None) == ui.full_moment(None) == ""


def test_a_moment_is_past_now_or_ahead():
    assert ui.ago(NOON - timedelta(minutes=12), NOON) == "12 min ago"
    assert ui.ago(NOON + timedelta(hours=2), NOON) == "in 2 h"
    assert ui.ago(NOON + timedelta(seconds=20), NOON) == "now"


def test_a_moment_today_is_a_time_and_another_day_is_a_date(settings):
    assert ui.short_moment(NOON, NOON) == "12:00"
    assert ui.short_moment(NOON - timedelta(days=4), NOON) == "13 Nov"
    assert ui.short_moment(NOON - timedelta(days=400), NOON) == "13 Oct 2025"


def test_spans_cut_the_text_in_order_and_lose_none_of_it():
    text = "You charged me twice and nobody called"
    cut = ui.pieces(text, [(25, 38), (4, 11)])
    assert "".join(piece["text"] for piece in cut) == text
    assert [(piece["text"], piece["number"]) for piece in cut if piece["number"]] == [
        ("charged", 1),
        ("nobody called", 2),
    ]


def test_overlapping_and_impossible_spans_are_left_out():
    cut = ui.pieces("abcdef", [(0, 3), (2, 4), (5, 5), (4, 99)])
    assert [piece["number"] for piece in cut] == [1, None]
    assert ui.pieces("abc", None) == [{"text": "abc", "number": None}]


def test_an_unknown_status_is_a_plain_chip():
    assert ui.status_look("slip", "eaten") == {"icon": "", "tone": "plain", "kind": ""}
    assert ui.status_look("slip", "cancelled")["kind"] == "struck"


def test_an_icon_is_decoration_unless_it_has_a_label():
    assert 'aria-hidden="true"' in ui.icon("phone")
    assert 'aria-label="Critical &lt;b&gt;"' in ui.icon("octagon", 16, "Critical <b>")


def test_an_outline_is_asked_for_once():
    assert "#o-phone" in ui.icon("phone", 20, outline=True)
    assert "#o-phone" in ui.icon("o-phone", 20, outline=True)


def test_an_estate_is_marked_by_its_first_character():
    assert ui.estate_mark("Willow Bay") == "W"
    assert ui.estate_mark(None) == ""


def test_every_look_names_an_icon_of_the_sprite(settings):
    sprite = (settings.BASE_DIR / "static" / "icons.svg").read_text()
    named = {look[0] for looks in ui.LOOKS.values() for look in looks.values()} - {"ring"}
    assert {name for name in named if f'id="{name}"' not in sprite} == set()


def test_every_icon_that_a_template_names_is_in_the_sprite(settings):
    sprite = (settings.BASE_DIR / "static" / "icons.svg").read_text()
    named = {
        name
        for page in (settings.BASE_DIR / "templates").rglob("*.html")
        for name in re.findall(r'{% icon "([^"]+)"', page.read_text())
    }
    assert named
    assert {name for name in named if f'id="{name}"' not in sprite} == set()


def test_no_template_carries_inline_style_or_script(settings):
    for page in (settings.BASE_DIR / "templates").rglob("*.html"):
        text = page.read_text()
        assert not re.search(r'\sstyle=|\son[a-z]+="|<script(?![^>]*\bsrc=)', text), page
        assert "|safe" not in text, page


def test_every_component_says_what_it_wants(settings):
    for page in (settings.BASE_DIR / "templates" / "components").glob("*.html"):
        assert page.read_text().startswith(("{#", "{% comment %}")), page


class SmallForm(forms.Form):
    phone = forms.CharField(label="Telephone", help_text="Eight digits")
    body = forms.CharField(widget=forms.Textarea)
    sms = forms.BooleanField(required=False)
    channel = forms.ChoiceField(choices=[("phone", "Phone")], widget=forms.RadioSelect)

    def clean_phone(self):
        raise forms.ValidationError("One digit is missing.")


def test_a_field_keeps_what_was_typed_and_ties_its_error_to_it():
    form = SmallForm({"phone": "9214 602"})
    html = render_to_string("components/field.html", {"field": form["phone"]})
    assert 'value="9214 602"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_phone_error"' in html
    assert 'aria-describedby="id_phone_helptext id_phone_error"' in html
    assert "One digit is missing." in html


@pytest.mark.parametrize(
    ("name", "kind"), [("phone", "text"), ("body", "area"), ("sms", "check"), ("channel", "choices")]
)
def test_a_field_has_the_shape_of_its_widget(name, kind):
    assert ui.widget_kind(SmallForm()[name]) == kind


def test_hostile_words_stay_words():
    html = render_to_string("components/reasons.html", {"text": "<script>x</script> y", "spans": [(0, 8)]})
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("code", ["400", "403", "404", "409", "410", "429", "500", "503"])
def test_an_error_page_stands_without_any_context(code):
    html = render_to_string(f"{code}.html")
    assert "<h1" in html
    assert "style=" not in html
