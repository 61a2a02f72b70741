"""The residents' part of the API: written, archived, masked, guarded by ETags."""

from typing import Any

import pytest

from residents.models import Resident, Unit, Vehicle

pytestmark = pytest.mark.django_db
BASE = "/api/v1/"


@pytest.fixture
def client(api: Any, clerk: Any) -> Any:
    return api(clerk)


def first_error(response: Any) -> tuple[str, str | None]:
    error = response.json()["errors"][0]
    return error["code"], error["attr"]


def test_a_building_a_unit_and_its_household_are_put_on_file(client: Any, estate: Any) -> None:
    building = client.post(
        BASE + "buildings/", {"estate": estate.pk, "code": "7", "floors": 20}, format="json"
    ).json()
    unit = client.post(
        BASE + "units/",
        {"building": building["id"], "code": "7栋2单元501", "area_m2": "89.40"},
        format="json",
    )
    assert unit.status_code == 201 and unit.json()["code"] == "7-2-501" and unit.json()["entrance"] == "2"
    person = client.post(
        BASE + "residents/",
        {"estate": estate.pk, "name": "王建国", "phones": [{"number": "13800136021", "label": "mobile"}]},
        format="json",
    )
    assert person.status_code == 201
    shown = person.json()["phones"][0]
    assert shown["number"] == "138****6021" and shown["is_primary"] is True
    home = client.post(
        BASE + "occupancies/",
        {
            "unit": unit.json()["id"],
            "resident": person.json()["id"],
            "relation": "owner",
            "since": "2026-01-01",
        },
        format="json",
    )
    assert home.status_code == 201
    assert client.get(BASE + f"units/{unit.json()['id']}/").json()["owner"] == person.json()["id"]


def test_a_masked_value_sent_back_is_refused(client: Any, resident: Any) -> None:
    url = BASE + f"residents/{resident.pk}/"
    phones = client.get(url).json()["phones"]
    answer = client.patch(url, {"phones": phones}, format="json")
    assert answer.status_code == 400
    assert client.patch(url, {"phones": [{"number": "138****6021"}]}, format="json").status_code == 400
    assert client.patch(url, {"identity_number": "**************1234"}, format="json").status_code == 400
    assert client.patch(url, {"identity_masked": "****1234"}, format="json").status_code == 400
    assert resident.phones.get().number == "+8613800136021"


def test_numbers_are_added_changed_and_removed_and_the_others_stay(client: Any, resident: Any) -> None:
    url = BASE + f"residents/{resident.pk}/"
    answer = client.patch(
        url, {"phones": [{"number": "13900137777", "label": "office"}]}, format="json"
    ).json()
    assert [p["number"] for p in answer["phones"]] == ["138****6021", "139****7777"]
    second = answer["phones"][1]["id"]
    answer = client.patch(url, {"phones": [{"id": second, "is_primary": True}]}, format="json").json()
    assert [p["is_primary"] for p in answer["phones"]] == [True, False] and answer["phones"][0][
        "id"
    ] == second
    assert (
        len(client.patch(url, {"phones": [{"id": second, "remove": True}]}, format="json").json()["phones"])
        == 1
    )
    assert client.patch(url, {"phones": [{"number": "12"}]}, format="json").status_code == 400
    assert client.patch(url, {"phones": [{"id": second, "label": "x"}]}, format="json").status_code == 400


def test_an_identity_number_goes_in_and_never_comes_out(client: Any, resident: Any) -> None:
    url = BASE + f"residents/{resident.pk}/"
    answer = client.patch(url, {"identity_number": "11010519491231002X"}, format="json")
    assert answer.status_code == 200 and "11010519491231002X" not in answer.content.decode()
    assert answer.json()["identity_masked"].endswith("002X")
    assert client.patch(url, {"identity_number": "110105194912310021"}, format="json").status_code == 400


@pytest.mark.parametrize("noun", ["residents", "units"])
def test_a_stale_etag_is_a_412_and_nothing_is_lost(client: Any, unit: Any, resident: Any, noun: str) -> None:
    url = BASE + f"{noun}/{(unit if noun == 'units' else resident).pk}/"
    body = {"units": [{"floor": 6}, {"floor": 7}], "residents": [{"name": "A"}, {"name": "B"}]}[noun]
    tag = client.get(url)["ETag"]
    assert client.patch(url, body[0], format="json", headers={"If-Match": tag}).status_code == 200
    assert client.patch(url, body[1], format="json", headers={"If-Match": tag}).status_code == 412
    key, value = next(iter(body[0].items()))
    assert client.get(url).json()[key] == value


def test_delete_archives(client: Any, unit: Any, resident: Any) -> None:
    assert first_error(client.delete(BASE + f"units/{unit.pk}/")) == ("lived_in", None)
    home = resident.occupancies.get()
    assert client.delete(BASE + f"occupancies/{home.pk}/").status_code == 204
    assert client.get(BASE + f"occupancies/{home.pk}/").json()["until"] is not None
    assert client.delete(BASE + f"residents/{resident.pk}/").status_code == 204
    assert client.get(BASE + f"residents/{resident.pk}/").json()["is_archived"] is True
    assert Resident.objects.filter(pk=resident.pk).exists() and Unit.objects.filter(pk=unit.pk).exists()


def test_vehicles_are_written_found_and_archived(client: Any, unit: Any) -> None:
    made = client.post(BASE + "vehicles/", {"unit": unit.pk, "plate": "粤B·D6021"}, format="json")
    assert made.status_code == 201
    url = BASE + f"vehicles/{made.json()['id']}/"
    again = client.post(BASE + "vehicles/", {"unit": unit.pk, "plate": "粤bd6021"}, format="json")
    assert again.status_code == 409 and first_error(again)[0] == "plate_taken"
    assert client.post(BASE + "vehicles/", {"plate": "X1"}, format="json").status_code == 400
    assert client.patch(url, {"description": "white"}, format="json").json()["description"] == "white"
    hits = client.get(BASE + "lookup/", {"q": "D6021"}).json()["results"]
    assert [(h["kind"], h["id"]) for h in hits] == [("vehicle", made.json()["id"])]
    assert client.delete(url).status_code == 204 and Vehicle.objects.get().is_archived


def test_bad_input_names_its_field(client: Any, unit: Any, resident: Any, estate: Any, building: Any) -> None:
    homes = BASE + "occupancies/"
    body = {
        "unit": unit.pk,
        "resident": resident.pk,
        "relation": "tenant",
        "since": "2026-02-01",
        "until": "2026-01-01",
    }
    assert first_error(client.post(homes, body, format="json")) == ("ends_before_it_begins", "until")
    assert first_error(client.post(homes, body | {"no_such": 1}, format="json")) == (
        "unknown_field",
        "no_such",
    )
    plate = {"building": building.pk, "code": "somewhere"}
    assert first_error(client.post(BASE + "units/", plate, format="json")) == ("plate_unreadable", "code")
    twice = client.post(homes, body | {"relation": "owner", "until": None}, format="json")
    assert twice.status_code == 409 and first_error(twice)[0] == "lives_there_already"


def test_lists_filter_search_and_refuse_what_they_do_not_know(client: Any, unit: Any, resident: Any) -> None:
    def ids(path: str) -> list[int]:
        return [row["id"] for row in client.get(BASE + path).json()["results"]]

    assert ids("residents/?search=wjg") == ids("residents/?search=王建國") == [resident.pk]
    assert ids("residents/?search=nobody") == []
    assert ids(f"occupancies/?unit={unit.pk}&current=true") == [resident.occupancies.get().pk]
    assert ids("units/?entrance=2&ordering=-code") == [unit.pk]
    assert client.get(BASE + "vehicles/?colour=red").status_code == 400
    assert client.get(BASE + "occupancies/?ordering=colour").status_code == 400
