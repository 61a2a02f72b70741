"""Slips: issued, signed for once, done, verified (docs/domain.md §4)."""

from datetime import timedelta

import pytest

from helpdesk.audit.models import Entry
from helpdesk.estates.models import Duty, Shift
from helpdesk.lib.errors import Refused
from helpdesk.notifications.models import Message
from tests.conftest import at, make_departments
from tests.tickets.acts import MORNING, at_once, bring_to, refused
from tickets.models import FollowUp, Slip
from tickets.services import slips, tickets


@pytest.fixture
def issue(clerk, departments):
    def make(**kwargs):
        usual = {
            "actor": clerk,
            "department": departments["engineering"],
            "instructions": "Look at the pipe",
            "at": MORNING,
        }
        return slips.issue_slip(**usual | kwargs)

    return make


@pytest.fixture
def second_technician(make_staff, estate, departments):
    return make_staff("technician2", "technician", estate, departments["engineering"])


def told(template):
    return sorted(
        Message.objects.filter(template=template).values_list("recipient_user__username", flat=True)
    )


def bring(slip, status, technician, clerk):
    if status == "cancelled":
        return slips.cancel_slip(slip, actor=clerk, reason="Twice")
    life = [
        ("signed", lambda: slips.sign_slip(slip, actor=technician, at=MORNING)),
        ("in_progress", lambda: slips.start_slip(slip, actor=technician, at=MORNING)),
        ("done", lambda: slips.complete_slip(slip, actor=technician, report="Mended", at=MORNING)),
        ("verified", lambda: slips.verify_slip(slip, actor=clerk, at=MORNING)),
    ]
    for reached, act in life:
        if slip.status == status:
            break
        slip = act()
        assert slip.status == reached
    return slip


def test_a_slip_has_a_number_two_limits_and_its_tickets_unit(issue, make_ticket, unit):
    ticket = make_ticket("请问", unit=unit, at=MORNING)
    slip = issue(ticket=ticket)
    assert (slip.number, slip.unit, slip.status) == ("S-2026-000001", unit, "issued")
    assert slip.sign_due_at == MORNING + timedelta(minutes=30)
    assert slip.due_at == ticket.resolution_due_at


def test_the_department_is_told_who_signs_and_by_when(issue, technician, supervisor, guard):
    issue()
    assert told("slip_issued") == ["supervisor", "technician"]
    assert Message.objects.filter(template="slip_issued").first().context["sign_due"] == "2026-11-17 10:30"


def test_a_department_without_people_is_told_by_mail_or_else_the_manager_is(issue, departments, manager):
    garden = departments["landscaping"]
    issue(department=garden)
    assert told("slip_issued") == ["manager"]
    garden.email = "garden@example.com"
    garden.save()
    second = issue(department=garden)
    mail = Message.objects.get(template="slip_issued", about_id=second.pk)
    assert (mail.channel, mail.address, mail.recipient_user) == ("email", "garden@example.com", None)


def test_no_message_about_a_slip_tells_the_class(issue, make_ticket, technician):
    issue(ticket=make_ticket(complaint_class="valid"))
    for message in Message.objects.filter(template="slip_issued"):
        assert "valid" not in str(message.context)


def test_the_first_slip_assigns_its_ticket_the_second_changes_no_department(issue, make_ticket, departments):
    ticket = make_ticket()
    issue(ticket=ticket)
    issue(ticket=ticket, department=departments["cleaning"])
    ticket.refresh_from_db()
    assert (ticket.status, ticket.department) == ("assigned", departments["engineering"])


def test_a_critical_slip_after_hours_also_goes_to_whoever_is_on_duty(
    issue, make_ticket, guard, estate, departments, technician
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
    slip = issue(ticket=make_ticket(priority="critical", at=night), at=night)
    assert told("slip_issued") == ["guard", "technician"]
    assert slip.sign_due_at == night + timedelta(minutes=30)


def test_the_same_form_sent_twice_issues_one_slip(issue, make_ticket):
    ticket = make_ticket()
    assert issue(ticket=ticket, form_token="x") == issue(ticket=ticket, form_token="x")
    assert Slip.objects.count() == 1


def test_a_resolved_ticket_takes_no_slip(issue, make_ticket, clerk, departments):
    ticket = bring_to(make_ticket(), "resolved", actor=clerk, department=departments["cleaning"])
    with refused("invalid_transition"):
        issue(ticket=ticket)


def test_a_slip_goes_to_a_department_of_its_own_estate(issue, estate, other_estate):
    with refused("other_estate"):
        issue(department=make_departments(other_estate)["engineering"], estate=estate)


ACTS = {
    "sign": lambda slip, c: slips.sign_slip(slip, actor=c["other"]),
    "start": lambda slip, c: slips.start_slip(slip, actor=c["technician"]),
    "complete": lambda slip, c: slips.complete_slip(slip, actor=c["other"], report="Mended"),
    "verify": lambda slip, c: slips.verify_slip(slip, actor=c["other"]),
    "cancel": lambda slip, c: slips.cancel_slip(slip, actor=c["clerk"], reason="Twice"),
    "nudge": lambda slip, c: slips.nudge_slip(slip, actor=c["clerk"]),
}
NO = "invalid_transition"
STATUSES = ["issued", "signed", "in_progress", "done", "verified", "cancelled"]
TABLE = {
    "sign": ["signed", NO, NO, NO, NO, NO],
    "start": [NO, "in_progress", "in_progress", NO, NO, NO],  # pressed twice is harmless
    "complete": [NO, "done", "done", NO, NO, NO],
    "verify": [NO, NO, NO, "verified", NO, NO],
    "cancel": ["cancelled", "cancelled", "cancelled", NO, NO, NO],
    "nudge": ["issued", NO, NO, NO, NO, NO],
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("act", sorted(ACTS))
def test_every_act_in_every_status_does_what_the_table_says(
    act, status, issue, technician, second_technician, clerk
):
    slip = bring(issue(), status, technician, clerk)
    cast = {"technician": technician, "other": second_technician, "clerk": clerk}
    try:
        now = ACTS[act](slip, cast).status
    except Refused as refusal:
        now = refusal.code
        slip.refresh_from_db()
        assert slip.status == status
    assert now == TABLE[act][STATUSES.index(status)]


def test_signing_again_is_the_same_signature(issue, technician):
    slip = slips.sign_slip(issue(), actor=technician, at=MORNING)
    again = slips.sign_slip(slip, actor=technician, at=MORNING + timedelta(hours=1))
    assert (again.signed_at, again.version) == (MORNING, slip.version)
    assert Entry.objects.filter(verb="slip.signed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_sign_at_once_one_has_signed(issue, technician, second_technician, make_ticket):
    slip = issue(ticket=make_ticket())
    answers = at_once(
        *[lambda who=who: slips.sign_slip(slip, actor=who) for who in (technician, second_technician)]
    )
    winners = [answer for answer in answers if isinstance(answer, Slip)]
    assert len(winners) == 1
    assert [answer.code for answer in answers if isinstance(answer, Refused)] == ["invalid_transition"]
    slip.refresh_from_db()
    slip.ticket.refresh_from_db()
    assert slip.signed_by == slip.ticket.handler == winners[0].signed_by
    assert Entry.objects.filter(verb="slip.signed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_condition_on_the_status_two_would_sign(
    issue, technician, second_technician, monkeypatch
):
    """The negative control: if this fails, the test above proves nothing."""
    slip = issue()
    anybody = dict(slips.SLIP_STATES.table) | {"sign": (tuple(STATUSES), "signed")}
    monkeypatch.setattr(slips.SLIP_STATES, "table", anybody)
    answers = at_once(
        *[lambda who=who: slips.sign_slip(slip, actor=who) for who in (technician, second_technician)]
    )
    assert [type(answer) for answer in answers] == [Slip, Slip]
    assert Entry.objects.filter(verb="slip.signed").count() == 2


def test_whoever_signs_becomes_the_handler_unless_there_is_one(
    issue, make_ticket, clerk, technician, supervisor, departments
):
    named = make_ticket()
    tickets.assign_ticket(named, actor=clerk, department=departments["engineering"], handler=supervisor)
    for ticket, handler in ((make_ticket(), technician), (named, supervisor)):
        slips.sign_slip(issue(ticket=ticket), actor=technician)
        ticket.refresh_from_db()
        assert ticket.handler == handler


def test_starting_on_the_slip_starts_its_ticket(issue, make_ticket, technician, clerk):
    ticket = make_ticket()
    bring(issue(ticket=ticket), "in_progress", technician, clerk)
    ticket.refresh_from_db()
    assert ticket.status == "in_progress"


def test_a_slip_done_offers_to_resolve_and_does_not(issue, make_ticket, technician, clerk):
    ticket = make_ticket()
    first, second = issue(ticket=ticket), issue(ticket=ticket)
    bring(first, "done", technician, clerk)
    assert Message.objects.get(template="slip_done").context["last"] is False
    bring(second, "done", technician, clerk)
    assert Message.objects.filter(template="slip_done").last().context["last"] is True
    ticket.refresh_from_db()
    assert ticket.status == "in_progress"
    assert not FollowUp.objects.exists()


def test_a_slip_without_a_ticket_gets_its_own_visit_once(issue, technician, clerk):
    slip = bring(issue(), "done", technician, clerk)
    slips.complete_slip(slip, actor=technician, report="Mended")
    visit = FollowUp.objects.get()
    assert (visit.slip, visit.ticket, visit.assignee) == (slip, None, clerk)
    assert visit.due_at == MORNING + timedelta(days=3)


def test_done_needs_a_report_and_void_a_reason(issue, technician, clerk):
    slip = bring(issue(), "signed", technician, clerk)
    with refused("reason_required"):
        slips.complete_slip(slip, actor=technician, report=" ")
    with refused("reason_required"):
        slips.cancel_slip(slip, actor=clerk, reason="")


def test_a_department_is_pressed_at_most_once_in_ten_minutes(issue, clerk, technician):
    slip = issue()
    slips.nudge_slip(slip, actor=clerk, at=MORNING)
    with refused("too_soon"):
        slips.nudge_slip(slip, actor=clerk, at=MORNING + timedelta(minutes=9))
    slips.nudge_slip(slip, actor=clerk, at=MORNING + timedelta(minutes=10))
    assert told("slip_nudged") == ["technician", "technician"]


def test_a_slips_life_stands_in_its_tickets_history(issue, make_ticket, technician, clerk):
    ticket = make_ticket()
    bring(issue(ticket=ticket), "verified", technician, clerk)
    verbs = [entry.verb for entry in Entry.objects.about(ticket) if entry.verb.startswith("slip.")]
    assert verbs == ["slip.issued", "slip.signed", "slip.started", "slip.done", "slip.verified"]
