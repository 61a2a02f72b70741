"""A grumble that was handled badly becomes a valid complaint, or stays one, and somebody says why (docs/domain.md §2.1)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from helpdesk.audit.models import Entry
from tests.tickets.acts import MORNING, bring_to, refused
from tickets.figures import conversion_rate, converted_tickets, findings, steps_waived
from tickets.models import ClassDecision, ClassReview, FollowUp, Ticket
from tickets.services import tickets
from tickets.services.class_reviews import put_up, put_up_late
from tickets.services.follow_ups import record_follow_up
from tickets.tasks import put_up_late_grumbles

LONG_AFTER = MORNING + timedelta(days=30)


@pytest.fixture
def grumble(make_ticket, clerk):
    return tickets.classify_ticket(
        make_ticket(at=MORNING), actor=clerk, complaint_class="help_seeking", at=MORNING
    )


@pytest.fixture
def dissatisfied(make_ticket, clerk, departments):
    ticket = bring_to(make_ticket(at=MORNING), "resolved", actor=clerk, department=departments["cleaning"])
    visit = FollowUp.objects.get(ticket=ticket)
    record_follow_up(visit, actor=clerk, outcome="dissatisfied", score=1, suggestion="Still dripping")
    return Ticket.objects.get(pk=ticket.pk)


def answer(ticket, actor, becomes_valid, reason="Four days late"):
    return tickets.answer_class_review(ticket, actor=actor, becomes_valid=becomes_valid, reason=reason)


def causes(ticket):
    return list(ClassReview.objects.filter(ticket=ticket).values_list("cause", "round", "outcome"))


def test_late_beyond_its_limit_is_put_up_once(grumble):
    assert put_up_late(MORNING) == 0
    assert put_up_late(LONG_AFTER) == 1
    assert put_up_late(LONG_AFTER) == put_up_late(LONG_AFTER + timedelta(days=3)) == 0
    assert causes(grumble) == [("late", 0, "")]
    assert Entry.objects.about(grumble).filter(verb="ticket.put_up").count() == 1


def test_reopened_by_a_dissatisfied_visit_is_put_up_in_the_same_breath(dissatisfied):
    assert causes(dissatisfied) == [("dissatisfied", 1, "")]


def test_a_late_answer_alone_puts_nothing_up(grumble):
    just_after = grumble.response_due_at + timedelta(minutes=1)
    assert just_after < grumble.resolution_due_at
    assert put_up_late(just_after) == 0


@pytest.mark.parametrize("complaint_class", ["", "valid"])
def test_only_a_communication_complaint_is_put_up(make_ticket, clerk, complaint_class):
    make_ticket(at=MORNING, complaint_class=complaint_class)
    assert put_up_late(LONG_AFTER) == 0


def test_a_round_resolved_in_time_is_not_put_up(make_ticket, clerk, departments):
    bring_to(make_ticket(at=MORNING), "resolved", actor=clerk, department=departments["cleaning"])
    assert put_up_late(LONG_AFTER) == 0


def test_what_was_resolved_late_while_no_beat_ran_is_still_put_up(make_ticket, clerk, departments):
    ticket = bring_to(make_ticket(at=MORNING), "resolved", actor=clerk, department=departments["cleaning"])
    Ticket.objects.filter(pk=ticket.pk).update(resolved_at=ticket.resolution_due_at + timedelta(hours=1))
    assert put_up_late(LONG_AFTER) == 1


def test_each_round_may_be_put_up_for_its_own_lateness(dissatisfied, clerk):
    put_up_late(dissatisfied.resolution_due_at + timedelta(minutes=1))
    assert causes(dissatisfied) == [("dissatisfied", 1, ""), ("late", 1, "")]
    answer(dissatisfied, clerk, becomes_valid=False)
    assert put_up_late(dissatisfied.resolution_due_at + timedelta(days=9)) == 0


def test_becoming_valid_needs_a_reason_and_keeps_it(grumble, clerk):
    put_up_late(LONG_AFTER)
    with refused("reason_required"):
        answer(grumble, clerk, becomes_valid=True, reason=" ")
    ticket = answer(grumble, clerk, becomes_valid=True)
    review = ClassReview.objects.get()
    decision = ClassDecision.objects.get(to_class="valid")
    assert ticket.complaint_class == "valid"
    assert (review.outcome, review.decided_by, review.decision) == ("becomes_valid", clerk, decision)
    assert review.reason == decision.reason == "Four days late"


def test_staying_needs_a_reason_too_and_stands_in_the_history(grumble, clerk):
    put_up_late(LONG_AFTER)
    with refused("reason_required"):
        answer(grumble, clerk, becomes_valid=False, reason="")
    ticket = answer(grumble, clerk, becomes_valid=False, reason="The spare part was late, told them")
    assert ticket.complaint_class == "help_seeking"
    assert causes(ticket) == [("late", 0, "stays")]
    assert Entry.objects.about(ticket).get(verb="ticket.class_stays").actor == clerk


def test_answered_again_changes_nothing(grumble, clerk, second_clerk):
    put_up_late(LONG_AFTER)
    answer(grumble, clerk, becomes_valid=False)
    again = answer(grumble, second_clerk, becomes_valid=True)
    assert again.complaint_class == "help_seeking"
    assert ClassReview.objects.get().decided_by == clerk


def test_a_change_to_valid_by_the_usual_way_answers_what_waits(grumble, clerk):
    put_up_late(LONG_AFTER)
    tickets.classify_ticket(grumble, actor=clerk, complaint_class="valid", reason="It is our duty")
    assert causes(grumble) == [("late", 0, "becomes_valid")]


def test_of_a_closed_ticket_only_a_manager_answers(grumble, clerk, manager):
    put_up_late(LONG_AFTER)
    tickets.close_ticket(grumble, actor=manager, reason="Moved away")
    with refused("invalid_transition"):
        answer(grumble, clerk, becomes_valid=True)
    assert answer(grumble, manager, becomes_valid=True).complaint_class == "valid"


def test_the_beat_puts_up(grumble):
    Ticket.objects.filter(pk=grumble.pk).update(resolution_due_at=timezone.now() - timedelta(minutes=1))
    put_up_late_grumbles()
    assert causes(grumble) == [("late", 0, "")]


def test_two_beats_at_once_put_up_one(grumble):
    put_up(grumble, ClassReview.Cause.LATE, at=MORNING)
    assert not put_up(grumble, ClassReview.Cause.LATE, at=MORNING)


# --- on the pages -----------------------------------------------------------------------------------------------------


def test_the_page_asks_and_takes_the_answer(grumble, clerk, login):
    client, url = login(clerk), reverse("ticket_detail", args=[grumble.pk])
    assert "Is it a valid complaint by now?" not in client.get(url).content.decode()
    put_up_late(LONG_AFTER)
    assert "Is it a valid complaint by now?" in client.get(url).content.decode()
    to = reverse("ticket_class_review", args=[grumble.pk])
    assert client.post(to, {"answer": "becomes_valid", "reason": ""}).status_code == 422
    assert client.post(to, {"answer": "maybe", "reason": "x"}).status_code == 422
    assert client.post(to, {"answer": "becomes_valid", "reason": "Late"}).status_code == 303
    page = client.get(url).content.decode()
    assert "Is it a valid complaint by now?" not in page
    assert "Becomes valid: Late" in page


def test_the_desk_shows_what_waits_in_a_lane(grumble, clerk, manager, login):
    client = login(clerk)
    assert "Valid by now?" not in client.get(reverse("desk")).content.decode()
    put_up_late(LONG_AFTER)
    assert "Valid by now?" in client.get(reverse("desk")).content.decode()
    tickets.close_ticket(grumble, actor=manager, reason="Moved away")
    assert "Valid by now?" not in client.get(reverse("desk")).content.decode()
    assert "Valid by now?" in login(manager).get(reverse("desk")).content.decode()


# --- the finding ------------------------------------------------------------------------------------------------------


def test_not_borne_out_offers_reclassification_with_the_reason_filled_in(make_ticket, clerk, login):
    ticket = tickets.classify_ticket(make_ticket(), actor=clerk, complaint_class="valid")
    client, url = login(clerk), reverse("ticket_detail", args=[ticket.pk])
    tickets.tick_step(ticket, actor=clerk, key="on_site", finding="borne_out")
    assert "is it a communication complaint?" not in client.get(url).content.decode()
    tickets.tick_step(ticket, actor=clerk, key="on_site", finding="not_borne_out")
    page = client.get(url).content.decode()
    assert "is it a communication complaint?" in page
    assert 'value="Not borne out"' in page


# --- figures ----------------------------------------------------------------------------------------------------------


def test_the_conversion_rate_counts_grumbles_that_became_valid(estate, make_ticket, clerk):
    grumbles = [
        tickets.classify_ticket(make_ticket(at=MORNING), actor=clerk, complaint_class="venting", at=MORNING)
        for _ in range(4)
    ]
    make_ticket(at=MORNING, complaint_class="valid")
    make_ticket(at=MORNING - timedelta(days=40), complaint_class="venting")
    put_up(grumbles[0], ClassReview.Cause.LATE, at=MORNING)
    answer(grumbles[0], clerk, becomes_valid=True)
    tickets.classify_ticket(grumbles[1], actor=clerk, complaint_class="valid", reason="Read again")
    since, until = MORNING - timedelta(days=1), MORNING + timedelta(days=1)
    rate = conversion_rate([estate.pk], since, until)
    assert (rate.grumbles, rate.converted, rate.badly_handled, rate.rate) == (4, 2, 1, 0.5)
    assert set(converted_tickets([estate.pk], since, until)) == set(grumbles[:2])
    assert conversion_rate([], since, until).rate is None


def test_findings_and_waived_steps_are_counted(estate, make_ticket, clerk):
    for finding in ("borne_out", "not_borne_out", ""):
        ticket = tickets.classify_ticket(make_ticket(at=MORNING), actor=clerk, complaint_class="valid")
        if finding:
            tickets.tick_step(ticket, actor=clerk, key="on_site", finding=finding)
        else:
            tickets.tick_step(ticket, actor=clerk, key="on_site", not_needed=True, reason="No spot")
    since, until = MORNING - timedelta(days=1), MORNING + timedelta(days=1)
    found = findings([estate.pk], since, until)
    assert (found["borne_out"], found["not_borne_out"], found["partly"], found[""]) == (1, 1, 0, 1)
    (waived,) = steps_waived([estate.pk], since, until)
    assert (waived.key, waived.laid, waived.not_needed) == ("on_site", 3, 1)
