"""The units map: the question stands in the address, the answer in number, tint and dashes (docs/domain.md §8)."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpdesk.desk.units_map import buildings_shown, units_map
from residents.models import Building, Unit
from residents.services import decoration_site as site
from tests.billing.bills import post_bill
from tests.conftest import at
from tests.residents.procedures import DAY, NOW, TODAY, applied, running

pytestmark = pytest.mark.django_db


def doors(building, floors=3, each=4, entrance="2"):
    return Unit.objects.bulk_create(
        Unit(
            estate=building.estate, building=building, code=f"{building.code}-{entrance}-{floor}{door:02d}",
            entrance=entrance, floor=floor, area_m2=80,
        )
        for floor in range(1, floors + 1)
        for door in range(1, each + 1)
    )  # fmt: skip


def cells(user, estate, question, when=NOW):
    drawn = units_map(user, estate, list(Building.objects.filter(estate=estate)), question=question, at=when)
    return {cell.unit.code: cell for cell in drawn.cells}


def test_the_older_the_arrears_the_more_dashes(unit, resident, building, manager):
    doors(building)
    post_bill(unit, date(2026, 6, 15))
    for when, level in [
        ("2026-06-15", 0),
        ("2026-06-16", 1),
        ("2026-07-16", 2),
        ("2026-09-14", 3),
        ("2026-12-13", 4),
    ]:
        assert cells(manager, unit.estate, "arrears", at(f"{when} 10:00"))["3-2-501"].level == level, when


def test_open_tickets_are_counted_as_far_as_one_may_see_them(unit, resident, clerk, guard, make_ticket):
    for _ in range(2):
        make_ticket(unit=unit)
    assert cells(clerk, unit.estate, "tickets")["3-2-501"].level == 2
    assert cells(guard, unit.estate, "tickets")["3-2-501"].level == 0


def test_vacant_is_dashed_whatever_is_asked(unit, building, manager):
    Unit.objects.filter(pk=unit.pk).update(status="vacant")
    assert cells(manager, unit.estate, "vacant")["3-2-501"].says == "Vacant"
    assert cells(manager, unit.estate, "tickets")["3-2-501"].is_vacant


def test_builders_show_from_the_application_to_the_violation(unit, resident, clerk, manager, building):
    other = doors(building)[0]
    applied(other, clerk)
    job = running(unit, clerk, manager)
    assert cells(clerk, unit.estate, "decorating")["3-2-101"].level == 1
    assert cells(clerk, unit.estate, "decorating")["3-2-501"].level == 2
    assert cells(clerk, unit.estate, "decorating", NOW + 40 * DAY)["3-2-501"].level == 3
    site.add_violation(job, actor=clerk, what="Dust", rectify_by=TODAY, at=NOW)
    assert cells(clerk, unit.estate, "decorating")["3-2-501"].level == 4


def test_doors_above_each_other_stand_in_one_column_and_a_missing_one_leaves_a_hole(building, manager):
    rows = doors(building, floors=12, each=2)
    Unit.objects.filter(pk=rows[2].pk).delete()
    house = units_map(manager, building.estate, [building], question="vacant", at=NOW).buildings[0]
    assert [floor.number for floor in house.floors] == list(range(12, 0, -1))
    second = house.floors[-2]
    assert second.entrances[0][0] is None and second.entrances[0][1].door == "202"
    assert house.floors[0].entrances[0][0].door == "1201"
    assert house.entrances == [("2", 2)]


def test_a_hundred_buildings_are_chosen_one_by_one(estate):
    houses = [Building(estate=estate, code=str(n)) for n in range(1, 101)]
    assert buildings_shown(houses, "", 9000) == (houses[:1], False)
    assert buildings_shown(houses, "77", 9000)[0] == [houses[76]]
    assert buildings_shown(houses[:4], "", 228) == (houses[:4], True)
    assert buildings_shown([], "", 0) == ([], True)


@pytest.mark.parametrize("question", ["arrears", "tickets", "vacant", "decorating"])
def test_a_big_building_asks_no_more_than_a_small_one(question, unit, building, manager, login):
    browser = login(manager)

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert browser.get(reverse("units_map"), {"ask": question}).status_code == 200
        return len(caught)

    queries()
    few = queries()
    doors(building, floors=30, each=8, entrance="1")
    assert queries() == few


def test_the_page_keeps_the_question_and_opens_a_card(unit, resident, clerk, login):
    post_bill(unit, date(2020, 1, 15))
    browser = login(clerk)
    page = browser.get(reverse("units_map"), {"ask": "arrears", "unit": unit.pk}).content.decode()
    assert "level-4" in page and 'aria-current="true"' in page
    assert reverse("unit_card", args=[unit.pk]) in page
    listed = browser.get(reverse("units_map"), {"ask": "arrears", "view": "list"}).content.decode()
    assert "3-2-501" in listed and "Owes" in listed


def test_who_sees_no_accounts_is_not_shown_arrears(unit, resident, supervisor, login):
    post_bill(unit, date(2020, 1, 15))
    page = login(supervisor).get(reverse("units_map"), {"ask": "arrears"}).content.decode()
    assert "Arrears" not in page and "Owes" not in page and 'level-4"' not in page.split("map-buildings")[1]


@pytest.mark.parametrize(
    "odd", [{"ask": "x"}, {"unit": "9" * 30}, {"unit": "x"}, {"building": "nowhere"}, {"view": "x"}]
)
def test_an_odd_address_is_the_plain_map(unit, clerk, login, odd):
    assert login(clerk).get(reverse("units_map"), odd).status_code == 200


def test_an_estate_without_units_says_so(clerk, login):
    assert "No unit is on file here." in login(clerk).get(reverse("units_map")).content.decode()
