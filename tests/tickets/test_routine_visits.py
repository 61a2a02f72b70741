"""Follow-up visits without a matter, and the sample of small repairs (docs/domain.md §5)."""

from datetime import date, timedelta

import pytest

from helpdesk.audit.models import Entry
from residents.models import Occupancy, Resident, Unit
from tests.tickets.acts import MORNING, at_once, bring_to
from tickets.models import FollowUp
from tickets.services import follow_ups, tickets
from tickets.services.follow_up_plans import draw_of
from tickets.services.routine_visits import plan_routine_visits

TODAY = MORNING.date()


@pytest.fixture
def household(estate, unit):
    """Lives there for years, and is asked first about it."""

    def make(code=None, *, since=date(2020, 1, 1), **resident):
        home = Unit.objects.create(estate=estate, building=unit.building, code=code) if code else unit
        person = Resident.objects.create(estate=estate, name=f"Of {home.code}", **resident)
        Occupancy.objects.filter(unit=home).delete()
        Occupancy.objects.create(unit=home, resident=person, relation="owner", since=since, is_primary=True)
        return home

    return make


def routine():
    return FollowUp.objects.exclude(routine="")


def test_once_a_household_a_year(household, clerk):
    home = household()
    assert plan_routine_visits(MORNING) == 1
    visit = routine().get()
    assert (visit.unit, visit.routine, visit.assignee) == (home, "yearly", clerk)
    assert plan_routine_visits(MORNING) == 0
    assert plan_routine_visits(MORNING + timedelta(days=200)) == 0
    assert plan_routine_visits(MORNING + timedelta(days=366)) == 1


def test_in_the_first_week_after_moving_in_and_that_counts_for_the_year(household, clerk):
    household(since=TODAY - timedelta(days=2))
    plan_routine_visits(MORNING)
    visit = routine().get()
    assert visit.routine == "moved_in"
    assert visit.due_at <= MORNING + timedelta(days=5)
    assert plan_routine_visits(MORNING + timedelta(days=1)) == 0


def test_who_is_not_to_be_disturbed_gets_none(household, clerk):
    household(do_not_disturb=True)
    assert plan_routine_visits(MORNING) == 0


def test_who_moved_out_gets_none(household, clerk):
    home = household()
    Occupancy.objects.filter(unit=home).update(until=TODAY - timedelta(days=1))
    assert plan_routine_visits(MORNING) == 0


def test_a_day_has_its_cap_and_the_newest_come_first(household, estate, clerk):
    estate.routine_visits_a_day = 2
    estate.save()
    for n in range(3):
        household(f"9-{n}-101")
    new = household("9-9-101", since=TODAY - timedelta(days=1))
    assert plan_routine_visits(MORNING) == 2
    assert routine().filter(unit=new).exists()
    assert plan_routine_visits(MORNING + timedelta(hours=3)) == 0
    assert plan_routine_visits(MORNING + timedelta(days=1)) == 2


def test_an_estate_that_switched_it_off_gets_none(household, estate, clerk):
    household()
    estate.routine_visits_a_day = 0
    estate.save()
    assert plan_routine_visits(MORNING) == 0


def test_it_is_planned_for_an_allowed_hour(household, clerk):
    household()
    plan_routine_visits(MORNING.replace(hour=2))
    assert routine().get().scheduled_at == MORNING.replace(hour=9)


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_plan_once(household, clerk):
    household()
    answers = at_once(lambda: plan_routine_visits(MORNING), lambda: plan_routine_visits(MORNING))
    assert sorted(answers) == [0, 1]
    assert routine().count() == 1


@pytest.mark.parametrize("score", [5, 3, 1])
def test_a_routine_visit_is_recorded_like_any_other(household, clerk, desk_supervisor, score):
    household()
    plan_routine_visits(MORNING)
    visit = follow_ups.record_follow_up(
        routine().get(),
        actor=clerk,
        outcome=follow_ups.outcome_of(score),
        score=score,
        suggestion="Brighter lamps",
    )
    assert visit.status == "done"


def test_nobody_reached_three_times_closes_it(household, clerk):
    household()
    plan_routine_visits(MORNING)
    for hours in (0, 5, 24):
        visit = follow_ups.record_attempt(
            routine().get(), actor=clerk, reached=False, via="phone", at=MORNING + timedelta(hours=hours)
        )
    assert visit.status == "unreachable"


class TestSample:
    def resolved(self, make_ticket, clerk, departments, **kwargs):
        ticket = make_ticket(at=MORNING, **{"priority": "normal"} | kwargs)
        return bring_to(ticket, "resolved", actor=clerk, department=departments["engineering"])

    def test_every_matter_is_asked_about_by_default(self, make_ticket, clerk, departments):
        assert self.resolved(make_ticket, clerk, departments).status == "resolved"
        assert FollowUp.objects.get().status == "scheduled"

    def test_with_no_share_a_small_repair_closes_without_a_visit(
        self, estate, make_ticket, clerk, departments
    ):
        estate.follow_up_share = 0
        estate.save()
        ticket = self.resolved(make_ticket, clerk, departments)
        ticket.refresh_from_db()
        assert ticket.status == "closed"
        visit = FollowUp.objects.get()
        assert (visit.status, visit.cancel_reason) == ("cancelled", "not_sampled")
        step = ticket.steps.get(key="follow_up")
        assert step.not_needed and step.reason == "Not sampled"
        entry = Entry.objects.get(verb="follow_up.not_sampled")
        assert entry.data["share"] == 0 and entry.data["draw"] == draw_of(ticket)

    def test_what_is_more_than_a_small_repair_is_always_asked_about(
        self, estate, make_ticket, clerk, departments
    ):
        estate.follow_up_share = 0
        estate.save()
        ticket = make_ticket(at=MORNING, priority="urgent")
        ticket = bring_to(ticket, "resolved", actor=clerk, department=departments["engineering"])
        assert ticket.status == "resolved"
        valid = make_ticket(at=MORNING)
        valid = bring_to(
            valid, "resolved", actor=clerk, department=departments["engineering"], complaint_class="valid"
        )
        assert valid.status == "resolved"

    def test_what_was_reopened_is_always_asked_about(self, estate, make_ticket, clerk, departments):
        ticket = self.resolved(make_ticket, clerk, departments)
        ticket = tickets.reopen_ticket(ticket, actor=clerk, reason="Still drips")
        estate.follow_up_share = 0
        estate.save()
        tickets.assign_ticket(ticket, actor=clerk, department=departments["engineering"])
        ticket = tickets.resolve_ticket(ticket, actor=clerk, resolution="Again")
        assert ticket.status == "resolved"

    def test_the_lot_is_the_same_whenever_it_is_drawn_and_spreads(self, make_ticket):
        drawn = [make_ticket() for _ in range(30)]
        lots = [draw_of(ticket) for ticket in drawn]
        assert lots == [draw_of(ticket) for ticket in drawn]
        assert all(0 <= lot < 100 for lot in lots) and len(set(lots)) > 10
