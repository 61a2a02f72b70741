"""Taking a matter on, and its life from new to closed (docs/domain.md §2)."""

from datetime import timedelta

import pytest

from helpdesk.audit.models import Entry
from helpdesk.estates.models import Duty, Shift
from helpdesk.lib.errors import Stale
from helpdesk.notifications.models import Message
from tests.conftest import at, make_departments
from tests.tickets.acts import MORNING, at_once, bring_to, open_steps, refused
from tickets.models import ClassDecision, FollowUp, Ticket
from tickets.services import tickets
from tickets.services.slips import issue_slip
from tickets.services.tickets import track_url

QUIET = "请问周末访客停车怎么收费？"


def test_a_ticket_gets_number_limits_responsible_person_and_its_first_steps(make_ticket, clerk):
    ticket = make_ticket(at=MORNING)
    assert ticket.number == "T-2026-000001"
    assert ticket.responsible == clerk
    assert ticket.status == "new"
    assert ticket.response_due_at > MORNING
    assert list(ticket.steps.values_list("key", flat=True)) == ["record", "judge"]
    assert open_steps(ticket) == ["judge"]
    assert Entry.objects.about(ticket).first().verb == "ticket.created"


def test_a_ticket_keeps_what_the_software_thought_but_no_class_of_its_own(make_ticket):
    ticket = make_ticket()
    assert ticket.complaint_class == ""
    assert ticket.suggestion["complaint_class"] == "help_seeking"
    assert (ticket.topic, ticket.priority) == (
        "water",
        "critical" if ticket.suggestion["serious"] else "urgent",
    )


def test_what_the_clerk_says_goes_before_what_the_software_thinks(make_ticket):
    ticket = make_ticket(topic="fees", priority="normal", complaint_class="inquiry")
    assert (ticket.topic, ticket.priority, ticket.complaint_class) == ("fees", "normal", "inquiry")
    decision = ClassDecision.objects.get(ticket=ticket)
    assert (decision.from_class, decision.to_class, decision.suggested_class) == (
        "",
        "inquiry",
        "help_seeking",
    )
    assert "identity" in open_steps(ticket)


def test_the_same_form_sent_twice_makes_one_ticket(make_ticket):
    assert make_ticket(form_token="once") == make_ticket(form_token="once")
    assert Ticket.objects.count() == 1
    assert make_ticket(form_token="twice").number == "T-2026-000002"


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_twice_at_once_makes_one_ticket(make_ticket):
    answers = at_once(*[lambda: make_ticket(QUIET, form_token="once")] * 4)
    assert len({answer.pk for answer in answers}) == 1
    assert make_ticket(QUIET).number == "T-2026-000002"


@pytest.mark.django_db(transaction=True)
def test_tickets_taken_at_once_get_numbers_without_gaps(make_ticket):
    answers = at_once(*[lambda: make_ticket(QUIET)] * 4)
    assert sorted(t.number[-1] for t in answers) == ["1", "2", "3", "4"]


def test_a_number_nobody_could_ring_is_refused(make_ticket):
    with refused("phone_invalid"):
        make_ticket(reporter_phone="138****6021")
    assert make_ticket(reporter_phone="138 0013 6021").reporter_phone == "+8613800136021"


def test_a_unit_of_another_estate_is_refused(make_ticket, other_estate, unit):
    with refused("other_estate"):
        make_ticket(estate=other_estate, unit=unit)


def test_a_web_form_has_nobody_responsible_until_somebody_takes_it(make_ticket, clerk):
    ticket = make_ticket(QUIET, actor=None, channel="web")
    assert ticket.responsible is None
    assert tickets.classify_ticket(ticket, actor=clerk, complaint_class="inquiry").responsible == clerk


def test_whoever_took_it_stays_responsible_whatever_department_handles_it(
    make_ticket, clerk, supervisor, departments
):
    ticket = tickets.assign_ticket(
        make_ticket(), actor=supervisor, department=departments["engineering"], handler=supervisor
    )
    assert (ticket.responsible, ticket.handler, ticket.status) == (clerk, supervisor, "assigned")


def test_a_web_form_is_acknowledged_with_the_link_outside_rest_hours(make_ticket, resident, unit):
    ticket = make_ticket(
        QUIET,
        actor=None,
        channel="web",
        resident=resident,
        unit=unit,
        reporter_phone="13800136021",
        at=at("2026-11-17 23:10"),
    )
    message = Message.objects.get(template="resident_ack")
    assert (message.channel, message.address, message.language) == ("sms", "+8613800136021", "zh-hans")
    assert message.not_before == at("2026-11-18 09:00")
    assert track_url(ticket).endswith(message.link) and ticket.track_secret in message.link


def test_who_wants_no_messages_gets_none(make_ticket, resident):
    resident.accepts_messages = False
    make_ticket(QUIET, actor=None, channel="web", resident=resident, reporter_phone="13800136021")
    assert not Message.objects.filter(template="resident_ack").exists()


def told(template):
    return sorted(
        Message.objects.filter(template=template).values_list("recipient_user__username", flat=True)
    )


def test_a_serious_matter_goes_to_the_manager_at_once(make_ticket, manager):
    ticket = make_ticket("有老人被困在电梯里，快来！", at=MORNING)
    assert ticket.is_serious and ticket.priority == "critical"
    assert told("ticket_serious") == ["manager"]


def test_after_hours_a_serious_matter_also_goes_to_whoever_is_on_duty(
    make_ticket, manager, guard, estate, departments
):
    night = at("2026-11-17 23:30").time()
    shift = Shift.objects.create(
        estate=estate,
        department=departments["security"],
        name="night",
        starts=night.replace(hour=20, minute=0),
        ends=night.replace(hour=8),
    )
    Duty.objects.create(shift=shift, day=at("2026-11-17 00:00").date(), person=guard)
    make_ticket("有老人被困在电梯里，快来！", at=at("2026-11-17 23:30"))
    assert told("ticket_serious") == ["guard", "manager"]


def test_an_ordinary_matter_is_not_serious(make_ticket, manager):
    assert not make_ticket(QUIET).is_serious
    assert told("ticket_serious") == []


def test_the_third_report_of_one_matter_in_thirty_days_is_serious(make_ticket, unit, manager):
    first = [
        make_ticket(QUIET, unit=unit, topic="parking", at=MORNING - timedelta(days=n)) for n in (45, 20, 10)
    ]
    assert not any(t.is_serious for t in first)
    assert not make_ticket(QUIET, unit=unit, topic="noise", at=MORNING).is_serious
    assert make_ticket(QUIET, unit=unit, topic="parking", at=MORNING).is_serious


def test_the_number_alone_makes_three_reports_one_matter(make_ticket):
    reports = [
        make_ticket(QUIET, reporter_phone=p, topic="parking")
        for p in ("13800136021", "138 0013 6021", "+8613800136021")
    ]
    assert [t.is_serious for t in reports] == [False, False, True]


def test_three_reports_on_no_topic_are_no_one_matter(make_ticket, unit):
    assert not any(make_ticket("你好", unit=unit, topic="other").is_serious for _ in range(3))


def test_search_finds_number_words_reporter_and_replies(make_ticket, clerk):
    ticket = make_ticket(subject="Kitchen pipe", reporter_name="Li Mei")
    for words in ("T-2026-000001", "水管", "kitchen", "li mei"):
        assert Ticket.objects.search(words).get() == ticket
    assert not Ticket.objects.search("电梯").exists()


def test_nothing_open_closes_without_a_reason(make_ticket, clerk, departments):
    ticket = bring_to(make_ticket(at=MORNING), "closed", actor=clerk, department=departments["engineering"])
    assert ticket.status == "closed" and ticket.closed_at
    assert not FollowUp.objects.filter(status="scheduled").exists()


def test_a_manager_who_closes_early_leaves_nobody_to_be_asked(make_ticket, clerk, manager, departments):
    ticket = bring_to(make_ticket(at=MORNING), "resolved", actor=clerk, department=departments["engineering"])
    tickets.close_ticket(ticket, actor=manager, reason="Settled in person")
    assert FollowUp.objects.get().status == "cancelled"


def test_declining_tells_the_resident_the_reason_and_not_in_rest_hours(make_ticket, clerk, resident):
    ticket = make_ticket(QUIET, resident=resident)
    with refused("reason_required"):
        tickets.decline_ticket(ticket, actor=clerk, reason="  ")
    tickets.decline_ticket(
        ticket, actor=clerk, reason="The street belongs to the city.", at=at("2026-11-17 12:30")
    )
    message = Message.objects.get(template="resident_declined")
    assert message.context["reason"] == "The street belongs to the city."
    assert message.not_before == at("2026-11-17 14:00")
    assert not FollowUp.objects.exists()


def test_a_clerk_does_not_promise_while_declining(make_ticket, clerk, supervisor):
    ticket = make_ticket(QUIET)
    with refused("promise_words"):
        tickets.decline_ticket(ticket, actor=clerk, reason="We will refund you 400 yuan instead.")
    assert (
        tickets.decline_ticket(ticket, actor=supervisor, reason="We will refund you 400 yuan instead.").status
        == "declined"
    )


def test_reopening_starts_a_round_with_a_limit_of_its_own(make_ticket, clerk, departments):
    ticket = bring_to(make_ticket(at=MORNING), "resolved", actor=clerk, department=departments["engineering"])
    later = MORNING + timedelta(days=9)
    with refused("reason_required"):
        tickets.reopen_ticket(ticket, actor=clerk, reason="")
    ticket = tickets.reopen_ticket(ticket, actor=clerk, reason="It drips again", at=later)
    assert (ticket.status, ticket.reopened, ticket.resolved_at, ticket.escalation) == (
        "in_progress",
        1,
        None,
        0,
    )
    assert ticket.resolution_due_at > later
    assert FollowUp.objects.get().status == "cancelled"


def test_a_merged_ticket_hands_its_unfinished_slips_over_and_rests(make_ticket, clerk, departments):
    one, two = make_ticket(at=MORNING), make_ticket(at=MORNING)
    slip = issue_slip(actor=clerk, department=departments["engineering"], instructions="Look", ticket=two)
    merged = tickets.merge_tickets(two, actor=clerk, into=one)
    slip.refresh_from_db()
    assert (merged.status, merged.merged_into, slip.ticket) == ("closed", one, one)
    with refused("invalid_transition"):
        tickets.reopen_ticket(merged, actor=clerk, reason="Again")
    with refused("same_ticket"):
        tickets.merge_tickets(one, actor=clerk, into=one)


@pytest.mark.django_db(transaction=True)
def test_two_tickets_merged_into_each_other_at_once_leave_one_open(make_ticket, clerk):
    one, two = make_ticket(QUIET), make_ticket(QUIET)
    answers = at_once(
        lambda: tickets.merge_tickets(one, actor=clerk, into=two),
        lambda: tickets.merge_tickets(two, actor=clerk, into=one),
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Refused", "Ticket"]
    assert Ticket.objects.filter(status="new").count() == 1


def test_who_was_slower_loses_nothing_and_is_told(make_ticket, clerk):
    ticket = make_ticket(QUIET, subject="Parking")
    seen = ticket.version
    tickets.edit_ticket(ticket, actor=clerk, version=seen, subject="Visitors' parking")
    with pytest.raises(Stale):
        tickets.edit_ticket(ticket, actor=clerk, version=seen, subject="Something else")
    ticket.refresh_from_db()
    assert (ticket.subject, ticket.version) == ("Visitors' parking", seen + 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_edit_at_once_one_is_told_that_it_is_stale(make_ticket, clerk):
    ticket = make_ticket(QUIET)
    answers = at_once(
        *[
            lambda s=s: tickets.edit_ticket(ticket, actor=clerk, version=ticket.version, subject=s)
            for s in ("one", "two")
        ]
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Stale", "Ticket"]


def test_an_edit_that_changes_nothing_leaves_no_trace(make_ticket, clerk):
    ticket = make_ticket(QUIET, subject="Parking")
    before = Entry.objects.count()
    assert tickets.edit_ticket(ticket, actor=clerk, subject="Parking").version == ticket.version
    assert Entry.objects.count() == before


def test_another_priority_counts_the_limits_anew_from_when_it_was_taken(make_ticket, clerk, manager):
    ticket = make_ticket(QUIET, priority="normal", at=MORNING)
    ticket = tickets.set_priority(ticket, actor=clerk, priority="critical")
    assert ticket.response_due_at == MORNING + timedelta(minutes=15)
    assert ticket.resolution_due_at == MORNING + timedelta(hours=4)
    assert told("ticket_serious") == ["manager"]
    with refused("invalid_transition"):
        tickets.set_priority(ticket, actor=clerk, priority="declined")


def test_responsibility_is_handed_over_with_a_reason_and_told(
    make_ticket, clerk, second_clerk, cashier, outsider
):
    ticket = make_ticket(QUIET)
    with refused("reason_required"):
        tickets.hand_over_responsibility(ticket, actor=clerk, to=second_clerk, reason="")
    for stranger in (cashier, outsider):
        with refused("not_a_colleague"):
            tickets.hand_over_responsibility(ticket, actor=clerk, to=stranger, reason="Leave")
    ticket = tickets.hand_over_responsibility(ticket, actor=clerk, to=second_clerk, reason="Leave")
    assert ticket.responsible == second_clerk
    assert told("ticket_handed_over") == ["clerk2"]


def test_a_department_of_another_estate_gets_nothing(make_ticket, clerk, other_estate):
    ticket = make_ticket(QUIET)
    with refused("other_estate"):
        tickets.assign_ticket(ticket, actor=clerk, department=make_departments(other_estate)["cleaning"])


def test_a_handler_from_elsewhere_is_refused(make_ticket, clerk, departments, outsider):
    with refused("other_estate"):
        tickets.assign_ticket(
            make_ticket(QUIET), actor=clerk, department=departments["cleaning"], handler=outsider
        )


def test_assigning_tells_the_departments_supervisor(make_ticket, clerk, supervisor, departments):
    tickets.assign_ticket(make_ticket(QUIET), actor=clerk, department=departments["engineering"])
    assert told("ticket_assigned") == ["supervisor"]


def test_starting_makes_nobody_the_handler(make_ticket, clerk, departments):
    ticket = bring_to(
        make_ticket(at=MORNING), "in_progress", actor=clerk, department=departments["engineering"]
    )
    assert ticket.handler is None
