"""What is late is told upwards, each level once (docs/domain.md §2, §4, §5)."""

from datetime import timedelta

import pytest

from helpdesk.audit.models import Entry
from helpdesk.estates.models import Duty, Shift
from helpdesk.notifications.delivery import rendered
from helpdesk.notifications.models import Message
from tests.conftest import at
from tests.tickets.acts import MORNING, at_once, bring_to
from tickets import tasks
from tickets.models import FollowUp
from tickets.services import tickets
from tickets.services.escalations import escalate_overdue
from tickets.services.follow_ups import wish_time
from tickets.services.replies import add_reply
from tickets.services.slips import issue_slip, sign_slip

HOUR = timedelta(hours=1)
NOBODY = {"tickets": 0, "slips": 0, "follow_ups": 0}


def told(template):
    return sorted(
        Message.objects.filter(template=template).values_list("recipient_user__username", flat=True)
    )


@pytest.fixture
def urgent(make_ticket, clerk, departments, supervisor, manager):
    """Urgent, taken at ten, to be resolved by six: eight business hours; answered at once."""
    ticket = make_ticket("请问", priority="urgent", at=MORNING)
    add_reply(ticket, actor=clerk, body="We look into it.", visibility="public", at=MORNING)
    return tickets.assign_ticket(ticket, actor=clerk, department=departments["engineering"], at=MORNING)


def test_what_is_in_time_is_told_to_nobody(urgent):
    assert escalate_overdue(urgent.resolution_due_at) == NOBODY


def test_late_goes_to_the_responsible_then_the_supervisor_then_the_manager(urgent):
    assert urgent.resolution_due_at == at("2026-11-17 18:00")
    for moment, people in (
        ("2026-11-17 18:01", ["clerk"]),
        ("2026-11-18 13:00", ["clerk", "supervisor"]),
        ("2026-11-18 17:00", ["clerk", "manager", "supervisor"]),
    ):
        assert escalate_overdue(at(moment) - timedelta(minutes=1))["tickets"] == 0
        assert escalate_overdue(at(moment))["tickets"] == 1
        assert escalate_overdue(at(moment))["tickets"] == 0
        assert told("ticket_late") == people
    assert escalate_overdue(at("2026-11-25 17:00"))["tickets"] == 0
    assert [entry.data["level"] for entry in Entry.objects.filter(verb="ticket.escalated")] == [1, 2, 3]


def test_after_a_long_stop_everybody_hears_once(urgent):
    escalate_overdue(urgent.resolution_due_at + timedelta(days=30))
    assert told("ticket_late") == ["clerk", "manager", "supervisor"]


def test_an_unanswered_matter_nobody_took_is_told_to_every_clerk(make_ticket, clerk, second_clerk):
    make_ticket("请问", actor=None, channel="web", priority="urgent", at=MORNING)
    escalate_overdue(MORNING + timedelta(minutes=31))
    assert told("ticket_late") == ["clerk", "clerk2"]
    assert Message.objects.filter(template="ticket_late").first().context["unanswered"] is True


def test_a_late_grumble_is_put_to_the_clerk_for_reclassification(urgent, clerk):
    tickets.classify_ticket(urgent, actor=clerk, complaint_class="venting")
    escalate_overdue(urgent.resolution_due_at + HOUR)
    message = Message.objects.get(template="ticket_late")
    message.language = "en"
    assert "Look at its class again" in rendered(message)[1]


def test_after_hours_a_late_critical_matter_also_goes_to_whoever_is_on_duty(
    make_ticket, guard, estate, departments
):
    night = at("2026-11-17 23:00")
    shift = Shift.objects.create(
        estate=estate,
        department=departments["security"],
        name="night",
        starts=night.time().replace(hour=20),
        ends=night.time().replace(hour=8),
    )
    Duty.objects.create(shift=shift, day=night.date(), person=guard)
    make_ticket("请问", priority="critical", at=night)
    escalate_overdue(night + timedelta(minutes=16))
    assert told("ticket_late") == ["clerk", "guard"]


def test_what_has_ended_is_late_no_more(urgent, clerk):
    tickets.decline_ticket(urgent, actor=clerk, reason="Not ours")
    assert escalate_overdue(urgent.resolution_due_at + timedelta(days=9)) == NOBODY


def test_a_ticket_opened_again_may_be_late_again(urgent, clerk, departments):
    escalate_overdue(urgent.resolution_due_at + HOUR)
    resolved = bring_to(
        urgent,
        "resolved",
        actor=clerk,
        department=departments["engineering"],
        moment=MORNING + timedelta(days=2),
    )
    again = tickets.reopen_ticket(resolved, actor=clerk, reason="Back", at=MORNING + timedelta(days=3))
    assert escalate_overdue(again.resolution_due_at + timedelta(minutes=1))["tickets"] == 1
    assert told("ticket_late") == ["clerk", "clerk"]


def test_what_must_be_declined_at_once_leaves_time_to_write_the_reason(make_ticket, clerk, manager):
    make_ticket("请问", priority="declined", at=MORNING)
    escalate_overdue(MORNING + timedelta(minutes=5))
    assert told("ticket_late") == ["clerk"]


def test_a_ticket_opened_again_counts_its_levels_from_then(urgent, clerk, departments):
    resolved = bring_to(
        urgent, "resolved", actor=clerk, department=departments["engineering"], moment=MORNING
    )
    moment = MORNING + timedelta(days=30)
    again = tickets.reopen_ticket(resolved, actor=clerk, reason="Back", at=moment)
    assert again.resolution_due_at == at("2026-12-17 18:00")
    escalate_overdue(at("2026-12-18 13:00"))
    assert told("ticket_late") == ["clerk", "supervisor"]


def test_who_heard_of_a_late_answer_hears_of_a_late_resolution_too(make_ticket, clerk, manager):
    ticket = make_ticket("请问", priority="urgent", at=MORNING)
    escalate_overdue(ticket.response_due_at + timedelta(minutes=1))
    add_reply(
        ticket,
        actor=clerk,
        body="We look into it.",
        visibility="public",
        at=ticket.response_due_at + timedelta(minutes=2),
    )
    assert escalate_overdue(ticket.resolution_due_at + timedelta(minutes=1))["tickets"] == 1
    assert told("ticket_late") == ["clerk", "clerk"]


def test_another_priority_of_a_reopened_ticket_counts_from_its_reopening(urgent, clerk, departments):
    resolved = bring_to(
        urgent, "resolved", actor=clerk, department=departments["engineering"], moment=MORNING
    )
    moment = MORNING + timedelta(days=30)
    again = tickets.reopen_ticket(resolved, actor=clerk, reason="Back", at=moment)
    again = tickets.set_priority(again, actor=clerk, priority="critical", at=moment + HOUR)
    assert again.resolution_due_at == moment + timedelta(hours=4)


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_tell_once(urgent):
    answers = at_once(*[lambda: escalate_overdue(urgent.resolution_due_at + HOUR)["tickets"]] * 3)
    assert sorted(answers) == [0, 0, 1]
    assert told("ticket_late") == ["clerk"]


def test_a_slip_nobody_signs_for_goes_to_the_supervisor_then_the_manager(
    clerk, technician, supervisor, manager, departments
):
    slip = issue_slip(
        actor=clerk, department=departments["engineering"], instructions="Look", at=at("2026-11-17 17:45")
    )
    assert slip.sign_due_at == at("2026-11-18 09:15")
    assert escalate_overdue(at("2026-11-18 09:15"))["slips"] == 0
    for moment, people in (
        ("2026-11-18 09:16", ["supervisor"]),
        ("2026-11-18 09:45", ["manager", "supervisor"]),
    ):
        assert [escalate_overdue(at(moment))["slips"] for _ in range(2)] == [1, 0]
        assert told("slip_unsigned") == people


def test_a_signed_slip_is_not_told_as_unsigned(clerk, technician, departments):
    slip = issue_slip(actor=clerk, department=departments["engineering"], instructions="Look", at=MORNING)
    sign_slip(slip, actor=technician, at=MORNING)
    assert escalate_overdue(MORNING + timedelta(days=9)) == NOBODY


def test_a_late_visit_goes_to_the_desks_supervisor_then_the_manager(
    make_ticket, clerk, desk_supervisor, manager, departments
):
    bring_to(make_ticket("请问", at=MORNING), "resolved", actor=clerk, department=departments["cleaning"])
    visit = FollowUp.objects.get()
    assert escalate_overdue(visit.due_at)["follow_ups"] == 0
    assert escalate_overdue(visit.due_at + HOUR)["follow_ups"] == 1
    assert escalate_overdue(visit.due_at + timedelta(days=1))["follow_ups"] == 1
    assert told("follow_up_late") == ["desk-supervisor", "manager"]


def test_a_visit_put_off_by_the_resident_is_late_only_after_that(make_ticket, clerk, manager, departments):
    bring_to(make_ticket("请问", at=MORNING), "resolved", actor=clerk, department=departments["cleaning"])
    visit = FollowUp.objects.get()
    wished = visit.due_at + timedelta(days=2)
    wish_time(visit, actor=clerk, wished_at=wished, at=MORNING)
    assert escalate_overdue(wished)["follow_ups"] == 0
    assert escalate_overdue(wished + 2 * HOUR)["follow_ups"] == 1


def test_the_tasks_ask_the_database_what_is_due(urgent):
    tasks.escalate_overdue()
    tasks.bring_up_follow_ups()


def test_every_message_has_words_and_none_to_a_resident_tells_the_class(settings):
    residents = list((settings.BASE_DIR / "templates/messages").glob("resident_*.txt"))
    assert residents
    for path in residents:
        assert not any(word in path.read_text() for word in ("complaint", "class", "投诉", "投訴"))


def test_who_was_told_that_nobody_answered_still_hears_that_it_is_not_resolved(
    make_ticket, clerk, supervisor, manager, departments
):
    """Each limit has a ladder of its own: the answer that is owed does not silence the resolution."""
    ticket = make_ticket("请问", priority="urgent", at=MORNING)
    tickets.assign_ticket(ticket, actor=clerk, department=departments["engineering"], at=MORNING)
    unresolved = ticket.resolution_due_at
    escalate_overdue(unresolved - timedelta(minutes=1))
    assert {entry.data["clock"] for entry in Entry.objects.filter(verb="ticket.escalated")} == {"response"}
    for late in (timedelta(days=1), timedelta(days=3), timedelta(days=30)):
        escalate_overdue(unresolved + late)
        escalate_overdue(unresolved + late)
    about = [(e.data["clock"], e.data["level"]) for e in Entry.objects.filter(verb="ticket.escalated")]
    assert [level for clock, level in about if clock == "resolution"][-1] == 3
    assert len(about) == len(set(about)), "and nothing is told twice"
    last = Message.objects.filter(template="ticket_late", recipient_user=manager).latest("pk")
    assert last.context["unanswered"] is True


def test_after_a_long_stop_an_unanswered_matter_is_told_once_for_both_limits(
    make_ticket, clerk, supervisor, manager, departments
):
    ticket = make_ticket("请问", priority="urgent", at=MORNING)
    tickets.assign_ticket(ticket, actor=clerk, department=departments["engineering"], at=MORNING)
    for _ in range(3):
        escalate_overdue(ticket.resolution_due_at + timedelta(days=30))
    assert told("ticket_late") == ["clerk", "manager", "supervisor"]
