"""Every status of a ticket × every act × every role: who may, and what the table then says (docs/domain.md §1, §2)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from helpdesk.staff.permissions import PERMISSIONS, Role
from tests.tickets.acts import MORNING, bring_to
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
}
# Acts with a test of their own beside the table: steps, resolving and closing depend on more than the status
# (test_ticket_states.py), joining two tickets on the other one's status, splitting on the words (test_mentions_and_splitting.py).
ELSEWHERE = {"split", "tick_step", "resolve", "close", "close_early", "reassign", "merge_into"}
# A manager reclassifies what is closed.
BEYOND_THE_TABLE = {("classify", "closed", "manager"), ("classify", "declined", "manager")}


def test_every_act_of_the_table_is_walked():
    assert set(TICKET_STATES.table) - ELSEWHERE <= set(PAGES)


@pytest.fixture
def cast(clerk, supervisor, technician, guard, cashier, manager, admin, second_clerk):
    return {
        "clerk": clerk, "supervisor": supervisor, "technician": technician, "guard": guard, "cashier": cashier,
        "manager": manager, "admin": admin, "other": second_clerk,
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
