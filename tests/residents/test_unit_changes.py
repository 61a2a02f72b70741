"""Exchange, transfer, giving back: a manager decides, and what was before stays on file (docs/domain.md §8)."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse

from helpdesk.audit.models import Entry
from helpdesk.lib.errors import Refused
from helpdesk.notifications.models import Message
from residents.models import Occupancy, Resident, Unit, UnitChange
from residents.services import unit_changes as changes
from residents.services.residents import add_occupancy, add_resident
from tests.billing.bills import post_bill
from tests.residents.procedures import DAY, NOW, TODAY, let

pytestmark = pytest.mark.django_db


def refused(code, act, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        act(*args, **kwargs)
    assert caught.value.code == code


@pytest.fixture
def buyer(estate):
    return add_resident(estate=estate, actor=None, name="Song Huai", phones=[("13800136055", "")])


@pytest.fixture
def other_unit(building):
    return Unit.objects.create(
        estate=building.estate, building=building, code="3-2-601", entrance="2", floor=6
    )


def ask(unit, actor, kind="transfer", **more):
    return changes.request_change(
        unit, **{"actor": actor, "kind": kind, "reason": "Sold", "wanted_on": TODAY, "at": NOW} | more
    )


def sold(unit, clerk, manager, buyer):
    return changes.approve_change(ask(unit, clerk, new_owner=buyer), actor=manager, at=NOW)


def test_a_sale_ends_the_old_owner_the_day_before_and_leaves_the_tenant(
    unit, resident, clerk, manager, buyer
):
    tenancy = let(unit)
    changes.carry_out_change(sold(unit, clerk, manager, buyer), actor=clerk, at=NOW)
    old = Occupancy.objects.get(unit=unit, resident=resident)
    new = Occupancy.objects.get(unit=unit, resident=buyer)
    tenancy.refresh_from_db()
    assert (old.until, new.since, new.relation) == (TODAY - DAY, TODAY, "owner")
    assert tenancy.until is None and tenancy.is_primary and not new.is_primary


def test_without_a_tenant_the_new_owner_is_first_contact_and_payer(unit, resident, clerk, manager, buyer):
    changes.carry_out_change(sold(unit, clerk, manager, buyer), actor=clerk, at=NOW)
    new = Occupancy.objects.get(unit=unit, resident=buyer)
    assert new.is_primary and new.is_payer


def test_an_exchange_takes_both_households_along(unit, resident, clerk, manager, other_unit):
    tenancy = let(other_unit, since=date(2025, 1, 1))
    asked = ask(unit, clerk, kind="exchange", other_unit=other_unit)
    changes.carry_out_change(changes.approve_change(asked, actor=manager, at=NOW), actor=clerk, at=NOW)
    now = {
        (row.unit.code, row.resident_id, row.relation) for row in Occupancy.objects.filter(until__isnull=True)
    }
    assert now == {("3-2-601", resident.pk, "owner"), ("3-2-501", tenancy.resident_id, "tenant")}
    assert Occupancy.objects.filter(until=TODAY - DAY).count() == 2


def test_given_back_the_day_is_still_theirs_and_the_unit_is_vacant(unit, resident, clerk, manager):
    asked = ask(unit, clerk, kind="giving_back")
    changes.carry_out_change(changes.approve_change(asked, actor=manager, at=NOW), actor=clerk, at=NOW)
    unit.refresh_from_db()
    assert Occupancy.objects.get(unit=unit).until == TODAY and unit.status == "vacant"


def test_nothing_is_carried_out_that_nobody_approved(unit, resident, clerk, manager, buyer):
    asked = ask(unit, clerk, new_owner=buyer)
    refused("invalid_transition", changes.carry_out_change, asked, actor=clerk, at=NOW)
    refused("reason_required", changes.refuse_change, asked, actor=manager, reason=" ")
    gone = changes.refuse_change(asked, actor=manager, reason="Papers missing", at=NOW)
    assert gone.status == "refused" and gone.decided_by == manager
    refused("invalid_transition", changes.approve_change, gone, actor=manager)
    assert Occupancy.objects.get(resident=resident).until is None


def test_a_day_to_come_waits(unit, resident, clerk, manager, buyer):
    approved = sold(unit, clerk, manager, buyer)
    refused("not_yet", changes.carry_out_change, approved, actor=clerk, on=TODAY + DAY, at=NOW)


def test_what_was_open_when_it_was_approved_is_kept(unit, resident, clerk, manager, buyer):
    post_bill(unit, date(2026, 12, 15))
    sold(unit, clerk, manager, buyer)
    assert Entry.objects.get(verb="unit_change.approved").data["open"] == ["fees"]


@pytest.mark.parametrize(
    ("kind", "code"), [("exchange", "other_unit_missing"), ("transfer", "new_owner_missing")]
)
def test_each_kind_names_its_parties(unit, resident, clerk, kind, code):
    refused(code, ask, unit, clerk, kind=kind)


def test_who_owns_it_already_is_no_buyer_and_strangers_neither(unit, resident, clerk, other_estate):
    refused("owner_already", ask, unit, clerk, new_owner=resident)
    stranger = add_resident(estate=other_estate, actor=None, name="Zhou")
    refused("other_estate", ask, unit, clerk, new_owner=stranger)


def test_one_change_at_a_time(unit, resident, clerk, buyer):
    first = ask(unit, clerk, new_owner=buyer)
    refused("change_open", ask, unit, clerk, kind="giving_back")
    changes.cancel_change(first, actor=clerk, reason="No sale", at=NOW)
    assert ask(unit, clerk, kind="giving_back").status == "requested"


def test_the_database_knows_the_parties(unit, resident, clerk, buyer):
    change = ask(unit, clerk, new_owner=buyer)
    for wrong in (
        {"new_owner": None},
        {"kind": "giving_back"},
        {"status": "approved"},
        {"status": "carried_out"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            UnitChange.objects.filter(pk=change.pk).update(**wrong)


def test_from_the_form_to_the_new_owner(unit, resident, clerk, manager, login):
    desk = login(clerk)
    sent = {
        "kind": "transfer", "unit": "3-2-501", "wanted_on": "2026-11-17", "reason": "Sold",
        "owner_name": "Song Huai", "owner_phone": "138 0013 6055",
    }  # fmt: skip
    assert desk.post(reverse("unit_change_new"), sent | {"owner_name": ""}).status_code == 409
    assert desk.post(reverse("unit_change_new"), sent | {"unit": "9-9-999"}).status_code == 422
    assert not Resident.objects.filter(name="Song Huai").exists()
    assert desk.post(reverse("unit_change_new"), sent).status_code == 303
    change = UnitChange.objects.get()
    page = desk.get(reverse("unit_change_detail", args=[change.pk])).content.decode()
    assert "A manager decides" in page and "Song Huai" in page
    assert desk.post(reverse("unit_change_approve", args=[change.pk])).status_code == 403
    office = login(manager)
    assert office.post(reverse("unit_change_approve", args=[change.pk])).status_code == 303
    carried = desk.post(reverse("unit_change_carry_out", args=[change.pk]), {"on": "2026-11-17"})
    assert carried.status_code == 303
    assert Occupancy.objects.get(unit=unit, until__isnull=True).resident.name == "Song Huai"
    listed = desk.get(reverse("unit_change_list"), {"status": "carried_out"}).content.decode()
    assert change.number in listed


def test_a_refusal_stands_on_the_page(unit, resident, clerk, manager, buyer, login):
    change = ask(unit, clerk, new_owner=buyer)
    office = login(manager)
    refuse = reverse("unit_change_refuse", args=[change.pk])
    assert office.post(refuse, {"reason": ""}).status_code == 422
    office.post(refuse, {"reason": "Papers missing"})
    assert "Papers missing" in office.get(reverse("unit_change_detail", args=[change.pk])).content.decode()
    assert office.post(refuse, {"reason": "Again"}).status_code == 409


def test_given_back_whoever_was_to_stay_longer_goes_too(unit, resident, clerk, manager):
    Occupancy.objects.filter(resident=resident).update(until=TODAY + 30 * DAY)
    asked = ask(unit, clerk, kind="giving_back")
    changes.carry_out_change(changes.approve_change(asked, actor=manager, at=NOW), actor=clerk, at=NOW)
    assert Occupancy.objects.get(unit=unit).until == TODAY


def test_an_end_that_was_agreed_on_goes_along_in_an_exchange(unit, resident, clerk, manager, other_unit):
    tenancy = let(other_unit, since=date(2025, 1, 1))
    Occupancy.objects.filter(pk=tenancy.pk).update(until=TODAY + 30 * DAY)
    asked = ask(unit, clerk, kind="exchange", other_unit=other_unit)
    changes.carry_out_change(changes.approve_change(asked, actor=manager, at=NOW), actor=clerk, at=NOW)
    assert Occupancy.objects.get(unit=unit, relation="tenant").until == TODAY + 30 * DAY


def test_sold_and_lived_in_by_nobody_it_is_vacant(unit, resident, clerk, manager, buyer):
    changes.carry_out_change(sold(unit, clerk, manager, buyer), actor=clerk, at=NOW)
    unit.refresh_from_db()
    assert unit.status == Unit.Status.VACANT


def test_sold_with_a_tenant_or_to_who_lives_there_it_stays_lived_in(unit, resident, clerk, manager, buyer):
    add_occupancy(unit, buyer, actor=None, relation="family", since=date(2020, 1, 1))
    changes.carry_out_change(sold(unit, clerk, manager, buyer), actor=clerk, at=NOW)
    unit.refresh_from_db()
    assert unit.status == Unit.Status.OCCUPIED
    let(unit)
    changes.carry_out_change(sold(unit, clerk, manager, resident), actor=clerk, at=NOW + DAY)
    unit.refresh_from_db()
    assert unit.status == Unit.Status.OCCUPIED


def test_an_exchange_waits_for_what_is_open_of_either_unit(unit, resident, clerk, buyer, other_unit):
    first = ask(other_unit, clerk, new_owner=buyer)
    refused("change_open", ask, unit, clerk, kind="exchange", other_unit=other_unit)
    changes.cancel_change(first, actor=clerk, reason="No sale", at=NOW)
    ask(unit, clerk, kind="exchange", other_unit=other_unit)
    refused("change_open", ask, other_unit, clerk, new_owner=buyer)
    third = Unit.objects.create(estate=unit.estate, building=unit.building, code="3-2-701")
    refused("change_open", ask, third, clerk, kind="exchange", other_unit=other_unit)


def test_what_is_open_of_the_other_unit_is_shown_and_kept(unit, resident, clerk, manager, other_unit, login):
    let(other_unit, since=date(2025, 1, 1))
    post_bill(other_unit, date(2026, 12, 15))
    asked = ask(unit, clerk, kind="exchange", other_unit=other_unit)
    open_ones = [answer for answer in changes.clearances_of_change(asked, NOW) if answer.is_open]
    assert [(answer.where, answer.key) for answer in open_ones] == [("3-2-601", "fees")]
    page = login(manager).get(reverse("unit_change_detail", args=[asked.pk])).content.decode()
    assert "is not paid" in page
    changes.approve_change(asked, actor=manager, at=NOW)
    kept = Entry.objects.get(verb="unit_change.approved").data
    assert (kept["open"], kept["open_there"]) == ([], ["fees"])


def test_whoever_may_decide_hears_that_a_change_waits(unit, resident, clerk, manager, buyer):
    change = ask(unit, clerk, new_owner=buyer)
    message = Message.objects.get(template="unit_change_waits", channel="desk")
    assert (message.recipient_user, message.about_id) == (manager, change.pk)
    assert change.number in render_to_string("messages/unit_change_waits.subject.txt", message.context)
