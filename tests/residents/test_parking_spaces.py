"""Places in the car park: whose they are, what stands on them, and what the history says of it."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from helpdesk.audit.models import Entry
from helpdesk.lib.errors import Stale
from residents.models import ParkingSpace, Unit
from residents.services.kept import archive
from residents.services.parking_spaces import add_space, archive_space, edit_space, give_space
from residents.services.vehicles import add_vehicle, edit_vehicle
from tests.residents.test_household import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def space(estate, unit, clerk) -> ParkingSpace:
    return add_space(estate=estate, actor=clerk, code="B1-07", unit=unit)


def page(browser: Any, name: str, *args: Any, **query: Any) -> str:
    response = browser.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_place_stands_once_in_an_estate_and_has_a_number(estate, space, clerk):
    refused("space_taken", add_space, estate=estate, actor=clerk, code=" B1-07 ")
    refused("code_missing", add_space, estate=estate, actor=clerk, code="  ")
    other = add_space(estate=estate, actor=clerk, code="B1-08")
    refused("space_taken", edit_space, other, actor=clerk, code="B1-07")


def test_a_place_for_everybody_belongs_to_no_household(estate, unit, space, clerk):
    refused("public_space", add_space, estate=estate, actor=clerk, code="V1", kind="public", unit=unit)
    refused("public_space", edit_space, space, actor=clerk, kind="public")
    assert edit_space(space, actor=clerk, kind="public", unit=None).unit is None
    with pytest.raises(IntegrityError), transaction.atomic():
        ParkingSpace.objects.filter(pk=space.pk).update(unit=unit)


def test_a_place_goes_to_a_unit_of_its_own_estate(space, other_estate, clerk):
    building = other_estate.buildings.create(code="1", floors=3)
    elsewhere = Unit.objects.create(estate=other_estate, building=building, code="1-101")
    refused("other_estate", give_space, space, actor=clerk, unit=elsewhere)


def test_the_history_of_both_households_tells_of_a_place_that_went_over(space, unit, clerk):
    neighbour = Unit.objects.create(estate=unit.estate, building=unit.building, code="3-2-502")
    edit_space(space, actor=clerk, unit=neighbour)
    filed = {(e.verb, e.filed_id) for e in Entry.objects.filter(target_type="residents.parkingspace")}
    assert {("parkingspace.freed", unit.pk), ("parkingspace.given", neighbour.pk)} <= filed


def test_of_two_colleagues_the_second_is_told(space, clerk):
    edit_space(space, actor=clerk, version=1, code="B1-09")
    with pytest.raises(Stale):
        edit_space(space, actor=clerk, version=1, code="B1-10")


def test_a_place_with_a_vehicle_is_not_put_away(space, unit, clerk):
    car = add_vehicle(actor=clerk, unit=unit, plate="粤B D6021", space=space)
    refused("space_in_use", archive_space, space, actor=clerk)
    archive(car, actor=clerk)
    assert archive_space(space, actor=clerk).is_archived
    assert archive_space(space, actor=clerk).version == 2
    refused("archived", edit_space, space, actor=clerk, code="B1-11")


def test_no_vehicle_is_given_a_place_that_is_put_away(space, unit, clerk):
    archive_space(space, actor=clerk)
    space.refresh_from_db()
    refused("archived", add_vehicle, actor=clerk, unit=unit, plate="粤B D6021", space=space)
    car = add_vehicle(actor=clerk, unit=unit, plate="粤B D6021")
    refused("archived", edit_vehicle, car, actor=clerk, space=space)


def test_the_pages_add_change_and_put_away(login, clerk, estate, unit):
    browser = login(clerk)
    sent = {"code": "B1-12", "kind": "rented", "unit": "3栋2单元501"}
    assert browser.post(reverse("parking_new"), sent).status_code == 303
    space = ParkingSpace.objects.get(code="B1-12")
    assert space.unit == unit
    assert 'value="3-2-501"' in page(browser, "parking_edit", space.pk)
    change = {"code": "B1-13", "kind": "owned", "unit": "", "version": 1}
    assert browser.post(reverse("parking_edit", args=[space.pk]), change).status_code == 303
    space.refresh_from_db()
    assert (space.code, space.unit) == ("B1-13", None)
    assert "parking place: free again" in page(browser, "unit_detail", unit.pk)
    assert browser.post(reverse("parking_archive", args=[space.pk])).status_code == 303
    assert "B1-13" not in page(browser, "parking_list")


def test_what_was_typed_stays_where_it_is_refused(login, clerk, space):
    sent = {"code": "B1-07", "kind": "rented", "unit": "99-9-999"}
    answer = login(clerk).post(reverse("parking_new"), sent)
    assert answer.status_code == 422 and "This unit is not on file" in answer.content.decode()
    answer = login(clerk).post(reverse("parking_new"), sent | {"unit": ""})
    assert answer.status_code == 409 and "on file already" in answer.content.decode()
    assert 'value="B1-07"' in answer.content.decode()


def test_a_stale_change_is_refused_and_an_occupied_place_stays(login, clerk, space, unit):
    edit_space(space, actor=clerk, kind="owned")
    sent = {"code": "B1-99", "kind": "rented", "unit": "3-2-501", "version": 1}
    assert login(clerk).post(reverse("parking_edit", args=[space.pk]), sent).status_code == 409
    add_vehicle(actor=clerk, unit=unit, plate="粤B D6021", space=space)
    assert login(clerk).post(reverse("parking_archive", args=[space.pk])).status_code == 409


def test_the_list_shows_whose_what_and_what_is_free(login, clerk, estate, space, unit):
    add_vehicle(actor=clerk, unit=unit, plate="粤B X1234", space=space)
    add_space(estate=estate, actor=clerk, code="B1-08")
    add_space(estate=estate, actor=clerk, code="V-01", kind="public")
    browser = login(clerk)
    every = page(browser, "parking_list")
    assert all(word in every for word in ("B1-07", "粤B X1234", "3-2-501", "B1-08", "V-01"))
    free = page(browser, "parking_list", show="free")
    assert "B1-08" in free and "B1-07" not in free and "V-01" not in free
    assert "V-01" in page(browser, "parking_list", show="public")
    assert "粤B X1234" not in page(browser, "parking_list", after="B1-07")


@pytest.mark.parametrize("query", [{"show": "nonsense"}, {"after": "x" * 999}])
def test_whatever_the_address_says_is_answered(login, clerk, space, query):
    page(login(clerk), "parking_list", **query)
