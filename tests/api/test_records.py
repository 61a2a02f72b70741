"""What is only read: estates, departments, staff, buildings, units, residents; the one box and the caller card."""

from typing import Any

import pytest

from helpdesk.staff.models import Membership
from residents.models import Resident
from tickets.services.contacts import take_contact
from tickets.services.slips import issue_slip

pytestmark = pytest.mark.django_db


def rows(client: Any, path: str) -> list[dict[str, Any]]:
    response = client.get(f"/api/v1/{path}")
    assert response.status_code == 200, response.content
    return list(response.json()["results"])


def test_estates_departments_and_staff_of_the_own_estate_only(api, clerk, estate, departments, outsider):
    client = api(clerk)
    assert [row["code"] for row in rows(client, "estates/")] == ["willow"]
    assert {row["id"] for row in rows(client, "departments/")} == {d.pk for d in departments.values()}
    assert rows(client, "departments/?kind=engineering")[0]["id"] == departments["engineering"].pk
    assert rows(client, "staff/") == [
        {
            "id": clerk.pk, "username": "clerk", "name": "Clerk", "estate": estate.pk, "role": "clerk",
            "department": departments["front_desk"].pk,
        }
    ]  # fmt: skip
    assert client.get(f"/api/v1/staff/{clerk.pk}/").json()["id"] == clerk.pk


def test_who_left_is_no_colleague_any_more(api, clerk, second_clerk):
    Membership.objects.filter(user=second_clerk).update(is_active=False)
    assert [row["id"] for row in rows(api(clerk), "staff/")] == [clerk.pk]
    assert api(clerk).get(f"/api/v1/staff/{second_clerk.pk}/").status_code == 404


def test_a_unit_names_its_owner_and_who_lives_there(api, clerk, unit, resident, building, estate):
    shown = api(clerk).get(f"/api/v1/units/{unit.pk}/").json()
    assert shown["code"] == "3-2-501" and shown["area_m2"] == "89.40" and shown["owner"] == resident.pk
    assert shown["building"] == building.pk and shown["estate"] == estate.pk
    assert [(o["resident"], o["relation"], o["is_payer"]) for o in shown["occupants"]] == [
        (resident.pk, "owner", True)
    ]
    assert rows(api(clerk), "units/?code=3-2-501") == rows(api(clerk), "units/?search=2-501") == [shown]


def test_a_resident_is_shown_with_numbers_masked_and_no_identity_number(api, clerk, unit, resident):
    Resident.objects.filter(pk=resident.pk).update(identity_number="110101199003078515")
    resident.refresh_from_db()
    response = api(clerk).get(f"/api/v1/residents/{resident.pk}/")
    shown = response.json()
    assert [(p["number"], p["is_primary"]) for p in shown["phones"]] == [("138****6021", True)]
    assert shown["identity_masked"].endswith("8515") and shown["identity_masked"].startswith("****")
    assert [(home["unit"], home["relation"], home["since"]) for home in shown["units"]] == [
        (unit.pk, "owner", "2014-05-01")
    ]
    for secret in (b"13800136021", b"0013", b"199003", b"note"):
        assert secret not in response.content


def test_residents_are_found_by_unit_and_by_name_in_any_script(api, clerk, unit, resident):
    Resident.objects.create(estate=unit.estate, name="Somebody Else")
    client = api(clerk)
    for query in (
        f"unit={unit.pk}",
        "search=Wang",
        "search=王建国",
        "search=王建國",
        "search=wjg",
        "search=jianguo",
    ):
        assert [row["id"] for row in rows(client, f"residents/?{query}")] == [resident.pk], query
    assert len(rows(client, f"residents/?unit={unit.pk}&search=wang&ordering=name")) == 1
    assert rows(client, "residents/?kind=organisation") == rows(client, "residents/?is_archived=true") == []


# --- the one box ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["3-2-501", "3 2 501", "3栋2单元501"])
def test_the_box_finds_a_unit_in_any_writing(query, api, clerk, unit):
    found = api(clerk).get("/api/v1/lookup/", {"q": query}).json()["results"]
    assert [(hit["kind"], hit["id"], hit["title"]) for hit in found] == [("unit", unit.pk, "3-2-501")]
    assert found[0]["url"].startswith("http")


@pytest.mark.parametrize(
    "query", ["13800136021", "6021", "138 0013 6021", "王建国", "Wang", "wangjianguo", "wjg"]
)
def test_the_box_finds_a_person_by_number_or_name(query, api, clerk, resident):
    found = api(clerk).get("/api/v1/lookup/", {"q": query}).json()["results"]
    assert ("resident", resident.pk) in {(hit["kind"], hit["id"]) for hit in found}
    assert "13800136021" not in str(found)


def test_the_box_finds_tickets_and_slips_by_number_for_who_may_see_them(
    api, clerk, cashier, make_ticket, departments
):
    ticket = make_ticket()
    slip = issue_slip(actor=clerk, department=departments["engineering"], instructions="Look", ticket=ticket)
    for number, kind, pk in ((ticket.number, "ticket", ticket.pk), (slip.number, "slip", slip.pk)):
        found = api(clerk).get("/api/v1/lookup/", {"q": number}).json()["results"]
        assert [(hit["kind"], hit["id"]) for hit in found] == [(kind, pk)]
        assert api(clerk, "residents:read").get("/api/v1/lookup/", {"q": number}).json()["results"] == []
        assert api(cashier).get("/api/v1/lookup/", {"q": number}).json()["results"] == []


def test_the_box_finds_nothing_of_another_estate(api, outsider, unit, resident, make_ticket):
    for query in ("3-2-501", "6021", "13800136021", "Wang", make_ticket().number):
        assert api(outsider).get("/api/v1/lookup/", {"q": query}).json() == {"results": []}


@pytest.mark.parametrize("query", ["", "q=", "q=%20", "q=" + "x" * 300, "q=%00", "q=a&limit=5"])
def test_a_question_that_is_none_is_a_400(query, api, clerk):
    assert api(clerk).get(f"/api/v1/lookup/?{query}").status_code == 400


# --- the caller card --------------------------------------------------------------------------------------------------


def test_the_card_shows_people_calls_and_matters(api, clerk, estate, unit, resident, make_ticket):
    ticket = make_ticket(unit=unit, resident=resident)
    take_contact(estate=estate, kind="call", actor=clerk, unit=unit, resident=resident)
    card = api(clerk).get(f"/api/v1/units/{unit.pk}/card/").json()
    assert (card["unit"], card["code"]) == (unit.pk, "3-2-501")
    (person,) = card["people"]
    assert (person["resident"], person["relation"], person["is_primary"]) == (resident.pk, "owner", True)
    assert person["phones"][0]["number"] == "138****6021"
    assert [t["id"] for t in card["open_tickets"]] == [t["id"] for t in card["last_tickets"]] == [ticket.pk]
    assert card["calls_in_30_days"] >= 1


def test_the_card_hides_tickets_from_who_may_not_see_them(api, clerk, cashier, unit, resident, make_ticket):
    make_ticket(unit=unit, resident=resident)
    for client in (api(cashier), api(clerk, "residents:read")):
        card = client.get(f"/api/v1/units/{unit.pk}/card/").json()
        assert (
            card["people"]
            and card["open_tickets"] == card["last_tickets"] == []
            and card["calls_in_30_days"] is None
        )


def test_classifying_stores_nothing(api, clerk, django_assert_num_queries):
    client = api(clerk)
    client.get("/api/v1/estates/")
    with django_assert_num_queries(3):  # the token, the memberships, which model is in use
        said = client.post("/api/v1/classify/", {"text": "水管漏水，水已流到走廊"}).json()
    assert said["complaint_class"] in {"valid", "help_seeking"} and said["priority"] in {
        "normal",
        "urgent",
        "critical",
    }
    assert abs(sum(share["confidence"] for share in said["ranking"]) - 1) < 0.01
