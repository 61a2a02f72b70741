"""What becomes of a matter that is joined to another, declined, not to be asked about, or put right (docs/domain.md §2)."""

from datetime import time, timedelta

import pytest

from helpdesk.estates.models import Shift
from helpdesk.notifications.models import Message
from tests.conftest import at
from tests.tickets.acts import MORNING, bring_to, open_steps, refused
from tickets.models import FollowUp, Forwarding, HandoverLine, Slip
from tickets.progress import progress_of
from tickets.services import tickets
from tickets.services.escalations import escalate_answers, escalate_slips
from tickets.services.follow_ups import record_follow_up
from tickets.services.handovers import draft_handover, refresh_handover, remove_line
from tickets.services.slips import issue_slip

pytestmark = pytest.mark.django_db
LIFT = "3栋电梯停了，不动。"


@pytest.fixture
def two(make_ticket):
    """One lift, reported by two people of their own numbers."""
    first = make_ticket(LIFT, reporter_phone="13800136001", at=MORNING)
    second = make_ticket(LIFT, reporter_phone="13800136002", at=MORNING)
    return first, second


@pytest.fixture
def shift(estate, departments):
    desk = departments["front_desk"]
    return Shift.objects.create(estate=estate, department=desk, name="Day", starts=time(9), ends=time(18))


def told(template):
    return list(Message.objects.filter(template=template).order_by("id"))


# --- joined -----------------------------------------------------------------------------------------------------------


def test_whoever_is_joined_sees_the_matter_go_on_and_hears_its_end(two, clerk, departments):
    first, second = two
    tickets.merge_tickets(second, actor=clerk, into=first, at=MORNING)
    second.refresh_from_db()
    shown = progress_of(second)
    assert shown.headline != "Finished" and "together with another report" in shown.detail
    assert [mark.state for mark in shown.marks][-1] == "open" and not shown.can_reply
    bring_to(first, "resolved", actor=clerk, department=departments["engineering"])
    second.refresh_from_db()
    assert progress_of(second).headline == "Seen to"
    numbers = [message.context["number"] for message in told("resident_resolved")]
    assert sorted(numbers) == sorted([first.number, second.number])
    # Only the reporter of the ticket that goes on is rung up.
    assert FollowUp.objects.get().ticket == first
    assert {m.context["number"]: m.context["no_visit"] for m in told("resident_resolved")}[second.number]


def test_whoever_is_joined_over_two_numbers_hears_it_too(two, make_ticket, clerk):
    first, second = two
    third = make_ticket(LIFT, reporter_phone="13800136003", at=MORNING)
    tickets.merge_tickets(second, actor=clerk, into=first, at=MORNING)
    tickets.merge_tickets(first, actor=clerk, into=third, at=MORNING)
    tickets.decline_ticket(third, actor=clerk, reason="The city looks after it.", at=MORNING)
    assert len(told("resident_declined")) == 3
    second.refresh_from_db()
    assert progress_of(second).detail == "The city looks after it."


def test_what_was_graver_goes_over(make_ticket, clerk):
    plain = make_ticket("请问", priority="normal", at=MORNING)
    grave = make_ticket("请问", priority="critical", at=MORNING)
    tickets.merge_tickets(grave, actor=clerk, into=plain, at=MORNING)
    plain.refresh_from_db()
    assert (plain.priority, plain.is_serious) == ("critical", True)
    assert plain.resolution_due_at == grave.resolution_due_at
    calm = make_ticket("请问", priority="normal", at=MORNING)
    tickets.merge_tickets(calm, actor=clerk, into=plain, at=MORNING)
    plain.refresh_from_db()
    assert plain.priority == "critical"


# --- forwarded --------------------------------------------------------------------------------------------------------


def forward(ticket, clerk, number="GD-778"):
    return tickets.note_forwarding(
        ticket, actor=clerk, sender="hotline", number=number, answer_due_at=at("2026-11-19 12:00"), at=MORNING
    )


def test_a_forwarded_matter_that_is_declined_is_answered_back_all_the_same(make_ticket, clerk, manager):
    ticket = forward(make_ticket(at=MORNING), clerk)
    ticket = tickets.decline_ticket(ticket, actor=clerk, reason="Not ours.", at=MORNING)
    assert escalate_answers(at("2026-11-19 12:01")) == 1
    tickets.answer_back(ticket, actor=clerk, answer="Not ours.", via="platform", at=at("2026-11-19 13:00"))
    ticket.refresh_from_db()
    assert ticket.status == "declined" and escalate_answers(at("2026-12-19 12:01")) == 0


def test_the_senders_limit_goes_over_with_a_joined_matter(two, clerk):
    first, second = two
    forward(second, clerk)
    tickets.merge_tickets(second, actor=clerk, into=first, at=MORNING)
    assert Forwarding.objects.get().ticket == first and "answered_back" in open_steps(first)
    assert escalate_answers(at("2026-11-19 12:01")) == 1


def test_two_senders_do_not_share_one_answer(two, clerk):
    first, second = two
    forward(second, clerk)
    forward(first, clerk, number="GD-779")
    with refused("forwarded_twice"):
        tickets.merge_tickets(second, actor=clerk, into=first, at=MORNING)
    second.refresh_from_db()
    assert second.status == "new"
    tickets.answer_back(second, actor=clerk, answer="With another one.", via="phone", at=MORNING)
    assert tickets.merge_tickets(second, actor=clerk, into=first, at=MORNING).merged_into == first


# --- asking, and slips ------------------------------------------------------------------------------------------------


def test_where_there_is_nobody_to_ask_nobody_is_sent_to_ask(make_ticket, clerk, departments):
    ticket = bring_to(
        make_ticket(at=MORNING), "in_progress", actor=clerk, department=departments["engineering"]
    )
    for key in ("identity", "arrears"):
        tickets.tick_step(ticket, actor=clerk, key=key, at=MORNING)
    tickets.tick_step(ticket, actor=clerk, key="follow_up", not_needed=True, reason="No number.", at=MORNING)
    ticket.refresh_from_db()
    ticket = tickets.resolve_ticket(ticket, actor=clerk, resolution="Seen to.", at=MORNING)
    step = ticket.steps.get(key="follow_up")
    assert (ticket.status, step.not_needed, step.reason) == ("closed", True, "No number.")
    assert not FollowUp.objects.exists()
    # Opened again it is asked about: whoever opened it can be reached.
    tickets.reopen_ticket(ticket, actor=clerk, reason="It drips again.", at=MORNING)
    assert "follow_up" in open_steps(ticket)


def test_a_closed_matter_leaves_no_slip_to_be_signed_for(
    make_ticket, clerk, departments, supervisor, manager
):
    engineering = departments["engineering"]
    ticket = make_ticket(at=MORNING)
    slip = issue_slip(actor=clerk, department=engineering, instructions="Look", ticket=ticket, at=MORNING)
    ticket.refresh_from_db()
    bring_to(ticket, "resolved", actor=clerk, department=engineering)
    record_follow_up(FollowUp.objects.get(), actor=clerk, outcome="satisfied", score=5)
    slip.refresh_from_db()
    assert (slip.status, slip.cancel_reason) == (Slip.Status.CANCELLED, "The matter is closed.")
    assert escalate_slips(MORNING + timedelta(days=3)) == 0


# --- put right --------------------------------------------------------------------------------------------------------


def test_what_a_resident_wrote_is_not_the_desks_to_change(make_ticket, clerk):
    ticket = make_ticket("It drips.", actor=None, channel="web", at=MORNING)
    with refused("residents_words"):
        tickets.edit_ticket(ticket, actor=clerk, description="Nothing drips.")
    assert tickets.edit_ticket(ticket, actor=clerk, subject="Drip").subject == "Drip"


def test_what_the_desk_had_written_before_stays_readable(make_ticket, clerk):
    ticket = tickets.edit_ticket(make_ticket("It drips."), actor=clerk, description="It pours.")
    note = ticket.replies.get()
    assert (note.body, note.visibility, note.author) == ("Before: It drips.", "internal", clerk)


def test_what_has_ended_is_not_put_right(make_ticket, clerk, departments):
    ticket = bring_to(make_ticket(), "closed", actor=clerk, department=departments["engineering"])
    with refused("invalid_transition"):
        tickets.edit_ticket(ticket, actor=clerk, subject="Another")
    tickets.edit_ticket(ticket, actor=clerk, subject=ticket.subject)  # nothing is nothing


# --- the handover -----------------------------------------------------------------------------------------------------


def test_the_handover_names_senders_who_wait(make_ticket, clerk, departments, shift):
    ticket = forward(make_ticket(at=at("2026-11-10 10:00")), clerk)
    bring_to(ticket, "resolved", actor=clerk, department=departments["cleaning"])
    handover = draft_handover(shift=shift, day=MORNING.date(), actor=clerk, at=at("2026-11-17 17:50"))
    line = handover.lines.get(kind=HandoverLine.Kind.ANSWER)
    assert (line.about_id, line.label, line.next_step) == (ticket.pk, ticket.number, "Answer back")


def test_a_struck_line_stays_when_its_matter_is_settled(make_ticket, clerk, departments, shift):
    ticket = make_ticket(at=MORNING)
    evening = at("2026-11-17 17:50")
    handover = draft_handover(shift=shift, day=MORNING.date(), actor=clerk, at=evening)
    remove_line(handover.lines.get(about_id=ticket.pk), actor=clerk, reason="It is nothing")
    bring_to(ticket, "closed", actor=clerk, department=departments["engineering"])
    refresh_handover(handover, actor=clerk, at=evening)
    assert handover.lines.get(about_id=ticket.pk).removed_reason == "It is nothing"
