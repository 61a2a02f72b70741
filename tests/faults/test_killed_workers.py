"""Workers that are killed at every point of a delivery, rows that fail, leases that lapse, clocks that jump."""

import os
import random
import smtplib
from datetime import timedelta
from unittest import mock

import pytest
from django.db import connections
from django.utils import timezone

from helpdesk.notifications import delivery, tasks
from helpdesk.notifications.models import Message
from tests.conftest import at
from tests.faults.conftest import in_process, kill_me, put_out
from tests.tickets.acts import at_once

KILLED = -9
MORNING = at("2026-11-17 10:00")
AFTER_THE_LEASE = delivery.LEASE + timedelta(seconds=1)
SECOND = timedelta(seconds=1)
on_tables = pytest.mark.django_db(transaction=True)


def statuses():
    return sorted(set(Message.objects.values_list("status", flat=True)))


# --- killed -----------------------------------------------------------------------------------------------------------


def die_before_sending(outside):
    return mock.patch.object(delivery, "send", kill_me)


def die_after_sending(outside):
    def send(message):
        outside.take(message)
        kill_me()

    return mock.patch.object(delivery, "send", send)


@on_tables
@pytest.mark.parametrize("die", [die_before_sending, die_after_sending])
@pytest.mark.parametrize("once_only", [False, True])
def test_a_worker_killed_in_the_middle_of_one(estate, outside, die, once_only):
    put_out(estate, 1, once_only=once_only, not_before=MORNING)
    with die(outside):
        assert in_process(lambda: delivery.deliver_due(MORNING)) == KILLED
    before = outside.arrived()["key-0"]
    assert before == (die is die_after_sending)
    assert statuses() == ["sending"]
    delivery.deliver_due(MORNING + SECOND)
    assert outside.arrived()["key-0"] == before, "its lease still runs"
    delivery.deliver_due(MORNING + AFTER_THE_LEASE)
    if once_only:
        assert (outside.arrived()["key-0"], statuses()) == (before, ["unknown"])
    else:
        assert (outside.arrived()["key-0"], statuses()) == (before + 1, ["sent"])
        assert len(outside.ids()) == 1, "both under the same Message-ID"


@on_tables
def test_without_the_mark_before_the_send_a_killed_worker_would_be_forgotten(estate, outside):
    """The negative control: a claim that writes nothing lets a once-only message go out twice."""
    put_out(estate, 1, once_only=True, not_before=MORNING)
    with mock.patch.object(delivery, "claim", lambda pk, at: True):
        with die_after_sending(outside):
            assert in_process(lambda: delivery.deliver_due(MORNING)) == KILLED
        delivery.deliver_one(Message.objects.get().pk, MORNING + AFTER_THE_LEASE)
    assert outside.arrived() == {"key-0": 2}


class Mortal:
    """A channel whose worker dies at the n-th message, before or after it went out."""

    def __init__(self, outside, dice):
        self.outside, self.left, self.before = outside, dice.randint(1, 8), dice.random() < 0.5

    def __call__(self, message):
        self.left -= 1
        if self.left == 0 and self.before:
            kill_me()
        self.outside.take(message)
        if self.left == 0:
            kill_me()


@on_tables
def test_twenty_kills_at_random_points_lose_nothing(estate, outside):
    """A message goes once; one caught by a kill after it went out comes again under its Message-ID."""
    dice = random.Random(20261117)
    put_out(estate, 200, not_before=MORNING)
    now = MORNING
    for _ in range(20):
        with mock.patch.object(delivery, "send", Mortal(outside, dice)):
            assert in_process(lambda now=now: delivery.deliver_due(now)) == KILLED
        now += AFTER_THE_LEASE
    delivery.deliver_due(now)
    arrived = outside.arrived()
    assert len(arrived) == 200 and statuses() == ["sent"]
    assert len(outside.ids()) == 200, "a second copy bears the first one's Message-ID"
    assert 0 < sum(arrived.values()) - 200 <= 20, "at most one copy a kill"


@on_tables
def test_a_message_that_kills_its_worker_each_time_is_given_up(estate, outside):
    put_out(estate, 1, not_before=MORNING)
    now = MORNING
    with mock.patch.object(delivery, "send", kill_me):
        for _ in range(delivery.MOST_ATTEMPTS):
            assert in_process(lambda now=now: delivery.deliver_due(now)) == KILLED
            now += AFTER_THE_LEASE
        assert delivery.deliver_due(now) == 0
    assert statuses() == ["failed"]


# --- leases -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_worker_that_comes_back_late_leaves_a_sent_message_alone(estate, outside):
    [message] = put_out(estate, 1, not_before=MORNING)

    def another_is_quicker(_message):
        with mock.patch.object(delivery, "send", outside.take):
            assert delivery.deliver_due(MORNING + AFTER_THE_LEASE) == 1
        raise TimeoutError

    with mock.patch.object(delivery, "send", another_is_quicker):
        assert delivery.deliver_one(message.pk, MORNING) is False
    assert statuses() == ["sent"]
    delivery.deliver_due(MORNING + timedelta(days=1))
    assert outside.arrived() == {"key-0": 1}


@pytest.mark.django_db
def test_without_the_count_of_the_attempt_it_would_be_put_back_and_sent_again(estate, outside):
    """The negative control of the one above."""
    put_out(estate, 1, not_before=MORNING)
    delivery.deliver_due(MORNING)
    everything = Message.objects.all()
    delivery.put_back(everything, 1, TimeoutError(), MORNING, in_doubt=False)
    delivery.deliver_due(MORNING + timedelta(days=1))
    assert outside.arrived() == {"key-0": 2}


@pytest.mark.django_db
def test_the_last_of_a_long_round_has_a_whole_lease(estate):
    """Each row's lease counts from its own claim: one from the start of the round would have run out by then."""
    put_out(estate, 3, not_before=timezone.now() - timedelta(hours=1))
    clock = [timezone.now()]
    leases = []

    def slow(message):
        leases.append(Message.objects.get(pk=message.pk).claimed_until - clock[0])
        clock[0] += timedelta(seconds=60)

    with mock.patch.object(delivery, "send", slow), mock.patch.object(timezone, "now", lambda: clock[0]):
        assert delivery.deliver_due() == 3
    assert leases == [delivery.LEASE] * 3
    with mock.patch.object(delivery, "send", slow):  # the negative control: one moment for the whole round
        leases.clear()
        clock[0] = timezone.now()
        Message.objects.update(status="waiting", claimed_until=None)
        delivery.deliver_due(clock[0])
    assert leases[-1] < timedelta(0)


@pytest.mark.django_db
def test_a_round_ends_in_time_and_asks_for_the_next(estate, outside):
    put_out(estate, 5)
    step = delivery.ROUND_SECONDS * 0.4
    ticks = (n * step for n in range(1000))
    with mock.patch.object(tasks, "wake_after_commit") as woken:
        with mock.patch.object(delivery.time, "monotonic", lambda: next(ticks)):
            tasks.deliver_due()
        assert sum(outside.arrived().values()) == 2 and woken.call_count == 1
        tasks.deliver_due()
        assert woken.call_count == 1, "nothing waits any more"
        tasks.deliver_due()
    assert woken.call_count == 1
    assert outside.arrived() == {f"key-{n}": 1 for n in range(5)}


@pytest.mark.django_db
def test_rows_that_only_fail_do_not_wake_the_sender_for_ever(estate):
    put_out(estate, 3)
    with (
        mock.patch.object(tasks, "wake_after_commit") as woken,
        mock.patch.object(delivery, "claim", side_effect=OSError),
    ):
        tasks.deliver_due()
    assert woken.call_count == 0


# --- rows that fail ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_row_that_cannot_be_read_holds_back_no_other_and_is_given_up(estate, outside):
    put_out(estate, 3, not_before=MORNING)
    Message.objects.filter(dedupe_key="key-0").update(not_before=MORNING - SECOND)  # the first in the line
    broken = Message.objects.get(dedupe_key="key-0")
    spoil(broken)
    now = MORNING
    assert delivery.deliver_due(now) == 2
    assert outside.arrived() == {"key-1": 1, "key-2": 1}
    for n in range(delivery.MOST_ATTEMPTS):
        now += timedelta(minutes=2**n)
        delivery.deliver_due(now)
    row = Message.objects.filter(dedupe_key="key-0").values("status", "attempts", "last_error").get()
    assert row["status"] == "failed" and row["attempts"] == delivery.MOST_ATTEMPTS and row["last_error"]


def spoil(message):
    """As after the loss of a key: the seal no longer opens."""
    with connections["default"].cursor() as cursor:
        cursor.execute("UPDATE notifications_message SET address = 'not a seal' WHERE id = %s", [message.pk])


@pytest.mark.django_db
def test_a_row_whose_claim_fails_holds_back_no_other_and_is_logged(estate, outside, caplog):
    messages = put_out(estate, 3, not_before=MORNING)
    claim = delivery.claim

    def fail_on_the_first(pk, at):
        if pk == messages[0].pk:
            raise OSError("the disk is full")
        return claim(pk, at)

    with mock.patch.object(delivery, "claim", fail_on_the_first):
        assert delivery.deliver_due(MORNING) == 2
    assert f"sending message {messages[0].pk} failed" in caplog.text and "the disk is full" in caplog.text
    assert delivery.deliver_due(MORNING) == 1
    # The negative control: called as before, the first one stops all.
    with pytest.raises(OSError), mock.patch.object(delivery, "claim", fail_on_the_first):
        sum(delivery.deliver_one(message.pk, MORNING) for message in messages)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "once_only", "status"),
    [
        (TimeoutError(), True, "unknown"),
        (smtplib.SMTPServerDisconnected(), True, "unknown"),
        (ConnectionRefusedError(), True, "waiting"),
        (smtplib.SMTPRecipientsRefused({}), True, "waiting"),
        (KeyError("template"), True, "waiting"),
        (TimeoutError(), False, "waiting"),
    ],
)
def test_an_answer_that_never_came_leaves_a_once_only_message_to_a_person(estate, error, once_only, status):
    put_out(estate, 1, once_only=once_only)
    with mock.patch.object(delivery, "send", side_effect=error):
        assert delivery.deliver_due() == 0
    assert statuses() == [status]


# --- many at once, and clocks -----------------------------------------------------------------------------------------


def four_workers_on(estate, outside):
    """Four workers who all have read the same list before the first of them sends."""
    put_out(estate, 50, not_before=MORNING)
    ids = list(Message.objects.values_list("pk", flat=True))
    with mock.patch.object(delivery, "due_ids", lambda at: iter(ids)):
        return at_once(*[lambda: delivery.deliver_due(MORNING)] * 4)


@on_tables
def test_four_workers_send_each_message_once(estate, outside):
    assert sum(four_workers_on(estate, outside)) == 50
    assert outside.arrived() == {f"key-{n}": 1 for n in range(50)}


@on_tables
def test_without_the_claim_four_workers_would_send_it_four_times(estate, outside):
    """The negative control: whoever reads first believes it is his."""
    with mock.patch.object(delivery, "claim", lambda pk, at: True):
        assert sum(four_workers_on(estate, outside)) == 200
    assert set(outside.arrived().values()) == {4}


@pytest.mark.django_db
@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=1)])
def test_a_clock_that_jumps_back_sends_nothing_twice_and_loses_nothing(estate, outside, jump):
    put_out(estate, 5, not_before=MORNING)
    assert delivery.deliver_due(MORNING) == 5
    put_out_late = Message(
        estate=estate,
        dedupe_key="late",
        channel="email",
        template="resident_ack",
        language="en",
        not_before=MORNING,
    )
    put_out_late.save()
    for now in (MORNING - jump, MORNING - jump + SECOND, MORNING):
        delivery.deliver_due(now)
    assert outside.arrived() == {f"key-{n}": 1 for n in range(5)} | {"late": 1}
    Message.objects.update(
        status="waiting"
    )  # the negative control: the mark it is that holds it, not the clock
    delivery.deliver_due(MORNING)
    assert outside.arrived()["late"] == 2


def test_the_kill_is_a_real_one():
    assert in_process(kill_me) == KILLED
    assert in_process(os.getpid) == 0
