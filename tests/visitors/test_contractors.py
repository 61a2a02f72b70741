"""A contractor's pass: in and out each day with one code, until its last day (docs/domain.md §6)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from helpdesk.audit.models import Entry
from helpdesk.lib.errors import Refused
from helpdesk.lib.sealed import clear
from residents.clearances import Case, State
from tests.visitors.conftest import TEN
from visitors.clearances import nobody_there
from visitors.figures import VisitSpan, visit_figures
from visitors.models import Visit
from visitors.selectors import expected_today, visits_of_unit
from visitors.services.visit_watch import mark_no_shows
from visitors.services.visits import check_out, refuse_visit

pytestmark = pytest.mark.django_db
# Tuesday to Friday.
LAST = date(2026, 11, 20)
DAY = timedelta(days=1)


@pytest.fixture
def fitter(announce):
    return announce(visitor_name="Zhao Tie", purpose="Tiling", carries="Tile cutter", comes_until=LAST)


def test_whoever_went_out_is_expected_again_under_the_same_code(fitter, enter, clerk, estate):
    code = fitter.code
    out = check_out(enter(fitter), actor=clerk, at=TEN + timedelta(hours=2))
    again = Visit.objects.get(status="expected")
    assert (out.status, Visit.objects.get(pk=out.pk).code) == ("left", None)
    assert (again.code, again.unit_id, again.comes_until) == (code, fitter.unit_id, LAST)
    assert clear(again.visitor_name) == "Zhao Tie" and again.number != out.number and again.carries == ""
    assert list(expected_today(estate, TEN + DAY)) == [again]
    assert enter(again, at=TEN + DAY).status == "inside"


def test_every_day_of_the_pass_has_them_on_the_list_and_no_day_after_it(fitter, estate, clerk, unit):
    days = [list(expected_today(estate, TEN + n * DAY)) for n in range(5)]
    assert days == [[fitter]] * 4 + [[]]
    assert visits_of_unit(clerk, unit, TEN + DAY) == [fitter]


def test_a_pass_that_has_run_out_lets_nobody_in_and_ends(fitter, enter):
    assert mark_no_shows(TEN + 3 * DAY) == 0
    with pytest.raises(Refused) as told:
        enter(fitter, at=TEN + 4 * DAY)
    assert told.value.code == "pass_expired"
    assert mark_no_shows(TEN + 4 * DAY) == 1
    fitter.refresh_from_db()
    assert fitter.status == "no_show" and Entry.objects.filter(verb="visit.pass_expired").count() == 1


def test_on_the_last_evening_nobody_is_expected_any_more(fitter, enter, clerk):
    inside = enter(fitter, at=TEN + 3 * DAY)
    check_out(inside, actor=clerk, at=TEN + 4 * DAY)
    assert not Visit.objects.filter(status="expected").exists()
    assert Visit.objects.get().code


def test_a_contractor_may_stay_for_the_day(fitter, enter):
    assert enter(fitter).stay_until == TEN.replace(hour=23, minute=59, second=59)


def test_a_refused_contractor_does_not_come_again(fitter, clerk, estate):
    refuse_visit(fitter, actor=clerk, reason="Dismissed", at=TEN)
    assert list(expected_today(estate, TEN + DAY)) == []


@pytest.mark.parametrize(
    ("last", "code"), [(date(2026, 11, 16), "ends_in_the_past"), (date(2027, 3, 1), "ends_too_late")]
)
def test_a_pass_has_an_end_that_can_be_kept(announce, last, code):
    with pytest.raises(Refused) as told:
        announce(comes_until=last)
    assert (told.value.code, told.value.field) == (code, "comes_until")


def test_an_ordinary_visitor_comes_once(announce, enter, clerk):
    check_out(enter(announce()), actor=clerk, at=TEN + timedelta(hours=1))
    assert Visit.objects.count() == 1 and Visit.objects.get().code


def test_the_page_says_until_when_and_that_it_has_run_out(fitter, clerk, login):
    url = reverse("visit_detail", args=[fitter.pk])
    assert "2026-11-20" in login(clerk).get(url).content.decode()
    Visit.objects.filter(pk=fitter.pk).update(status="no_show")
    assert "Pass expired" in login(clerk).get(url).content.decode()


def test_a_program_makes_one_and_a_wrong_day_is_named(api, clerk, estate, unit):
    body = {"estate": estate.pk, "unit": unit.pk, "visitor_name": "Zhao Tie", "carries": "Ladder"}
    made = api(clerk).post("/api/v1/visits/", body | {"comes_until": "2000-01-01"}, format="json")
    assert made.status_code == 409 and made.json()["errors"][0]["code"] == "ends_in_the_past"
    made = api(clerk).post("/api/v1/visits/", body, format="json")
    assert (
        made.status_code == 201 and made.json()["comes_until"] is None and made.json()["carries"] == "Ladder"
    )


def test_a_pass_that_runs_on_keeps_a_move_out_open_though_it_was_made_days_before(fitter, unit):
    case = Case("move_out", unit, LAST, TEN)
    assert nobody_there(case, TEN + 2 * DAY)[0] == State.OPEN
    assert nobody_there(case, TEN + 4 * DAY)[0] == State.SETTLED


def test_a_pass_that_runs_out_unused_is_nobody_who_failed_to_come(fitter, enter, clerk, estate):
    check_out(enter(fitter), actor=clerk, at=TEN + timedelta(hours=2))
    assert mark_no_shows(TEN + 4 * DAY) == 1
    found = visit_figures(VisitSpan(estate, TEN.date(), LAST))
    assert (found["visits"], found["no_shows"]) == (1, 0)
