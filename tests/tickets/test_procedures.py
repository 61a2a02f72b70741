"""Procedures as data, laid down by the estate; tickets keep the steps they have (docs/domain.md §2)."""

import pytest
from django.urls import reverse
from django.utils import translation

from helpdesk.audit.models import Entry
from helpdesk.staff.models import Membership
from tests.tickets.acts import MORNING, bring_to, open_steps, refused
from tickets.models import ProcedureStep
from tickets.procedures import is_sound, plan_of, title_of_step
from tickets.services import tickets
from tickets.services.procedures import (
    MOST_STEPS,
    add_procedure_step,
    change_procedure_step,
    move_procedure_step,
    remove_procedure_step,
)

VALID = ["record", "judge", "department", "on_site", "handling", "follow_up"]
TALK = ["record", "identity", "arrears", "notify", "follow_up"]
PHOTO = {"en": "Take a photo", "zh-hans": "拍照", "zh-hant": "拍照"}


def keys(estate, group):
    return [step.key for step in plan_of(estate.pk, group)]


def add(estate, actor, group="valid", titles=PHOTO, **kwargs):
    return add_procedure_step(estate, group, actor=actor, titles=titles, **kwargs)


def valid_ticket(make_ticket, clerk):
    return tickets.classify_ticket(make_ticket(), actor=clerk, complaint_class="valid", at=MORNING)


@pytest.mark.parametrize(("group", "house"), [("valid", VALID), ("communication", TALK)])
def test_the_house_procedure_holds_until_the_estate_changes_it(estate, group, house):
    assert keys(estate, group) == house
    assert not ProcedureStep.objects.exists()


def test_an_own_step_comes_before_the_last_ones_and_is_laid_for_new_tickets(
    estate, manager, make_ticket, clerk
):
    before = valid_ticket(make_ticket, clerk)
    step = add(estate, manager)
    after = valid_ticket(make_ticket, clerk)
    assert keys(estate, "valid") == [*VALID[:4], step.key, *VALID[4:]]
    assert step.key in open_steps(after)
    assert step.key not in open_steps(before)
    assert keys(estate, "communication") == TALK


def test_another_estate_keeps_the_house_procedure(estate, other_estate, manager):
    add(estate, manager)
    assert keys(other_estate, "valid") == VALID


def test_an_own_step_is_ticked_by_hand_and_keeps_the_ticket_from_being_resolved(
    estate, manager, make_ticket, clerk, departments
):
    step = add(estate, manager)
    ticket = valid_ticket(make_ticket, clerk)
    tickets.assign_ticket(ticket, actor=clerk, department=departments["cleaning"])
    tickets.tick_step(ticket, actor=clerk, key="on_site")
    with refused("steps_open"):
        tickets.resolve_ticket(ticket, actor=clerk, resolution="Done")
    tickets.tick_step(ticket, actor=clerk, key=step.key)
    assert tickets.resolve_ticket(ticket, actor=clerk, resolution="Done").status == "resolved"


def test_an_open_step_is_named_as_the_estate_calls_it(estate, manager, make_ticket, clerk, departments):
    add(estate, manager)
    ticket = bring_to(
        make_ticket(), "assigned", actor=clerk, department=departments["cleaning"], complaint_class="valid"
    )
    tickets.tick_step(ticket, actor=clerk, key="on_site")
    with pytest.raises(Exception, match="Take a photo"):
        tickets.resolve_ticket(ticket, actor=clerk, resolution="Done")


def test_a_step_that_is_always_needed_cannot_be_waived(estate, manager, make_ticket, clerk):
    step = add(estate, manager, is_required=True)
    ticket = valid_ticket(make_ticket, clerk)
    with refused("invalid_transition"):
        tickets.tick_step(ticket, actor=clerk, key=step.key, not_needed=True, reason="No camera")


def test_a_ticket_keeps_its_step_when_the_estate_removes_or_retitles_it(estate, manager, make_ticket, clerk):
    step = add(estate, manager)
    ticket = valid_ticket(make_ticket, clerk)
    change_procedure_step(estate, "valid", step.key, actor=manager, titles={"en": "Three photos"})
    remove_procedure_step(estate, "valid", step.key, actor=manager)
    assert keys(estate, "valid") == VALID
    assert title_of_step(ticket.steps.get(key=step.key)) == "Take a photo"
    assert tickets.tick_step(ticket, actor=clerk, key=step.key).steps.get(key=step.key).done_at


def test_the_key_of_a_removed_step_is_never_given_again(estate, manager):
    first = add(estate, manager)
    remove_procedure_step(estate, "valid", first.key, actor=manager)
    assert add(estate, manager).key != first.key


def test_a_title_is_read_in_the_readers_language(estate, manager, make_ticket, clerk):
    change_procedure_step(
        estate, "valid", "on_site", actor=manager, titles={"en": "At the place", "zh-hans": "到场查看"}
    )
    step = valid_ticket(make_ticket, clerk).steps.get(key="on_site")
    assert title_of_step(step) == "At the place"
    with translation.override("zh-hans"):
        assert title_of_step(step) == "到场查看"
    with translation.override("zh-hant"):
        assert title_of_step(step) == "At the place"


def test_an_empty_title_gives_the_house_word_back(estate, manager):
    change_procedure_step(estate, "valid", "on_site", actor=manager, titles={"en": "At the place"})
    change_procedure_step(estate, "valid", "on_site", actor=manager, titles={"en": ""})
    assert plan_of(estate.pk, "valid")[3].title == "On the spot"


@pytest.mark.parametrize("key", VALID)
def test_a_standard_step_cannot_be_removed(estate, manager, key):
    with refused("standard_step"):
        remove_procedure_step(estate, "valid", key, actor=manager)


@pytest.mark.parametrize(
    ("group", "key", "up"),
    [
        ("valid", "record", False),
        ("valid", "judge", True),
        ("valid", "follow_up", True),
        ("valid", "handling", True),
        ("valid", "department", True),
        ("communication", "follow_up", True),
        ("communication", "record", False),
        ("communication", "record", True),
    ],
)
def test_an_order_without_sense_is_refused(estate, manager, group, key, up):
    with refused("bad_order"):
        move_procedure_step(estate, group, key, actor=manager, up=up)
    assert keys(estate, group) == (VALID if group == "valid" else TALK)


def test_what_is_ticked_by_hand_may_change_places(estate, manager):
    move_procedure_step(estate, "communication", "arrears", actor=manager, up=True)
    assert keys(estate, "communication") == ["record", "arrears", "identity", "notify", "follow_up"]
    move_procedure_step(estate, "communication", "identity", actor=manager, up=False)
    assert keys(estate, "communication") == ["record", "arrears", "notify", "identity", "follow_up"]


def test_handling_and_the_follow_up_are_always_last():
    assert is_sound(VALID, "valid")
    assert not is_sound([*VALID, "own_a"], "valid")
    assert not is_sound([*VALID[:5], "own_a", "follow_up"], "valid")
    assert is_sound([*VALID[:4], "own_a", *VALID[4:]], "valid")


def test_an_own_step_needs_a_title_and_there_is_a_limit(estate, manager):
    with refused("title_required"):
        add(estate, manager, titles={"en": " ", "zh-hans": "拍照"})
    for _number in range(MOST_STEPS - len(VALID)):
        add(estate, manager)
    with refused("too_many_steps"):
        add(estate, manager)


def test_every_change_of_a_procedure_is_recorded(estate, manager):
    step = add(estate, manager)
    change_procedure_step(estate, "valid", step.key, actor=manager, titles={"en": "Photo"})
    move_procedure_step(estate, "valid", step.key, actor=manager, up=True)
    remove_procedure_step(estate, "valid", step.key, actor=manager)
    told = Entry.objects.filter(verb__startswith="procedure.", estate_id=estate.pk).order_by("id")
    assert [entry.verb for entry in told] == [
        "procedure.added",
        "procedure.changed",
        "procedure.moved",
        "procedure.removed",
    ]
    assert {entry.actor for entry in told} == {manager}


def test_changing_the_class_lays_the_estates_steps_too(estate, manager, make_ticket, clerk):
    step = add(estate, manager, group="communication")
    ticket = valid_ticket(make_ticket, clerk)
    ticket = tickets.classify_ticket(ticket, actor=clerk, complaint_class="inquiry", reason="Read again")
    assert step.key in open_steps(ticket)


# --- pages and API ----------------------------------------------------------------------------------------------------


def test_a_manager_adds_moves_retitles_and_removes_on_the_page(estate, manager, login):
    client, url = login(manager), reverse("procedures")
    assert "On the spot" in client.get(url).content.decode()
    assert client.post(reverse("procedure_add", args=["valid"]), {"title": "Photo"}).status_code == 303
    key = ProcedureStep.objects.get(title="Photo").key
    edit = reverse("procedure_edit", args=["valid", key])
    assert client.post(edit, {"title": "Two photos", "is_required": "on"}).status_code == 303
    assert client.post(reverse("procedure_move", args=["valid", key]), {"to": "up"}).status_code == 303
    page = client.get(url).content.decode()
    assert "Two photos" in page and "always needed" in page
    assert client.post(reverse("procedure_remove", args=["valid", key])).status_code == 303
    assert "Two photos" not in client.get(url).content.decode()


def test_what_is_filled_in_wrongly_comes_back(estate, manager, login):
    client = login(manager)
    add_url = reverse("procedure_add", args=["valid"])
    assert client.post(add_url, {"title": ""}).status_code == 422
    response = client.post(add_url, {"title": "x" * 41})
    assert response.status_code == 422
    assert "x" * 41 in response.content.decode()
    assert client.post(reverse("procedure_add", args=["nonsense"]), {"title": "x"}).status_code == 404
    assert not ProcedureStep.objects.exists()


def test_a_manager_elsewhere_changes_nothing_here(estate, other_estate, make_staff, clerk, login):
    Membership.objects.create(user=clerk, estate=other_estate, role="manager")
    client = login(clerk)
    client.post(reverse("switch_estate"), {"estate": estate.pk})
    assert client.post(reverse("procedure_add", args=["valid"]), {"title": "Photo"}).status_code == 403
    assert not ProcedureStep.objects.exists()


def test_an_own_step_is_ticked_on_the_page(estate, manager, make_ticket, clerk, login):
    step = add(estate, manager)
    ticket = valid_ticket(make_ticket, clerk)
    client = login(clerk)
    assert "Take a photo" in client.get(reverse("ticket_detail", args=[ticket.pk])).content.decode()
    assert client.post(reverse("ticket_step", args=[ticket.pk, step.key])).status_code == 303
    assert step.key not in open_steps(ticket)
    told = client.get(reverse("ticket_detail", args=[ticket.pk])).content.decode()
    assert "Step done: Take a photo" in told
