"""What is kept of a household: vehicles, keys, cards, papers, notes; merging; how complete the records are."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from helpdesk.audit.models import Entry
from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused, Stale
from residents.completeness import completeness_of, units_lacking
from residents.duplicates import likely_duplicates
from residents.merging import columns
from residents.models import DeskKey, KeyLoan, Note, Occupancy, Paper, Resident, Unit, Vehicle
from residents.services.cards import end_card, issue_card
from residents.services.emergency_contacts import add_emergency_contact
from residents.services.kept import archive
from residents.services.keys import add_key, archive_key, find_key, lend_key, lose_key, take_key_back
from residents.services.merges import merge_residents, what_goes_over
from residents.services.moves import add_move_person, open_move
from residents.services.notes import add_note
from residents.services.occupancies import archive_resident, correct_occupancy
from residents.services.papers import add_paper
from residents.services.phones import edit_phone, remove_phone
from residents.services.residents import add_occupancy, add_resident
from residents.services.units import add_unit, archive_unit, edit_unit
from residents.services.vehicles import add_vehicle, edit_vehicle
from tests.conftest import at
from tests.residents.procedures import move_out
from tickets.leftovers import leftovers

pytestmark = pytest.mark.django_db


def refused(code: str, call: Any, /, *args: Any, **kwargs: Any) -> None:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    assert caught.value.code == code


def test_a_plate_stands_once_in_an_estate_however_it_is_written(unit: Any, clerk: Any) -> None:
    car = add_vehicle(actor=clerk, unit=unit, plate="粤B·D6021")
    refused("plate_taken", add_vehicle, actor=clerk, unit=unit, plate="粤b d6021")
    refused("plate_missing", add_vehicle, actor=clerk, unit=unit, plate=" · ")
    archive(car, actor=clerk)
    again = add_vehicle(actor=clerk, unit=unit, plate="粤BD6021")
    refused("plate_missing", edit_vehicle, again, actor=clerk, plate="-")
    with pytest.raises(Stale):
        edit_vehicle(again, actor=clerk, version=7, description="white")


def test_a_vehicle_belongs_to_somebody_in_the_database_too(unit: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Vehicle.objects.create(estate=unit.estate, plate="X1", plate_key="X1", plate_turned="1X")


def test_a_key_of_a_unit_that_is_handed_over_is_the_households(estate: Any, unit: Any, clerk: Any) -> None:
    refused(
        "handed_over", add_key, estate=estate, actor=clerk, code="K1", label="Door", kind="unit", unit=unit
    )
    assert add_key(estate=estate, actor=clerk, code="K1", label="Door", kind="left", unit=unit).unit == unit
    edit_unit(unit, actor=clerk, status=Unit.Status.NOT_HANDED_OVER)
    assert add_key(estate=estate, actor=clerk, code="K2", label="Door", kind="unit", unit=unit).kind == "unit"
    refused("tag_taken", add_key, estate=estate, actor=clerk, code="K2", label="Roof")


def test_a_key_is_lent_to_one_comes_back_or_is_lost(estate: Any, clerk: Any) -> None:
    now = at("2026-11-17 10:00")
    key = add_key(estate=estate, actor=clerk, code="K1", label="Roof")
    refused("due_in_the_past", lend_key, key, actor=clerk, borrower="Lin", due_at=now, at=now)
    loan = lend_key(key, actor=clerk, borrower="Lin", due_at=at("2026-11-17 17:00"), at=now)
    refused("key_lent", lend_key, key, actor=clerk, borrower="Ma", due_at=at("2026-11-17 18:00"), at=now)
    take_key_back(loan, actor=clerk, at=at("2026-11-17 16:00"))
    assert take_key_back(loan, actor=clerk, at=at("2026-11-18 16:00")).ended_at == at("2026-11-17 16:00")
    second = lend_key(key, actor=clerk, borrower="Ma", due_at=at("2026-11-17 18:00"), at=now)
    refused("reason_required", lose_key, second, actor=clerk, note=" ")
    lose_key(second, actor=clerk, note="Fell into the drain")
    assert DeskKey.objects.get(pk=key.pk).is_lost
    refused("key_lost", lend_key, key, actor=clerk, borrower="Ma", due_at=at("2027-01-01 18:00"), at=now)


def test_an_overdue_key_goes_over_to_the_next_shift(estate: Any, departments: Any, clerk: Any) -> None:
    now = at("2026-11-17 10:00")
    key = add_key(estate=estate, actor=clerk, code="K1", label="Roof")
    lend_key(key, actor=clerk, borrower="Lin", due_at=at("2026-11-17 12:00"), at=now)

    def lines(moment: str) -> list[str]:
        found = leftovers(estate, departments["front_desk"], since=now, at=at(moment))
        return [line.label for line in found if line.kind == "key"]

    assert lines("2026-11-17 11:59") == []
    assert lines("2026-11-17 12:01") == ["K1"]


def test_a_card_ends_once_and_a_lost_one_may_still_come_back(resident: Any, clerk: Any) -> None:
    card = issue_card(actor=clerk, resident=resident, number="c-1")
    refused("card_out", issue_card, actor=clerk, resident=resident, number="C-1")
    end_card(card, actor=clerk, status="lost")
    refused("invalid_transition", end_card, card, actor=clerk, status="cancelled")
    assert end_card(card, actor=clerk, status="returned").ended_on == timezone.localdate()
    assert issue_card(actor=clerk, resident=resident, number="C-1").status == "issued"


def test_a_paper_that_runs_out_soon_is_told(unit: Any, clerk: Any) -> None:
    day = date(2026, 11, 17)
    for days in (-1, 60, 61):
        add_paper(actor=clerk, unit=unit, title=f"in {days}", expires_on=day + timedelta(days=days))
    assert {p.title for p in Paper.objects.expiring(day)} == {"in -1", "in 60"}
    refused(
        "paper_ends_before",
        add_paper,
        actor=clerk,
        unit=unit,
        title="x",
        signed_on=day,
        expires_on=date(2026, 1, 1),
    )


def test_a_note_for_managers_does_not_exist_for_a_clerk(
    resident: Any, clerk: Any, manager: Any, cashier: Any, login: Any
) -> None:
    note = add_note(actor=manager, resident=resident, audience="managers", body="Sues the developer")
    add_note(actor=manager, resident=resident, audience="accounts", body="Pays in instalments")
    refused("not_your_circle", add_note, actor=clerk, resident=resident, audience="managers", body="x")
    assert [n.body for n in Note.objects.visible_to(cashier)] == ["Pays in instalments"]
    page = login(clerk).get(reverse("resident_detail", args=[resident.pk])).content.decode()
    assert "Sues the developer" not in page and "instalments" not in page
    assert login(clerk).get(reverse("kept_edit", args=["note", note.pk])).status_code == 404
    assert b"Sues the developer" in login(manager).get(reverse("resident_detail", args=[resident.pk])).content


def test_an_emergency_number_is_read_and_masked(resident: Any, clerk: Any, login: Any) -> None:
    refused("phone_unreadable", add_emergency_contact, actor=clerk, resident=resident, name="Li", phone="12")
    add_emergency_contact(actor=clerk, resident=resident, name="Li Fang", phone="139 0013 7777")
    page = login(clerk).get(reverse("resident_detail", args=[resident.pk])).content.decode()
    assert "139****7777" in page and "13900137777" not in page and "139 0013 7777" not in page


def test_a_unit_reads_entrance_and_floor_from_its_plate_and_keeps_what_stood_there(
    building: Any, clerk: Any
) -> None:
    unit = add_unit(building=building, actor=clerk, code="3栋2单元1203", area_m2="89.40")
    assert (unit.code, unit.entrance, unit.floor, unit.room) == ("3-2-1203", "2", 12, "1203")
    refused("unit_taken", add_unit, building=building, actor=clerk, code="3-2-1203")
    refused("plate_of_another_building", add_unit, building=building, actor=clerk, code="4-2-1203")
    refused("net_above_gross", edit_unit, unit, actor=clerk, net_area_m2=100)
    edit_unit(unit, actor=clerk, use="office")
    assert Entry.objects.about(unit).last().data["values"] == {"use": ["residential", "office"]}


def test_a_unit_with_people_is_not_archived(unit: Any, resident: Any, clerk: Any) -> None:
    refused("lived_in", archive_unit, unit, actor=clerk)
    archive_resident(resident, actor=clerk)
    assert resident.occupancies.get().until == timezone.localdate()


def test_a_corrected_first_contact_takes_the_place_of_the_one_before(
    unit: Any, resident: Any, clerk: Any
) -> None:
    wife = add_resident(estate=unit.estate, actor=clerk, name="Li Fang")
    row = add_occupancy(unit, wife, actor=clerk, relation="family", since=date(2020, 1, 1))
    correct_occupancy(row, actor=clerk, is_primary=True, since=date(2015, 1, 1))
    assert [o.resident for o in unit.occupancies.filter(is_primary=True)] == [wife]
    refused("ends_before_it_begins", correct_occupancy, row, actor=clerk, until=date(2014, 1, 1))


def test_numbers_step_back_stop_working_and_go_off_file(resident: Any, clerk: Any) -> None:
    phone = resident.phones.get()
    edit_phone(phone, actor=clerk, is_working=False, label="old")
    assert completeness_of(resident.estate, timezone.localdate()).gaps["dead_phone"] == 1
    remove_phone(phone, actor=clerk)
    assert completeness_of(resident.estate, timezone.localdate()).gaps["no_phone"] == 1
    assert "6021" not in str(list(Entry.objects.values_list("data", "target_label")))


def test_completeness_counts_units_with_a_number_that_works(unit: Any, resident: Any, building: Any) -> None:
    day = timezone.localdate()
    Unit.objects.create(estate=unit.estate, building=building, code="3-2-502")
    Unit.objects.create(estate=unit.estate, building=building, code="3-2-503", status="not_handed_over")
    Unit.objects.create(estate=unit.estate, building=building, code="3-2-504", use="parking")
    figure = completeness_of(unit.estate, day)
    assert (figure.units, figure.reachable, figure.percent) == (2, 1, 50.0)
    assert figure.gaps["nobody"] == 1 and figure.gaps["no_area"] == 1
    assert [u.code for u in units_lacking(unit.estate, "nobody", day)] == ["3-2-502"]


@pytest.fixture
def second(unit: Any, resident: Any, clerk: Any) -> Resident:
    """The same man once more: one number in common, one of his own, a tenancy, no e-mail."""
    twin = add_resident(
        estate=unit.estate,
        actor=clerk,
        name="Wang Jianguo",
        phones=[("13800136021", "mobile"), ("13900137777", "office")],
        email="wang@example.com",
        accepts_messages=False,
    )
    add_occupancy(unit, twin, actor=clerk, relation="owner", since=date(2012, 1, 1))
    return twin


def test_two_records_of_one_person_become_one(
    unit: Any, resident: Any, second: Any, clerk: Any, make_ticket: Any
) -> None:
    assert [(p.first, p.second) for p in likely_duplicates(unit.estate)] == [(resident, second)]
    ticket = make_ticket(unit=unit, resident=second)
    car = add_vehicle(actor=clerk, resident=second, plate="粤B D6021")
    assert {g.column.label for g in what_goes_over(second)} >= {"tickets.ticket", "residents.vehicle"}
    merged = merge_residents(second, into=resident, actor=clerk)
    for row in (ticket, car):
        row.refresh_from_db()
        assert row.resident == merged
    assert {str(p.label) for p in merged.phones.all()} == {"", "office"} and merged.phones.filter(
        is_primary=True
    ).count() == 1
    home = merged.occupancies.get()
    assert (home.since, home.is_primary) == (date(2012, 1, 1), True)
    assert merged.email == "wang@example.com" and merged.accepts_messages is False
    second.refresh_from_db()
    assert second.is_archived and second.merged_into == merged and not second.name_keys.exists()
    refused("archived", merge_residents, second, into=resident, actor=clerk)


def test_both_on_one_move_they_are_one_person_there_with_what_either_was_named_as(
    unit: Any, resident: Any, second: Any, clerk: Any
) -> None:
    move = open_move(unit, actor=clerk, kind="move_in", planned_on=date(2026, 11, 17))
    add_move_person(move, actor=clerk, resident=second, relation="tenant")
    add_move_person(move, actor=clerk, resident=resident, relation="owner")
    merge_residents(second, into=resident, actor=clerk)
    place = move.people.get()
    assert (place.resident, place.relation) == (resident, "owner") and place.is_primary and place.is_payer


def test_a_day_is_the_one_of_the_estate(resident: Any, unit: Any, clerk: Any) -> None:
    Estate.objects.filter(pk=unit.estate_id).update(time_zone="America/Los_Angeles")
    card = issue_card(actor=clerk, resident=Resident.objects.get(), number="C-1", at=at("2026-11-17 10:00"))
    assert card.issued_on == date(2026, 11, 16)
    archive_resident(Resident.objects.get(), actor=clerk, at=at("2026-11-17 10:00"))
    assert resident.occupancies.get().until == date(2026, 11, 16)
    here = Occupancy.objects.today
    assert here(at("2026-11-17 15:59")).exists() and not here(at("2026-11-17 16:01")).exists()


def test_archived_whoever_was_to_stay_longer_ends_today(resident: Any, clerk: Any) -> None:
    resident.occupancies.update(until=date(2026, 12, 31))
    archive_resident(resident, actor=clerk, at=at("2026-11-17 10:00"))
    assert resident.occupancies.get().until == date(2026, 11, 17)


def test_a_merge_is_refused_where_it_makes_no_sense(
    resident: Any, second: Any, clerk: Any, other_estate: Any
) -> None:
    refused("same_record", merge_residents, resident, into=resident, actor=clerk)
    stranger = add_resident(estate=other_estate, actor=None, name="Wang Jianguo")
    refused("other_estate", merge_residents, stranger, into=resident, actor=clerk)
    with pytest.raises(Stale):
        merge_residents(second, into=resident, actor=clerk, versions=(0, 0))


def test_the_review_shows_both_and_merges_what_was_looked_at(
    resident: Any, second: Any, clerk: Any, login: Any
) -> None:
    browser, url = login(clerk), reverse("resident_merge", args=[resident.pk, second.pk])
    page = browser.get(url)
    assert "138****6021" in page.content.decode()
    assert browser.post(url, {"versions": "99,99"}).status_code == 409
    assert browser.post(url, {"versions": page.context["versions"]}).status_code == 303
    assert Resident.objects.get(pk=second.pk).merged_into == resident


def test_every_column_that_points_to_a_resident_is_known_to_the_merge() -> None:
    there = {
        (m._meta.label_lower, f.name)
        for m in apps.get_models()
        for f in m._meta.concrete_fields
        if f.related_model is Resident
    }
    assert there == {(c.label, c.name) for c in columns()}
    assert [c.label for c in columns() if c.stays] == ["residents.erasure", "billing.deposit"]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("vehicle", {"plate": "粤B D6021", "kind": "car"}),
        ("pet", {"kind": "dog", "name": "豆豆"}),
        ("card", {"kind": "door", "number": "A-1", "issued_on": "2026-01-05"}),
        ("paper", {"kind": "lease", "title": "Lease 2026"}),
        ("note", {"audience": "desk", "body": "Speak slowly"}),
        ("emergency", {"name": "Li Fang", "phone": "13900137777"}),
    ],
)
def test_a_record_is_added_changed_and_put_away_on_its_pages(
    resident: Any, clerk: Any, login: Any, kind: str, fields: dict[str, str]
) -> None:
    browser, new = login(clerk), reverse("kept_new_resident", args=[resident.pk, kind])
    assert browser.get(new).status_code == 200
    assert browser.post(new, {}).status_code == 422
    assert browser.post(new, fields).status_code == 303
    from residents.views.household import KINDS

    row = KINDS[kind].model.objects.get()
    edit = reverse("kept_edit", args=[kind, row.pk])
    assert browser.get(edit).status_code == 200
    assert browser.post(edit, fields | {"note": "new", "version": "9"}).status_code == 409
    assert browser.post(edit, fields | {"note": "new", "version": "1"}).status_code == 303
    assert browser.post(reverse("kept_archive", args=[kind, row.pk])).status_code == 303
    row.refresh_from_db()
    assert row.is_archived


def test_the_key_book_lends_and_takes_back(estate: Any, clerk: Any, login: Any) -> None:
    browser = login(clerk)
    assert (
        browser.post(reverse("key_new"), {"code": "K1", "label": "Roof", "kind": "public"}).status_code == 303
    )
    key = DeskKey.objects.get()
    lend = reverse("key_lend", args=[key.pk])
    assert browser.post(lend, {"borrower": "Lin", "due_at": "2020-01-01T10:00"}).status_code == 409
    assert browser.post(lend, {"borrower": "Lin", "due_at": "2099-01-01T10:00"}).status_code == 303
    assert "Lin" in browser.get(reverse("key_list") + "?show=out").content.decode()
    loan = KeyLoan.objects.get()
    assert browser.post(reverse("key_back", args=[loan.pk]), {"lost": "1"}).status_code == 409
    assert browser.post(reverse("key_back", args=[loan.pk])).status_code == 303


def test_the_page_of_a_key_changes_it_and_says_who_had_it(estate: Any, clerk: Any, login: Any) -> None:
    browser = login(clerk)
    key = add_key(estate=estate, actor=clerk, code="K1", label="Roof")
    add_key(estate=estate, actor=clerk, code="K2", label="Cellar")
    page = reverse("key_edit", args=[key.pk])
    said = {"code": "K9", "label": "Roof, east", "place": "Hook 4"}
    assert browser.post(page, said | {"version": "7"}).status_code == 409
    taken = browser.post(page, said | {"version": "1", "code": "K2"})
    assert taken.status_code == 409 and "Roof, east" in taken.content.decode()
    assert browser.post(page, said | {"version": "1"}).status_code == 303
    key.refresh_from_db()
    assert (key.code, key.label, key.place, key.version) == ("K9", "Roof, east", "Hook 4", 2)

    loan = lend_key(key, actor=clerk, borrower="Lin", due_at=timezone.now() + timedelta(hours=1))
    back = reverse("key_back", args=[loan.pk])
    refused = browser.post(back, {"lost": "1", "note": " "})
    assert refused.status_code == 409 and "how it was lost" in refused.content.decode()
    assert browser.post(reverse("key_archive", args=[key.pk])).status_code == 409
    assert browser.post(back, {"lost": "1", "note": "Fell into the lift shaft"}).status_code == 303
    assert "Fell into the lift shaft" in browser.get(page).content.decode()
    assert "K9" in browser.get(reverse("key_list") + "?show=lost").content.decode()


def test_a_lost_key_that_turns_up_can_be_lent_again(estate: Any, clerk: Any, login: Any) -> None:
    key = add_key(estate=estate, actor=clerk, code="K1", label="Roof")
    soon = timezone.now() + timedelta(hours=1)
    lose_key(lend_key(key, actor=clerk, borrower="Lin", due_at=soon), actor=clerk, note="Gone")
    with pytest.raises(Refused, match="lost"):
        lend_key(key, actor=clerk, borrower="Mo", due_at=soon)
    assert login(clerk).post(reverse("key_found", args=[key.pk])).status_code == 303
    assert find_key(key, actor=clerk).version == 2  # once more changes nothing
    assert lend_key(key, actor=clerk, borrower="Mo", due_at=soon).key.is_lost is False
    assert Entry.objects.filter(verb="deskkey.found").count() == 1
    archive_key(take_key_back(KeyLoan.objects.latest("pk"), actor=clerk).key, actor=clerk)
    with pytest.raises(Refused) as refusal:
        find_key(key, actor=clerk)
    assert refusal.value.code == "archived"


def test_pages_of_units_and_residents_take_a_constant_number_of_queries(
    unit: Any, resident: Any, clerk: Any, login: Any, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser, url = login(clerk), reverse("unit_detail", args=[unit.pk])

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(url).status_code == 200
        return len(queries)

    add_vehicle(actor=clerk, unit=unit, plate="A100")
    add_paper(actor=clerk, unit=unit, title="p0")
    asked()  # what is read once and kept
    first = asked()
    for n in range(5):
        add_vehicle(actor=clerk, unit=unit, plate=f"B10{n}")
        add_paper(actor=clerk, unit=unit, title=f"p{n}")
    assert asked() == first


def test_whoever_is_new_is_put_behind_the_door_that_was_typed(unit: Any, clerk: Any, login: Any) -> None:
    browser = login(clerk)
    browser.post(reverse("lookup"), {"q": "139 0013 7777"})
    page = browser.post(reverse("lookup"), {"q": "3-2-501"}).content.decode()
    assert reverse("unit_new_person", args=[unit.pk]) in page
    form = browser.get(reverse("unit_new_person", args=[unit.pk])).content.decode()
    assert "139 0013 7777" in form
    assert not Occupancy.objects.exists()


def test_the_gaps_of_one_building_are_asked_for_alone(login, clerk, unit):
    other = unit.estate.buildings.create(code="9", floors=2)
    Unit.objects.create(estate=unit.estate, building=other, code="9-1-101")
    of_others = reverse("unit_detail", args=[unit.pk])
    page = login(clerk).get(reverse("record_gaps"), {"gap": "nobody", "building": other.pk}).content.decode()
    assert "9-1-101" in page and of_others not in page
    everything = login(clerk).get(reverse("record_gaps"), {"gap": "nobody", "building": "x"}).content.decode()
    assert "9-1-101" in everything and of_others in everything


def test_a_units_history_tells_of_its_procedures_in_words(login, clerk, unit, resident):
    move_out(unit, clerk)
    record("reminder.sent", unit, actor=None)
    page = login(clerk).get(reverse("unit_detail", args=[unit.pk])).content.decode()
    assert "move: Checklist opened" in page and "a reminder was sent" in page
