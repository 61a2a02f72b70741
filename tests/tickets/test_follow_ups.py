"""Follow-up visits: planned, brought up, tried, recorded (docs/domain.md §5)."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.audit.models import Entry
from helpdesk.estates.business_time import Calendar, is_open
from helpdesk.estates.models import Holiday
from helpdesk.lib.errors import Refused
from helpdesk.notifications.models import Message
from tests.conftest import at
from tests.tickets.acts import MORNING, at_once, bring_to, open_steps, refused
from tickets.models import Attempt, FollowUp
from tickets.services import follow_ups, tickets
from tickets.services.follow_up_plans import plan_visit
from tickets.services.slips import issue_slip, sign_slip

DAY = timedelta(days=1)
NO_ANSWER = {"reached": False, "via": "phone"}


@pytest.fixture
def resolve(make_ticket, clerk, departments):
    def make(moment=MORNING, **kwargs):
        ticket = make_ticket("请问周末访客停车怎么收费？", at=moment, **kwargs)
        return bring_to(ticket, "resolved", actor=clerk, department=departments["cleaning"], moment=moment)

    return make


@pytest.fixture
def visit(resolve):
    resolve()
    return FollowUp.objects.get()


def told(template):
    return sorted(
        Message.objects.filter(template=template).values_list("recipient_user__username", flat=True)
    )


# --- planning ---------------------------------------------------------------------------------------------------------


def test_every_resolved_ticket_gets_a_visit_due_three_days_later_in_an_allowed_hour(visit):
    assert visit.due_at == MORNING + 3 * DAY == visit.on_time_until
    assert visit.scheduled_at == MORNING + DAY


@pytest.mark.parametrize(
    ("resolved", "planned"),
    [
        ("2026-11-17 12:30", "2026-11-18 14:00"),
        ("2026-11-17 23:00", "2026-11-19 09:00"),
        ("2026-11-17 19:59", "2026-11-18 19:59"),
        ("2026-11-17 20:00", "2026-11-19 09:00"),
    ],
)
def test_nobody_is_rung_while_people_rest(resolve, resolved, planned):
    resolve(at(resolved))
    assert FollowUp.objects.get().scheduled_at == at(planned)


def test_holidays_are_skipped_only_where_the_estate_says_so(resolve, estate):
    Holiday.objects.create(estate=estate, day=date(2026, 11, 18))
    resolve()
    estate.calls_skip_holidays = True
    estate.save()
    resolve()
    first, second = FollowUp.objects.order_by("pk")
    assert (first.scheduled_at, second.scheduled_at) == (at("2026-11-18 10:00"), at("2026-11-19 09:00"))


def test_a_plan_before_it_is_due_goes_before_the_delay(resolve, estate):
    estate.calling_windows = {"1": [["10:30", "12:00"], ["15:00", "16:00"]]}
    estate.save()
    resolve()
    visit = FollowUp.objects.get()
    assert visit.scheduled_at == at("2026-11-17 15:00")
    assert visit.on_time_until == visit.due_at


def test_where_three_days_hold_no_hour_the_first_one_after_counts_as_on_time(resolve, estate):
    estate.calling_windows = {"0": [["09:00", "12:00"]]}
    estate.save()
    resolve()
    visit = FollowUp.objects.get()
    assert visit.scheduled_at == at("2026-11-23 09:00") > visit.due_at
    assert not FollowUp.objects.late(at("2026-11-23 09:59")).exists()
    assert FollowUp.objects.late(at("2026-11-23 10:01")).exists()


def test_an_estate_that_allows_no_hour_at_all_still_has_the_visit_on_its_list(resolve, estate):
    estate.calling_windows = {}
    estate.save()
    resolve()
    visit = FollowUp.objects.get()
    assert visit.scheduled_at == visit.due_at


WINDOWS = st.lists(
    st.tuples(st.integers(0, 23), st.integers(1, 12)).map(lambda w: (time(w[0]), time((w[0] + w[1]) % 24))),
    max_size=2,
)
CALENDARS = st.builds(
    Calendar,
    tz=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"]),
    windows=st.dictionaries(st.integers(0, 6), WINDOWS.map(tuple), min_size=1),
    days_off=st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=30),
)
MOMENTS = st.integers(0, 365 * 24 * 60).map(
    lambda minutes: at("2026-01-01 00:00") + timedelta(minutes=minutes)
)
STEP = timedelta(minutes=15)


def some_open(calendar, since, until):
    """An oracle that only asks, quarter hour by quarter hour; windows begin and end on the hour or half-hour."""
    moment = since
    while moment <= until:
        if is_open(calendar, moment):
            return True
        moment += STEP
    return is_open(calendar, until)


@given(CALENDARS, MOMENTS, st.integers(1, 7), st.integers(0, 200))
def test_a_visit_is_planned_in_an_allowed_hour_before_it_is_due_wherever_there_is_one(
    calendar, resolved, days, hours
):
    due = resolved + days * DAY
    plan = plan_visit(calendar, resolved, due_at=due, delay=timedelta(hours=hours))
    if not any(calendar.windows.values()):
        assert plan.scheduled_at == due
        return
    assert resolved <= plan.scheduled_at
    assert is_open(calendar, plan.scheduled_at) or plan.scheduled_at == due
    early = min(resolved + timedelta(hours=hours), due)
    if some_open(calendar, resolved, due):
        assert plan.scheduled_at <= due == plan.on_time_until
        if some_open(calendar, early, due):
            assert plan.scheduled_at >= early
    elif plan.scheduled_at > due:
        assert plan.on_time_until > plan.scheduled_at
        assert not some_open(calendar, due, plan.scheduled_at - timedelta(minutes=1))


def test_a_declined_ticket_gets_no_visit(make_ticket, clerk):
    ticket = tickets.decline_ticket(make_ticket(), actor=clerk, reason="Not ours")
    assert follow_ups.schedule_follow_up(ticket, at=MORNING) is None


def test_one_visit_at_a_time(resolve):
    assert follow_ups.schedule_follow_up(resolve(), at=MORNING) is None
    assert FollowUp.objects.count() == 1


# --- who asks ---------------------------------------------------------------------------------------------------------


def test_the_responsible_person_asks_unless_the_work_was_theirs(visit, clerk):
    assert visit.assignee == clerk


def test_somebody_other_than_the_handler_asks(make_ticket, clerk, second_clerk, departments):
    ticket = make_ticket(at=MORNING)
    ticket = bring_to(ticket, "in_progress", actor=clerk, department=departments["cleaning"])
    tickets.assign_ticket(ticket, actor=clerk, department=departments["cleaning"], handler=clerk)
    assert follow_ups.pick_assignee(type(ticket).objects.get(pk=ticket.pk)) == second_clerk


def test_whoever_signed_the_slip_does_not_ask(make_ticket, supervisor, clerk, departments):
    ticket = make_ticket(actor=supervisor)
    sign_slip(
        issue_slip(actor=clerk, department=departments["engineering"], instructions="Look", ticket=ticket),
        actor=supervisor,
    )
    assert follow_ups.pick_assignee(type(ticket).objects.get(pk=ticket.pk)) == clerk


def test_the_clerk_with_the_fewest_visits_asks(resolve, second_clerk, clerk, supervisor, departments):
    resolve()
    ticket = resolve(actor=clerk)
    ticket.responsible = None
    assert follow_ups.pick_assignee(ticket) == second_clerk


@pytest.mark.parametrize("department", [None, "front_desk"])
def test_what_the_desk_answered_alone_is_asked_about_by_another_clerk(
    department, make_ticket, clerk, second_clerk, departments
):
    ticket = tickets.classify_ticket(
        make_ticket(at=MORNING), actor=clerk, complaint_class="inquiry", at=MORNING
    )
    if department:
        ticket = tickets.assign_ticket(ticket, actor=clerk, department=departments[department], at=MORNING)
    said = {"actor": clerk, "not_needed": True, "reason": "Answered at once", "at": MORNING}
    for key in set(open_steps(ticket)) - {"follow_up"}:
        ticket = tickets.tick_step(ticket, key=key, **said)
    tickets.resolve_ticket(ticket, actor=clerk, resolution="Told the hours", at=MORNING)
    assert FollowUp.objects.get(ticket=ticket).assignee == second_clerk


def test_the_clerk_who_only_wrote_down_that_the_department_was_done_still_asks(visit, second_clerk, clerk):
    assert visit.ticket.department is not None and visit.assignee == clerk


def test_in_a_house_of_one_that_one_asks(make_ticket, clerk, departments):
    ticket = tickets.assign_ticket(
        make_ticket(), actor=clerk, department=departments["cleaning"], handler=clerk
    )
    assert follow_ups.pick_assignee(ticket) == clerk


# --- brought up -------------------------------------------------------------------------------------------------------


def test_a_visit_comes_up_once_when_its_hour_has_come(visit):
    assert follow_ups.bring_up_due(MORNING + DAY - timedelta(minutes=1)) == 0
    assert follow_ups.bring_up_due(MORNING + DAY) == 1
    assert follow_ups.bring_up_due(MORNING + DAY) == 0
    assert told("follow_up_due") == ["clerk"]
    assert Entry.objects.filter(verb="follow_up.brought_up").count() == 1


def test_what_a_stop_missed_comes_up_afterwards_but_not_in_rest_hours(visit):
    assert follow_ups.bring_up_due(at("2026-11-19 20:30")) == 0
    assert follow_ups.bring_up_due(at("2026-11-20 09:00")) == 1


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_bring_a_visit_up_once(visit):
    answers = at_once(*[lambda: follow_ups.bring_up_due(MORNING + DAY)] * 3)
    assert sorted(answers) == [0, 0, 1]
    assert told("follow_up_due") == ["clerk"]


def test_where_whoever_asks_has_left_every_clerk_is_told(visit, clerk, second_clerk):
    visit.assignee = second_clerk
    visit.save()
    second_clerk.is_active = False
    second_clerk.save()
    follow_ups.bring_up_due(MORNING + DAY)
    assert told("follow_up_due") == ["clerk"]


def test_the_residents_own_time_counts_instead_whatever_the_hour(visit, clerk):
    wished = at("2026-11-21 21:00")
    follow_ups.bring_up_due(MORNING + DAY)
    visit = follow_ups.wish_time(visit, actor=clerk, wished_at=wished, at=MORNING + DAY)
    assert (visit.scheduled_at, visit.wished_at) == (wished, wished)
    assert visit.on_time_until > wished > visit.due_at
    assert follow_ups.bring_up_due(wished - timedelta(minutes=1)) == 0
    assert follow_ups.bring_up_due(wished) == 1
    with refused("in_the_past"):
        follow_ups.wish_time(visit, actor=clerk, wished_at=MORNING, at=MORNING + DAY)


# --- tried ------------------------------------------------------------------------------------------------------------


def attempt(visit, actor, moment, **kwargs):
    return follow_ups.record_attempt(visit, actor=actor, at=at(moment), **NO_ANSWER | kwargs)


def test_three_half_days_without_an_answer_close_visit_and_ticket(visit, clerk):
    for moment in ("2026-11-18 10:00", "2026-11-18 15:00"):
        assert attempt(visit, clerk, moment).status == "scheduled"
    visit = attempt(visit, clerk, "2026-11-19 10:00")
    assert (visit.status, visit.recorded_by) == ("unreachable", clerk)
    visit.ticket.refresh_from_db()
    assert visit.ticket.status == "closed"
    with refused("invalid_transition"):
        attempt(visit, clerk, "2026-11-19 15:00")


def test_two_tries_in_one_half_day_count_as_one(visit, clerk):
    for moment in ("2026-11-18 09:00", "2026-11-18 11:59", "2026-11-18 12:00", "2026-11-18 19:00"):
        assert attempt(visit, clerk, moment).status == "scheduled"
    assert Attempt.objects.values_list("half_day", flat=True).distinct().count() == 2


def test_an_answer_at_a_bad_moment_is_no_failed_try(visit, clerk):
    for moment in ("2026-11-18 10:00", "2026-11-18 15:00", "2026-11-19 10:00"):
        visit = attempt(visit, clerk, moment, reached=True, note="Ring again")
    assert visit.status == "scheduled"


@pytest.mark.parametrize(
    ("tried", "again"),
    [("2026-11-18 10:00", "2026-11-18 14:00"), ("2026-11-18 15:00", "2026-11-19 09:00")],
)
def test_after_a_failed_try_it_comes_up_again_in_the_next_half_day(visit, clerk, tried, again):
    follow_ups.bring_up_due(at("2026-11-18 10:00"))
    visit = attempt(visit, clerk, tried)
    assert visit.scheduled_at == at(again)
    assert follow_ups.bring_up_due(at(again)) == 1
    assert told("follow_up_due") == ["clerk", "clerk"]


# --- recorded ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "score", "status"),
    [
        ("satisfied", 5, "closed"),
        ("satisfied", 4, "closed"),
        ("so_so", 3, "closed"),
        ("dissatisfied", 2, "in_progress"),
    ],
)
def test_the_outcome_closes_the_ticket_or_opens_it_again(visit, clerk, outcome, score, status):
    visit = follow_ups.record_follow_up(
        visit,
        actor=clerk,
        outcome=outcome,
        score=score,
        suggestion="Ring first",
        via="visit",
        at=MORNING + DAY,
    )
    assert (visit.status, visit.recorded_by, visit.recorded_at, visit.via) == (
        "done",
        clerk,
        MORNING + DAY,
        "visit",
    )
    visit.ticket.refresh_from_db()
    assert visit.ticket.status == status


@pytest.mark.parametrize(
    ("outcome", "score"),
    [("satisfied", 3), ("so_so", 4), ("dissatisfied", 5), ("satisfied", 0), ("satisfied", 6)],
)
def test_a_score_that_disagrees_with_the_outcome_is_bad_input(visit, clerk, outcome, score):
    with refused("score_disagrees"):
        follow_ups.record_follow_up(visit, actor=clerk, outcome=outcome, score=score)


def test_a_satisfied_resident_troubles_no_department(visit, clerk, supervisor, desk_supervisor):
    before = Message.objects.count()
    follow_ups.record_follow_up(visit, actor=clerk, outcome="satisfied", score=5)
    assert Message.objects.count() == before


def test_what_should_be_better_is_told_to_the_department(visit, clerk, desk_supervisor):
    follow_ups.record_follow_up(visit, actor=clerk, outcome="so_so", score=3, suggestion="Come on time")
    message = Message.objects.get(template="follow_up_so_so")
    assert (message.recipient_user, message.context["suggestion"]) == (desk_supervisor, "Come on time")


def test_dissatisfied_tells_the_supervisor_and_puts_the_class_to_the_clerk(
    visit, clerk, desk_supervisor, departments
):
    follow_ups.record_follow_up(visit, actor=clerk, outcome="dissatisfied", score=1, suggestion="Still dirty")
    assert told("follow_up_dissatisfied") == ["desk-supervisor"]
    again = Message.objects.get(template="ticket_reopened", recipient_user=clerk)
    assert again.context["look_at_class"] is True
    assert again.context["reason"] == "Still dirty"


def test_resolved_again_a_new_visit_follows(visit, clerk, departments):
    follow_ups.record_follow_up(visit, actor=clerk, outcome="dissatisfied", score=1, at=MORNING + DAY)
    later = MORNING + 2 * DAY
    tickets.assign_ticket(visit.ticket, actor=clerk, department=departments["cleaning"], at=later)
    tickets.resolve_ticket(visit.ticket, actor=clerk, resolution="Swept twice", at=later)
    second = FollowUp.objects.get(status="scheduled")
    assert (second.round, second.due_at) == (2, later + 3 * DAY)
    visit.ticket.refresh_from_db()
    assert (visit.ticket.reopened, visit.ticket.responsible) == (1, clerk)


def test_the_same_record_again_is_harmless_another_one_is_refused(visit, clerk, second_clerk):
    record = {"outcome": "satisfied", "score": 5}
    follow_ups.record_follow_up(visit, actor=clerk, **record, at=MORNING + DAY)
    again = follow_ups.record_follow_up(visit, actor=clerk, **record, at=MORNING + 2 * DAY)
    assert again.recorded_at == MORNING + DAY
    for actor, other in ((second_clerk, record), (clerk, {"outcome": "so_so", "score": 3})):
        with refused("invalid_transition"):
            follow_ups.record_follow_up(visit, actor=actor, **other)
    assert Entry.objects.filter(verb="ticket.closed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_record_at_once_leave_one_record(visit, clerk, second_clerk):
    answers = at_once(
        lambda: follow_ups.record_follow_up(visit, actor=clerk, outcome="satisfied", score=5),
        lambda: follow_ups.record_follow_up(visit, actor=second_clerk, outcome="dissatisfied", score=1),
    )
    assert [answer.code for answer in answers if isinstance(answer, Refused)] == ["invalid_transition"]
    visit.refresh_from_db()
    visit.ticket.refresh_from_db()
    assert visit.ticket.status == ("closed" if visit.score == 5 else "in_progress")
    assert Entry.objects.filter(verb="follow_up.recorded").count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_table_of_states_two_would_record(visit, clerk, second_clerk, monkeypatch):
    """The negative control: if this fails, the test above proves nothing."""
    anything = dict(follow_ups.FOLLOW_UP_STATES.table) | {"record": (("scheduled", "done"), "done")}
    monkeypatch.setattr(follow_ups.FOLLOW_UP_STATES, "table", anything)
    at_once(
        lambda: follow_ups.record_follow_up(visit, actor=clerk, outcome="satisfied", score=5),
        lambda: follow_ups.record_follow_up(visit, actor=second_clerk, outcome="satisfied", score=4),
    )
    assert Entry.objects.filter(verb="follow_up.recorded").count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_record_and_a_reopening_at_once_leave_one_of_the_two(visit, clerk, second_clerk):
    at_once(
        lambda: follow_ups.record_follow_up(visit, actor=clerk, outcome="satisfied", score=5),
        lambda: tickets.reopen_ticket(visit.ticket, actor=second_clerk, reason="It is back"),
    )
    visit.refresh_from_db()
    visit.ticket.refresh_from_db()
    # Reopening comes last or the record is refused: either way the ticket is being worked on.
    assert visit.ticket.status == "in_progress"
    assert visit.status in {"done", "cancelled"}


def test_a_rating_by_link_fulfils_the_open_visit(visit):
    for _ in range(2):
        rated = follow_ups.rate_by_link(visit.ticket, score=5, comment="Thank you")
    assert (rated.status, rated.via, rated.recorded_by, rated.suggestion) == (
        "done",
        "link",
        None,
        "Thank you",
    )
    rated.ticket.refresh_from_db()
    assert rated.ticket.status == "closed"
    with refused("invalid_transition"):
        follow_ups.rate_by_link(visit.ticket, score=1)


def test_there_is_nothing_to_rate_before_it_is_resolved(make_ticket, visit):
    with refused("invalid_transition"):
        follow_ups.rate_by_link(make_ticket(), score=5)
    with refused("score_disagrees"):
        follow_ups.rate_by_link(visit.ticket, score=6)


def test_the_resident_is_told_it_was_seen_to_with_the_link_and_no_promise(resolve, resident):
    ticket = resolve(at("2026-11-17 20:30"), resident=resident)
    message = Message.objects.get(template="resident_resolved")
    assert message.not_before == at("2026-11-18 09:00")
    assert ticket.track_secret in message.link
    assert "Seen to." not in str(message.context)
