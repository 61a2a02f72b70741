"""Keys, cards, papers and parking places by API: written, acted on, archived; what is refused."""

from datetime import timedelta

import pytest
from django.utils import timezone

from residents.services.cards import issue_card
from residents.services.keys import add_key
from residents.services.papers import add_paper
from residents.services.parking_spaces import add_space
from residents.services.vehicles import add_vehicle

pytestmark = pytest.mark.django_db


def codes(response) -> list[tuple[str, str]]:
    return [(error["code"], error["attr"]) for error in response.json()["errors"]]


def test_a_key_is_hung_up_lent_and_taken_back(api, clerk, estate):
    client = api(clerk)
    made = client.post("/api/v1/keys/", {"estate": estate.pk, "code": "A1", "label": "Roof"})
    assert made.status_code == 201 and made.json()["loan"] is None
    key = f"/api/v1/keys/{made.json()['id']}/"
    due = (timezone.now() + timedelta(hours=3)).isoformat()
    lent = client.post(f"{key}lend/", {"borrower": "Lin", "due_at": due})
    assert lent.status_code == 200 and lent.json()["loan"]["borrower"] == "Lin"
    again = client.post(f"{key}lend/", {"borrower": "Zhao", "due_at": due})
    assert again.status_code == 409 and codes(again)[0][0] == "key_lent"
    assert client.delete(key).status_code == 409
    for query, many in (("is_lent=true", 1), ("overdue=true", 0), ("is_lent=false", 0), ("search=roof", 1)):
        assert len(client.get(f"/api/v1/keys/?{query}").json()["results"]) == many, query
    assert client.post(f"{key}back/", {}).json()["loan"] is None
    assert codes(client.post(f"{key}back/", {}))[0][0] == "not_lent"
    assert client.delete(key).status_code == 204
    assert client.get(key).json()["is_archived"]


def test_a_lost_key_needs_a_word_and_is_lent_no_more(api, clerk, estate):
    client, key = api(clerk), add_key(estate=estate, actor=clerk, code="A1", label="Roof")
    due = (timezone.now() + timedelta(hours=3)).isoformat()
    client.post(f"/api/v1/keys/{key.pk}/lend/", {"borrower": "Lin", "due_at": due})
    assert client.post(f"/api/v1/keys/{key.pk}/lose/", {}).status_code == 400
    assert client.post(f"/api/v1/keys/{key.pk}/lose/", {"note": "Dropped"}).json()["is_lost"]
    answer = client.post(f"/api/v1/keys/{key.pk}/lend/", {"borrower": "Lin", "due_at": due})
    assert answer.status_code == 409 and codes(answer)[0][0] == "key_lost"


def test_a_key_is_due_after_it_is_lent_and_opens_a_unit_of_its_estate(api, clerk, estate, unit):
    client, key = api(clerk), add_key(estate=estate, actor=clerk, code="A1", label="Roof")
    past = (timezone.now() - timedelta(hours=1)).isoformat()
    answer = client.post(f"/api/v1/keys/{key.pk}/lend/", {"borrower": "Lin", "due_at": past})
    assert answer.status_code == 400 and codes(answer) == [("due_in_the_past", "due_at")]
    body = {"estate": estate.pk, "code": "U1", "label": "Door", "kind": "unit"}
    assert codes(client.post("/api/v1/keys/", body)) == [("unit_missing", "unit")]
    assert codes(client.post("/api/v1/keys/", body | {"unit": unit.pk}))[0][0] == "handed_over"
    taken = client.post("/api/v1/keys/", {"estate": estate.pk, "code": "A1", "label": "Pump"})
    assert taken.status_code == 409 and codes(taken)[0][0] == "tag_taken"


def test_a_key_changes_with_the_version_that_was_read(api, clerk, estate):
    client, key = api(clerk), add_key(estate=estate, actor=clerk, code="A1", label="Roof")
    tag = client.get(f"/api/v1/keys/{key.pk}/")["ETag"]
    changed = client.patch(f"/api/v1/keys/{key.pk}/", {"place": "Hook 4"}, headers={"If-Match": tag})
    assert changed.json()["place"] == "Hook 4" and changed["ETag"] != tag
    stale = client.patch(f"/api/v1/keys/{key.pk}/", {"place": "Hook 5"}, headers={"If-Match": tag})
    assert stale.status_code == 412


def test_a_card_is_issued_once_and_ends(api, clerk, unit, resident):
    client = api(clerk)
    made = client.post("/api/v1/cards/", {"resident": resident.pk, "kind": "door", "number": "c-7"})
    assert made.status_code == 201 and made.json()["number"] == "C-7" and made.json()["status"] == "issued"
    card = f"/api/v1/cards/{made.json()['id']}/"
    twice = client.post("/api/v1/cards/", {"unit": unit.pk, "kind": "door", "number": "C-7"})
    assert twice.status_code == 409 and codes(twice)[0][0] == "card_out"
    assert client.post(f"{card}end/", {"status": "issued"}).status_code == 400
    ended = client.post(f"{card}end/", {"status": "cancelled", "note": "Moved"})
    assert ended.json()["status"] == "cancelled" and ended.json()["ended_on"]
    answer = client.post(f"{card}end/", {"status": "returned"})
    assert answer.status_code == 409 and codes(answer)[0][0] == "invalid_transition"
    assert len(client.get("/api/v1/cards/?status=cancelled&ordering=-status").json()["results"]) == 1
    assert client.patch(card, {"note": "x"}).json()["note"] == "x"
    assert client.delete(card).status_code == 204


def test_a_paper_is_kept_and_found_by_the_day_it_runs_out(api, clerk, unit):
    client = api(clerk)
    body = {
        "unit": unit.pk,
        "title": "Lease",
        "kind": "lease",
        "signed_on": "2026-01-01",
        "expires_on": "2026-12-31",
    }
    made = client.post("/api/v1/papers/", body)
    assert made.status_code == 201
    paper = f"/api/v1/papers/{made.json()['id']}/"
    assert len(client.get("/api/v1/papers/?expires_before=2027-01-01").json()["results"]) == 1
    assert client.get("/api/v1/papers/?expires_before=2026-06-01").json()["results"] == []
    wrong = client.patch(paper, {"expires_on": "2025-01-01"})
    assert wrong.status_code == 400 and codes(wrong) == [("paper_ends_before", "expires_on")]
    assert client.patch(paper, {"expires_on": None}).json()["expires_on"] is None
    assert client.patch(paper, {"unit": None}).status_code == 400
    assert client.delete(paper).status_code == 204


def test_a_parking_place_goes_to_a_household_and_is_put_away_empty(api, clerk, estate, unit):
    client = api(clerk)
    made = client.post("/api/v1/parking-spaces/", {"estate": estate.pk, "code": "B1-7"})
    assert made.status_code == 201
    space = f"/api/v1/parking-spaces/{made.json()['id']}/"
    assert len(client.get("/api/v1/parking-spaces/?is_free=true").json()["results"]) == 1
    assert client.patch(space, {"unit": unit.pk}).json()["unit"] == unit.pk
    assert codes(client.patch(space, {"kind": "public"})) == [("public_space", "unit")]
    car = client.post(
        "/api/v1/vehicles/", {"unit": unit.pk, "plate": "粤B D6021", "space": made.json()["id"]}
    )
    assert client.delete(space).status_code == 409
    client.delete(f"/api/v1/vehicles/{car.json()['id']}/")
    assert client.delete(space).status_code == 204


@pytest.mark.parametrize("noun", ["keys", "cards", "papers", "parking-spaces"])
def test_another_estates_are_not_there_and_an_unknown_field_is_named(
    noun, api, clerk, outsider, estate, unit
):
    made = {
        "keys": lambda: add_key(estate=estate, actor=clerk, code="A1", label="Roof"),
        "cards": lambda: issue_card(actor=clerk, unit=unit, number="C-1"),
        "papers": lambda: add_paper(actor=clerk, unit=unit, title="Lease"),
        "parking-spaces": lambda: add_space(estate=estate, actor=clerk, code="B1-7"),
    }[noun]()
    address = f"/api/v1/{noun}/{made.pk}/"
    assert api(outsider).get(address).status_code == 404
    assert api(outsider).get(f"/api/v1/{noun}/").json()["results"] == []
    assert codes(api(clerk).patch(address, {"no_such_field": 1}))[0][1] == "no_such_field"
    assert api(clerk).get(f"/api/v1/{noun}/?no_such_filter=1").status_code == 400


@pytest.mark.parametrize("noun", ["cards", "papers"])
def test_a_record_of_nobody_is_a_400(noun, api, clerk):
    answer = api(clerk).post(
        f"/api/v1/{noun}/", {"number": "1", "title": "x"} if noun == "papers" else {"number": "1"}
    )
    assert answer.status_code == 400 and codes(answer) == [("required", "unit")]


def test_a_vehicle_goes_to_no_place_that_is_put_away(api, clerk, estate, unit):
    space = add_space(estate=estate, actor=clerk, code="B1-7")
    car = add_vehicle(actor=clerk, unit=unit, plate="粤B D6021")
    client = api(clerk)
    client.delete(f"/api/v1/parking-spaces/{space.pk}/")
    answer = client.patch(f"/api/v1/vehicles/{car.pk}/", {"space": space.pk})
    assert answer.status_code == 409 and codes(answer)[0][0] == "archived"
