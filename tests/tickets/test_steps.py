"""The steps of a procedure: ticked by what happens, by hand, or not needed with a reason (docs/domain.md §2)."""

import pytest

from helpdesk.audit.models import Entry
from tests.tickets.acts import MORNING, bring_to, open_steps, refused, tick_by_hand
from tickets.models import FollowUp
from tickets.services import tickets
from tickets.services.follow_ups import record_follow_up
from tickets.services.slips import issue_slip


@pytest.fixture
def talk(make_ticket, clerk):
    return tickets.classify_ticket(make_ticket(), actor=clerk, complaint_class="help_seeking", at=MORNING)


@pytest.fixture
def valid(make_ticket, clerk):
    return tickets.classify_ticket(make_ticket(), actor=clerk, complaint_class="valid", at=MORNING)


def tick(ticket, actor, key, **kwargs):
    return tickets.tick_step(ticket, actor=actor, key=key, at=MORNING, **kwargs)


def resolve(ticket, actor):
    return tickets.resolve_ticket(ticket, actor=actor, resolution="Seen to.", at=MORNING)


@pytest.mark.parametrize("left_open", ["identity", "arrears", "notify"])
def test_a_communication_complaint_cannot_be_resolved_with_a_step_open(talk, clerk, departments, left_open):
    for key in {"identity", "arrears"} - {left_open}:
        tick(talk, clerk, key)
    if left_open != "notify":
        tickets.assign_ticket(talk, actor=clerk, department=departments["cleaning"])
    with refused("steps_open"):
        resolve(talk, clerk)


@pytest.mark.parametrize("left_open", ["department", "on_site"])
def test_a_valid_complaint_cannot_be_resolved_with_a_step_open(valid, clerk, departments, left_open):
    if left_open != "on_site":
        tick(valid, clerk, "on_site", finding="borne_out")
    if left_open != "department":
        tickets.assign_ticket(valid, actor=clerk, department=departments["cleaning"])
    with refused("steps_open"):
        resolve(valid, clerk)


def test_steps_are_ticked_in_any_order_and_again_is_harmless(talk, clerk, second_clerk):
    tick(talk, clerk, "arrears")
    tick(talk, clerk, "identity")
    before = Entry.objects.count()
    tick(talk, second_clerk, "arrears")
    assert talk.steps.get(key="arrears").done_by == clerk
    assert Entry.objects.count() == before


def test_assigning_ticks_that_the_department_knows(talk, valid, clerk, departments):
    for ticket, key in ((talk, "notify"), (valid, "department")):
        tickets.assign_ticket(ticket, actor=clerk, department=departments["cleaning"])
        assert key not in open_steps(ticket)


def test_a_slip_ticks_that_the_department_knows(talk, clerk, departments):
    issue_slip(actor=clerk, department=departments["engineering"], instructions="Look", ticket=talk)
    assert "notify" not in open_steps(talk)


def test_resolving_ticks_handling_and_the_recorded_visit_ticks_the_follow_up(valid, clerk, departments):
    tickets.assign_ticket(valid, actor=clerk, department=departments["cleaning"])
    tick(valid, clerk, "on_site", finding="partly")
    resolve(valid, clerk)
    assert open_steps(valid) == ["follow_up"]
    record_follow_up(FollowUp.objects.get(), actor=clerk, outcome="satisfied", score=5)
    assert open_steps(valid) == []


@pytest.mark.parametrize("key", ["notify", "follow_up"])
def test_what_happens_is_not_ticked_by_hand(talk, clerk, key):
    with refused("invalid_transition"):
        tick(talk, clerk, key)


def test_an_unknown_step_is_refused(talk, clerk):
    with refused("unknown_step"):
        tick(talk, clerk, "handling")


def test_the_spot_has_a_finding_which_may_be_corrected(valid, clerk):
    tick(valid, clerk, "on_site", finding="borne_out")
    ticket = tick(valid, clerk, "on_site", finding="not_borne_out")
    assert ticket.finding == "not_borne_out"
    said = Entry.objects.filter(verb="ticket.step_done", data__key="on_site")
    assert [entry.data["finding"] for entry in said] == ["borne_out", "not_borne_out"]


def test_a_step_is_not_needed_only_with_a_reason(valid, clerk):
    with refused("reason_required"):
        tick(valid, clerk, "on_site", not_needed=True)
    tick(valid, clerk, "on_site", not_needed=True, reason="Overcharging has no spot")
    step = valid.steps.get(key="on_site")
    assert (step.not_needed, step.reason, step.done_by) == (True, "Overcharging has no spot", clerk)


def test_not_needed_is_said_by_the_responsible_person_or_by_who_covers(valid, second_clerk, supervisor):
    with refused("not_responsible"):
        tick(valid, second_clerk, "on_site", not_needed=True, reason="No spot")
    tick(valid, supervisor, "on_site", not_needed=True, reason="No spot")
    assert "on_site" not in open_steps(valid)


def test_recording_and_judging_are_always_needed(make_ticket, clerk):
    with refused("invalid_transition"):
        tick(make_ticket(), clerk, "judge", not_needed=True, reason="Obvious")


def test_a_follow_up_that_is_not_needed_takes_the_visit_off_the_list(talk, clerk, departments):
    ticket = bring_to(talk, "resolved", actor=clerk, department=departments["cleaning"])
    tick(ticket, clerk, "follow_up", not_needed=True, reason="Nobody left a number")
    assert FollowUp.objects.get().status == "cancelled"
    assert tickets.close_ticket(ticket, actor=clerk).status == "closed"


@pytest.mark.parametrize(
    ("complaint_class", "again"), [("valid", ["handling"]), ("help_seeking", ["notify"])]
)
def test_reopening_unticks_handling_or_notify_and_a_visit_not_needed_only(
    make_ticket, clerk, departments, complaint_class, again
):
    ticket = make_ticket()
    bring_to(
        ticket, "closed", actor=clerk, department=departments["cleaning"], complaint_class=complaint_class
    )
    tickets.reopen_ticket(ticket, actor=clerk, reason="It is back")
    assert open_steps(ticket) == [*again, "follow_up"]


def test_after_reopening_the_department_is_told_again_and_the_visit_is_made_again(talk, clerk, departments):
    ticket = bring_to(talk, "closed", actor=clerk, department=departments["cleaning"])
    tickets.reopen_ticket(ticket, actor=clerk, reason="It is back")
    with refused("steps_open"):
        resolve(ticket, clerk)
    tickets.assign_ticket(ticket, actor=clerk, department=departments["cleaning"])
    resolve(ticket, clerk)
    assert open_steps(ticket) == ["follow_up"]
    assert list(FollowUp.objects.order_by("round").values_list("round", "status")) == [
        (1, "cancelled"),
        (2, "scheduled"),
    ]


def test_a_matter_that_was_asked_about_is_asked_about_anew_once_it_is_resolved_again(
    talk, clerk, departments
):
    ticket = bring_to(talk, "resolved", actor=clerk, department=departments["cleaning"])
    first = FollowUp.objects.get()
    record_follow_up(first, actor=clerk, outcome="satisfied", score=5)
    ticket.refresh_from_db()
    tickets.reopen_ticket(ticket, actor=clerk, reason="It is back")
    # The visit that was made stays ticked while the matter is handled anew.
    assert "follow_up" not in open_steps(ticket)
    assert not FollowUp.objects.filter(status="scheduled").exists()
    tickets.assign_ticket(ticket, actor=clerk, department=departments["cleaning"])
    resolve(ticket, clerk)
    assert open_steps(ticket) == ["follow_up"]
    second = FollowUp.objects.get(status="scheduled")
    assert (second.round, second.ticket_id) == (2, ticket.pk)


def test_every_tick_stands_in_the_history_with_who_and_when(talk, clerk, second_clerk):
    tick_by_hand(talk, second_clerk)
    told = Entry.objects.about(talk).filter(verb="ticket.step_done", actor=second_clerk)
    assert sorted(entry.data["key"] for entry in told) == ["arrears", "identity"]
    assert {entry.at for entry in told} == {MORNING}
