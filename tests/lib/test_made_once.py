"""A query that is written once answers like one that is written every time."""

from datetime import date

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from helpdesk.lib.made_once import ask_made_once
from residents.models import Building, Occupancy, Unit

pytestmark = pytest.mark.django_db


def units(*, estates, code, room=""):
    rows = Unit.objects.filter(estate__in=estates).filter(Q(code__gte=code, code__lt=code + "\U0010ffff"))
    return (rows.filter(room=room) if room else rows).select_related("building").order_by("code")


def asked(estate, code):
    return [unit.code for unit in ask_made_once("units", units, estates=[estate.pk], code=code)]


@pytest.fixture
def doors(estate):
    building = Building.objects.create(estate=estate, code="7", floors=9)
    codes = ("7-1-101", "7-1-102", "7-2-101")
    return [Unit.objects.create(estate=estate, building=building, code=code) for code in codes]


def test_other_values_get_their_own_answer(estate, other_estate, doors):
    assert asked(estate, "7-1-") == ["7-1-101", "7-1-102"]
    assert asked(estate, "7-2-") == ["7-2-101"]
    assert asked(other_estate, "7-1-") == []


def test_the_second_time_nothing_is_written_but_the_values(estate, doors, monkeypatch):
    asked(estate, "7-1-")
    monkeypatch.setattr("tests.lib.test_made_once.units", None)
    with CaptureQueriesContext(connection) as queries:
        rows = ask_made_once("units", None, estates=[estate.pk], code="7-2-")
    assert [unit.code for unit in rows] == ["7-2-101"] and len(queries) == 1
    assert rows[0].building.code == "7"


def test_lists_of_any_length_are_asked_whole(estate, other_estate, doors):
    for estates in ([estate.pk], [other_estate.pk, estate.pk], [other_estate.pk, 999_999, estate.pk]):
        assert len(ask_made_once("units", units, estates=estates, code="7-")) == 3


def test_an_empty_list_is_refused_rather_than_taken_for_all(estate):
    with pytest.raises(ValueError, match="Nothing to look for"):
        ask_made_once("units", units, estates=[], code="7-")


def test_a_value_that_the_query_leaves_out_is_an_error(estate):
    with pytest.raises(ValueError, match="stand nowhere"):
        ask_made_once(
            "forgetful", lambda estates, code: Unit.objects.filter(estate__in=estates), estates=[1], code="7"
        )


@pytest.mark.parametrize("text", ["", "%", "'; --", "0", "1", "text 0"])
def test_a_value_is_never_read_as_anything_else(estate, text):
    expected = list(units(estates=[estate.pk], code=text))
    assert ask_made_once("units", units, estates=[estate.pk], code=text) == expected


def test_days_are_values_too(resident):
    def here(on):
        return Occupancy.objects.current(on).filter(resident__is_archived=False)

    since = Occupancy.objects.get(resident=resident).since
    assert len(ask_made_once("here", here, on=since)) == 1
    assert ask_made_once("here", here, on=date(1999, 1, 1)) == []
