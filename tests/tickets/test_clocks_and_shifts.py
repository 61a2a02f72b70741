"""On the spot, answered back, and who hears at which hour: nothing early, nothing twice, nothing lost (docs/domain.md §2)."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from helpdesk.audit.models import Entry
from helpdesk.desk.lanes.limits import limits_due
from helpdesk.estates.models import Duty, Holiday, PriorityLimit, Shift
from helpdesk.notifications.models import Message
from tests.conftest import at
from tests.tickets.acts import MORNING, bring_to, refused
from tickets import tasks
from tickets.clocks import answer_clock, on_site_clock
from tickets.deadlines import on_site_limit, rungs
from tickets.models import FollowUp, Ticket
from tickets.services import tickets
from tickets.services.escalations import escalate_overdue
from tickets.services.follow_ups import record_follow_up
from tickets.services.replies import add_reply
from tickets.services.slips import issue_slip

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LONDON = ZoneInfo("Europe/London")


def told(template):
    rows = Message.objects.filter(template=template, channel="desk")
    return sorted(rows.values_list("recipient_user__username", flat=True))


def answered(ticket, clerk, moment=MORNING):
    add_reply(ticket, actor=clerk, body="We look into it.", visibility="public", at=moment)
    ticket.refresh_from_db()
    return ticket


def on_duty(estate, department, person, day, starts=time(9), ends=time(18)):
    shift = Shift.objects.create(estate=estate, department=department, name="s", starts=starts, ends=ends)
    Duty.objects.create(shift=shift, day=day, person=person)


# --- on the spot ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("priority", "due"),
    [("critical", "2026-11-20 18:00"), ("urgent", "2026-11-20 18:00"), ("normal", "2026-11-23 17:30")],
)
def test_each_priority_has_its_limit_to_be_on_the_spot(estate, priority, due):
    assert on_site_limit(estate, priority, at("2026-11-20 17:30")) == at(due)


def test_an_estate_sets_its_own_limit_to_be_on_the_spot(estate):
    limit = PriorityLimit(
        estate=estate, priority="normal", response_amount=60, response_unit="business_minutes",
        resolution_amount=2, resolution_unit="working_days", on_site_amount=90, on_site_unit="business_minutes",
    )  # fmt: skip
    limit.save()
    assert on_site_limit(estate, "normal", MORNING) == MORNING + 90 * MINUTE


def test_only_a_valid_complaint_has_somebody_on_the_spot_and_from_when_it_is_judged(make_ticket, clerk):
    ticket = make_ticket("请问", priority="urgent", at=MORNING)
    assert ticket.on_site_due_at is None
    ticket = tickets.classify_ticket(ticket, actor=clerk, complaint_class="valid", at=MORNING + HOUR)
    assert ticket.on_site_due_at == MORNING + HOUR + 30 * MINUTE
    ticket = tickets.classify_ticket(
        ticket, actor=clerk, complaint_class="venting", reason="Misheard", at=MORNING + HOUR
    )
    assert ticket.on_site_due_at is None
    assert make_ticket("请问", complaint_class="valid", priority="urgent", at=MORNING).on_site_due_at


def test_nobody_on_the_spot_goes_to_the_responsible_the_supervisor_the_manager(
    make_ticket, clerk, manager, supervisor, departments
):
    ticket = answered(make_ticket("请问", complaint_class="valid", priority="urgent", at=MORNING), clerk)
    tickets.assign_ticket(ticket, actor=clerk, department=departments["engineering"], at=MORNING)
    for moment, people in (
        (31, ["clerk"]),
        (45, ["clerk", "supervisor"]),
        (60, ["clerk", "manager", "supervisor"]),
    ):
        assert [escalate_overdue(MORNING + moment * MINUTE)["tickets"] for _ in range(2)] == [1, 0]
        assert told("ticket_on_site_late") == people


def test_whoever_was_there_in_time_is_told_nothing(make_ticket, clerk):
    ticket = answered(make_ticket("请问", complaint_class="valid", priority="urgent", at=MORNING), clerk)
    tickets.tick_step(ticket, actor=clerk, key="on_site", finding="borne_out", at=MORNING + 20 * MINUTE)
    escalate_overdue(MORNING + 2 * HOUR)
    assert told("ticket_on_site_late") == []
    step = ticket.steps.get(key="on_site")
    assert on_site_clock(ticket, step, MORNING + 2 * HOUR)["state"] == "met"


# --- forwarded matters ------------------------------------------------------------------------------------------------


@pytest.fixture
def forwarded(make_ticket, clerk):
    """Sent by 12345, who want an answer by noon on Thursday."""
    ticket = answered(make_ticket("请问", priority="normal", at=MORNING), clerk)
    return tickets.note_forwarding(
        ticket,
        actor=clerk,
        sender="hotline",
        number="GD-778",
        answer_due_at=at("2026-11-19 12:00"),
        at=MORNING,
    )


def test_a_forwarded_matter_keeps_sender_number_and_limit_and_gets_a_last_step(forwarded, clerk):
    assert forwarded.forwarding.number == "GD-778" and forwarded.forwarding.sent_by
    assert list(forwarded.steps.values_list("key", flat=True))[-1] == "answered_back"
    tickets.classify_ticket(forwarded, actor=clerk, complaint_class="inquiry")
    assert list(forwarded.steps.values_list("key", flat=True))[-1] == "answered_back"


def test_a_sender_who_waits_is_pressed_for_upwards(forwarded, clerk, manager, desk_supervisor):
    for moment, people in (
        ("2026-11-19 12:01", ["clerk"]),
        ("2026-11-19 16:30", ["clerk", "desk-supervisor"]),
        ("2026-11-20 12:00", ["clerk", "desk-supervisor", "manager"]),
    ):
        escalate_overdue(at(moment))
        escalate_overdue(at(moment))
        assert told("ticket_answer_late") == people
    assert answer_clock(forwarded.forwarding, forwarded, at("2026-11-20 12:00"))["state"] == "late"


def test_answering_back_writes_when_how_and_what_once(forwarded, clerk, second_clerk):
    with refused("reason_required"):
        tickets.answer_back(forwarded, actor=clerk, answer=" ", via="platform")
    with refused("in_the_future"):
        tickets.answer_back(
            forwarded, actor=clerk, answer="Done", via="phone", answered_at=MORNING + HOUR, at=MORNING
        )
    for _ in range(2):
        tickets.answer_back(forwarded, actor=clerk, answer="Seen to.", via="platform", at=MORNING)
    with refused("answered_back"):
        tickets.answer_back(forwarded, actor=second_clerk, answer="Other", via="platform")
    forwarded.refresh_from_db()
    kept = forwarded.forwarding
    assert (kept.answered_at, kept.answered_by, kept.answered_via) == (MORNING, clerk, "platform")
    assert forwarded.steps.get(key="answered_back").done_by == clerk
    escalate_overdue(at("2026-11-25 12:00"))
    assert told("ticket_answer_late") == []


def test_nobody_answers_a_sender_that_there_is_not(make_ticket, clerk):
    with refused("not_forwarded"):
        tickets.answer_back(make_ticket(), actor=clerk, answer="Hello", via="phone")


def test_a_forwarded_matter_closes_with_the_answer_and_not_before(forwarded, clerk, departments):
    ticket = bring_to(forwarded, "resolved", actor=clerk, department=departments["cleaning"])
    record_follow_up(FollowUp.objects.get(), actor=clerk, outcome="satisfied", score=5)
    ticket.refresh_from_db()
    assert ticket.status == "resolved"
    with refused("steps_open"):
        tickets.close_ticket(ticket, actor=clerk)
    assert tickets.answer_back(ticket, actor=clerk, answer="Seen to.", via="letter").status == "closed"


def test_a_corrected_limit_of_the_sender_counts_anew(forwarded, clerk):
    escalate_overdue(at("2026-11-19 12:01"))
    tickets.note_forwarding(
        forwarded, actor=clerk, sender="hotline", number="GD-778", answer_due_at=at("2026-11-26 12:00")
    )
    forwarded.forwarding.refresh_from_db()
    assert forwarded.forwarding.escalation == 0


# --- serious, and warranty --------------------------------------------------------------------------------------------


def test_a_serious_matter_found_by_hand_goes_to_the_manager_and_after_hours_to_who_is_on_duty(
    make_ticket, clerk, manager, guard, estate, departments
):
    night = at("2026-11-17 23:00")
    on_duty(estate, departments["security"], guard, night.date(), time(20), time(8))
    ticket = make_ticket("请问", at=night)
    with refused("reason_required"):
        tickets.report_serious(ticket, actor=clerk, reason=" ")
    for _ in range(2):
        ticket = tickets.report_serious(ticket, actor=clerk, reason="A child is hurt", at=night)
    assert ticket.is_serious and told("ticket_serious") == ["guard", "manager"]


def test_a_defect_under_warranty_names_the_builder_and_the_end(make_ticket, clerk):
    ticket = tickets.set_warranty(
        make_ticket(), actor=clerk, builder="Nanshan Construction", warranty_until=date(2027, 5, 1)
    )
    assert (ticket.builder, ticket.warranty_until) == ("Nanshan Construction", date(2027, 5, 1))
    ticket = tickets.set_warranty(ticket, actor=clerk, builder=" ", warranty_until=date(2027, 5, 1))
    assert (ticket.builder, ticket.warranty_until) == ("", None)


# --- first-contact responsibility and the shift -----------------------------------------------------------------------


def test_what_falls_due_while_the_responsible_person_is_off_shift_is_told_to_the_shift_too(
    make_ticket, clerk, second_clerk, estate, departments
):
    ticket = answered(make_ticket("请问", priority="urgent", at=MORNING), clerk)
    on_duty(estate, departments["front_desk"], second_clerk, date(2026, 11, 18))
    escalate_overdue(at("2026-11-18 09:05"))
    assert told("ticket_late") == ["clerk", "clerk2"]
    ticket.refresh_from_db()
    assert ticket.responsible == clerk


def test_while_the_responsible_person_is_on_shift_nobody_else_hears(
    make_ticket, clerk, second_clerk, estate, departments
):
    answered(make_ticket("请问", priority="urgent", at=MORNING), clerk)
    for person in (clerk, second_clerk):
        on_duty(estate, departments["front_desk"], person, date(2026, 11, 18))
    escalate_overdue(at("2026-11-18 09:05"))
    assert told("ticket_late") == ["clerk"]


def test_without_a_duty_list_nobody_is_off_shift(make_ticket, clerk, second_clerk):
    answered(make_ticket("请问", priority="urgent", at=MORNING), clerk)
    escalate_overdue(at("2026-11-18 09:05"))
    assert told("ticket_late") == ["clerk"]


# --- nothing early, nothing twice, nothing lost -----------------------------------------------------------------------


def test_a_holiday_between_the_limit_and_the_next_level_takes_no_time(
    make_ticket, clerk, supervisor, estate, departments
):
    ticket = answered(make_ticket("请问", priority="urgent", at=MORNING), clerk)
    tickets.assign_ticket(ticket, actor=clerk, department=departments["engineering"], at=MORNING)
    Holiday.objects.create(estate=estate, day=date(2026, 11, 18))
    escalate_overdue(at("2026-11-18 17:00"))
    assert told("ticket_late") == ["clerk"]
    escalate_overdue(at("2026-11-19 12:59"))
    assert told("ticket_late") == ["clerk"]
    escalate_overdue(at("2026-11-19 13:00"))
    assert told("ticket_late") == ["clerk", "supervisor"]


def test_a_holiday_declared_after_the_limit_was_set_lets_nothing_fire_on_it(make_ticket, clerk, estate):
    ticket = answered(make_ticket("请问", priority="urgent", at=at("2026-11-17 14:00")), clerk)
    assert ticket.resolution_due_at == at("2026-11-18 13:00")
    Holiday.objects.create(estate=estate, day=date(2026, 11, 18), name="Typhoon")
    assert escalate_overdue(at("2026-11-18 15:00"))["tickets"] == 0
    assert escalate_overdue(at("2026-11-19 09:00"))["tickets"] == 1


def test_over_a_stop_of_a_week_each_level_is_told_once(make_ticket, clerk, manager, supervisor, departments):
    ticket = answered(make_ticket("请问", priority="urgent", at=MORNING), clerk)
    tickets.assign_ticket(ticket, actor=clerk, department=departments["engineering"], at=MORNING)
    with time_machine.travel(at("2026-11-25 10:00"), tick=False):
        tasks.escalate_overdue()
        tasks.escalate_overdue()
    assert told("ticket_late") == ["clerk", "manager", "supervisor"]


@pytest.mark.parametrize("night", ["2026-10-25", "2026-03-29"], ids=["clocks back", "clocks forward"])
def test_by_the_clock_a_level_comes_neither_early_nor_late_over_a_clock_change(
    night, estate, make_ticket, clerk, manager
):
    estate.time_zone = "Europe/London"
    estate.save()
    taken = datetime.fromisoformat(f"{night} 00:30").replace(tzinfo=LONDON).astimezone(ZoneInfo("UTC"))
    ticket = answered(make_ticket("请问", priority="critical", at=taken), clerk, taken)
    assert ticket.resolution_due_at - taken == 4 * HOUR
    with time_machine.travel(taken + 4 * HOUR, tick=False):
        tasks.escalate_overdue()
    assert told("ticket_late") == []
    for beat in range(0, 300, 7):
        with time_machine.travel(taken + 4 * HOUR + (beat + 1) * MINUTE, tick=False):
            tasks.escalate_overdue()
    with time_machine.travel(taken + 8 * HOUR, tick=False):
        tasks.escalate_overdue()
    # Without a department the manager stands in for the supervisor, at half the limit; and hears at the whole one.
    assert told("ticket_late") == ["clerk", "manager", "manager"]


def test_the_levels_of_a_working_limit_lie_in_working_time_over_a_clock_change(estate):
    estate.time_zone = "Europe/London"
    estate.save()
    friday = datetime(2026, 10, 23, 9, tzinfo=LONDON)
    due = datetime(2026, 10, 23, 17, tzinfo=LONDON)
    first, second, third = rungs(estate, "urgent", "resolution", began=friday, due=due)
    assert first == due
    assert second == datetime(2026, 10, 26, 12, tzinfo=LONDON)
    assert third == datetime(2026, 10, 26, 16, tzinfo=LONDON)


def test_the_desk_of_the_shift_shows_what_falls_due_of_whoever_is_away(
    make_ticket, clerk, second_clerk, estate, departments
):
    ticket = make_ticket("请问", complaint_class="inquiry", priority="urgent", at=MORNING)
    noon, evening = at("2026-11-17 12:00"), at("2026-11-17 23:59")
    assert [row["id"] for row in limits_due(clerk, estate, noon, until=evening).rows] == [
        f"limit-{ticket.pk}"
    ]
    assert limits_due(second_clerk, estate, noon, until=evening).rows == []
    on_duty(estate, departments["front_desk"], second_clerk, date(2026, 11, 17))
    (row,) = limits_due(second_clerk, estate, noon, until=evening).rows
    assert "off shift" in row["second"]
    tickets.pause_ticket(answered(ticket, clerk), actor=clerk, reason="parts", at=noon)
    assert limits_due(second_clerk, estate, noon, until=evening).rows == []


def test_what_ends_leaves_no_slip_that_nobody_will_sign_for(
    make_ticket, clerk, manager, technician, departments
):
    made = []
    for act in (
        lambda ticket: tickets.decline_ticket(ticket, actor=clerk, reason="Not ours", at=MORNING),
        lambda ticket: tickets.close_ticket(ticket, actor=manager, reason="Moved away", at=MORNING),
    ):
        ticket = make_ticket("请问", at=MORNING)
        slip = issue_slip(
            actor=clerk, department=departments["engineering"], instructions="Look", ticket=ticket, at=MORNING
        )
        act(ticket)
        slip.refresh_from_db()
        made.append((slip.status, bool(slip.cancel_reason)))
    assert made == [("cancelled", True)] * 2
    assert Entry.objects.filter(verb="slip.cancelled").count() == 2
    assert escalate_overdue(at("2026-11-25 10:00"))["slips"] == 0


def test_nothing_is_merged_onto_a_matter_that_is_resolved(make_ticket, clerk, departments):
    resolved = bring_to(
        make_ticket("请问", at=MORNING), "resolved", actor=clerk, department=departments["cleaning"]
    )
    with refused("invalid_transition"):
        tickets.merge_tickets(make_ticket("请问"), actor=clerk, into=resolved)


def test_the_page_walks_pause_forwarding_warranty_and_serious(make_ticket, clerk, manager, login):
    ticket, browser = make_ticket("请问", at=MORNING), login(clerk)
    for name, words in (
        ("ticket_pause", {"reason": "weather", "note": "Storm"}),
        ("ticket_resume", {}),
        ("ticket_forward", {"sender": "committee", "number": "OC-7"}),
        ("ticket_warranty", {"builder": "Nanshan", "warranty_until": "2020-05-01"}),
        ("ticket_serious", {"reason": "A child is hurt"}),
        ("ticket_answer_back", {"answer": "Seen to", "via": "letter"}),
    ):
        assert browser.post(reverse(name, args=[ticket.pk]), words).status_code == 303, name
    page = browser.get(reverse("ticket_detail", args=[ticket.pk])).content.decode()
    for words in (
        "Owners&#x27; committee",
        "OC-7",
        "The warranty has ended:",
        "Nanshan",
        "Serious matter",
        "Paused:",
    ):
        assert words in page
    sheet = browser.get(reverse("ticket_sheet", args=[ticket.pk])).content.decode()
    assert "Nanshan" in sheet and "2020-05-01" in sheet and "OC-7" in sheet
    assert browser.post(reverse("ticket_pause", args=[ticket.pk]), {"reason": "tea"}).status_code == 422


def test_a_new_ticket_is_taken_with_who_forwarded_it_and_its_warranty_once(clerk, login):
    form = {
        "channel": "phone", "description": "外墙渗水", "forwarded_by": "hotline", "forwarded_number": "GZ-1",
        "answer_due_at": "2030-01-07T10:00", "builder": "Nanshan", "form_token": "once",
    }  # fmt: skip
    for _ in range(2):
        assert login(clerk).post(reverse("ticket_new"), form).status_code == 303
    ticket = Ticket.objects.get()
    assert (ticket.builder, ticket.forwarding.number) == ("Nanshan", "GZ-1")
    assert ticket.steps.filter(key="answered_back").count() == 1
    rows = login(clerk).get(reverse("ticket_list") + "?forwarded=1").content.decode()
    assert ticket.number in rows
    assert ticket.number not in login(clerk).get(reverse("ticket_list") + "?paused=1").content.decode()
