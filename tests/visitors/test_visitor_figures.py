"""Figures of visitors: counted on the estate's own days, by kind, purpose, department, building; the report tells the same."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.api.conftest import api  # noqa: F401
from tests.conftest import at
from visitors.figures import VisitSpan, visit_figures
from visitors.models import Visit
from visitors.services import visits
from visitors.services.visit_watch import mark_no_shows

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 16)


@pytest.fixture
def week(estate: Any, unit: Any, departments: Any, clerk: Any) -> VisitSpan:
    """Two guests (30 and 90 minutes), a caller still inside, one refused, one who did not come; one guest the week before."""

    def came(when: str, minutes: int | None, **said: Any) -> None:
        moment = at(when)
        usual = {
            "estate": estate,
            "actor": clerk,
            "visitor_name": "Li Zhiming",
            "purpose": "Tea",
            "at": moment,
        }
        visit = visits.receive_walk_in(id_document_type="passport", **usual | said)
        if minutes is not None:
            visits.check_out(visit, actor=clerk, at=moment + timedelta(minutes=minutes))

    came("2026-11-09 10:00", 10, unit=unit)
    came("2026-11-16 00:30", 30, unit=unit)
    came("2026-11-17 23:30", 90, unit=unit, party_size=3)
    came("2026-11-17 11:00", None, department=departments["finance"], purpose="Fees")
    asked = {"estate": estate, "actor": clerk, "unit": unit, "visitor_name": "Gao"}
    refused = visits.announce_visit(**asked, at=at("2026-11-18 10:00"))
    visits.refuse_visit(refused, actor=clerk, reason="No document", at=at("2026-11-18 10:05"))
    missed = visits.announce_visit(**asked, expected_at=at("2026-11-19 10:00"), at=at("2026-11-18 10:00"))
    Visit.objects.filter(pk=missed.pk).update(status="no_show")
    return VisitSpan(estate, MONDAY, MONDAY + timedelta(days=6))


def test_the_whole_period_and_the_one_before(week):
    found = visit_figures(week)
    assert (found["visits"], found["people"], found["guests"]) == (3, 5, 2)
    assert (found["refused"], found["no_shows"]) == (1, 1)
    assert found["mean_stay_seconds"] == 60 * 60
    assert (found["before_visits"], found["before_mean_stay_seconds"]) == (1, 600)


@pytest.fixture
def on_monday(estate: Any, unit: Any, clerk: Any) -> Any:
    """Somebody announced on Monday at nine without a time, or asked for by a stranger."""

    def announce(**said: Any) -> Visit:
        usual = {"estate": estate, "actor": clerk, "unit": unit, "visitor_name": "Gao"}
        return visits.announce_visit(**usual | {"at": at("2026-11-16 09:00")} | said)

    return announce


def figures_of(estate: Any) -> Any:
    return visit_figures(VisitSpan(estate, MONDAY, MONDAY))


@pytest.mark.parametrize(("is_request", "counted"), [(True, 0), (False, 1)])
def test_what_strangers_asked_for_and_nobody_confirmed_is_nobodys_visit(
    on_monday, estate, clerk, is_request, counted
):
    for _time in range(2):
        visits.refuse_visit(
            on_monday(is_request=is_request), actor=clerk, reason="No", at=at("2026-11-16 09:30")
        )
        on_monday(is_request=is_request)
    mark_no_shows(at("2026-11-17 09:00"))
    found = figures_of(estate)
    assert (found["refused"], found["no_shows"]) == (2 * counted, 2 * counted)


def test_a_request_that_was_confirmed_and_did_not_come_counts(on_monday, estate, clerk):
    visits.confirm_visit(on_monday(is_request=True), actor=clerk, at=at("2026-11-16 10:00"))
    mark_no_shows(at("2026-11-17 09:00"))
    assert figures_of(estate)["no_shows"] == 1


def test_announced_is_who_was_written_down_before_they_came(on_monday, estate, unit, clerk):
    seen = {"actor": clerk, "id_document_type": "passport"}
    visits.check_in(on_monday(), at=at("2026-11-16 09:05"), **seen)
    visits.check_in(on_monday(expected_at=at("2026-11-16 09:30")), at=at("2026-11-16 09:00"), **seen)
    visits.receive_walk_in(estate=estate, unit=unit, visitor_name="Li", at=at("2026-11-16 11:00"), **seen)
    found = figures_of(estate)
    assert (found["visits"], found["announced"]) == (3, 2)


def test_nobody_came_is_noughts_and_no_mean(estate):
    found = visit_figures(VisitSpan(estate, MONDAY, MONDAY))
    assert (found["visits"], found["people"], found["mean_stay_seconds"]) == (0, 0, None)


def test_days_are_the_estates_own(week):
    days = {row["key"]: row["visits"] for row in visit_figures(week, group_by="day")}
    assert days[MONDAY] == 1 and days[MONDAY + timedelta(days=1)] == 2
    assert sum(days.values()) == 3


@pytest.mark.parametrize(
    ("by", "first"), [("kind", ("guest", 2)), ("purpose", ("Tea", 2)), ("unit__building_id", (None, 2))]
)
def test_groups_add_up_to_the_whole(week, unit, by, first):
    rows = visit_figures(week, group_by=by)
    key, count = first
    assert (rows[0]["key"], rows[0]["visits"]) == (key or unit.building_id, count)
    assert sum(row["visits"] for row in rows) == 3


def test_one_building_has_its_own_figures(week, unit):
    there = VisitSpan(week.estate, week.first, week.last, unit.building_id)
    assert visit_figures(there)["visits"] == 2
    elsewhere = VisitSpan(week.estate, week.first, week.last, unit.building_id + 1)
    assert visit_figures(elsewhere)["visits"] == 0


def test_a_program_hears_the_very_figures(week, manager, api):  # noqa: F811
    client = api(manager, "reports:read")
    url = "/api/v1/reports/visitors/?from=2026-11-16&to=2026-11-22"
    answer = client.get(url + "&group_by=kind").json()
    assert answer["total"] == visit_figures(week)
    assert {row["key"]: row["figures"]["visits"] for row in answer["groups"]} == {"guest": 2, "caller": 1}
    assert client.get(url + "&group_by=name").status_code == 400


def test_the_dashboard_has_a_tile_of_visitors(week, manager, login):
    assert "Visits checked in in the period" in login(manager).get("/dashboard/").content.decode()
