"""Serious matters go to the manager at once: found by rule, by hand, and by being said a third time (docs/domain.md §2)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from helpdesk.audit.models import Entry
from helpdesk.estates.models import Duty, Shift
from helpdesk.notifications.models import Message
from tests.conftest import at
from tests.tickets.acts import MORNING
from tickets.services import tickets
from tickets.services.contacts import link_contact, take_contact
from tickets.services.tickets.repeated import reporter_of
from tickets.services.tickets.taking import suggest

pytestmark = pytest.mark.django_db
QUIET = "请问周末访客停车怎么收费？"


def told(person, ticket):
    rows = Message.objects.filter(
        template="ticket_serious", recipient_user=person, channel="desk", about_id=ticket.pk
    )
    return rows.count()


@pytest.mark.parametrize(
    "words",
    [
        "孩子在楼道摔伤，流了很多血。",
        "三楼走廊起火了！",
        "地下车库被水淹了，水还在涨。",
        "有人被困在电梯里。",
        "我家昨晚被撬门入室盗窃。",
        "整栋楼都停水，几十户没水用。",
        "再不处理我就找电视台曝光。",
        "A child was injured on the stairs and is bleeding.",
        "There is a fire in the corridor on the third floor!",
        "Someone is trapped in the lift.",
        "Our flat was broken into last night.",
        "The garage is flooded.",
        "孩子在樓道摔傷，流了很多血。",
        "有人被困在電梯裡。",
    ],
)
def test_injury_fire_flood_trapped_break_in_many_residents_and_media_go_to_the_manager_at_once(
    words, make_ticket, manager
):
    ticket = make_ticket(words)
    assert ticket.is_serious and told(manager, ticket) == 1


def test_what_is_critical_by_hand_goes_to_the_manager_at_once(make_ticket, manager, clerk):
    ticket = make_ticket(QUIET)
    assert not ticket.is_serious
    ticket = tickets.set_priority(ticket, actor=clerk, priority="critical", reason="The whole block is dark")
    assert ticket.is_serious and told(manager, ticket) == 1


def test_three_by_one_resident_or_unit_on_the_same_topic_in_30_days(make_ticket, unit, manager):
    days = (33, 29, 2)
    made = [make_ticket(QUIET, unit=unit, topic="parking", at=MORNING - timedelta(days=n)) for n in days]
    assert not any(ticket.is_serious for ticket in made)
    third = make_ticket(QUIET, unit=unit, topic="parking", at=MORNING)
    assert third.is_serious and told(manager, third) == 1


def test_of_two_at_the_same_moment_the_one_that_is_written_last_sees_the_other(make_ticket, unit, manager):
    make_ticket(QUIET, unit=unit, topic="parking", at=MORNING - timedelta(days=9))
    # Begun a moment later, and written first.
    make_ticket(QUIET, unit=unit, topic="parking", at=MORNING + timedelta(milliseconds=40))
    third = make_ticket(QUIET, unit=unit, topic="parking", at=MORNING)
    assert third.is_serious and told(manager, third) == 1


def test_a_call_about_the_same_matter_is_history_for_the_suggestion_too(make_ticket, unit, clerk):
    ticket = make_ticket(QUIET, unit=unit, topic="parking", at=MORNING - timedelta(days=9))
    call = take_contact(
        estate=unit.estate,
        kind="call",
        actor=clerk,
        unit=unit,
        summary="Again",
        at=MORNING - timedelta(days=2),
    )
    before = suggest(unit.estate, QUIET, reporter_of(ticket), "parking", MORNING)
    link_contact(call, actor=clerk, ticket=ticket, at=MORNING - timedelta(days=2))
    after = suggest(unit.estate, QUIET, reporter_of(ticket), "parking", MORNING)
    assert after.stored() != before.stored()


def test_said_a_third_time_as_the_same_matter_counts_like_a_third_ticket(
    make_ticket, unit, estate, clerk, manager
):
    """The clerk who says *same matter* makes no ticket; the rule must not be lost over it."""
    ticket = make_ticket(QUIET, unit=unit, topic="parking", at=MORNING)
    said = {"estate": estate, "kind": "call", "actor": clerk, "unit": unit, "summary": "Still the barrier"}
    take_contact(**said, ticket=ticket, at=MORNING + timedelta(days=2))
    ticket.refresh_from_db()
    assert not ticket.is_serious
    third = take_contact(**said, at=MORNING + timedelta(days=4))
    link_contact(third, actor=clerk, ticket=ticket, at=MORNING + timedelta(days=4))
    ticket.refresh_from_db()
    assert ticket.is_serious and told(manager, ticket) == 1
    assert Entry.objects.about(ticket).filter(verb="ticket.serious").count() == 1


def test_the_entry_a_ticket_came_of_our_own_calls_and_a_neighbours_are_no_further_reports(
    make_ticket, unit, estate, clerk, building
):
    neighbour = type(unit).objects.create(estate=estate, building=building, code="3-2-502")
    said = {"estate": estate, "kind": "call", "actor": clerk, "summary": "The barrier"}
    call = take_contact(**said, unit=unit, at=MORNING - timedelta(minutes=2))
    ticket = make_ticket(QUIET, unit=unit, topic="parking", contact=call, at=MORNING)
    later = MORNING + timedelta(days=1)
    take_contact(**said, unit=unit, direction="out", ticket=ticket, at=later)
    take_contact(**said, unit=neighbour, ticket=ticket, at=later)
    take_contact(**said, unit=unit, ticket=ticket, at=later)
    ticket.refresh_from_db()
    assert not ticket.is_serious


def test_with_its_topic_or_unit_put_right_it_may_be_the_third_report(make_ticket, unit, clerk, manager):
    for n in (2, 1):
        make_ticket(QUIET, unit=unit, topic="noise", at=timezone.now() - timedelta(days=n))
    ticket = make_ticket(QUIET, unit=unit, topic="other")
    assert not ticket.is_serious
    ticket = tickets.edit_ticket(ticket, actor=clerk, topic="noise")
    assert ticket.is_serious and told(manager, ticket) == 1
    tickets.edit_ticket(ticket, actor=clerk, topic="parking")
    ticket = tickets.edit_ticket(ticket, actor=clerk, topic="noise")
    assert told(manager, ticket) == 1


def test_a_part_split_off_a_matter_is_no_further_report(make_ticket, unit, clerk):
    make_ticket(QUIET, unit=unit, topic="parking", at=MORNING - timedelta(days=1))
    whole = make_ticket(QUIET, unit=unit, topic="parking", at=MORNING)
    part = tickets.split_ticket(whole, actor=clerk, description=QUIET, topic="parking", at=MORNING)
    assert not part.is_serious
    assert make_ticket(QUIET, unit=unit, topic="parking", at=MORNING).is_serious


def test_after_hours_critical_matters_go_to_whoever_is_on_duty(
    estate, departments, make_ticket, technician, manager
):
    night = Shift.objects.create(
        estate=estate, department=departments["engineering"], name="Night", starts="18:00", ends="08:00"
    )
    Duty.objects.create(shift=night, day=at("2026-11-17 00:00").date(), person=technician)
    ticket = make_ticket("有人被困在电梯里。", at=at("2026-11-17 23:30"))
    assert told(technician, ticket) == told(manager, ticket) == 1
    by_day = make_ticket("有人被困在电梯里。", at=MORNING)
    assert told(technician, by_day) == 0
