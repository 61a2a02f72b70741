"""What the screen tells the clerk to say, and how limits read."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from tests.conftest import at
from tickets.clocks import clock_until, nearest_clock, resolution_clock, response_clock
from tickets.models import Topic
from tickets.promise_words import find_promises
from tickets.routing import USUAL, usual_department
from tickets.scripts import SCRIPTS, script_of
from tickets.views import presence

NOON = at("2026-11-17 12:00")


@pytest.mark.parametrize("key", SCRIPTS)
def test_no_script_promises_anything(key):
    assert find_promises(script_of(key)["say"]) == []


@pytest.mark.parametrize(
    ("late", "label"),
    [(12, "12 min late"), (119, "119 min late"), (222, "3 h late"), (24 * 60 * 2, "2 days late")],
)
def test_from_two_hours_on_a_lateness_counts_no_minutes(late, label):
    assert clock_until(NOON - timedelta(minutes=late), since=None, at=NOON)["label"] == label


def test_what_is_not_known_yet_stands_as_dots():
    said = script_of("valid", department="Engineering")["say"]
    assert "Engineering" in said and "…" in said and "%" not in said


def test_every_topic_has_a_department_it_usually_goes_to(departments):
    assert set(USUAL) == set(Topic)
    assert usual_department("lift", departments.values()) == departments["engineering"]
    assert usual_department("lift", []) is None


@pytest.mark.parametrize(
    ("due", "state", "label"),
    [
        (NOON + timedelta(hours=2, minutes=10), "running", "2 h 10 left"),
        (NOON + timedelta(minutes=18), "soon", "18 min left"),
        (NOON - timedelta(minutes=12), "late", "12 min late"),
        (NOON, "late", "0 min late"),
    ],
)
def test_a_limit_says_how_much_is_left(due, state, label):
    clock = clock_until(due, since=NOON - timedelta(hours=1), at=NOON)
    assert (clock["state"], clock["label"]) == (state, label)


def test_a_ticket_shows_the_limit_that_comes_next(make_ticket):
    ticket = make_ticket(priority="normal", at=NOON)
    assert (
        nearest_clock(ticket, NOON)["title"]
        == clock_until(ticket.response_due_at, since=NOON, at=NOON)["title"]
    )
    ticket.responded_at = NOON + timedelta(minutes=9)
    assert response_clock(ticket, NOON)["label"] == "in 9 min"
    assert nearest_clock(ticket, NOON)["title"] == resolution_clock(ticket, NOON)["title"]
    ticket.status = "closed"
    assert nearest_clock(ticket, NOON) is None


def test_a_reader_who_has_left_fades(make_ticket, clerk, second_clerk, monkeypatch):
    ticket = make_ticket()
    cache.clear()
    monkeypatch.setattr(presence.time, "time", lambda: 1000.0)
    presence.look_in(ticket, clerk)
    assert presence.look_in(ticket, second_clerk) == [str(clerk)]
    monkeypatch.setattr(presence.time, "time", lambda: 1000.0 + presence.FADES_AFTER)
    assert presence.look_in(ticket, second_clerk) == []
