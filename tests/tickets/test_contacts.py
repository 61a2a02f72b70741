"""The registers and the call-backs promised in them (docs/domain.md §3)."""

from datetime import timedelta

import pytest

from helpdesk.audit.models import Entry
from helpdesk.lib.phones import phone_hash
from tests.tickets.acts import MORNING, at_once, refused
from tickets.calls import calls_before, hashes_of
from tickets.models import Contact
from tickets.selectors import counts_for_rail, perhaps_same
from tickets.services import tickets
from tickets.services.contacts import mark_called_back, take_contact
from tickets.services.tickets.repeated import Reporter


@pytest.fixture
def call(estate, clerk):
    def make(**kwargs):
        return take_contact(**{"estate": estate, "kind": "call", "actor": clerk, "at": MORNING} | kwargs)

    return make


def test_a_call_is_a_record_of_its_own_whether_or_not_a_ticket_comes_of_it(call, clerk):
    contact = call(phone="138 0013 6021", summary="Asked about parking")
    assert (contact.phone, contact.ticket, contact.taken_by) == ("+8613800136021", None, clerk)
    assert contact.phone_hash == phone_hash("+8613800136021")
    assert Entry.objects.about(contact).get().verb == "contact.taken"


def test_a_ticket_made_of_a_call_is_linked_to_it(call, make_ticket):
    contact = call()
    ticket = make_ticket("请问", contact=contact)
    contact.refresh_from_db()
    assert contact.ticket == ticket


def test_a_promised_call_back_waits_until_it_is_made_and_once_made_stays(call, clerk, second_clerk):
    contact = call(call_back_at=MORNING + timedelta(minutes=15))
    assert list(Contact.objects.call_backs_open()) == [contact]
    mark_called_back(contact, actor=clerk, at=MORNING)
    again = mark_called_back(contact, actor=second_clerk)
    assert (again.called_back_at, again.called_back_by) == (MORNING, clerk)
    assert not Contact.objects.call_backs_open().exists()


def test_what_nobody_promised_is_not_made(call, clerk):
    with refused("invalid_transition"):
        mark_called_back(call(), actor=clerk)


@pytest.mark.parametrize("how", ["rung back", "rung by us"])
def test_speaking_to_the_resident_about_the_matter_is_the_first_answer(call, make_ticket, clerk, how):
    ticket = make_ticket("请问", at=MORNING)
    if how == "rung back":
        mark_called_back(call(ticket=ticket, call_back_at=MORNING), actor=clerk, at=MORNING)
    else:
        call(ticket=ticket, direction="out")
    ticket.refresh_from_db()
    assert ticket.responded_at == MORNING


def test_the_same_form_sent_twice_is_one_entry(call):
    assert call(form_token="x") == call(form_token="x")


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_twice_at_once_is_one_entry(call):
    assert len({contact.pk for contact in at_once(*[lambda: call(form_token="x")] * 3)}) == 1


def test_a_number_nobody_could_ring_and_a_unit_from_elsewhere_are_refused(call, unit, other_estate, clerk):
    with refused("phone_invalid"):
        call(phone="12")
    with refused("other_estate"):
        take_contact(estate=other_estate, kind="call", actor=clerk, unit=unit)


@pytest.fixture
def who(estate, unit, resident):
    """Wang Jianguo of 3-2-501, as a form knows him."""
    found_by = hashes_of(estate, resident)
    return {"estate": estate, "unit": unit, "resident": resident, "hashes": found_by}


def test_calls_are_counted_by_unit_resident_or_number_and_only_those_that_came_in(
    call, clerk, unit, resident, who
):
    """docs/domain.md §3: who has called before matters."""
    mine = [call(unit=unit), call(resident=resident, kind="counter"), call(phone="13800136021")]
    call(unit=unit, direction="out")
    call(unit=unit, kind="letter")
    call(unit=unit, at=MORNING - timedelta(days=31))
    call(phone="13900136021")
    found = calls_before(clerk, **who, at=MORNING)
    assert len(found) == len(mine)
    assert not calls_before(clerk, **who | {"unit": None, "resident": None, "hashes": []}, at=MORNING)


def test_a_stranger_is_known_by_the_number_in_whatever_writing_and_within_the_estate_alone(
    call, clerk, estate, other_estate, make_ticket
):
    call(phone="139 1111 2222"), call(phone="13911112223")
    take_contact(estate=other_estate, kind="call", actor=clerk, at=MORNING, phone="13911112222")
    make_ticket(reporter_phone="13911112222", at=MORNING)
    clerk.memberships.create(estate=other_estate, role="clerk")
    nobody = {"estate": estate, "unit": None, "resident": None}
    found_by = hashes_of(estate, None, "+86 139-1111-2222")
    assert len(calls_before(clerk, **nobody, hashes=found_by, at=MORNING)) == 2


def test_for_nobody_at_all_the_database_is_not_asked(clerk, estate, who, django_assert_num_queries):
    clerk.memberships_now  # noqa: B018 - read once a request by the middleware
    with django_assert_num_queries(0):
        nobody = {"estate": estate, "unit": None, "resident": None, "hashes": hashes_of(estate, None, "12")}
        assert calls_before(clerk, **nobody, at=MORNING) == []


def test_the_entry_of_this_very_call_is_not_counted_as_an_earlier_one(call, clerk, unit, resident, who):
    first, second = call(unit=unit, resident=resident), call(unit=unit, resident=resident)
    found = calls_before(clerk, **who, at=MORNING, but_for=second.pk)
    assert len(found) == 1 and first.pk != second.pk


@pytest.mark.parametrize("known_by", ["unit", "resident", "number"])
def test_an_unresolved_ticket_of_the_same_people_on_the_topic_may_be_the_same_matter(
    known_by, make_ticket, unit, resident, clerk, outsider, estate
):
    said = {
        "unit": {"unit": unit},
        "resident": {"resident": resident},
        "number": {"reporter_phone": "+8613911112222"},
    }[known_by] | {"topic": "water"}
    same = make_ticket("请问", **said)
    make_ticket("请问", **said | {"topic": "noise"})
    make_ticket("请问", topic="water")
    merged = make_ticket("请问", **said)
    tickets.merge_tickets(merged, actor=clerk, into=same)
    who = Reporter(said.get("unit"), said.get("resident"), "", said.get("reporter_phone", ""), "")
    assert perhaps_same(clerk, estate, who, "water") == [same]
    assert perhaps_same(clerk, estate, who, "water", but_for=same.pk) == []
    assert perhaps_same(outsider, estate, who, "water") == []
    assert perhaps_same(clerk, estate, Reporter(None, None, "", "", ""), "water") == []


def test_the_rail_counts_what_waits_and_says_when_some_of_it_is_late(
    call, make_ticket, estate, clerk, guard, outsider
):
    call(call_back_at=MORNING)
    make_ticket("请问", priority="normal", at=MORNING)
    counts = counts_for_rail(clerk, estate, MORNING + timedelta(minutes=1))
    assert counts == {
        "tickets": (1, False),
        "slips": (0, False),
        "follow_ups": (0, False),
        "contacts": (1, True),
        "incidents": (0, False),
    }
    assert counts_for_rail(clerk, estate, MORNING + timedelta(days=9))["tickets"] == (1, True)
    assert counts_for_rail(outsider, estate, MORNING) == {}
