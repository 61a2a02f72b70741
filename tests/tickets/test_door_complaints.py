"""A complaint named at the door: its ticket, the reminders that wait for it, and the words said there."""

from datetime import date, timedelta

import pytest

from billing.models import Deferral
from billing.services.collection import record_visit
from billing.services.reminders import pauses_of
from helpdesk.lib.errors import Refused
from tests.billing.bills import post_bill
from tests.conftest import at
from tickets.models import DoorComplaint, Ticket
from tickets.services.door_complaints import link_complaint, take_complaint
from tickets.services.script_texts import write_script
from tickets.services.tickets import close_ticket, decline_ticket, merge_tickets

pytestmark = pytest.mark.django_db
NOW = at("2026-10-20 10:00")
LATER = NOW + timedelta(days=2)


@pytest.fixture(autouse=True)
def _october(time_machine):
    time_machine.move_to(NOW)


@pytest.fixture
def named(unit, resident, clerk):
    """At the door of 3-2-501 they said that the lift stands still."""
    post_bill(unit, date(2026, 9, 1), "300.00")
    return record_visit(
        unit, actor=clerk, met="owner", reason="complaint", said="The lift stands still.", at=NOW
    )


def is_paused(unit, moment):
    return bool(pauses_of(unit, moment.date()))


def test_reminders_wait_for_the_ticket_and_go_on_when_it_closes(named, unit, clerk, manager, make_ticket):
    ticket = make_ticket("The lift stands still", unit=unit)
    link_complaint(named, actor=clerk, ticket=ticket)
    assert is_paused(unit, LATER + timedelta(days=20)) and not is_paused(unit, LATER + timedelta(days=40))
    close_ticket(ticket, actor=manager, reason="The lift runs", at=LATER)
    assert is_paused(unit, LATER) and not is_paused(unit, LATER + timedelta(days=1))


def test_a_declined_ticket_ends_it_as_well(named, unit, clerk, make_ticket):
    ticket = make_ticket("The lift stands still", unit=unit)
    link_complaint(named, actor=clerk, ticket=ticket)
    decline_ticket(ticket, actor=clerk, reason="Not ours", at=LATER)
    assert not is_paused(unit, LATER + timedelta(days=1))


def test_another_complaint_of_the_unit_keeps_it_paused(named, unit, clerk, manager, make_ticket):
    first, second = make_ticket("Lift", unit=unit), make_ticket("Noise", unit=unit)
    link_complaint(named, actor=clerk, ticket=first)
    again = record_visit(unit, actor=clerk, met="owner", reason="complaint", at=NOW)
    link_complaint(again, actor=clerk, ticket=second)
    close_ticket(first, actor=manager, reason="Done", at=LATER)
    assert is_paused(unit, LATER + timedelta(days=1))
    close_ticket(second, actor=manager, reason="Done", at=LATER)
    assert not is_paused(unit, LATER + timedelta(days=1))


def test_a_merged_ticket_hands_its_pause_on(named, unit, clerk, manager, make_ticket):
    first, second = make_ticket("Lift", unit=unit), make_ticket("Lift again", unit=unit)
    link_complaint(named, actor=clerk, ticket=first)
    merge_tickets(first, actor=clerk, into=second, at=LATER)
    assert DoorComplaint.objects.get().ticket == second and is_paused(unit, LATER + timedelta(days=1))
    close_ticket(second, actor=manager, reason="Done", at=LATER)
    assert not is_paused(unit, LATER + timedelta(days=1))


def test_a_ticket_nobody_named_at_a_door_pauses_and_ends_nothing(named, unit, manager, make_ticket):
    close_ticket(make_ticket("Something else", unit=unit), actor=manager, reason="Done", at=LATER)
    assert is_paused(unit, LATER + timedelta(days=1))


@pytest.mark.parametrize("case", ["not_a_complaint", "already_linked", "invalid_transition", "other_estate"])
def test_what_does_not_belong_together_is_refused(
    case, named, unit, clerk, manager, make_ticket, other_estate
):
    ticket, visit = make_ticket("Lift", unit=unit), named
    if case == "not_a_complaint":
        visit = record_visit(unit, actor=clerk, met="owner", reason="forgot", at=NOW)
    if case == "already_linked":
        link_complaint(visit, actor=clerk, ticket=make_ticket("Noise", unit=unit))
    if case == "invalid_transition":
        close_ticket(ticket, actor=manager, reason="Done", at=NOW)
    if case == "other_estate":
        ticket = make_ticket("Elsewhere", estate=other_estate)
    with pytest.raises(Refused) as refused:
        link_complaint(visit, actor=clerk, ticket=ticket)
    assert refused.value.code == case


def test_the_same_link_twice_is_one(named, unit, clerk, make_ticket):
    ticket = make_ticket("Lift", unit=unit)
    first = link_complaint(named, actor=clerk, ticket=ticket)
    before = Deferral.objects.count()
    assert link_complaint(named, actor=clerk, ticket=ticket) == first
    assert (DoorComplaint.objects.count(), Deferral.objects.count()) == (1, before)


def test_a_new_ticket_is_taken_once_a_form(named, unit, clerk):
    ticket = take_complaint(named, actor=clerk, description="The lift stands still", form_token="x")
    assert (ticket.unit, ticket.responsible) == (unit, clerk)
    assert take_complaint(named, actor=clerk, description="The lift stands still", form_token="x") == ticket
    assert Ticket.objects.count() == 1


# --- the pages --------------------------------------------------------------------------------------------------------


def test_a_clerk_at_the_door_is_led_to_the_complaint(unit, resident, clerk, make_ticket, login):
    ticket = make_ticket("The lift stands still", unit=unit)
    browser = login(clerk)
    form = {"way": "door", "met": "owner", "reason": "complaint", "said": "The lift stands still."}
    sent = browser.post(f"/fees/collection/{unit.pk}/", form)
    path = sent["Location"]
    assert path.startswith("/tickets/door-complaints/")
    assert ticket.number in browser.get(path).text
    linked = browser.post(path, {"ticket": ticket.pk})
    assert (linked.status_code, linked["Location"]) == (303, f"/tickets/{ticket.pk}/")
    assert "Named at the door of 3-2-501" in browser.get(f"/tickets/{ticket.pk}/").text
    assert "the reminders wait for it" in browser.get(path).text
    assert "Not reminded just now" in browser.get(f"/fees/collection/{unit.pk}/").text
    assert Deferral.objects.count() == 1, "one pause, not one for the visit and one for the link"


def test_a_cashier_who_takes_no_tickets_goes_on_with_the_route(unit, resident, cashier, login):
    sent = login(cashier).post(
        f"/fees/collection/{unit.pk}/", {"way": "door", "met": "owner", "reason": "complaint"}
    )
    assert sent["Location"] == "/fees/collection/" and Deferral.objects.filter(unit=unit).exists()


def test_neither_ticket_nor_words_is_no_complaint(named, clerk, login, make_ticket, other_estate):
    path = f"/tickets/door-complaints/{named.pk}/"
    browser = login(clerk)
    empty = browser.post(path, {"ticket": "", "description": ""})
    assert empty.status_code == 422 and "Choose a ticket, or write down" in empty.text
    foreign = make_ticket("Elsewhere", estate=other_estate)
    assert browser.post(path, {"ticket": foreign.pk}).status_code == 422
    assert not DoorComplaint.objects.exists()
    assert browser.post(path, {"ticket": "", "description": "The lift stands still"}).status_code == 303
    again = browser.post(path, {"ticket": "", "description": "Something else"})
    assert again.status_code == 409 and Ticket.objects.filter(estate=named.estate).count() == 1


def test_what_is_owed_stands_beside_the_ticket_for_those_who_may(
    named, unit, clerk, supervisor, make_ticket, login
):
    ticket = make_ticket("Lift", unit=unit)
    page = login(clerk).get(f"/tickets/{ticket.pk}/")
    assert f"/cards/unit/{unit.pk}/" in page.text or "/cards/resident/" in page.text
    card = f"/cards/unit/{unit.pk}/?panel=1&calling=0"
    assert "Owes ¥300.00" in login(clerk).get(card).text and "49 days" in login(clerk).get(card).text
    assert "¥300.00" not in login(supervisor).get(card).text


# --- what to say ------------------------------------------------------------------------------------------------------


def test_the_door_page_says_it_in_the_estates_own_words(estate, unit, resident, manager, clerk, login):
    browser = login(clerk)
    page = browser.get(f"/fees/collection/{unit.pk}/")
    url = page.context["script_url"]
    assert url.endswith(f"?estate={estate.pk}&language=zh-hans") and "What to say at the door" in page.text
    house = browser.get(url)
    assert "Promise nothing" in house.text and 'lang="zh-hans"' in house.text
    write_script(
        estate, actor=manager, key="door", texts={"zh-hans": ("您好，我是{clerk}，来核对账单。", "")}
    )
    assert f"您好，我是{clerk}，来核对账单。" in browser.get(url).text
    alone = browser.get(url, headers={"HX-Request": "true"})
    assert "您好" in alone.text and "<html" not in alone.text


def test_no_words_of_estates_or_scripts_that_are_not_ours(estate, other_estate, clerk, login):
    browser = login(clerk)
    assert browser.get("/tickets/scripts/nothing/say/").status_code == 404
    assert browser.get(f"/tickets/scripts/door/say/?estate={other_estate.pk}").status_code == 404
    assert browser.get("/tickets/scripts/door/say/?estate=x").status_code == 404
    assert browser.get("/tickets/scripts/door/say/?language=xx").status_code == 200
