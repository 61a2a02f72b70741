"""Visits for programs: masked, strict, each refusal with its code (docs/api.md)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.api.conftest import api  # noqa: F401 - the fixture
from visitors.models import Visit, WatchEntry
from visitors.services.watching import name_hash

pytestmark = pytest.mark.django_db
PATH = "/api/v1/visits/"


@pytest.fixture
def program(api, clerk):  # noqa: F811
    return api(clerk)


@pytest.fixture
def now(announce):
    return lambda **kwargs: announce(**{"at": timezone.now()} | kwargs)


def codes(response) -> list[tuple[str, str | None]]:
    return [(error["code"], error["attr"]) for error in response.json()["errors"]]


def test_a_visit_from_the_announcement_to_the_way_out(program, estate, unit, resident):
    body = {
        "estate": estate.pk,
        "visitor_name": "Li Zhiming",
        "visitor_phone": "13900139001",
        "purpose": "Tea",
    }
    made = program.post(PATH, body | {"unit": unit.pk, "party_size": 2, "plate": "B12345"}, format="json")
    assert made.status_code == 201
    visit = made.json()
    assert (
        visit["number"].startswith("V-")
        and visit["status"] == "expected"
        and visit["id_document_type"] is None
    )
    assert (visit["visitor_name"], visit["visitor_phone"]) == ("L*", "139****9001")
    act = f"{PATH}{visit['id']}/"
    inside = program.post(
        act + "check-in/", {"id_document_type": "passport", "badge": "A-1"}, format="json"
    ).json()
    assert (inside["status"], inside["badge"], inside["overstayed"]) == ("inside", "A-1", False)
    again = program.post(act + "check-in/", {"id_document_type": "passport"}, format="json")
    assert again.status_code == 409 and codes(again) == [("already_inside", None)]
    told = program.post(act + "report-suspicious/", {"note": "Tries the doors"}, format="json")
    assert told.status_code == 200
    assert program.post(act + "check-out/").json()["status"] == "left"
    gone = program.post(act + "check-out/")
    assert gone.status_code == 409 and codes(gone) == [("not_inside", None)]


def test_bad_input_is_named(program, estate):
    body = {"estate": estate.pk, "visitor_name": "Li"}
    for wrong, error in [
        ({"colour": 1}, ("unknown_field", "colour")),
        ({"visitor_name": "L*"}, ("masked", "visitor_name")),
        ({"party_size": 0}, ("min_value", "party_size")),
        ({"unit": 999_999}, ("does_not_exist", "unit")),
        ({"expected_at": "2026-11-17T10:00:00"}, ("offset", "expected_at")),
    ]:
        answer = program.post(PATH, body | wrong, format="json")
        assert answer.status_code == 400 and codes(answer) == [error]
    assert program.post(PATH, {"estate": estate.pk}, format="json").status_code == 400


def test_the_watch_list_holds_until_it_is_acknowledged(program, now, estate, clerk):
    WatchEntry.objects.create(
        estate=estate,
        name_hash=name_hash("Li Zhiming"),
        reason="R",
        source="S",
        ends_on="2099-01-01",
        created_by=clerk,
    )
    act, body = f"{PATH}{now().pk}/check-in/", {"id_document_type": "permit"}
    held = program.post(act, body, format="json")
    assert held.status_code == 409 and codes(held) == [("watch_list", None)]
    assert (
        program.post(act, body | {"acknowledge_watch_list": True}, format="json").json()["status"] == "inside"
    )


def test_a_refusal_needs_a_reason(program, now):
    act = f"{PATH}{now().pk}/refuse/"
    assert codes(program.post(act, {}, format="json")) == [("reason_required", "reason")]
    assert program.post(act, {"reason": "No document"}, format="json").json()["status"] == "refused"


def test_the_filters(program, now, enter, unit, estate):
    now(plate="B12345")
    later = now(expected_at=timezone.now() + timedelta(days=3), unit=None)
    late = enter(now(), at=timezone.now() - timedelta(hours=5))

    def found(query: str) -> set[int]:
        answer = program.get(f"{PATH}?{query}")
        assert answer.status_code == 200, answer.json()
        return {row["id"] for row in answer.json()["results"]}

    day = (timezone.localtime() + timedelta(days=3)).date().isoformat()
    assert found("inside=true") == found("overstayed=true") == found("status=inside") == {late.pk}
    assert found(f"expected_on={day}") == {later.pk}
    assert len(found(f"unit={unit.pk}")) == 2 and len(found("plate=B12345")) == 1
    assert len(found(f"estate={estate.pk}")) == 3 and late.pk not in found("overstayed=false")
    assert program.get(f"{PATH}?colour=1").status_code == 400
    assert program.get(f"{PATH}?inside=perhaps").status_code == 400


def test_another_estates_visit_does_not_exist_and_a_technician_may_not(api, outsider, technician, now):  # noqa: F811
    path = f"{PATH}{now().pk}/"
    assert api(outsider).get(path).status_code == 404
    assert api(outsider).post(path + "check-out/").status_code == 404
    assert api(technician).get(path).status_code == 403


def test_a_scope_that_only_reads_changes_nothing(api, guard, now):  # noqa: F811
    visit = now()
    reader = api(guard, "visitors:read")
    assert reader.get(PATH).status_code == 200
    assert reader.post(f"{PATH}{visit.pk}/refuse/", {"reason": "No"}, format="json").status_code == 403
    assert Visit.objects.get().status == "expected"
