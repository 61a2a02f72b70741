"""Two at once: the same form sent twice, two edits of one ticket, many processes on one SQLite file."""

import json
import traceback
from datetime import timedelta
from unittest import mock

import pytest
from django.db import connection, connections

from helpdesk.estates import services as estate_services
from helpdesk.estates.models import NumberSeries
from helpdesk.lib.errors import Refused, Stale
from tests.conftest import at
from tests.faults.conftest import in_process
from tests.tickets.acts import at_once
from tickets.models import Contact, Reply, Slip, Ticket
from tickets.services import replies, slips, tickets
from tickets.services.contacts import take_contact
from tickets.services.tickets import state, taking

pytestmark = pytest.mark.django_db(transaction=True)
QUIET = "请问物业费怎么交？"
MORNING = at("2026-11-17 10:00")
PROCESSES, TIMES = 4, 50


# --- the same form twice ----------------------------------------------------------------------------------------------


@pytest.fixture
def forms(make_ticket, clerk, departments, estate):
    """Each form of the desk, as (what it makes, sending it with a token)."""
    engineering = departments["engineering"]
    ticket = make_ticket(QUIET)
    slip = {"actor": clerk, "department": engineering, "instructions": "Look"}
    reply = {"actor": clerk, "body": "Seen", "visibility": "internal"}
    return {
        "ticket": (Ticket, lambda token: make_ticket(QUIET, form_token=token)),
        "reply": (Reply, lambda token: replies.add_reply(ticket, form_token=token, **reply)),
        "resident's reply": (
            Reply,
            lambda token: replies.add_resident_reply(ticket, body="Again", form_token=token),
        ),
        "slip": (Slip, lambda token: slips.issue_slip(ticket=ticket, form_token=token, **slip)),
        "slip without a ticket": (
            Slip,
            lambda token: slips.issue_slip(estate=estate, form_token=token, **slip),
        ),
        "contact": (
            Contact,
            lambda token: take_contact(estate=estate, kind="call", actor=clerk, form_token=token),
        ),
    }


@pytest.mark.parametrize(
    "name", ["ticket", "reply", "resident's reply", "slip", "slip without a ticket", "contact"]
)
def test_a_form_sent_by_two_threads_at_once_counts_once(forms, name):
    model, send = forms[name]
    before = model.objects.count()
    for n in range(5):
        answers = at_once(lambda n=n: send(f"token {n}"), lambda n=n: send(f"token {n}"))
        assert not [answer for answer in answers if isinstance(answer, Exception)]
        assert answers[0] == answers[1]
    assert model.objects.count() == before + 5
    at_once(lambda: send(None), lambda: send(None))  # the negative control: without a token it counts twice
    assert model.objects.count() == before + 7


# --- two edits --------------------------------------------------------------------------------------------------------


def test_of_two_edits_at_once_one_is_stale_and_nothing_is_mixed(make_ticket, clerk, second_clerk):
    for n in range(10):
        ticket = make_ticket(f"{QUIET} {n}")

        def edit(actor, word, ticket=ticket):
            return lambda: tickets.edit_ticket(
                ticket, actor=actor, version=1, subject=f"subject {word}", description=f"description {word}"
            )

        answers = at_once(edit(clerk, "one"), edit(second_clerk, "two"))
        assert sorted(type(answer).__name__ for answer in answers) == ["Stale", "Ticket"]
        kept = Ticket.objects.get(pk=ticket.pk)
        word = "one" if isinstance(answers[0], Ticket) else "two"
        assert (kept.subject, kept.description, kept.version) == (f"subject {word}", f"description {word}", 2)


def test_without_the_version_the_first_one_would_be_overwritten_in_silence(make_ticket, clerk, second_clerk):
    ticket = make_ticket(QUIET)
    tickets.edit_ticket(ticket, actor=clerk, version=1, subject="one")
    with pytest.raises(Stale):
        tickets.edit_ticket(ticket, actor=second_clerk, version=1, subject="two")
    tickets.edit_ticket(ticket, actor=second_clerk, version=None, subject="two")
    assert Ticket.objects.get().subject == "two"


def test_replies_of_two_never_conflict(make_ticket, clerk, second_clerk):
    ticket = make_ticket(QUIET)

    def write(actor, n):
        return lambda: replies.add_reply(ticket, actor=actor, body=f"note {n}", visibility="internal")

    at_once(*[write(actor, n) for n, actor in enumerate([clerk, second_clerk] * 4)])
    assert sorted(Reply.objects.values_list("body", flat=True)) == [f"note {n}" for n in range(8)]


# --- many processes ---------------------------------------------------------------------------------------------------


def in_processes(tmp_path, act):
    """`act(n)` in PROCESSES processes at once; everything that went wrong in them."""
    problems = tmp_path / "problems"
    problems.touch()

    def run(n):
        try:
            connections.close_all()
            act(n)
        except BaseException:
            with problems.open("a") as log:
                log.write(json.dumps(traceback.format_exc()[-600:]) + "\n")
        finally:
            connections.close_all()

    at_once(*[lambda n=n: in_process(lambda: run(n)) for n in range(PROCESSES)])
    return problems.read_text().splitlines()


def test_processes_that_take_tickets_at_once_leave_no_gap_and_meet_no_lock(
    estate, clerk, departments, make_ticket, tmp_path
):
    """Reads that turn into writes, through the services: a number, a ticket, its slip, a signature."""

    def work(_n):
        for _ in range(TIMES):
            ticket = make_ticket(QUIET, at=MORNING)
            slip = slips.issue_slip(
                actor=clerk,
                department=departments["engineering"],
                instructions="Look",
                ticket=ticket,
                at=MORNING,
            )
            slips.sign_slip(slip, actor=clerk, at=MORNING)

    assert in_processes(tmp_path, work) == []
    numbers = [f"{n:06}" for n in range(1, PROCESSES * TIMES + 1)]
    assert sorted(number[-6:] for number in Ticket.objects.values_list("number", flat=True)) == numbers
    assert sorted(number[-6:] for number in Slip.objects.values_list("number", flat=True)) == numbers
    assert Slip.objects.filter(status="signed", version=2).count() == PROCESSES * TIMES


def test_processes_that_sign_one_slip_at_once_sign_it_once(estate, clerk, departments, make_staff, tmp_path):
    people = [
        make_staff(f"technician {n}", "technician", estate, departments["engineering"])
        for n in range(PROCESSES)
    ]
    papers = [
        slips.issue_slip(
            actor=clerk, department=departments["engineering"], instructions=f"Look {n}", at=MORNING
        )
        for n in range(20)
    ]

    def sign(n):
        for paper in papers:
            try:
                slips.sign_slip(Slip.objects.get(pk=paper.pk), actor=people[n], at=MORNING)
            except Refused as refusal:
                assert refusal.code == "invalid_transition"

    assert in_processes(tmp_path, sign) == []
    assert set(Slip.objects.values_list("status", "version")) == {("signed", 2)}


def test_without_the_counter_row_numbers_would_repeat(estate, make_ticket):
    """The negative control: a counter that is read, and later written, gives one number twice."""

    def read_then_write(home, series, moment):
        rows = NumberSeries.objects.filter(estate=home, series=series, year=2026)
        return f"T-2026-{rows.values_list('last', flat=True).first() or 0:06}"

    assert estate_services.next_number is taking.next_number
    with mock.patch.object(taking, "next_number", read_then_write):
        answers = at_once(*[lambda: make_ticket(QUIET, at=MORNING)] * 2)
    assert len([answer for answer in answers if isinstance(answer, Ticket)]) == 1


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="how SQLite begins a transaction")
def test_a_transaction_that_begins_deferred_would_meet_a_lock(estate, clerk, make_ticket, tmp_path):
    """The negative control: as Django begins one by default, a read that turns into a write fails at once."""
    ticket = make_ticket(QUIET, at=MORNING)

    def work(_n):
        connection.ensure_connection()
        connection.transaction_mode = "DEFERRED"
        for n in range(TIMES):
            replies.add_reply(
                ticket,
                actor=clerk,
                body=f"note {n}",
                visibility="internal",
                at=MORNING + timedelta(minutes=n),
            )

    problems = in_processes(tmp_path, work)
    assert any("database is locked" in problem for problem in problems)
    assert state.lock_ticket(ticket).pk == ticket.pk
