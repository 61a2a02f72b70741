"""The class: suggested, decided, changed with a reason, never lost (docs/domain.md §2)."""

import pytest

from helpdesk.lib.errors import Stale
from tests.tickets.acts import MORNING, bring_to, open_steps, refused, tick_by_hand
from tickets.models import ClassDecision, Step
from tickets.procedures import STEPS
from tickets.services import tickets

VALID = ["record", "judge", "department", "on_site", "handling", "follow_up"]
TALK = ["record", "identity", "arrears", "notify", "follow_up"]


def keys(ticket):
    return list(ticket.steps.values_list("key", flat=True))


def classify(ticket, clerk, complaint_class, **kwargs):
    return tickets.classify_ticket(ticket, actor=clerk, complaint_class=complaint_class, **kwargs)


def test_the_procedures_are_those_of_the_house():
    assert [spec.key for spec in STEPS["valid"]] == VALID
    assert [spec.key for spec in STEPS["communication"]] == TALK


@pytest.mark.parametrize("complaint_class", ["help_seeking", "inquiry", "venting"])
def test_the_three_communication_complaints_share_one_procedure(make_ticket, clerk, complaint_class):
    ticket = classify(make_ticket(), clerk, complaint_class)
    assert keys(ticket) == TALK
    assert open_steps(ticket) == TALK[1:]
    assert ticket.is_communication


def test_a_valid_complaint_is_judged_by_its_classification(make_ticket, clerk):
    ticket = classify(make_ticket(), clerk, "valid", at=MORNING)
    assert keys(ticket) == VALID
    judged = ticket.steps.get(key="judge")
    assert (judged.done_by, judged.done_at) == (clerk, MORNING)


def test_what_was_suggested_is_kept_beside_what_was_decided(make_ticket, clerk):
    ticket = classify(make_ticket(), clerk, "venting")
    decision = ClassDecision.objects.get(ticket=ticket)
    assert (decision.suggested_class, decision.to_class, decision.decided_by) == (
        "help_seeking",
        "venting",
        clerk,
    )


def test_a_class_once_set_changes_only_with_a_reason(make_ticket, clerk):
    ticket = classify(make_ticket(), clerk, "venting")
    with refused("reason_required"):
        classify(ticket, clerk, "valid", reason=" ")
    ticket = classify(ticket, clerk, "valid", reason="Borne out on the spot")
    changes = ClassDecision.objects.filter(ticket=ticket).values_list("from_class", "to_class", "reason")
    assert list(changes) == [("", "venting", ""), ("venting", "valid", "Borne out on the spot")]


def test_the_same_class_again_changes_nothing(make_ticket, clerk):
    ticket = classify(make_ticket(), clerk, "venting")
    again = classify(ticket, clerk, "venting")
    assert again.version == ticket.version
    assert ClassDecision.objects.count() == 1


def test_who_judges_an_outdated_page_is_told(make_ticket, clerk):
    ticket = make_ticket()
    classify(ticket, clerk, "venting", version=ticket.version)
    with pytest.raises(Stale):
        classify(ticket, clerk, "valid", reason="Sure", version=ticket.version)


def test_becoming_valid_keeps_what_was_done(make_ticket, clerk, departments):
    ticket = bring_to(make_ticket(), "assigned", actor=clerk, department=departments["cleaning"])
    told = ticket.steps.get(key="notify")
    ticket = classify(ticket, clerk, "valid", reason="Badly handled")
    assert keys(ticket) == VALID
    assert open_steps(ticket) == ["on_site", "handling", "follow_up"]
    department = ticket.steps.get(key="department")
    assert (department.done_at, department.done_by) == (told.done_at, told.done_by)


def test_becoming_a_communication_complaint_keeps_that_the_department_knows(make_ticket, clerk, departments):
    ticket = bring_to(
        make_ticket(), "assigned", actor=clerk, department=departments["cleaning"], complaint_class="valid"
    )
    ticket = classify(ticket, clerk, "inquiry", reason="Not borne out")
    assert open_steps(ticket) == ["identity", "arrears", "follow_up"]


def test_a_ticket_given_away_before_it_was_judged_is_known_to_the_department(
    make_ticket, clerk, supervisor, departments
):
    ticket = make_ticket()
    tickets.assign_ticket(ticket, actor=supervisor, department=departments["cleaning"], at=MORNING)
    ticket = classify(ticket, clerk, "help_seeking")
    step = Step.objects.get(ticket=ticket, key="notify")
    assert (step.done_by, step.done_at) == (supervisor, MORNING)


def test_a_resolved_grumble_that_proves_valid_counts_as_handled(make_ticket, clerk, departments):
    ticket = bring_to(make_ticket(), "resolved", actor=clerk, department=departments["cleaning"])
    ticket = classify(ticket, clerk, "valid", reason="It was our duty")
    assert open_steps(ticket) == ["on_site", "follow_up"]


def test_only_a_manager_changes_the_class_of_a_closed_ticket(
    make_ticket, clerk, supervisor, manager, departments
):
    ticket = bring_to(make_ticket(), "closed", actor=clerk, department=departments["cleaning"])
    for actor in (clerk, supervisor):
        with refused("invalid_transition"):
            classify(ticket, actor, "valid", reason="Afterwards")
    assert classify(ticket, manager, "valid", reason="Afterwards").complaint_class == "valid"


def test_an_unjudged_ticket_is_not_resolved(make_ticket, clerk, departments):
    ticket = make_ticket()
    tickets.assign_ticket(ticket, actor=clerk, department=departments["cleaning"])
    tick_by_hand(ticket, clerk)
    with refused("not_classified"):
        tickets.resolve_ticket(ticket, actor=clerk, resolution="Done")
