"""What holds for every address: the shape of errors and lists, what is refused, languages, limits."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, models
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from helpdesk.api.pagination import Cursor, read_cursor
from helpdesk.api.throttles import TokenThrottle
from helpdesk.estates.models import Department
from helpdesk.wsgi import application
from residents.models import Building, Occupancy, Resident, Unit
from tests.api.conftest import codes
from tickets.models import Contact, FollowUp, Slip, Ticket
from tickets.services.contacts import take_contact

pytestmark = pytest.mark.django_db
LISTS = [
    "estates",
    "departments",
    "staff",
    "buildings",
    "units",
    "residents",
    "tickets",
    "slips",
    "follow-ups",
    "contacts",
]
DETAILS = [
    "estates",
    "departments",
    "staff",
    "buildings",
    "units",
    "residents",
    "tickets",
    "slips",
    "follow-ups",
    "contacts",
]
HOSTILE_IDS = ["0", "-1", str(2**31), str(2**63 - 1), str(2**63), str(2**64), "1e9", "abc", "%00", "1%00", "..", "１", "' OR 1=1",
               "9" * 200, "00000000-0000-0000-0000-000000000000"]  # fmt: skip


def in_shape(response: Any) -> bool:
    body = response.json()
    kind = "validation_error" if response.status_code == 400 else "client_error"
    assert response["Content-Type"] == "application/json"
    return body["type"] in {kind, "client_error"} and all(
        set(e) == {"code", "detail", "attr"} for e in body["errors"]
    )


@pytest.mark.parametrize(
    "noun", [*DETAILS, "units/{}/card", "tickets/{}/history", "tickets/{}/replies", "public/tickets"]
)
def test_a_hostile_id_is_a_404(noun, api, clerk):
    client = api(clerk)
    for pk in HOSTILE_IDS:
        path = f"/api/v1/{noun.format(pk)}/" if "{}" in noun else f"/api/v1/{noun}/{pk}/"
        response = client.get(path)
        assert response.status_code in {404, 429} and in_shape(response), (path, response.content)


def test_an_unknown_address_answers_in_the_same_shape(api, clerk):
    client = api(clerk)
    for path in (
        "/api/v1/",
        "/api/v1/nowhere/",
        "/api/v1/tickets",
        "/api/v1/tickets/1",
        "/api/v1/tickets/1/explode/",
    ):
        for method in ("get", "post", "delete"):
            response = getattr(client, method)(path)
            assert response.status_code == 404 and in_shape(response), path


@pytest.mark.parametrize("noun", LISTS)
def test_junk_in_the_query_is_a_400_that_names_it(noun, api, clerk):
    client = api(clerk)
    for query, name in [
        ("colour=red", "colour"), ("id__gt=1", "id__gt"), ("user__password__startswith=x", "user__password__startswith"),
        ("ordering=password", "ordering"), ("ordering=-", "ordering"), ("ordering=id,name", "ordering"), ("page=-1", "page"),
        ("page_size=0", "page_size"), ("page_size=-5", "page_size"), ("page_size=x", "page_size"), ("cursor=junk", "cursor"),
        ("cursor=W10", "cursor"), ("cursor=W3RydWUsICJcdTAwMDAiLCAxXQ", "cursor"),
    ]:  # fmt: skip
        response = client.get(f"/api/v1/{noun}/?{query}")
        assert response.status_code == 400 and in_shape(response), (query, response.content)
        assert response.json()["errors"][0]["attr"] == name, (query, response.content)


@pytest.mark.parametrize(
    "query",
    [
        "status=junk", "priority=junk", "unit=abc", "unit=-1", f"unit={2**64}", "overdue=perhaps", "created_after=yesterday",
        "created_after=0001-01-01T00:00:00%2B23:59", "created_before=9999-12-31T23:59:59-23:59", "search=%00", "number=%00",
        "search=" + "x" * 201,
    ],
)  # fmt: skip
def test_a_filter_that_can_t_be_read_is_a_400(query, api, clerk):
    response = api(clerk).get(f"/api/v1/tickets/?{query}")
    assert response.status_code == 400 and codes(response) and in_shape(response), response.content


def test_a_filter_by_a_foreign_object_finds_as_little_as_by_an_absent_one(
    api, clerk, outsider, other_estate, make_ticket
):
    theirs = make_ticket(estate=other_estate, actor=outsider)
    for query in (
        f"estate={theirs.estate_id}",
        f"responsible={outsider.pk}",
        "estate=99999",
        "responsible=99999",
    ):
        response = api(clerk).get(f"/api/v1/tickets/?{query}")
        assert response.status_code == 200 and response.json()["results"] == []


def test_search_takes_signs_for_what_they_are(api, clerk, make_ticket):
    make_ticket()
    client = api(clerk)
    for words in ("%", "_", "\\", "'; DROP TABLE tickets_ticket; --", "(((", "a" * 200, "🙂", "‮abc", "   "):
        for noun in ("tickets", "slips", "contacts", "units", "residents", "staff", "departments"):
            assert client.get(f"/api/v1/{noun}/", {"search": words}).status_code == 200, (noun, words)
        assert words.strip() == "" or client.get("/api/v1/lookup/", {"q": words[:120]}).status_code == 200


RAW = {
    "broken": b'{"text": ',
    "no json": b"\xff\xfe",
    "NaN": b'{"text": NaN}',
    "Infinity": b'{"text": -Infinity}',
    "huge number": b'{"estate": 1e400, "name": 1e400}',
    "a list": b"[]",
    "a word": b'"leak"',
    "null": b"null",
    "deep": b'{"text":' * 1000 + b"1" + b"}" * 1000,
    "deeper": b"[" * 100_000,
    "surrogate": b'{"text": "\\ud800"}',
    "zero": b'{"text": "a\\u0000b"}',
    "empty": b"",
}


@pytest.mark.parametrize("kind", RAW)
def test_a_raw_body_that_is_no_request_is_a_400(kind, api, clerk):
    for path in ("classify/", "tickets/", "public/tickets/"):
        response = api(clerk).generic("POST", f"/api/v1/{path}", RAW[kind], "application/json")
        assert response.status_code == 400 and in_shape(response), (path, response.content)


def test_a_body_in_another_form_is_a_415_and_a_big_one_a_413(api, clerk):
    client = api(clerk)
    for kind in (
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "junk",
    ):
        response = client.generic("POST", "/api/v1/classify/", b"text=x", kind)
        assert response.status_code == 415 and in_shape(response), kind
    big = json.dumps({"text": "x" * 2_000_000}).encode()
    for headers in ({}, {"Idempotency-Key": "big"}):
        response = client.generic("POST", "/api/v1/classify/", big, "application/json", headers=headers)
        assert response.status_code == 413 and codes(response) == {("too_large", None)}


@pytest.mark.parametrize("charset", ["gbk", "hex", "zip", "rot13", "utf-16", "nonsense"])
def test_a_charset_in_the_header_changes_nothing(charset, api, clerk):
    body = json.dumps({"text": "漏水"}, ensure_ascii=False).encode()
    response = api(clerk).generic("POST", "/api/v1/classify/", body, f"application/json; charset={charset}")
    assert response.status_code == 200, response.content


def test_a_charset_that_is_none_does_not_break_the_web_application():
    environ = RequestFactory().get("/healthz?x=1").environ
    assert (
        application.request_class(environ | {"CONTENT_TYPE": "application/json; charset=hex"}).GET["x"] == "1"
    )


def test_an_action_without_words_takes_none(api, clerk, slip, technician):
    refused = api(technician).post(f"/api/v1/slips/{slip.pk}/sign/", {"signed_by": 1})
    assert refused.status_code == 400 and codes(refused) == {("unknown_field", "signed_by")}
    assert api(technician).post(f"/api/v1/slips/{slip.pk}/sign/", {}).status_code == 200


def test_json_is_spoken_whatever_is_accepted(api, clerk):
    for accept in ("text/html", "application/xml", "image/png", "junk"):
        response = api(clerk).get("/api/v1/estates/", headers={"Accept": accept})
        assert response.status_code == 200 and response["Content-Type"] == "application/json"


def test_a_method_that_is_none_is_a_405(api, clerk, make_ticket):
    at = f"/api/v1/tickets/{make_ticket().pk}/"
    for method in ("PUT", "DELETE"):
        response = api(clerk).generic(method, at, headers={"X-HTTP-Method-Override": "GET"})
        assert response.status_code == 405 and codes(response) == {("method_not_allowed", None)}
        assert set(response["Allow"].split(", ")) >= {"GET", "PATCH", "HEAD"}


def test_texts_follow_the_language_english_by_default(api, clerk):
    clerk.language = "zh-hant"
    clerk.save()
    client, path = api(clerk), "/api/v1/classify/"
    said = {
        wanted: client.post(path, {}, headers={"Accept-Language": wanted} if wanted else {}).json()["errors"][
            0
        ]["detail"]
        for wanted in ("", "zh-hans", "zh-hant", "fr", "x" * 5000, ";;q=9")
    }
    assert said[""] == said["fr"] == said["x" * 5000] == said[";;q=9"] == "This field is required."
    assert said["zh-hans"] != said["zh-hant"] and "required" not in said["zh-hans"] + said["zh-hant"]


def test_too_many_calls_are_a_429_that_says_when(api, clerk, monkeypatch):
    monkeypatch.setattr(TokenThrottle, "THROTTLE_RATES", {"token": "2/min"})
    client = api(clerk)
    assert [client.get("/api/v1/estates/").status_code for _ in range(3)] == [200, 200, 429]
    response = client.get("/api/v1/estates/")
    assert 0 < int(response["Retry-After"]) <= 60 and codes(response) == {("throttled", None)}
    assert api(clerk).get("/api/v1/estates/").status_code == 200  # another token


def test_details_with_a_version_carry_a_tag(api, clerk, make_ticket, unit, resident, slip):
    for path in (
        f"tickets/{make_ticket().pk}",
        f"units/{unit.pk}",
        f"residents/{resident.pk}",
        f"slips/{slip.pk}",
    ):
        assert api(clerk).get(f"/api/v1/{path}/")["ETag"].strip('"'), path


# --- lists ------------------------------------------------------------------------------------------------------------


def walk(client: Any, url: str) -> list[list[int]]:
    """The ids of every page, following `next`."""
    pages: list[list[int]] = []
    while url:
        body = client.get(url).json()
        assert set(body) == {"next", "previous", "results"}, body
        pages.append([row["id"] for row in body["results"]])
        assert len(pages) < 50, "it goes round in circles"
        url = body["next"]
    return pages


@pytest.mark.parametrize(
    "ordering", ["", "status", "-status", "priority", "number", "-created_at", "id", "resolution_due_at"]
)
def test_a_walk_over_the_pages_meets_each_row_once(ordering, api, clerk, make_ticket):
    made = [make_ticket(f"Lamp {n} is broken", priority=("normal", "urgent")[n % 2]).pk for n in range(7)]
    Ticket.objects.update(created_at=Ticket.objects.first().created_at)  # all at the same moment
    client = api(clerk)
    pages = walk(client, f"/api/v1/tickets/?page_size=2&ordering={ordering}")
    assert [len(page) for page in pages] == [2, 2, 2, 1]
    met = [pk for page in pages for pk in page]
    assert sorted(met) == made
    assert ordering != "" or met == made[::-1]
    whole = [row["id"] for row in client.get(f"/api/v1/tickets/?ordering={ordering}").json()["results"]]
    assert met == whole


@pytest.mark.parametrize("ordering", ["since", "-since"])
def test_a_walk_by_a_day_meets_each_row_once(ordering, api, clerk, estate, unit):
    people = [Resident.objects.create(estate=estate, name=f"Tenant {n}") for n in range(5)]
    made = [
        Occupancy.objects.create(
            unit=unit, resident=person, relation="family", since=date(2026, 1, 1 + n // 2)
        )
        for n, person in enumerate(people)
    ]
    pages = walk(api(clerk), f"/api/v1/occupancies/?page_size=2&unit={unit.pk}&ordering={ordering}")
    met = [pk for page in pages for pk in page]
    assert len(met) == len(set(met)) and set(met) >= {row.pk for row in made}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (models.DateField(), date(2026, 11, 1)),
        (models.DateTimeField(), datetime(2026, 11, 1, 9, 30, 0, 123456, tzinfo=UTC)),
        (models.DecimalField(max_digits=12, decimal_places=2), Decimal("1234.50")),
        (models.CharField(), "B-2026-000001"),
        (models.IntegerField(), 7),
    ],
)
def test_a_cursor_brings_back_the_value_it_was_given(column, value):
    assert read_cursor(str(Cursor(False, value, 3)), column) == Cursor(False, value, 3)


def test_one_can_go_back(api, clerk, make_ticket):
    for n in range(5):
        make_ticket(f"Lamp {n}")
    client = api(clerk)
    first = client.get("/api/v1/tickets/?page_size=2&ordering=status").json()
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()
    assert first["previous"] is None and third["next"] is None
    assert client.get(third["previous"]).json()["results"] == second["results"]
    back = client.get(client.get(third["previous"]).json()["previous"]).json()
    assert back["results"] == first["results"] and back["previous"] is None


@pytest.mark.parametrize("ordering", ["call_back_at", "-call_back_at"])
def test_rows_without_the_value_come_last_and_none_is_lost(ordering, api, clerk, estate, call):
    for _ in range(4):
        take_contact(estate=estate, kind="counter", actor=clerk)
    client = api(clerk)
    pages = walk(client, f"/api/v1/contacts/?page_size=2&ordering={ordering}")
    assert sorted(pk for page in pages for pk in page) == sorted(Contact.objects.values_list("pk", flat=True))
    assert pages[0][0] == call.pk
    last = client.get(f"/api/v1/contacts/?page_size=3&ordering={ordering}").json()
    second = client.get(last["next"]).json()
    assert client.get(second["previous"]).json()["results"] == last["results"]


def test_a_page_holds_at_most_two_hundred(api, clerk, estate):
    Building.objects.bulk_create(Building(estate=estate, code=f"B{n}") for n in range(205))
    body = api(clerk).get("/api/v1/buildings/?page_size=100000").json()
    assert len(body["results"]) == 200 and body["next"]


# --- the number of queries --------------------------------------------------------------------------------------------


def fill(noun: str, n: int, make: dict[str, Any]) -> None:
    estate, clerk = make["estate"], make["clerk"]
    for i in range(n):
        if noun == "departments":
            Department.objects.create(estate=estate, code=f"d{i}", kind="other", name=f"D{i}")
        elif noun == "staff":
            make["staff"](f"person{i}", "clerk", estate)
        elif noun == "buildings":
            Building.objects.create(estate=estate, code=f"x{i}")
        elif noun == "units":
            unit = Unit.objects.create(estate=estate, building=make["building"], code=f"9-9-{i}")
            unit.occupancies.create(resident=make["resident"], relation="owner", since="2020-01-01")
        elif noun == "residents":
            person = Resident.objects.create(estate=estate, name=f"P{i}")
            person.occupancies.create(unit=make["unit"], relation="family", since="2020-01-01")
        elif noun in ("tickets", "slips", "follow-ups"):
            ticket = make["ticket"](f"Lamp {i}", unit=make["unit"])
            slip = Slip.objects.create(
                estate=estate, number=f"S-{i}", ticket=ticket, department=make["department"], instructions="x",
                due_at=ticket.created_at, sign_due_at=ticket.created_at, issued_by=clerk,
            )  # fmt: skip
            visit = FollowUp.objects.create(
                estate=estate, slip=slip, due_at=ticket.created_at, scheduled_at=ticket.created_at,
                on_time_until=ticket.created_at,
            )  # fmt: skip
            visit.attempts.create(half_day="2026-01-01 am", by=clerk, via="phone")
        elif noun == "contacts":
            take_contact(estate=estate, kind="call", actor=clerk, unit=make["unit"], phone="13800136021")


@pytest.mark.parametrize("noun", [noun for noun in LISTS if noun != "estates"])
def test_a_list_asks_as_often_for_thirty_rows_as_for_one(
    noun, api, clerk, estate, departments, building, unit, resident, make_ticket, make_staff
):
    make = {"estate": estate, "clerk": clerk, "department": departments["engineering"], "building": building, "unit": unit,
            "resident": resident, "ticket": make_ticket, "staff": make_staff}  # fmt: skip
    client = api(clerk)
    client.get("/api/v1/estates/")  # notes that the token was used
    fill(noun, 30, make)

    def queries(size: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            body = client.get(f"/api/v1/{noun}/?page_size={size}").json()
        assert len(body["results"]) == size
        return len(asked)

    assert queries(1) == queries(30) <= 6
