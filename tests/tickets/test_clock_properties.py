"""Whatever calendar, stop or clock change: nothing fires early, nothing twice, nothing is lost (docs/domain.md §2)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from helpdesk.estates.business_time import business_between, is_open
from helpdesk.estates.calendars import business_calendar
from helpdesk.estates.models import Holiday
from helpdesk.notifications.models import Message
from tests.tickets.acts import bring_to
from tickets.deadlines import limits_for, rungs
from tickets.models import FollowUp, Slip, Ticket
from tickets.services import tickets
from tickets.services.escalations import escalate_overdue
from tickets.services.follow_ups import bring_up_due
from tickets.services.replies import add_reply
from tickets.services.slips import issue_slip

pytestmark = pytest.mark.django_db
MINUTE, TICK = timedelta(minutes=1), timedelta(microseconds=1)
# Days around which the clocks leap, a long holiday lies, or nothing at all happens.
NEAR = {
    "Asia/Shanghai": date(2026, 9, 29),
    "Europe/London": date(2026, 10, 24),
    "America/New_York": date(2026, 3, 7),
}
days = st.integers(0, 11)
moments = st.integers(0, 5 * 1440)
whole = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


def lay(estate, zone, days_off):
    """The estate in that zone, with those days off, counted from the pivot."""
    estate.time_zone = zone
    estate.save()
    for n in days_off:
        Holiday.objects.create(estate=estate, day=NEAR[zone] + timedelta(days=n))


def start_of(zone, minutes):
    return datetime.combine(NEAR[zone], datetime.min.time(), UTC) + timedelta(minutes=minutes)


def in_working_time(calendar, moment):
    """Open, or the very moment of closing."""
    return is_open(calendar, moment) or is_open(calendar, moment - TICK)


@whole
@given(
    st.sampled_from(sorted(NEAR)), moments, st.frozensets(days, max_size=6), days,
    st.sampled_from(["urgent", "normal"]), st.sampled_from(["resolution", "on_site"]),
)  # fmt: skip
def test_nothing_fires_early_because_of_a_holiday(estate, zone, minutes, days_off, declared, priority, clock):
    with transaction.atomic():
        lay(estate, zone, days_off)
        taken = start_of(zone, minutes)
        due = limits_for(estate, priority, taken)[1]
        planned = rungs(estate, priority, clock, began=taken, due=due)
        calendar = business_calendar(estate)
        assert planned[0] >= due and list(planned) == sorted(planned)
        assert all(in_working_time(calendar, rung) for rung in planned)
        # A day off that is declared only now: no level comes earlier, none on that day itself.
        Holiday.objects.get_or_create(estate=estate, day=NEAR[zone] + timedelta(days=declared))
        estate.refresh_from_db()
        later, calendar = rungs(estate, priority, clock, began=taken, due=due), business_calendar(estate)
        assert all(new >= old for new, old in zip(later, planned, strict=True))
        assert all(in_working_time(calendar, rung) for rung in later)
        transaction.set_rollback(True)


@whole
@given(
    st.sampled_from(sorted(NEAR)), moments, st.frozensets(days, max_size=4),
    st.lists(st.tuples(moments, moments), min_size=1, max_size=3), st.sampled_from(["critical", "urgent", "normal"]),
)  # fmt: skip
def test_a_pause_puts_the_limit_off_by_what_was_waited_and_by_no_minute_more(
    estate, clerk, make_ticket, zone, minutes, days_off, pauses, priority
):
    with transaction.atomic():
        lay(estate, zone, days_off)
        taken = start_of(zone, minutes)
        ticket = make_ticket("请问", priority=priority, at=taken)
        calendar, moment = business_calendar(estate), taken
        for before, length in pauses:
            since = moment + timedelta(minutes=before % 300)
            moment = since + timedelta(minutes=1 + length)
            due = ticket.resolution_due_at
            tickets.pause_ticket(ticket, actor=clerk, reason="parts", at=since)
            # Nobody is told while it stands still, however often the beat looks.
            before_it = due > since
            ticket = tickets.resume_ticket(ticket, actor=clerk, at=moment)
            if not before_it:
                assert ticket.resolution_due_at == due
            elif priority == "critical":
                assert ticket.resolution_due_at - due == moment - since
            else:
                waited = business_between(calendar, since, moment)
                assert business_between(calendar, due, ticket.resolution_due_at) == waited
        transaction.set_rollback(True)


@whole
@given(
    st.sampled_from(sorted(NEAR)),
    moments,
    st.frozensets(days, max_size=4),
    st.lists(st.integers(0, 20 * 1440), max_size=8),
    st.sampled_from(["critical", "urgent", "normal"]),
)
def test_nothing_twice_and_nothing_lost_over_stops_and_clocks_that_jump_back(
    estate, clerk, supervisor, manager, departments, make_ticket, zone, minutes, days_off, beats, priority
):
    """Beats in any order, as after a stop or with a clock that was set back: each level once, none before its time."""
    with transaction.atomic():
        lay(estate, zone, days_off)
        taken = start_of(zone, minutes)
        ticket = make_ticket("请问", priority=priority, complaint_class="inquiry", at=taken)
        add_reply(ticket, actor=clerk, body="We look into it.", visibility="public", at=taken)
        ticket = tickets.assign_ticket(ticket, actor=clerk, department=departments["engineering"], at=taken)
        slip = issue_slip(
            actor=clerk, department=departments["engineering"], instructions="Look", ticket=ticket, at=taken
        )
        planned = rungs(estate, priority, "resolution", began=taken, due=ticket.resolution_due_at)
        latest = taken
        for offset in beats:
            beat = taken + timedelta(minutes=offset)
            latest = max(latest, beat)
            escalate_overdue(beat)
            ticket.refresh_from_db()
            # Late is what lies beyond the limit; the first level waits for working time to go on.
            due = [latest > ticket.resolution_due_at and latest >= rung for rung in planned]
            assert ticket.escalation <= sum(due)
            if beat == latest:
                assert ticket.escalation == sum(due)
            slip.refresh_from_db()
            assert (slip.escalation > 0) <= (latest > slip.sign_due_at)
        for _ in range(2):
            escalate_overdue(planned[2] + timedelta(days=30))
        ticket.refresh_from_db()
        slip.refresh_from_db()
        assert (ticket.escalation, slip.escalation) == (3, 2)
        for template, people in (
            ("ticket_late", ["clerk", "manager", "supervisor"]),
            ("slip_unsigned", ["manager", "supervisor"]),
        ):
            told = Message.objects.filter(template=template, channel="desk")
            assert sorted(told.values_list("recipient_user__username", flat=True)) == people
        transaction.set_rollback(True)


@whole
@given(
    st.sampled_from(sorted(NEAR)),
    moments,
    st.frozensets(days, max_size=4),
    st.lists(st.integers(0, 6 * 1440), max_size=8),
)
def test_a_visit_comes_up_once_never_early_and_is_never_lost(
    estate, clerk, second_clerk, departments, make_ticket, zone, minutes, days_off, beats
):
    with transaction.atomic():
        lay(estate, zone, days_off)
        resolved = start_of(zone, minutes)
        ticket = make_ticket("请问", at=resolved)
        bring_to(ticket, "resolved", actor=clerk, department=departments["cleaning"], moment=resolved)
        visit = FollowUp.objects.get(ticket=ticket)
        assume(visit.scheduled_at >= resolved)
        for offset in beats:
            beat = resolved + timedelta(minutes=offset)
            brought_up = bring_up_due(beat)
            assert not brought_up or beat >= visit.scheduled_at
        # The first whole day in which residents may be rung finds whatever was missed.
        for hour in range(30):
            bring_up_due(visit.scheduled_at + timedelta(hours=hour))
        told = Message.objects.filter(template="follow_up_due", channel="desk")
        assert told.count() == 1
        assert not Slip.objects.exists() and Ticket.objects.get(pk=ticket.pk).status == "resolved"
        transaction.set_rollback(True)
