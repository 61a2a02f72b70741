"""Pauses with reasons: the limit of the resolution stands still (docs/domain.md §2)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from helpdesk.estates.models import Holiday
from helpdesk.notifications.models import Message
from tests.conftest import at
from tests.tickets.acts import MORNING, at_once, bring_to, refused
from tickets.clocks import nearest_clock, resolution_clock
from tickets.models import Pause, Ticket
from tickets.services import tickets
from tickets.services.contacts import take_contact
from tickets.services.escalations import escalate_overdue
from tickets.services.replies import add_reply, add_resident_reply

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def urgent(make_ticket, clerk):
    """Urgent, taken on Tuesday at ten, to be resolved by six: eight business hours; answered at once."""
    ticket = make_ticket("请问", priority="urgent", at=MORNING)
    add_reply(ticket, actor=clerk, body="We look into it.", visibility="public", at=MORNING)
    ticket.refresh_from_db()
    return ticket


def paused(ticket, clerk, since, reason="parts", **kwargs):
    return tickets.pause_ticket(ticket, actor=clerk, reason=reason, at=since, **kwargs)


def test_a_pause_puts_the_resolution_off_by_the_business_time_waited(urgent, clerk):
    ticket = paused(urgent, clerk, at("2026-11-17 16:00"))
    ticket = tickets.resume_ticket(ticket, actor=clerk, at=at("2026-11-18 11:00"))
    # Two hours on Tuesday and two on Wednesday were waited; the night counts for nothing.
    assert ticket.resolution_due_at == at("2026-11-18 13:00")
    assert ticket.paused_since is None


def test_a_pause_of_a_critical_matter_counts_by_the_clock(make_ticket, clerk):
    ticket = make_ticket("请问", priority="critical", at=at("2026-11-17 23:00"))
    ticket = paused(ticket, clerk, at("2026-11-17 23:30"))
    ticket = tickets.resume_ticket(ticket, actor=clerk, at=at("2026-11-18 00:15"))
    assert ticket.resolution_due_at == at("2026-11-18 03:45")


def test_a_pause_over_a_holiday_counts_no_holiday(urgent, clerk, estate):
    Holiday.objects.create(estate=estate, day=at("2026-11-18 00:00").date())
    ticket = paused(urgent, clerk, at("2026-11-17 17:00"))
    ticket = tickets.resume_ticket(ticket, actor=clerk, at=at("2026-11-19 10:00"))
    assert ticket.resolution_due_at == at("2026-11-19 11:00")


@pytest.mark.parametrize(
    ("night", "long"),
    [("2026-10-24", 25), ("2026-03-28", 23)],
    ids=["the clocks go back", "the clocks go forward"],
)
def test_over_a_clock_change_a_pause_lasts_as_long_as_it_lasted(night, long, estate, make_ticket, clerk):
    estate.time_zone = "Europe/London"
    estate.save()
    noon = datetime.fromisoformat(f"{night} 12:00").replace(tzinfo=LONDON)
    ticket = make_ticket("请问", priority="critical", at=noon)
    before = ticket.resolution_due_at
    ticket = paused(ticket, clerk, noon)
    ticket = tickets.resume_ticket(ticket, actor=clerk, at=noon + timedelta(days=1))
    assert ticket.resolution_due_at - before == timedelta(hours=long)


def test_business_hours_are_the_same_number_over_a_clock_change(estate, make_ticket, clerk):
    estate.time_zone = "Europe/London"
    estate.save()
    # Friday at noon; the clocks go back on Sunday. Three working days later is Wednesday at noon, in winter time.
    friday = datetime(2026, 10, 23, 12, tzinfo=LONDON)
    ticket = make_ticket("请问", priority="normal", at=friday)
    assert ticket.resolution_due_at == datetime(2026, 10, 28, 12, tzinfo=UTC)
    assert ticket.response_due_at == datetime(2026, 10, 23, 13, tzinfo=UTC)


def test_what_was_late_before_the_pause_stays_late(urgent, clerk):
    late = urgent.resolution_due_at + HOUR
    ticket = paused(urgent, clerk, late)
    assert ticket.is_overdue(late + 2 * HOUR) and Ticket.objects.overdue(late + 2 * HOUR).count() == 1
    ticket = tickets.resume_ticket(ticket, actor=clerk, at=late + timedelta(days=2))
    assert ticket.resolution_due_at == at("2026-11-17 18:00")


def test_while_it_stands_still_nothing_is_late_and_nobody_is_told(urgent, clerk):
    ticket = paused(urgent, clerk, at("2026-11-17 16:00"))
    later = at("2026-11-25 16:00")
    assert not ticket.is_overdue(later) and not Ticket.objects.overdue(later).exists()
    assert escalate_overdue(later)["tickets"] == 0


def test_the_first_answer_is_owed_in_a_pause_too(make_ticket, clerk):
    ticket = paused(make_ticket("请问", priority="urgent", at=MORNING), clerk, MORNING)
    assert escalate_overdue(MORNING + HOUR)["tickets"] == 1 and ticket.is_overdue(MORNING + HOUR)


def test_the_residents_reply_ends_a_wait_for_the_resident(urgent, clerk):
    paused(urgent, clerk, at("2026-11-17 16:00"), reason="resident")
    add_resident_reply(urgent, body="Here is the photo.", at=at("2026-11-17 17:00"))
    urgent.refresh_from_db()
    assert urgent.paused_since is None and urgent.resolution_due_at == at("2026-11-18 10:00")
    assert Pause.objects.get().ended_by is None


def test_a_call_of_the_resident_ends_it_too_and_one_of_ours_does_not(urgent, clerk, estate):
    paused(urgent, clerk, MORNING, reason="resident")
    for direction, still in (("out", True), ("in", False)):
        take_contact(
            estate=estate, kind="call", actor=clerk, ticket=urgent, direction=direction, at=MORNING + HOUR
        )
        urgent.refresh_from_db()
        assert (urgent.paused_since is not None) is still


def test_a_wait_for_parts_goes_on_whatever_the_resident_says(urgent, clerk):
    paused(urgent, clerk, MORNING)
    add_resident_reply(urgent, body="Well?", at=MORNING + HOUR)
    urgent.refresh_from_db()
    assert urgent.paused_since is not None


def test_a_pause_with_an_end_ends_by_itself_at_its_end_however_late_anybody_looks(urgent, clerk):
    paused(urgent, clerk, at("2026-11-17 16:00"), until=at("2026-11-17 17:00"))
    # The house stood still for two days.
    escalate_overdue(at("2026-11-19 17:00"))
    urgent.refresh_from_db()
    assert urgent.resolution_due_at == at("2026-11-18 10:00")
    assert Pause.objects.get().ended_at == at("2026-11-17 17:00")
    assert Message.objects.filter(template="ticket_resumed", channel="desk").count() == 1
    # And what became late meanwhile is told in the same breath.
    assert urgent.escalation > 0


def test_somebody_who_ends_it_after_its_end_gains_no_time(urgent, clerk):
    ticket = paused(urgent, clerk, at("2026-11-17 16:00"), until=at("2026-11-17 17:00"))
    ticket = tickets.resume_ticket(ticket, actor=clerk, at=at("2026-11-18 11:00"))
    assert ticket.resolution_due_at == at("2026-11-18 10:00")


@pytest.mark.django_db(transaction=True)
def test_two_beats_end_a_pause_once(urgent, clerk):
    paused(urgent, clerk, at("2026-11-17 16:00"), until=at("2026-11-17 17:00"))
    at_once(*[lambda: escalate_overdue(at("2026-11-17 17:01"))] * 3)
    urgent.refresh_from_db()
    assert urgent.resolution_due_at == at("2026-11-18 10:00")


def test_another_priority_keeps_the_time_that_was_waited(urgent, clerk):
    ticket = paused(urgent, clerk, MORNING)
    ticket = tickets.resume_ticket(ticket, actor=clerk, at=MORNING + HOUR)
    ticket = tickets.set_priority(ticket, actor=clerk, priority="critical", at=MORNING + 2 * HOUR)
    assert ticket.resolution_due_at == MORNING + 5 * HOUR


def test_what_is_resolved_or_ended_waits_no_more(urgent, clerk, departments, make_ticket):
    ticket = bring_to(urgent, "in_progress", actor=clerk, department=departments["cleaning"])
    paused(ticket, clerk, MORNING)
    assert bring_to_resolved(ticket, clerk).paused_since is None
    other = paused(make_ticket("请问", at=MORNING), clerk, MORNING)
    other = tickets.decline_ticket(other, actor=clerk, reason="Not ours", at=MORNING + HOUR)
    assert other.paused_since is None and not Pause.objects.running().exists()


def bring_to_resolved(ticket, clerk):
    for key in ("identity", "arrears"):
        tickets.tick_step(ticket, actor=clerk, key=key, at=MORNING)
    return tickets.resolve_ticket(ticket, actor=clerk, resolution="Done", at=MORNING + HOUR)


def test_a_paused_ticket_is_not_paused_again_and_a_running_one_not_resumed(urgent, clerk):
    with refused("not_paused"):
        tickets.resume_ticket(urgent, actor=clerk)
    with refused("in_the_past"):
        paused(urgent, clerk, MORNING, until=MORNING)
    paused(urgent, clerk, MORNING)
    with refused("already_paused"):
        paused(urgent, clerk, MORNING)


def test_a_paused_clock_says_what_it_waits_for(urgent, clerk):
    ticket = paused(urgent, clerk, at("2026-11-17 16:00"), until=at("2026-11-19 09:00"))
    clock = resolution_clock(ticket, at("2026-11-18 16:00"), Pause.objects.get())
    assert (clock["state"], clock["label"]) == ("paused", "Waiting for parts")
    assert "2 h left" in clock["title"] and "goes on" in clock["title"]
    assert nearest_clock(ticket, at("2026-11-18 16:00"))["state"] == "paused"
