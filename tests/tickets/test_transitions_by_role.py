"""Every status of a ticket × every act × every role: who may, and what the table then says (docs/domain.md §1, §2)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from helpdesk.staff.permissions import PERMISSIONS, Role
from helpdesk.staff.services import create_token
from tests.api.conftest import bearer
from tests.tickets.acts import MORNING, bring_to, tick_by_hand
from tickets.models import Ticket
from tickets.services import tickets
from tickets.services.tickets import TICKET_STATES

pytestmark = pytest.mark.django_db
STATUSES = ["new", "assigned", "in_progress", "resolved", "closed", "declined"]

# act of the table: (page, what is posted, None: leads nowhere by itself).
PAGES = {
    "classify": ("ticket_classify", {"complaint_class": "venting", "reason": "Heard again"}),
    "set_priority": ("ticket_priority", {"priority": "urgent"}),
    "issue_slip": ("ticket_slip", {"kind": "work_order", "instructions": "Look"}),
    "hand_over": ("ticket_hand_over", {"reason": "Leave"}),
    "assign": ("ticket_assign", {}),
    "start": ("ticket_start", {}),
    "reopen": ("ticket_reopen", {"reason": "It is back"}),
    "decline": ("ticket_decline", {"reason": "Not ours"}),
    "merge": ("ticket_merge", {}),
    "pause": ("ticket_pause", {"reason": "parts"}),
    "report_serious": ("ticket_serious", {"reason": "A child is hurt"}),
    "forward": ("ticket_forward", {"sender": "hotline"}),
    "answer_back": ("ticket_answer_back", {"answer": "Seen to", "via": "phone"}),
    "set_warranty": ("ticket_warranty", {"builder": "Nanshan"}),
    "edit": ("ticket_edit", {"subject": "Another", "topic": "other"}),
}
# Acts with a test of their own beside the table: steps, resolving and closing depend on more than the status
# (test_ticket_states.py), joining two tickets on the other one's status, splitting on the words (test_mentions_and_splitting.py).
ELSEWHERE = {"split", "tick_step", "resolve", "close", "close_early", "reassign", "merge_into"}
# A manager reclassifies what is closed.
BEYOND_THE_TABLE = {("classify", "closed", "manager"), ("classify", "declined", "manager")}


def test_every_act_of_the_table_is_walked():
    assert set(TICKET_STATES.table) - ELSEWHERE <= set(PAGES)


@pytest.fixture
def cast(clerk, supervisor, technician, guard, cashier, manager, admin, second_clerk, outsider):
    return {
        "clerk": clerk, "supervisor": supervisor, "technician": technician, "guard": guard, "cashier": cashier,
        "manager": manager, "admin": admin, "other": second_clerk, "outsider": outsider,
    }  # fmt: skip


def in_status(make_ticket, status, clerk, department):
    ticket = make_ticket("请问", priority="normal", at=MORNING)
    tickets.note_forwarding(ticket, actor=clerk, sender="developer", at=MORNING)
    if status == "closed":
        ticket = bring_to(ticket, "resolved", actor=clerk, department=department)
        tickets.answer_back(ticket, actor=clerk, answer="Early", via="phone", at=MORNING)
        tickets.tick_step(ticket, actor=clerk, key="follow_up", not_needed=True, reason="None", at=MORNING)
        ticket = tickets.close_ticket(ticket, actor=clerk, at=MORNING + timedelta(minutes=1))
    else:
        ticket = bring_to(ticket, status, actor=clerk, department=department)
    # Every role that sees any ticket sees this one.
    Ticket.objects.filter(pk=ticket.pk).update(department=department, handler=None)
    return Ticket.objects.get(pk=ticket.pk)


def possible(act, status):
    actions = ["assign", "reassign"] if act == "assign" else [act]
    return any(status in TICKET_STATES.sources(action) for action in actions)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("act", sorted(PAGES))
def test_who_may_does_what_the_table_says_and_nobody_else_does_anything(
    act, status, make_ticket, cast, departments, login
):
    engineering = departments["engineering"]
    name, words = PAGES[act]
    permission = "slips.issue" if act == "issue_slip" else "tickets.work"
    for role in Role:
        ticket = in_status(make_ticket, status, cast["clerk"], engineering)
        before = (ticket.status, ticket.version)
        sent = words | {
            "department": engineering.pk,
            "to": cast["other"].pk,
            "into": make_ticket("请问").number,
            "due_at": "",
        }
        if act == "answer_back" and status == "closed":
            expected = {409}  # they have their answer already
        elif role not in PERMISSIONS[permission]:
            expected = {403}
        elif act == "merge" and role == Role.SUPERVISOR:
            expected = {409}  # of another department's ticket nothing is known
        elif possible(act, status) or (act, status, role.value) in BEYOND_THE_TABLE:
            expected = {303}
        else:
            expected = {409, 303} if act == "start" else {409}
        response = login(cast[role.value]).post(reverse(name, args=[ticket.pk]), sent)
        if role not in PERMISSIONS[permission]:
            expected = {403, 404}
        assert response.status_code in expected, (act, status, role, response.status_code)
        ticket.refresh_from_db()
        if response.status_code != 303 or not (
            possible(act, status) or (act, status, role.value) in BEYOND_THE_TABLE
        ):
            assert (ticket.status, ticket.version) == before, (act, status, role)
    # In another estate there is no such ticket, whatever it is asked for.
    assert login(cast["outsider"]).post(reverse(name, args=[ticket.pk]), sent).status_code == 404


# --- the same by the API -------------------------------------------------------------------------------------------

# act of the table: (path under the ticket, body).
CALLS = {
    "classify": ("classify/", {"complaint_class": "venting", "reason": "Heard again"}),
    "set_priority": ("priority/", {"priority": "urgent"}),
    "hand_over": ("hand-over/", {"reason": "Leave"}),
    "assign": ("assign/", {}),
    "start": ("start/", None),
    "reopen": ("reopen/", {"reason": "It is back"}),
    "decline": ("decline/", {"reason": "Not ours"}),
    "merge": ("merge/", {}),
    "pause": ("pause/", {"reason": "parts"}),
    "report_serious": ("serious/", {"reason": "A child is hurt"}),
    "forward": ("forward/", {"sender": "hotline"}),
    "answer_back": ("answer-back/", {"answer": "Seen to", "via": "phone"}),
    "set_warranty": ("warranty/", {"builder": "Nanshan"}),
    "resolve": ("resolve/", {"resolution": "Pipe replaced"}),
    "close": ("close/", {"reason": "Moved away"}),
    "edit": ("", {"subject": "Another"}),
}
# Ticking is walked in test_judging_table.py, slips in test_slips_by_role.py; parts are split off on the page alone.
NO_CALL = {"issue_slip", "tick_step", "split", "reassign", "merge_into", "close_early"}


def test_every_act_of_the_table_is_walked_by_the_api():
    assert set(TICKET_STATES.table) - NO_CALL == set(CALLS)


def answer_of(act, status, role):
    """The code of the refusal, or "" where the act is carried out."""
    if act == "answer_back" and status == "closed":
        return "answered_back"
    if act == "resolve" and status == "new":
        return "not_classified"
    if act == "close" and status in {"new", "assigned", "in_progress", "resolved"}:
        # With something open a manager closes, who says why.
        early = "follow_up_open" if status == "resolved" else "steps_open"
        return "" if role == "manager" else early
    may = possible(act, status) or (act, status, role) in BEYOND_THE_TABLE
    return "" if may else "invalid_transition"


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("act", sorted(CALLS))
def test_by_the_api_who_may_does_what_the_table_says_and_nobody_else_does_anything(
    act, status, make_ticket, cast, departments
):
    engineering = departments["engineering"]
    path, words = CALLS[act]
    foreign = {"assign": {"department": engineering.pk}, "hand_over": {"to": cast["other"].pk}}
    for role in [*Role.values, "outsider"]:
        ticket = in_status(make_ticket, status, cast["clerk"], engineering)
        if act == "resolve":
            tick_by_hand(ticket, cast["clerk"])
        if act == "close" and status == "resolved":
            tickets.answer_back(ticket, actor=cast["clerk"], answer="Early", via="phone", at=MORNING)
        into = make_ticket("请问")
        Ticket.objects.filter(pk=into.pk).update(department=engineering)
        more = foreign.get(act, {}) | ({"into": into.pk} if act == "merge" else {})
        body = None if words is None else words | more
        ticket.refresh_from_db()
        before = (ticket.status, ticket.version)
        _token, plain = create_token(cast[role], name="t", actor=None)
        client = bearer(plain)
        send = client.post if path else client.patch
        response = send(f"/api/v1/tickets/{ticket.pk}/{path}", body, format="json")
        ticket.refresh_from_db()
        said = (act, status, role, response.content)
        if role == "outsider" or role not in PERMISSIONS["tickets.work"]:
            wanted, refusal = (404 if role == "outsider" else 403), None
        else:
            refusal = answer_of(act, status, role)
            wanted = 409 if refusal else 200
        assert response.status_code == wanted, said
        if refusal:
            assert response.json()["errors"][0]["code"] == refusal, said
        if wanted != 200:
            assert (ticket.status, ticket.version) == before, said
        elif TICKET_STATES.table.get(act, ("", None))[1] in STATUSES:
            assert ticket.status == response.json()["status"] == landed(act, status), said


def landed(act, status):
    """The status in which an act that was carried out leaves the ticket."""
    if act == "assign":
        return "in_progress" if status == "in_progress" else "assigned"
    return TICKET_STATES.table[act][1]
