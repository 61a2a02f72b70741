"""Which act is possible in which status: the whole table, and any order of acts (docs/domain.md §2)."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.audit.models import Entry
from helpdesk.lib.errors import Refused
from tests.tickets.acts import MORNING, bring_to
from tickets.models import FollowUp, Ticket
from tickets.procedures import steps_for
from tickets.services import tickets
from tickets.services.follow_ups import record_attempt, record_follow_up
from tickets.services.slips import issue_slip

QUIET = "请问周末访客停车怎么收费？"

ACTS = {
    "classify": lambda t, c: tickets.classify_ticket(
        t, actor=c["clerk"], complaint_class="venting", reason="Heard again"
    ),
    "set_priority": lambda t, c: tickets.set_priority(t, actor=c["clerk"], priority="normal"),
    "assign": lambda t, c: tickets.assign_ticket(t, actor=c["clerk"], department=c["department"]),
    "start": lambda t, c: tickets.start_ticket(t, actor=c["clerk"]),
    "resolve": lambda t, c: tickets.resolve_ticket(t, actor=c["clerk"], resolution="Done"),
    "reopen": lambda t, c: tickets.reopen_ticket(t, actor=c["clerk"], reason="It is back"),
    "decline": lambda t, c: tickets.decline_ticket(t, actor=c["clerk"], reason="Not ours"),
    "merge": lambda t, c: tickets.merge_tickets(t, actor=c["clerk"], into=c["other"]),
    "hand_over": lambda t, c: tickets.hand_over_responsibility(
        t, actor=c["clerk"], to=c["clerk"], reason="Leave"
    ),
    "tick_step": lambda t, c: tickets.tick_step(t, actor=c["clerk"], key=c["key"]),
}
NO = "invalid_transition"
# What each act leads to from new, assigned, in progress, resolved, closed, declined: a status, or the refusal's code.
TABLE = {
    "classify": ["new", "assigned", "in_progress", "resolved", NO, NO],
    "set_priority": ["new", "assigned", "in_progress", NO, NO, NO],
    "assign": ["assigned", "assigned", "in_progress", NO, NO, NO],
    "start": [NO, "in_progress", NO, NO, NO, NO],
    "resolve": ["not_classified", "steps_open", "steps_open", NO, NO, NO],
    "reopen": [NO, NO, NO, "in_progress", "in_progress", "in_progress"],
    "decline": ["declined", "declined", "declined", NO, NO, NO],
    "merge": ["closed", "closed", "closed", NO, NO, NO],
    "hand_over": ["new", "assigned", "in_progress", "resolved", NO, NO],
    "tick_step": [NO, "assigned", "in_progress", NO, NO, NO],
}
STATUSES = ["new", "assigned", "in_progress", "resolved", "closed", "declined"]


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("act", sorted(ACTS))
def test_every_act_in_every_status_does_what_the_table_says(act, status, make_ticket, clerk, departments):
    ticket = bring_to(make_ticket(at=MORNING), status, actor=clerk, department=departments["engineering"])
    key = (
        "identity"
        if status in {"assigned", "in_progress"}
        else "follow_up"
        if status == "resolved"
        else "judge"
    )
    cast = {"clerk": clerk, "department": departments["cleaning"], "other": make_ticket(QUIET), "key": key}
    if (act, status) == ("tick_step", "closed"):
        ticket.steps.filter(key="identity").update(done_at=None)
        cast["key"] = "identity"
    expected = TABLE[act][STATUSES.index(status)]
    try:
        now = ACTS[act](ticket, cast).status
    except Refused as refusal:
        now = refusal.code
        ticket.refresh_from_db()
        assert ticket.status == status
    assert now == expected


CLOSING = {
    # status → what a clerk gets, what a manager gets without a reason, and with one
    "new": ("steps_open", "reason_required", "closed"),
    "assigned": ("steps_open", "reason_required", "closed"),
    "in_progress": ("steps_open", "reason_required", "closed"),
    "resolved": ("follow_up_open", "reason_required", "closed"),
    "closed": (NO, NO, NO),
    "declined": (NO, NO, NO),
}


@pytest.mark.parametrize("status", STATUSES)
def test_closing_with_something_open_is_for_the_manager_who_says_why(
    status, make_ticket, clerk, manager, departments
):
    attempts = zip(CLOSING[status], [(clerk, "Enough"), (manager, ""), (manager, "Moved away")], strict=True)
    for expected, (actor, reason) in attempts:
        ticket = bring_to(
            make_ticket(QUIET, at=MORNING), status, actor=clerk, department=departments["cleaning"]
        )
        try:
            now = tickets.close_ticket(ticket, actor=actor, reason=reason).status
        except Refused as refusal:
            now = refusal.code
        assert now == expected


# --- any order of acts ------------------------------------------------------------------------------------------------


def visit_of(ticket):
    return FollowUp.objects.filter(ticket=ticket).order_by("-round").first()


def record(outcome, score):
    def act(ticket, cast):
        visit = visit_of(ticket)
        if visit:
            record_follow_up(visit, actor=cast["clerk"], outcome=outcome, score=score, at=cast["now"])

    return act


def try_in_vain(ticket, cast):
    visit = visit_of(ticket)
    if visit:
        record_attempt(visit, actor=cast["clerk"], reached=False, via="phone", at=cast["now"])


def step(key, **kwargs):
    return lambda t, c: tickets.tick_step(t, actor=c["clerk"], key=key, at=c["now"], **kwargs)


def judge(complaint_class):
    return lambda t, c: tickets.classify_ticket(
        t, actor=c["clerk"], complaint_class=complaint_class, reason="Seen", at=c["now"]
    )


MOVES = {
    "valid": judge("valid"),
    "inquiry": judge("inquiry"),
    "assign": lambda t, c: tickets.assign_ticket(
        t, actor=c["clerk"], department=c["department"], at=c["now"]
    ),
    "slip": lambda t, c: issue_slip(
        actor=c["clerk"], department=c["department"], instructions="Look", ticket=t, at=c["now"]
    ),
    "start": lambda t, c: tickets.start_ticket(t, actor=c["clerk"], at=c["now"]),
    "identity": step("identity"),
    "arrears": step("arrears"),
    "on_site": step("on_site", finding="partly"),
    "nobody to ask": step("follow_up", not_needed=True, reason="No number"),
    "resolve": lambda t, c: tickets.resolve_ticket(t, actor=c["clerk"], resolution="Done", at=c["now"]),
    "satisfied": record("satisfied", 5),
    "dissatisfied": record("dissatisfied", 1),
    "in vain": try_in_vain,
    "close": lambda t, c: tickets.close_ticket(t, actor=c["clerk"], at=c["now"]),
    "override": lambda t, c: tickets.close_ticket(t, actor=c["manager"], reason="Moved away", at=c["now"]),
    "reopen": lambda t, c: tickets.reopen_ticket(t, actor=c["clerk"], reason="Back", at=c["now"]),
    "decline": lambda t, c: tickets.decline_ticket(t, actor=c["clerk"], reason="Not ours", at=c["now"]),
}
# Most orders come to nothing at the first refusal, so half of them begin on the usual way.
USUAL = ["inquiry", "assign", "identity", "arrears", "resolve"]
ORDERS = st.builds(
    lambda usual, more: USUAL[:usual] + more,
    st.integers(0, len(USUAL)),
    st.lists(st.sampled_from(sorted(MOVES)), max_size=10),
)


def check_books(ticket):
    """What is true of every ticket at every moment."""
    ended = ticket.status in {"closed", "declined"}
    assert ended == (ticket.closed_at is not None)
    open_visits = FollowUp.objects.filter(ticket=ticket, status="scheduled").count()
    assert open_visits == 0 if ticket.status != "resolved" else open_visits <= 1
    if ticket.status == "resolved" and not open_visits:
        assert ticket.steps.get(key="follow_up").not_needed
    assert list(ticket.steps.values_list("key", flat=True)) == [
        s.key for s in steps_for(ticket.complaint_class)
    ]
    assert ticket.steps.get(key="record").done_at
    last = ticket.decisions.last()
    assert ticket.complaint_class == (last.to_class if last else "")
    assert Entry.objects.about(ticket).filter(verb="ticket.reopened").count() == ticket.reopened
    assert ticket.status != "resolved" or ticket.resolved_at


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ORDERS)
def test_whatever_is_done_in_whatever_order_the_books_agree(make_ticket, clerk, manager, departments, order):
    cast = {"clerk": clerk, "manager": manager, "department": departments["cleaning"]}
    with transaction.atomic():
        ticket = make_ticket(QUIET, at=MORNING)
        for n, name in enumerate(order):
            before = Ticket.objects.values().get(pk=ticket.pk)
            try:
                MOVES[name](ticket, cast | {"now": MORNING + timedelta(hours=5 * n)})
            except Refused:
                assert Ticket.objects.values().get(pk=ticket.pk) == before
            ticket = Ticket.objects.get(pk=ticket.pk)
            assert ticket.version >= before["version"]
            assert ticket.responsible == clerk
            check_books(ticket)
        transaction.set_rollback(True)
