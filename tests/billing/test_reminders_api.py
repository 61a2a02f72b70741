"""Reminders by API: read, never written; what a notice says stays in the house."""

import re
from datetime import date

import pytest

from billing.services.reminders import send_reminders
from helpdesk.staff.services import create_token
from tests.api.conftest import bearer, codes
from tests.billing.bills import post_bill
from tests.conftest import at

pytestmark = pytest.mark.django_db
DUE = date(2026, 9, 1)


@pytest.fixture
def told(unit, resident):
    """Reminded on the seventh and the fifteenth day."""
    bill = post_bill(unit, DUE, "300.00")
    for day in (8, 16):
        send_reminders(at(f"2026-09-{day:02d} 10:00"))
    return bill


def client_of(user, *scopes):
    return bearer(create_token(user, name="test", scopes=list(scopes) or None, actor=None)[1])


def test_each_bill_and_rung_stands_there_once_with_its_notice(told, unit, clerk):
    rows = client_of(clerk).get("/api/v1/reminders/").json()["results"]
    assert [(row["bill"], row["level"], row["day"]) for row in rows] == [
        (told.pk, 4, "2026-09-16"),
        (told.pk, 3, "2026-09-08"),
    ]
    assert rows[0]["outstanding"] == "300.00" and rows[0]["notice"]["way"] == "message"
    assert rows[0]["notice"]["message_status"] == "waiting"
    assert client_of(clerk).get(f"/api/v1/reminders/{rows[0]['id']}/").json() == rows[0]


def test_neither_names_nor_words_leave_the_house(told, clerk):
    text = client_of(clerk).get("/api/v1/reminders/").content.decode()
    text = re.sub(r'"\d{4}-\d\d-\d\dT[^"]*"', "", text)  # the digits of a moment are nobody's number
    assert "Wang" not in text and "王建国" not in text and "138" not in text and "body" not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("level=3", 1),
        ("level=9", 0),
        ("is_sent=true", 2),
        ("is_sent=false", 0),
        ("way=message", 2),
        ("way=door", 0),
        ("since=2026-09-10", 1),
        ("until=2026-09-10", 1),
        ("search=B-2026-000001", 2),
    ],
)
def test_filters_narrow_the_list(told, clerk, query, found):
    assert len(client_of(clerk).get(f"/api/v1/reminders/?{query}").json()["results"]) == found


@pytest.mark.parametrize("query", ["levle=3", "is_sent=perhaps", "since=yesterday"])
def test_what_it_does_not_know_is_named(told, clerk, query):
    answer = client_of(clerk).get(f"/api/v1/reminders/?{query}")
    assert answer.status_code == 400 and {attr for _code, attr in codes(answer)} == {query.split("=")[0]}


def test_nobody_writes_one(told, manager):
    assert client_of(manager).post("/api/v1/reminders/", {}, format="json").status_code == 405
    assert client_of(manager).delete("/api/v1/reminders/1/").status_code == 405


def test_others_see_nothing(told, outsider, technician, clerk):
    assert client_of(outsider).get("/api/v1/reminders/").json()["results"] == []
    assert client_of(technician).get("/api/v1/reminders/").status_code == 403
    assert client_of(clerk, "tickets:read").get("/api/v1/reminders/").status_code == 403


def test_a_long_list_costs_no_more_than_a_short_one(told, unit, clerk, django_assert_max_num_queries):
    client = client_of(clerk)
    client.get("/api/v1/reminders/")
    for day in range(2, 12):
        post_bill(unit, date(2026, 9, day), "10.00")
    send_reminders(at("2026-09-30 10:00"))
    with django_assert_max_num_queries(9):
        assert len(client.get("/api/v1/reminders/").json()["results"]) > 10
