"""Every list of the tickets part filters by its status, its foreign keys and its dates, orders and searches (API)."""

from datetime import timedelta

import pytest
from django.db.models import DateField, DateTimeField
from django.utils import timezone

from tests.api.conftest import codes
from tickets.api.contacts import ContactViewSet
from tickets.api.follow_ups import FollowUpViewSet
from tickets.api.handovers import HandoverViewSet
from tickets.api.incidents import IncidentViewSet
from tickets.api.praise import PraiseViewSet
from tickets.api.slips import SlipViewSet
from tickets.api.tickets import TicketViewSet
from tickets.services import tickets
from tickets.services.contacts import take_contact
from tickets.services.replies import add_reply

pytestmark = pytest.mark.django_db
LISTS = {
    "tickets": TicketViewSet,
    "slips": SlipViewSet,
    "follow-ups": FollowUpViewSet,
    "contacts": ContactViewSet,
    "incidents": IncidentViewSet,
    "handovers": HandoverViewSet,
    "praise": PraiseViewSet,
}
ORDERED = {"id", "created_at", "number", "code", "status", "due_at", "due_on", "period"}


def shown(view):
    return set(view.serializer_class().fields)


def columns(view):
    return [column for column in view.queryset.model._meta.fields if column.name in shown(view)]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_filters_by_its_own_status_its_foreign_keys_and_its_dates(name, api, manager):
    view = LISTS[name]
    known = set(view.filterset_class.base_filters)
    keys = {column.name for column in columns(view) if column.is_relation}
    assert keys <= known
    assert ("status" in shown(view)) <= ("status" in known)
    client = api(manager)
    for column in columns(view):
        if not isinstance(column, DateField | DateTimeField):
            continue
        stem = column.name.removesuffix("_at")
        value = "2026-11-17T10:00:00+08:00" if isinstance(column, DateTimeField) else "2026-11-17"
        for asked in (f"{stem}_after", f"{stem}_before"):
            answer = client.get(f"/api/v1/{name}/", {asked: value})
            assert answer.status_code == 200, (asked, answer.content)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_orders_by_what_every_list_orders_by_and_searches(name, api, manager):
    client, view = api(manager), LISTS[name]
    for field in ORDERED & shown(view):
        for sign in ("", "-"):
            answer = client.get(f"/api/v1/{name}/", {"ordering": sign + field, "page_size": 2})
            assert answer.status_code == 200, (field, answer.content)
    assert client.get(f"/api/v1/{name}/", {"search": "漏水"}).status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_an_unknown_filter_or_ordering_is_a_400_that_names_it(name, api, manager):
    client = api(manager)
    answer = client.get(f"/api/v1/{name}/", {"colour": "red"})
    assert (answer.status_code, codes(answer)) == (400, {("unknown_filter", "colour")})
    answer = client.get(f"/api/v1/{name}/", {"ordering": "colour"})
    assert (answer.status_code, codes(answer)) == (400, {("unknown_ordering", "ordering")})


@pytest.mark.parametrize("ordering", ["status", "-status"])
def test_entries_of_the_registers_are_walked_by_what_waits(ordering, api, clerk, estate, call):
    said = {"estate": estate, "kind": "call", "actor": clerk}
    for n in range(4):
        promised = timezone.now() + timedelta(hours=1) if n % 2 else None
        take_contact(**said, summary=f"Call {n}", call_back_at=promised)
    client, url, rows = api(clerk), f"/api/v1/contacts/?page_size=2&ordering={ordering}", []
    while url:
        page = client.get(url).json()
        rows += page["results"]
        url = page["next"]
    states = [row["status"] for row in rows]
    assert len({row["id"] for row in rows}) == len(rows) == 5
    assert states == sorted(states, reverse=ordering.startswith("-"))


def test_search_covers_number_subject_description_replies_and_reporter(
    api, clerk, make_ticket, unit, resident
):
    ticket = make_ticket("厨房水管漏水", subject="Kitchen pipe", reporter_name="Li Mei")
    named = make_ticket("您好", unit=unit, resident=resident)
    make_ticket("电梯有异响")
    add_reply(ticket, actor=clerk, body="师傅下午上门", visibility="public")
    client = api(clerk)

    def found(words):
        return [row["id"] for row in client.get("/api/v1/tickets/", {"search": words}).json()["results"]]

    for words in (ticket.number, "kitchen", "漏水", "廚房", "上门", "上門", "Li Mei"):
        assert found(words) == [ticket.pk], words
    assert found("王建国") == found("王建國") == [named.pk]
    assert found("不存在") == []


def test_tickets_are_filtered_by_each_name_of_the_contract(
    api, clerk, make_ticket, unit, departments, resident
):
    mine = make_ticket(
        "漏水", unit=unit, resident=resident, topic="water", priority="urgent", channel="counter"
    )
    mine = tickets.classify_ticket(mine, actor=clerk, complaint_class="valid")
    mine = tickets.assign_ticket(mine, actor=clerk, department=departments["engineering"], handler=clerk)
    make_ticket("请问停车收费", topic="parking", priority="normal")
    client = api(clerk)
    asked = {
        "status": "assigned", "complaint_class": "valid", "priority": "urgent", "topic": "water",
        "department": departments["engineering"].pk, "handler": clerk.pk, "unit": unit.pk, "resident": resident.pk,
        "channel": "counter",
    }  # fmt: skip
    for name, value in asked.items():
        rows = client.get("/api/v1/tickets/", {name: value}).json()["results"]
        assert [row["id"] for row in rows] == [mine.pk], name
    for both in ({"responsible": clerk.pk}, {"estate": mine.estate_id}, {"overdue": "false"}):
        assert len(client.get("/api/v1/tickets/", both).json()["results"]) == 2, both
    assert client.get("/api/v1/tickets/", {"overdue": "true"}).json()["results"] == []
    moment = mine.created_at.isoformat()
    for name, ids in (("created_after", 2), ("created_before", 0)):
        assert len(client.get("/api/v1/tickets/", {name: moment}).json()["results"]) == ids


def test_if_match_on_a_stale_ticket_is_412_and_nothing_is_lost(api, clerk, make_ticket):
    client, ticket = api(clerk), make_ticket(subject="Pipe")
    path = f"/api/v1/tickets/{ticket.pk}/"
    tag = client.get(path)["ETag"]
    assert client.patch(path, {"subject": "Burst pipe"}, headers={"If-Match": tag}).status_code == 200
    late = client.patch(path, {"subject": "Tap"}, headers={"If-Match": tag})
    assert (late.status_code, client.get(path).json()["subject"]) == (412, "Burst pipe")
    assert client.patch(path, {"subject": "Tap"}).status_code == 200


def test_a_merged_ticket_says_into_which_and_both_histories_tell_it(api, clerk, make_ticket):
    client, one, other = api(clerk), make_ticket(), make_ticket()
    merged = client.post(f"/api/v1/tickets/{one.pk}/merge/", {"into": other.pk}).json()
    assert (merged["status"], merged["merged_into"]) == ("closed", other.pk)
    for ticket in (one, other):
        rows = client.get(f"/api/v1/tickets/{ticket.pk}/history/").json()["results"]
        assert "ticket.merged" in {row["verb"] for row in rows}
    again = client.post(f"/api/v1/tickets/{one.pk}/merge/", {"into": other.pk})
    assert (again.status_code, codes(again)) == (409, {("invalid_transition", None)})
    itself = client.post(f"/api/v1/tickets/{other.pk}/merge/", {"into": other.pk})
    assert (itself.status_code, codes(itself)) == (409, {("same_ticket", "into")})
