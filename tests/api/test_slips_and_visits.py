"""Slips, follow-up visits and the registers over the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.api.conftest import codes
from tickets.models import Contact, FollowUp, Slip, Ticket

pytestmark = pytest.mark.django_db


def post(client: Any, path: str, expect: int = 200, **body: Any) -> Any:
    response = client.post(f"/api/v1/{path}", body, format="json")
    assert response.status_code == expect, response.content
    return response.json()


def test_a_slip_goes_its_way(api, clerk, technician, make_ticket, departments):
    ticket = make_ticket(complaint_class="valid")
    issued = post(
        api(clerk),
        "slips/",
        201,
        ticket=ticket.pk,
        department=departments["engineering"].pk,
        instructions="Stop the leak",
    )
    assert (
        issued["number"].startswith("S-") and issued["status"] == "issued" and issued["kind"] == "work_order"
    )
    at, worker = f"slips/{issued['id']}/", api(technician)
    assert post(worker, at + "sign/")["signed_by"] == technician.pk
    assert post(worker, at + "sign/")["status"] == "signed"  # again by the same person
    assert post(worker, at + "start/")["status"] == "in_progress"
    assert post(worker, at + "complete/", report="New pipe")["status"] == "done"
    assert post(api(clerk), at + "verify/")["verified_by"] == clerk.pk
    assert codes(worker.post(f"/api/v1/{at}sign/")) == {("invalid_transition", None)}
    shown = api(clerk).get(f"/api/v1/tickets/{ticket.pk}/").json()
    assert shown["status"] == "in_progress" and shown["department"] == departments["engineering"].pk


def test_a_slip_is_cancelled_with_a_reason(slip, api, clerk):
    refused = api(clerk).post(f"/api/v1/slips/{slip.pk}/cancel/", {})
    assert refused.status_code == 409 and codes(refused) == {("reason_required", "reason")}
    assert post(api(clerk), f"slips/{slip.pk}/cancel/", reason="Twice")["status"] == "cancelled"


def test_a_department_is_pressed_at_most_once_in_ten_minutes(slip, api, clerk):
    post(api(clerk), f"slips/{slip.pk}/nudge/")
    assert codes(api(clerk).post(f"/api/v1/slips/{slip.pk}/nudge/")) == {("too_soon", None)}


def test_a_technician_sees_the_slips_to_sign_for_and_the_own_ones(
    slip, api, technician, make_staff, estate, departments
):
    cleaner = make_staff("cleaner", "technician", estate, departments["cleaning"])
    assert [row["id"] for row in api(technician).get("/api/v1/slips/").json()["results"]] == [slip.pk]
    assert api(cleaner).get("/api/v1/slips/").json()["results"] == []
    assert api(cleaner).post(f"/api/v1/slips/{slip.pk}/sign/").status_code == 404


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"department": 10**6}, ("does_not_exist", "department")),
        ({"instructions": ""}, ("blank", "instructions")),
        ({"due_at": "2026-11-30"}, ("offset", "due_at")),
        ({"due_at": "tomorrow"}, ("invalid", "due_at")),
        ({"due_at": "2026-02-30T10:00:00Z"}, ("invalid", "due_at")),
        ({"due_at": "2026-11-30T10:00:00"}, ("offset", "due_at")),
        ({"due_at": "9999-12-31T23:59:59-23:00"}, ("range", "due_at")),
        ({"due_at": "0001-01-01T00:00:00+23:00"}, ("range", "due_at")),
        ({"due_at": 5}, ("invalid", "due_at")),
        ({"kind": "wish"}, ("invalid_choice", "kind")),
        ({"status": "done"}, ("unknown_field", "status")),
    ],
)
def test_a_bad_slip_is_a_400_beside_its_field(change, said, api, clerk, departments):
    body = {"department": departments["engineering"].pk, "instructions": "Look"} | change
    refused = api(clerk).post("/api/v1/slips/", body, format="json")
    assert refused.status_code == 400 and codes(refused) == {said}
    assert Slip.objects.count() == 0


def test_moments_come_back_with_their_offset(api, clerk, departments):
    body = {
        "department": departments["engineering"].pk,
        "instructions": "Look",
        "due_at": "2030-11-17T02:00:00Z",
    }
    assert post(api(clerk), "slips/", 201, **body)["due_at"] == "2030-11-17T10:00:00+08:00"


def test_slips_are_found_by_status_department_and_words(slip, api, clerk):
    client = api(clerk)
    for query, found in [
        ("status=issued", 1), ("status=done", 0), (f"department={slip.department_id}", 1), ("search=leak", 1),
        ("search=roof", 0), (f"ticket={slip.ticket_id}", 1), ("due_before=2020-01-01T00:00:00Z", 0), (f"number={slip.number}", 1),
    ]:  # fmt: skip
        assert len(client.get(f"/api/v1/slips/?{query}").json()["results"]) == found, query


# --- follow-up visits -------------------------------------------------------------------------------------------------


def test_a_visit_is_tried_put_off_and_recorded(visit, api, clerk, second_clerk):
    client, at = api(second_clerk), f"follow-ups/{visit.pk}/"
    shown = client.get(f"/api/v1/{at}").json()
    assert shown["status"] == "scheduled" and shown["ticket"] == visit.ticket_id and shown["attempts"] == []
    tried = post(client, at + "attempt/", reached=False, channel="phone", note="Nobody answers")
    assert [(a["reached"], a["channel"], a["by"]) for a in tried["attempts"]] == [
        (False, "phone", second_clerk.pk)
    ]
    wished = (timezone.now() + timedelta(days=2)).isoformat()
    assert post(client, at + "wish/", wished_at=wished)["wished_at"]
    recorded = post(client, at + "record/", outcome="dissatisfied", score=2, suggestion="Still drips")
    assert (recorded["status"], recorded["outcome"], recorded["recorded_by"]) == (
        "done",
        "dissatisfied",
        second_clerk.pk,
    )
    assert Ticket.objects.get(pk=visit.ticket_id).status == "in_progress"
    late = client.post(f"/api/v1/{at}attempt/", {"reached": True, "channel": "phone"})
    assert late.status_code == 409 and codes(late) == {("invalid_transition", None)}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"outcome": "satisfied", "score": 2}, ("score_disagrees", "score")),
        ({"outcome": "satisfied", "score": 6}, ("max_value", "score")),
        ({"outcome": "satisfied", "score": 0}, ("min_value", "score")),
        ({"outcome": "happy", "score": 5}, ("invalid_choice", "outcome")),
        ({"outcome": "satisfied", "score": True}, ("invalid", "score")),
        ({"outcome": "satisfied", "score": 4.5}, ("invalid", "score")),
        ({"outcome": "satisfied"}, ("required", "score")),
    ],
)
def test_a_bad_record_is_a_400_beside_its_field(body, said, visit, api, clerk):
    refused = api(clerk).post(f"/api/v1/follow-ups/{visit.pk}/record/", body, format="json")
    assert refused.status_code == 400 and codes(refused) == {said}
    assert FollowUp.objects.get(pk=visit.pk).status == "scheduled"


def test_a_wish_in_the_past_is_refused(visit, api, clerk):
    refused = api(clerk).post(f"/api/v1/follow-ups/{visit.pk}/wish/", {"wished_at": "2020-01-01T10:00:00Z"})
    assert refused.status_code == 409 and codes(refused) == {("in_the_past", "wished_at")}


def test_visits_are_found_by_status_and_date(visit, api, clerk):
    client = api(clerk)
    for query, found in [
        ("status=scheduled", 1), ("status=done", 0), (f"ticket={visit.ticket_id}", 1), ("overdue=true", 0), ("overdue=false", 1),
        ("due_after=2020-01-01T00:00:00Z", 1), ("scheduled_before=2020-01-01T00:00:00Z", 0),
    ]:  # fmt: skip
        assert len(client.get(f"/api/v1/follow-ups/?{query}").json()["results"]) == found, query
    for words, found in ((visit.ticket.number, 1), ("nobody wrote this", 0)):
        assert len(client.get("/api/v1/follow-ups/", {"search": words}).json()["results"]) == found, words


# --- the registers ----------------------------------------------------------------------------------------------------


def test_a_call_is_taken_and_rung_back(api, clerk, estate, unit, resident):
    taken = post(
        api(clerk), "contacts/", 201, estate=estate.pk, kind="call", unit=unit.pk, resident=resident.pk,
        phone="138 0013 6021", summary="Asks for the meter", call_back_at="2030-01-01T10:00:00+08:00",
    )  # fmt: skip
    assert (
        taken["phone"] == "138****6021" and taken["taken_by"] == clerk.pk and taken["called_back_at"] is None
    )
    rows = api(clerk).get("/api/v1/contacts/?call_back_open=true").json()["results"]
    assert [row["id"] for row in rows] == [taken["id"]]
    assert post(api(clerk), f"contacts/{taken['id']}/called-back/")["called_back_by"] == clerk.pk
    assert api(clerk).get("/api/v1/contacts/?call_back_open=true").json()["results"] == []


def test_a_masked_or_bad_number_is_a_400_beside_the_phone(api, clerk, estate):
    for phone in ("138****6021", "12", "call me"):
        refused = api(clerk).post("/api/v1/contacts/", {"estate": estate.pk, "kind": "call", "phone": phone})
        assert refused.status_code == 400 and codes(refused) == {("phone_invalid", "phone")}
    assert Contact.objects.count() == 0


def test_ringing_back_where_none_was_promised_is_refused(api, clerk, estate):
    taken = post(api(clerk), "contacts/", 201, estate=estate.pk, kind="counter")
    refused = api(clerk).post(f"/api/v1/contacts/{taken['id']}/called-back/")
    assert refused.status_code == 409 and codes(refused) == {("invalid_transition", None)}
