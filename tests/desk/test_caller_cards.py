"""The caller card says who calls, how often, and what came of it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from helpdesk.audit.models import AccessEntry
from helpdesk.desk.caller_cards import caller_card
from helpdesk.lib.phones import phone_hash
from residents.services.residents import add_occupancy, add_resident
from tests.billing.bills import post_bill

pytestmark = pytest.mark.django_db


def says(user: Any, resident: Any, at: datetime) -> str:
    calls = caller_card(user, resident=resident, at=at).calls
    assert calls is not None
    return calls.says


def test_a_first_call_needs_no_words(clerk: Any, resident: Any, now: datetime) -> None:
    card = caller_card(clerk, resident=resident, at=now)
    assert card.calls and (card.calls.count, card.calls.tone, card.calls.line) == (1, "plain", None)


def test_a_second_call_is_greeted_by_name_with_the_last_matter(
    clerk: Any, resident: Any, call: Any, open_ticket: Any, now: datetime
) -> None:
    ticket = open_ticket(resident=resident, subject="Light is out", created_at=now - timedelta(days=3))
    call(resident=resident, ticket=ticket, created_at=now - timedelta(days=3))
    assert says(clerk, resident, now) == (
        "Second call in 30 days: greet Wang Jianguo by name, the last matter was “Light is out”"
    )


def test_a_call_that_became_a_ticket_at_once_counts_and_a_web_form_does_not(
    clerk: Any, resident: Any, open_ticket: Any, now: datetime
) -> None:
    open_ticket(resident=resident, channel="web", created_at=now - timedelta(days=3))
    assert says(clerk, resident, now).startswith("First")
    open_ticket(resident=resident, channel="phone", created_at=now - timedelta(days=3))
    assert says(clerk, resident, now).startswith("Second")


def test_on_a_third_call_the_history_comes_first(clerk: Any, resident: Any, call: Any, now: datetime) -> None:
    for days in (3, 15):
        call(resident=resident, created_at=now - timedelta(days=days))
    resident.salutation = "Mr Wang"
    resident.save()
    assert (
        says(clerk, resident, now) == "Third call in 30 days: greet Mr Wang by name, the history comes first"
    )
    call(resident=resident, created_at=now - timedelta(days=1))
    assert says(clerk, resident, now).startswith("Call 4 in 30 days")


def test_beside_an_old_ticket_the_calls_are_only_counted(
    clerk: Any, resident: Any, call: Any, now: datetime
) -> None:
    call(resident=resident, created_at=now - timedelta(days=3))
    calls = caller_card(clerk, resident=resident, at=now, calling=False).calls
    assert calls and (calls.count, calls.says, calls.why) == (1, "1 call in 30 days", "")


def test_calls_older_than_thirty_days_letters_and_our_own_calls_do_not_count(
    clerk: Any, resident: Any, call: Any, now: datetime
) -> None:
    call(resident=resident, created_at=now - timedelta(days=31))
    call(resident=resident, created_at=now - timedelta(days=1), kind="letter")
    call(resident=resident, created_at=now - timedelta(days=1), direction="out")
    assert says(clerk, resident, now) == "First call in 30 days"


def test_a_call_from_the_same_number_counts_before_anybody_wrote_a_name(
    clerk: Any, resident: Any, call: Any, now: datetime
) -> None:
    call(phone_hash=phone_hash("+8613800136021"), created_at=now - timedelta(days=2))
    assert says(clerk, resident, now).startswith("Second call")


def test_the_calls_of_the_wife_are_not_the_husbands_but_all_are_the_units(
    clerk: Any, unit: Any, resident: Any, make_person: Any, call: Any, now: datetime
) -> None:
    wife = make_person("Li Fang", unit, relation="family")
    call(unit=unit, resident=wife, created_at=now - timedelta(days=2))
    assert says(clerk, resident, now).startswith("First")
    unit_calls = caller_card(clerk, unit=unit, at=now).calls
    assert unit_calls and unit_calls.count == 2


def test_the_last_three_matters_stand_with_how_they_ended(
    clerk: Any, unit: Any, resident: Any, open_ticket: Any, visit: Any, now: datetime
) -> None:
    def ticket(days: int, **extra: Any) -> Any:
        values = {"unit": unit, "resident": resident, "complaint_class": "inquiry"} | extra
        return open_ticket(created_at=now - timedelta(days=days), **values)

    ticket(200, subject="Too old to stand here")
    ended = ticket(90, status="closed", closed_at=now, resolved_at=now, resolution="Explained by phone.")
    visit(now, ended, status="done", outcome="satisfied", score=5, recorded_at=now)
    ticket(20, status="declined", closed_at=now, closing_reason="The builder's duty")
    again = ticket(4, status="in_progress", reopened=1)
    visit(now, again, status="done", outcome="dissatisfied", score=1, recorded_at=now - timedelta(days=2))
    matters = caller_card(clerk, unit=unit, at=now).matters
    assert [m.outcome for m in matters] == [
        "Open again: not satisfied on 15 Nov",
        "Declined: The builder's duty",
        "Explained by phone, satisfied (5)",
    ]


def test_an_old_matter_that_is_still_open_is_not_forgotten(
    clerk: Any, unit: Any, open_ticket: Any, now: datetime
) -> None:
    old = open_ticket(unit=unit, created_at=now - timedelta(days=300))
    for days in (3, 2, 1):
        open_ticket(unit=unit, created_at=now - timedelta(days=days), status="closed", closed_at=now)
    card = caller_card(clerk, unit=unit, at=now)
    assert [m.ticket for m in card.older_open] == [old]


def test_what_was_promised_for_today_waits_on_the_card(
    clerk: Any, unit: Any, resident: Any, call: Any, now: datetime
) -> None:
    call(
        unit=unit,
        resident=resident,
        call_back_at=now - timedelta(minutes=12),
        created_at=now - timedelta(hours=2),
    )
    call(
        unit=unit,
        resident=resident,
        call_back_at=now + timedelta(days=1),
        created_at=now - timedelta(hours=2),
    )
    card = caller_card(clerk, resident=resident, at=now)
    assert [(w.kind, w.clock["label"]) for w in card.waiting] == [("call_back", "12 min late")]
    assert card.calls and card.calls.clock and "We promised to ring back at 10:30." in card.calls.why


def test_people_stand_with_the_first_contact_first_and_masked_numbers(
    clerk: Any, unit: Any, resident: Any, make_person: Any, now: datetime
) -> None:
    make_person("Li Fang", unit, phone="13800136022", relation="family")
    make_person(
        "Daniel Okafor", unit, since=now.date() - timedelta(days=900), until=now.date() - timedelta(days=9)
    )
    card = caller_card(clerk, unit=unit, at=now)
    assert [(p.name, p.phones[0].number) for p in card.people] == [
        ("Wang Jianguo 王建国", "138****6021"),
        ("Li Fang", "138****6022"),
    ]


def test_a_supervisor_sees_on_the_card_only_tickets_of_the_own_department(
    supervisor: Any, unit: Any, open_ticket: Any, departments: Any, now: datetime
) -> None:
    own = open_ticket(unit=unit, department=departments["engineering"])
    open_ticket(unit=unit, department=departments["security"])
    assert [m.ticket for m in caller_card(supervisor, unit=unit, at=now).matters] == [own]


def test_a_card_takes_as_many_queries_however_much_there_is(
    clerk: Any, unit: Any, resident: Any, make_person: Any, open_ticket: Any, call: Any, visit: Any, now: datetime,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    for n in range(30):
        make_person(f"Person {n}", unit, phone=f"138001361{n:02}", relation="family")
        ticket = open_ticket(unit=unit, resident=resident, status="resolved", resolved_at=now)
        visit(now, ticket)
        call(unit=unit, resident=resident, created_at=now - timedelta(hours=n))
    clerk.memberships_now  # noqa: B018
    with django_assert_max_num_queries(17):
        caller_card(clerk, resident=resident, at=now)
    with django_assert_max_num_queries(17):
        caller_card(clerk, unit=unit, at=now)


def test_a_clerk_sees_numbers_whole_and_each_view_is_one_line_without_the_number(
    clerk: Any, login: Any, resident: Any
) -> None:
    page = login(clerk).get(reverse("resident_card", args=[resident.pk])).content.decode()
    assert "138 0013 6021" in page
    entry = AccessEntry.objects.get()
    assert (entry.actor, entry.subject_id, entry.field) == (clerk, resident.pk, "phones")
    assert "6021" not in entry.reason


def test_a_cashier_sees_the_card_with_masked_numbers_and_without_calls(
    cashier: Any, login: Any, resident: Any
) -> None:
    page = login(cashier).get(reverse("resident_card", args=[resident.pk])).content.decode()
    assert "138****6021" in page and "138 0013 6021" not in page and "in 30 days" not in page
    assert not AccessEntry.objects.exists()


@pytest.mark.parametrize("name", ["unit_card", "resident_card"])
def test_a_card_of_another_estate_is_not_there_and_a_guard_may_not(
    outsider: Any, guard: Any, login: Any, client: Any, unit: Any, resident: Any, name: str
) -> None:
    url = reverse(name, args=[unit.pk if name == "unit_card" else resident.pk])
    assert login(outsider).get(url).status_code == 404
    assert login(guard).get(url).status_code == 403
    assert client.get(url).status_code == 302
    assert login(outsider).get(reverse(name, args=[999_999])).status_code == 404


def test_the_panel_beside_a_ticket_is_a_fragment(clerk: Any, login: Any, unit: Any, resident: Any) -> None:
    url = reverse("unit_card", args=[unit.pk])
    part = login(clerk).get(url, {"panel": "1", "fragment": "1"}).content.decode()
    assert "<html" not in part and "caller-card compact" in part


def test_an_empty_unit_has_a_card_too(clerk: Any, login: Any, make_unit: Any) -> None:
    page = login(clerk).get(reverse("unit_card", args=[make_unit("9-1-101").pk])).content.decode()
    assert "Nobody is on file here" in page


def test_a_caller_not_on_file_is_rung_back_from_a_page_that_logs_the_number(
    clerk: Any, login: Any, call: Any
) -> None:
    contact = call(name="Mr Liu", phone="+8613800001111", call_back_at=timezone.now())
    page = login(clerk).get(reverse("call_back", args=[contact.pk])).content.decode()
    assert "138 0000 1111" in page
    assert AccessEntry.objects.get().subject_id == contact.pk


def test_a_call_back_of_another_estate_is_not_there(outsider: Any, login: Any, call: Any) -> None:
    contact = call(call_back_at=timezone.now())
    assert login(outsider).get(reverse("call_back", args=[contact.pk])).status_code == 404


def test_somebody_in_two_units_has_one_card_that_names_both(
    clerk: Any, resident: Any, make_unit: Any, now: datetime
) -> None:
    second = make_unit("6-2-301")
    add_occupancy(second, resident, actor=None, relation="owner", since=now.date())
    card = caller_card(clerk, resident=resident, at=now)
    assert card.unit and card.unit.code == "3-2-501" and [u.code for u in card.other_units] == ["6-2-301"]


@pytest.fixture
def overdue(unit: Any, resident: Any, now: datetime) -> Any:
    """The unit owes 300.00; it has an owner, a co-owner, a tenant, the owner's mother, and had another owner before."""
    post_bill(unit, (now - timedelta(days=40)).date(), "300.00")
    people = {"owner": resident}
    for relation in ("co_owner", "tenant", "family", "former"):
        person = add_resident(estate=unit.estate, actor=None, name=relation.title())
        until = now.date() - timedelta(days=9) if relation == "former" else None
        since = date(2020, 1, 1)
        add_occupancy(unit, person, actor=None, relation="owner" if until else relation, since=since)
        person.occupancies.update(until=until)
        people[relation] = person
    return people


@pytest.mark.parametrize(
    ("who", "allowed"),
    [("owner", True), ("co_owner", True), ("tenant", False), ("family", False), ("former", False)],
)
def test_the_card_says_whether_the_caller_may_hear_what_is_owed(
    clerk: Any, overdue: Any, unit: Any, now: datetime, who: str, allowed: bool
) -> None:
    card = caller_card(clerk, resident=overdue[who], unit=unit, at=now)
    assert card.owes and card.owes["owed"] and card.telling
    assert card.telling["allowed"] is allowed
    assert ("Wang Jianguo 王建国, Co_Owner" in card.telling["says"]) is not allowed


def test_a_payer_who_is_not_the_owner_may_hear_it(clerk: Any, overdue: Any, unit: Any, now: datetime) -> None:
    unit.occupancies.update(is_payer=False)
    overdue["tenant"].occupancies.update(is_payer=True)
    card = caller_card(clerk, resident=overdue["tenant"], at=now)
    assert card.telling and card.telling["allowed"] is True


def test_a_contact_person_hears_it_for_the_company_that_owns(
    clerk: Any, overdue: Any, unit: Any, now: datetime
) -> None:
    overdue["tenant"].contact_of = overdue["owner"]
    overdue["tenant"].save()
    card = caller_card(clerk, resident=overdue["tenant"], at=now)
    assert card.telling and card.telling["allowed"] is True


def test_a_units_own_card_names_those_who_may_hear_it(
    clerk: Any, overdue: Any, unit: Any, now: datetime
) -> None:
    card = caller_card(clerk, unit=unit, at=now)
    assert card.telling == {
        "allowed": None,
        "says": "Say the sum to nobody but Wang Jianguo 王建国, Co_Owner.",
    }


def test_where_nothing_is_owed_nothing_is_said_of_it(clerk: Any, resident: Any, now: datetime) -> None:
    assert caller_card(clerk, resident=resident, at=now).telling is None


def test_what_an_owner_owes_elsewhere_stands_beside_the_other_unit_and_a_tenant_sees_none(
    clerk: Any, resident: Any, make_unit: Any, now: datetime
) -> None:
    for code, relation in (("6-2-301", "owner"), ("6-2-302", "tenant")):
        other = make_unit(code)
        add_occupancy(other, resident, actor=None, relation=relation, since=now.date())
        post_bill(other, (now - timedelta(days=40)).date(), "80.00")
    card = caller_card(clerk, resident=resident, at=now)
    assert {also["unit"].code: bool(also["owed"]) for also in card.also} == {
        "6-2-301": True,
        "6-2-302": False,
    }


def test_somebody_who_belongs_nowhere_has_a_card(clerk: Any, login: Any, estate: Any) -> None:
    person = add_resident(estate=estate, actor=None, name="Ivy Lau", phones=[("13800136033", "")])
    page = login(clerk).get(reverse("resident_card", args=[person.pk])).content.decode()
    assert "Ivy Lau" in page and "138 0013 6033" in page
