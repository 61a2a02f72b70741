"""Reminders under fire: three beats, four workers, and processes killed in the middle of whatever they do.

`REMINDED_BILLS=5000` runs it at full size; twenty are killed at every size.
"""

import os
import random
import signal
import time
from collections import Counter
from datetime import date, timedelta
from unittest import mock

import pytest
from django.db import connection, connections

from billing.models import Bill, Reminder, ReminderNotice
from billing.services.reminders import send_reminders, set_ladder
from helpdesk.notifications import delivery
from helpdesk.notifications.models import Message
from residents.models import Occupancy, Resident, Unit
from tests.billing.bills import post_bill
from tests.conftest import at
from tests.faults.conftest import kill_me

BILLS = int(os.environ.get("REMINDED_BILLS", "40"))
KILLS = 20
BEATS, WORKERS = 3, 4
DUE = date(2026, 9, 1)
RUNGS = (1, 7, 15, 30)  # days after the due date, all of them by message
PATIENCE = 60 + BILLS  # seconds for one rung
on_tables = pytest.mark.django_db(transaction=True)


@pytest.fixture
def households(estate, building, admin):
    """Two overdue bills each, a payer who reads e-mail, and a ladder of four messages."""
    set_ladder(estate, actor=admin, steps=[(n, days, "message") for n, days in enumerate(RUNGS, start=1)])
    units = Unit.objects.bulk_create(
        Unit(estate=estate, building=building, code=f"3-{n}", floor=1, area_m2="80")
        for n in range(BILLS // 2)
    )
    payers = Resident.objects.bulk_create(
        Resident(estate=estate, name=f"Payer {n}", email=f"payer{n}@example.com") for n in range(len(units))
    )
    Occupancy.objects.bulk_create(
        Occupancy(unit=unit, resident=payer, relation="owner", since=date(2020, 1, 1), is_payer=True)
        for unit, payer in zip(units, payers, strict=True)
    )
    for unit in units:
        post_bill(unit, DUE)
        post_bill(unit, DUE, "50.00")
    return units


class Doomed:
    """Kills its process before or after the n-th statement."""

    def __init__(self, dice):
        self.left, self.before = dice.randint(1, 60), dice.random() < 0.5

    def __call__(self, execute, *args):
        self.left -= 1
        if self.left == 0 and self.before:
            kill_me()
        answer = execute(*args)
        if self.left == 0:
            kill_me()
        return answer


def fork(act, doom):
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        if doom is not None:
            with connection.execute_wrapper(doom):
                act()
        else:
            act()
        status = 0
    finally:
        os._exit(status)


def beat(moment):
    return lambda: send_reminders(moment)


def worker(moment, told):
    """Sends what there is until everybody is told and nothing waits."""

    def work():
        while True:
            delivery.deliver_due(moment)
            waits = Message.objects.waiting(moment).exists()
            if not waits and ReminderNotice.objects.filter(day=moment.date()).count() >= told:
                return
            time.sleep(0.02)

    return work


def one_rung(moment, told, kills, dice):
    """Three beats and four workers at once; whoever is killed is started again. Returns how many were killed."""
    acts = [beat(moment)] * BEATS + [worker(moment, told)] * WORKERS
    doomed = dice.sample(range(len(acts)), k=min(kills, len(acts)))
    connections.close_all()
    alive = {fork(act, Doomed(dice) if n in doomed else None): act for n, act in enumerate(acts)}
    killed, ends = 0, time.monotonic() + PATIENCE
    while alive:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid in alive:
            act, code = alive.pop(pid), os.waitstatus_to_exitcode(status)
            assert code in (0, -signal.SIGKILL), code
            if code:
                killed += 1
                again = Doomed(dice) if killed < kills else None
                alive[fork(act, again)] = act
        elif time.monotonic() > ends:
            for left in alive:
                os.kill(left, signal.SIGKILL)
                os.waitpid(left, 0)
            pytest.fail(f"{len(alive)} processes did not come to an end")
        else:
            time.sleep(0.01)
    return killed


def climb(households, dice, kills=KILLS):
    """All four rungs; returns how many processes were killed on the way."""
    killed = 0
    for n, days in enumerate(RUNGS, start=1):
        moment = at(f"{DUE + timedelta(days=days)} 10:00")
        owing = kills * n // len(RUNGS) - killed
        killed += one_rung(moment, len(households), max(owing, 0), dice)
    connections.close_all()
    delivery.deliver_due(moment + delivery.LEASE + timedelta(seconds=1))
    return killed


@on_tables
def test_each_bill_is_reminded_of_once_a_rung_and_each_household_told_once(households, outside):
    killed = climb(households, random.Random(20261117))
    assert killed >= KILLS * 3 // 4
    told = Counter(Reminder.objects.filter(notice__isnull=False).values_list("bill", "level"))
    bills = Bill.objects.values_list("pk", flat=True)
    assert told == {(bill, level): 1 for bill in bills for level in range(1, len(RUNGS) + 1)}
    notices = Counter(ReminderNotice.objects.values_list("unit", "day"))
    assert len(notices) == len(households) * len(RUNGS) and set(notices.values()) == {1}
    assert Message.objects.filter(template="reminder").count() == len(notices)
    arrived = outside.arrived()
    assert set(arrived.values()) == {1}, "nobody reads the same reminder twice"
    # What a killed worker had in hand is put before a person instead of being sent again.
    unknown = set(Message.objects.filter(status="unknown").values_list("dedupe_key", flat=True))
    assert len(unknown) <= killed
    sent = set(Message.objects.filter(status="sent").values_list("dedupe_key", flat=True))
    assert sent <= set(arrived) <= sent | unknown and len(sent | unknown) == len(notices)


@on_tables
def test_without_the_claim_a_reminder_would_arrive_from_every_worker(households, outside):
    """The negative control: the counts above see a second one."""
    with mock.patch.object(delivery, "claim", lambda pk, moment: True):
        climb(households[:2], random.Random(1), kills=0)
    assert max(outside.arrived().values()) > 1


@on_tables
def test_without_once_only_a_killed_worker_would_send_it_again(households, outside):
    """The negative control of what is put before a person."""
    moment = at(f"{DUE + timedelta(days=RUNGS[0])} 10:00")
    send_reminders(moment)
    Message.objects.update(once_only=False)
    first = Message.objects.order_by("not_before", "id").first()
    assert delivery.claim(first.pk, moment)
    outside.take(first)  # and here its worker dies
    delivery.deliver_due(moment + delivery.LEASE + timedelta(seconds=1))
    assert outside.arrived()[first.dedupe_key] == 2
