"""Several schedulers, one that slept, rows that fail: everything due is brought up and told exactly once."""

from collections import Counter
from datetime import timedelta
from threading import Barrier
from unittest import mock

import pytest
from django.db.models import QuerySet

from helpdesk.audit.models import Entry
from helpdesk.notifications import delivery
from helpdesk.notifications.models import Message
from helpdesk.notifications.services import notify
from tests.conftest import at
from tests.tickets.acts import at_once
from tickets.deadlines import rungs
from tickets.models import FollowUp, Slip, Ticket
from tickets.services import escalations, follow_ups
from tickets.services.slips import issue_slip

MORNING = at("2026-11-17 10:00")  # a Tuesday
LATER = at("2026-11-20 10:00")
MANY = 50
on_tables = pytest.mark.django_db(transaction=True)


def plan_visits(make_ticket, clerk, count):
    """So many resolved tickets whose visit is planned for MORNING."""
    visits = []
    for n in range(count):
        ticket = make_ticket(f"请问 {n}", at=MORNING - timedelta(days=3))
        Ticket.objects.filter(pk=ticket.pk).update(status="resolved", resolved_at=MORNING - timedelta(days=1))
        hours = {"due_at": LATER, "scheduled_at": MORNING, "on_time_until": LATER}
        visits.append(FollowUp(estate=ticket.estate, ticket=ticket, assignee=clerk, **hours))
    return FollowUp.objects.bulk_create(visits)


def miss_limits(make_ticket, department, count):
    """So many tickets that are late at MORNING, each of them by half its limit or more, and not yet by a whole one."""
    for n in range(count):
        ticket = make_ticket(f"请问 {n}", at=MORNING - timedelta(hours=8))
        Ticket.objects.filter(pk=ticket.pk).update(
            department=department,
            priority="critical",  # four hours by the clock
            responded_at=MORNING,
            response_due_at=MORNING - timedelta(hours=7),
            resolution_due_at=MORNING - timedelta(hours=3),
        )


def together(module, beats):
    """Every beat has read its list before the first one acts on its own."""
    barrier, one_by_one = Barrier(beats), module.one_by_one

    def wait_for_all(rows, act, *, what):
        rows = list(rows)
        barrier.wait()
        return one_by_one(rows, act, what=what)

    return mock.patch.object(module, "one_by_one", wait_for_all)


def careless(model):
    """A guard switched off: whoever comes second believes that his UPDATE was the one that counted."""
    update = QuerySet.update

    def always_first(self, **values):
        return max(update(self, **values), 1 if self.model is model else 0)

    return mock.patch.object(QuerySet, "update", always_first)


def noted(verb):
    """How often each row stands in the history with a verb."""
    return Counter(Entry.objects.filter(verb=verb).values_list("target_id", flat=True))


def send_with_four_workers(outside):
    at_once(*[lambda: delivery.deliver_due(at("2030-01-01 10:00"))] * 4)
    return outside.arrived()


# --- several at once --------------------------------------------------------------------------------------------------


@on_tables
def test_three_beats_and_four_workers_bring_up_each_visit_once(make_ticket, clerk, outside):
    visits = plan_visits(make_ticket, clerk, MANY)
    with together(follow_ups, 3):
        answers = at_once(*[lambda: follow_ups.bring_up_due(MORNING)] * 3)
    assert sum(answers) == MANY, answers
    assert noted("follow_up.brought_up") == {visit.pk: 1 for visit in visits}
    told = Message.objects.filter(template="follow_up_due")
    assert Counter(told.values_list("about_id", flat=True)) == {visit.ticket_id: 1 for visit in visits}
    arrived = send_with_four_workers(outside)
    assert len(arrived) == MANY and set(arrived.values()) == {1}


@on_tables
def test_without_the_conditional_update_each_beat_would_bring_it_up(make_ticket, clerk):
    visits = plan_visits(make_ticket, clerk, 5)
    with together(follow_ups, 3), careless(FollowUp):
        at_once(*[lambda: follow_ups.bring_up_due(MORNING)] * 3)
    assert noted("follow_up.brought_up") == {visit.pk: 3 for visit in visits}


@on_tables
def test_three_beats_and_four_workers_tell_each_late_ticket_once(
    make_ticket, departments, clerk, supervisor, outside
):
    miss_limits(make_ticket, departments["engineering"], MANY)
    with together(escalations, 3):
        answers = at_once(*[lambda: escalations.escalate_tickets(MORNING)] * 3)
    assert sum(answers) == MANY, answers
    tickets = Ticket.objects.values_list("pk", flat=True)
    assert noted("ticket.escalated") == dict.fromkeys(tickets, 1)
    told = Counter(Message.objects.filter(template="ticket_late").values_list("about_id", "recipient_user"))
    assert told == {(pk, person.pk): 1 for pk in tickets for person in (clerk, supervisor)}
    arrived = send_with_four_workers(outside)
    assert len(arrived) == 2 * MANY and set(arrived.values()) == {1}


@on_tables
def test_without_the_conditional_update_each_beat_would_tell_it(make_ticket, departments, clerk, supervisor):
    miss_limits(make_ticket, departments["engineering"], 5)
    with (
        together(escalations, 3),
        mock.patch.object(escalations, "_raise_level", lambda thing, level, **_: True),
    ):
        at_once(*[lambda: escalations.escalate_tickets(MORNING)] * 3)
    assert set(noted("ticket.escalated").values()) == {3}
    # The dedupe key is a second wall: the history shows three, yet nobody hears it more than once.
    told = Counter(Message.objects.filter(template="ticket_late").values_list("about_id", "recipient_user"))
    assert set(told.values()) == {1}


@on_tables
def test_four_at_once_put_out_one_message_for_one_key(estate, clerk):
    def tell(n, key):
        return lambda: notify(clerk, "follow_up_due", estate=estate, dedupe_key=key, context={"n": n})

    answers = at_once(*[tell(n, "one key") for n in range(4)])
    assert [type(answer) for answer in answers].count(Message) == 1 and answers.count(None) == 3
    at_once(*[tell(n, f"key {n}") for n in range(4)])  # the negative control: four keys are four messages
    assert Message.objects.count() == 1 + 4


# --- asleep -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_after_three_days_asleep_a_visit_comes_up_once(make_ticket, clerk):
    visits = plan_visits(make_ticket, clerk, 5)
    awake = MORNING + timedelta(days=3, hours=-1)
    assert [follow_ups.bring_up_due(awake) for _ in range(3)] == [5, 0, 0]
    assert noted("follow_up.brought_up") == {visit.pk: 1 for visit in visits}
    FollowUp.objects.update(
        brought_up_at=None
    )  # the negative control: the mark it is that holds the second one back
    assert follow_ups.bring_up_due(awake) == 5


@pytest.mark.django_db
def test_after_three_days_asleep_only_the_present_level_is_told(
    make_ticket, departments, clerk, supervisor, desk_supervisor, manager
):
    ticket = make_ticket("请问", priority="urgent", at=MORNING)
    issue_slip(
        actor=clerk, department=departments["engineering"], instructions="Look", ticket=ticket, at=MORNING
    )
    plan_visits(make_ticket, clerk, 1)
    FollowUp.objects.update(on_time_until=MORNING)
    awake = MORNING + timedelta(days=3)
    once = {"tickets": 1, "slips": 1, "follow_ups": 1}
    never = dict.fromkeys(once, 0)
    assert [escalations.escalate_overdue(awake) for _ in range(3)] == [once, never, never]
    levels = Entry.objects.filter(verb__in=("ticket.escalated", "slip.escalated", "follow_up.late"))
    assert sorted((entry.verb, entry.data["level"]) for entry in levels) == [
        ("follow_up.late", 2),
        ("slip.escalated", 2),
        ("ticket.escalated", 3),
    ]
    told = Counter(Message.objects.values_list("template", "recipient_user__username"))
    late = {key: n for key, n in told.items() if key[0] in {"ticket_late", "slip_unsigned", "follow_up_late"}}
    assert set(late.values()) == {1}
    assert {person for template, person in late if template == "ticket_late"} == {
        "clerk",
        "supervisor",
        "manager",
    }
    assert {person for template, person in late if template == "follow_up_late"} == {
        "desk-supervisor",
        "manager",
    }
    # The negative control: awake all the time, each level would have been told in its own hour.
    Ticket.objects.filter(pk=ticket.pk).update(escalation=0)
    late = Ticket.objects.get(pk=ticket.pk)
    clock, due, _field = escalations.missed(late, awake)[0]
    hours = rungs(late.estate, late.priority, clock, began=late.created_at, due=due)
    late_by = timedelta(minutes=1)
    assert [escalations.escalate_tickets(hour + late_by) for hour in hours] == [1, 1, 1]


@pytest.mark.django_db
def test_a_clock_that_jumps_back_brings_nothing_up_twice_and_lowers_no_level(
    make_ticket, departments, clerk, supervisor
):
    plan_visits(make_ticket, clerk, 5)
    assert follow_ups.bring_up_due(MORNING) == 5
    for back in (timedelta(hours=1), timedelta(days=1)):
        assert follow_ups.bring_up_due(MORNING - back) == 0
        assert follow_ups.bring_up_due(MORNING) == 0
    miss_limits(make_ticket, departments["engineering"], 5)
    assert escalations.escalate_tickets(MORNING) == 5
    levels = list(Ticket.objects.values_list("escalation", flat=True))
    for back in (timedelta(hours=1), timedelta(days=1)):
        assert escalations.escalate_tickets(MORNING - back) == 0
        assert escalations.escalate_tickets(MORNING) == 0
    assert list(Ticket.objects.values_list("escalation", flat=True)) == levels
    Ticket.objects.update(escalation=0)  # the negative control: the level it is that holds it back
    assert escalations.escalate_tickets(MORNING) == 5


# --- one row that fails -----------------------------------------------------------------------------------------------


def failing(module, name, broken):
    """The function of the module raises for one row and works for all others."""
    whole = getattr(module, name)

    def act(row, at):
        if getattr(row, "pk", row) == broken.pk:
            raise ValueError("a broken row")
        return whole(row, at)

    return mock.patch.object(module, name, act)


@pytest.mark.django_db
def test_a_visit_that_fails_holds_back_no_other(make_ticket, clerk, caplog):
    visits = plan_visits(make_ticket, clerk, 3)
    with failing(follow_ups, "_bring_up", visits[0]):
        assert follow_ups.bring_up_due(MORNING) == 2
    assert (
        f"bringing up follow-up visit {visits[0].pk} failed" in caplog.text and "a broken row" in caplog.text
    )
    assert follow_ups.bring_up_due(MORNING) == 1, "and it comes again at the next round"


@pytest.mark.django_db
def test_a_visit_that_fails_half_way_leaves_nothing_half_done(make_ticket, clerk):
    [visit] = plan_visits(make_ticket, clerk, 1)
    with mock.patch.object(follow_ups, "_tell", side_effect=ValueError):
        assert follow_ups.bring_up_due(MORNING) == 0
    visit.refresh_from_db()
    assert visit.brought_up_at is None and not noted("follow_up.brought_up")
    assert follow_ups.bring_up_due(MORNING) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["tickets", "slips", "follow_ups"])
def test_a_late_row_that_fails_holds_back_no_other(
    make_ticket, departments, clerk, supervisor, manager, caplog, kind
):
    engineering = departments["engineering"]
    for n in range(3):
        ticket = make_ticket(f"请问 {n}", at=MORNING - timedelta(days=4))
        issue_slip(
            actor=clerk,
            department=engineering,
            instructions="Look",
            ticket=ticket,
            at=MORNING - timedelta(days=4),
        )
    FollowUp.objects.bulk_create(
        FollowUp(estate=row.estate, ticket=row, due_at=MORNING, scheduled_at=MORNING, on_time_until=MORNING)
        for row in Ticket.objects.all()
    )
    model, act = {
        "tickets": (Ticket, "_escalate_ticket"),
        "slips": (Slip, "_escalate_slip"),
        "follow_ups": (FollowUp, "_escalate_visit"),
    }[kind]
    broken = model.objects.order_by("pk").first()
    others = {"tickets": 3, "slips": 3, "follow_ups": 3}
    with failing(escalations, act, broken):
        assert escalations.escalate_overdue(LATER) == others | {kind: 2}
    assert f"escalating {model._meta.model_name} {broken.pk} failed" in caplog.text
    assert escalations.escalate_overdue(LATER)[kind] == 1, "and it comes again at the next round"


@pytest.mark.django_db
def test_without_the_guard_the_first_failing_row_would_stop_the_round(make_ticket, clerk):
    """The negative control of the three above."""
    visits = plan_visits(make_ticket, clerk, 3)

    def all_or_nothing(rows, act, *, what):
        return sum(act(row) for row in rows)

    with (
        failing(follow_ups, "_bring_up", visits[0]),
        mock.patch.object(follow_ups, "one_by_one", all_or_nothing),
        pytest.raises(ValueError),
    ):
        follow_ups.bring_up_due(MORNING)
    assert not noted("follow_up.brought_up")


@pytest.mark.django_db
def test_what_was_settled_while_the_round_ran_is_not_told(make_ticket, departments, clerk, supervisor):
    miss_limits(make_ticket, departments["engineering"], 2)
    whole = escalations._escalate_ticket

    def somebody_settles_the_other(ticket, at):
        Ticket.objects.exclude(pk=ticket.pk).update(status="resolved", resolved_at=at)
        return whole(ticket, at)

    with mock.patch.object(escalations, "_escalate_ticket", somebody_settles_the_other):
        assert escalations.escalate_tickets(MORNING) == 1
    assert sum(noted("ticket.escalated").values()) == 1
    Ticket.objects.update(
        status="new", resolved_at=None, escalation=0
    )  # the negative control: both are open again
    assert escalations.escalate_tickets(MORNING) == 2
