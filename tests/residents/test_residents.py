"""Putting people on file, and finding them again."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils.translation import override

from helpdesk.audit.models import AccessEntry, Entry
from helpdesk.lib.errors import Refused, Stale
from residents.finding import find_by_phone
from residents.models import Occupancy, Phone, Resident
from residents.names_shown import full_name, short_name, spoken_name
from residents.selectors import homes_of, people_of, residents_by_number
from residents.services.residents import add_occupancy, add_phone, add_resident, edit_resident, end_occupancy

pytestmark = pytest.mark.django_db


def test_a_number_is_sealed_in_the_table_and_in_the_history(estate: Any, clerk: Any) -> None:
    person = add_resident(estate=estate, actor=clerk, name="Li Fang", phones=[("138 0013 6022", "mobile")])
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, whole_hash, ending_hash FROM residents_phone")
        assert "6022" not in "".join(cursor.fetchone())
    assert person.phones.get().number == "+8613800136022"
    assert "6022" not in str(list(Entry.objects.values_list("data", "target_label")))


def test_an_identity_number_is_sealed_too(estate: Any, clerk: Any) -> None:
    person = add_resident(estate=estate, actor=clerk, name="Li Fang", identity_number="440301199001011234")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT identity_number, identity_hash FROM residents_resident WHERE id = %s", [person.pk]
        )
        assert "4403" not in "".join(cursor.fetchone())


def test_the_first_number_is_the_primary_one_and_a_new_primary_takes_its_place(
    resident: Resident, clerk: Any
) -> None:
    add_phone(resident, actor=clerk, number="0755 2698 1140", label="office", is_primary=True)
    assert [(p.label, p.is_primary) for p in resident.phones.all()] == [("office", True), ("", False)]


@pytest.mark.parametrize(
    ("number", "code"),
    [("13800136021", "phone_twice"), ("138 0013 6021", "phone_twice"), ("12", "phone_unreadable")],
)
def test_a_number_that_stands_there_or_cannot_be_dialled_is_refused(
    resident: Resident, clerk: Any, number: str, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        add_phone(resident, actor=clerk, number=number)
    assert refused.value.code == code and Phone.objects.count() == 1


def test_one_bad_number_leaves_nobody_half_on_file(estate: Any, clerk: Any) -> None:
    with pytest.raises(Refused):
        add_resident(estate=estate, actor=clerk, name="Li Fang", phones=[("13800136022", ""), ("12", "")])
    assert not Resident.objects.exists() and not Entry.objects.exists()


def test_somebody_without_a_name_is_refused_and_an_unknown_detail_is_an_error(
    estate: Any, clerk: Any
) -> None:
    with pytest.raises(Refused) as refused:
        add_resident(estate=estate, actor=clerk, name="  ")
    assert refused.value.code == "name_missing"
    with pytest.raises(TypeError):
        add_resident(estate=estate, actor=clerk, name="Li Fang", is_archived=True)


def test_a_new_name_is_found_and_the_old_one_no_more(resident: Resident, clerk: Any) -> None:
    edit_resident(resident, actor=clerk, version=1, name="Wong Kin", other_name="黄健")
    keys = set(resident.name_keys.values_list("key", flat=True))
    assert "黄健" in keys and "wangjianguo" not in keys


def test_a_change_over_a_colleagues_change_is_stale(resident: Resident, clerk: Any) -> None:
    edit_resident(resident, actor=clerk, version=1, note="Rings twice")
    with pytest.raises(Stale):
        edit_resident(resident, actor=clerk, version=1, note="Rings once")
    resident.refresh_from_db()
    assert (resident.note, resident.version) == ("Rings twice", 2)


def test_the_history_names_the_fields_and_never_what_stood_in_them(resident: Resident, clerk: Any) -> None:
    edit_resident(resident, actor=clerk, email="wang@example.com")
    assert Entry.objects.get(verb="resident.changed").data == {"fields": ["email"]}
    edit_resident(resident, actor=clerk, email="wang@example.com")
    assert Entry.objects.filter(verb="resident.changed").count() == 1


def test_a_new_first_contact_and_payer_take_the_place_of_the_old(
    unit: Any, resident: Resident, estate: Any
) -> None:
    wife = add_resident(estate=estate, actor=None, name="Li Fang")
    add_occupancy(
        unit, wife, actor=None, relation="family", since=date(2020, 1, 1), is_primary=True, is_payer=True
    )
    rows = people_of(unit, date(2026, 11, 17))
    assert [(row.resident.name, row.is_primary, row.is_payer) for row in rows] == [
        ("Li Fang", True, True),
        ("Wang Jianguo", False, False),
    ]


def test_an_occupancy_is_refused_across_estates_backwards_and_twice(
    unit: Any, resident: Resident, other_estate: Any
) -> None:
    stranger = add_resident(estate=other_estate, actor=None, name="Somebody Else")
    tries = [
        (stranger, date(2020, 1, 1), None, "other_estate"),
        (resident, date(2020, 1, 2), date(2020, 1, 1), "ends_before_it_begins"),
        (resident, date(2020, 1, 1), None, "lives_there_already"),
    ]
    for person, since, until, code in tries:
        with pytest.raises(Refused) as refused:
            add_occupancy(unit, person, actor=None, relation="owner", since=since, until=until)
        assert refused.value.code == code
    assert Occupancy.objects.count() == 1


def test_whoever_moves_out_stays_on_file_until_the_last_day_and_as_history(
    unit: Any, resident: Resident, clerk: Any
) -> None:
    end_occupancy(resident.occupancies.get(), actor=clerk, until=date(2026, 8, 31))
    assert people_of(unit, date(2026, 8, 31)) and not people_of(unit, date(2026, 9, 1))
    assert [row.unit for row in homes_of(resident, date(2026, 11, 17))] == [unit]
    with pytest.raises(Refused) as refused:
        end_occupancy(resident.occupancies.get(), actor=clerk, until=date(2026, 9, 1))
    assert refused.value.code == "ended_already"


def test_the_same_number_in_two_estates_is_two_people(
    resident: Resident, estate: Any, other_estate: Any
) -> None:
    other = add_resident(estate=other_estate, actor=None, name="Somebody Else", phones=[("13800136021", "")])
    assert [p.resident for p in find_by_phone([estate], "6021")] == [resident]
    assert {p.resident for p in find_by_phone([estate, other_estate], "13800136021")} == {resident, other}
    assert residents_by_number([estate.pk], other.phones.get().number) == [resident]
    assert residents_by_number([estate.pk], "") == []


def test_a_name_is_written_for_its_reader_and_spoken_as_on_file(resident: Resident) -> None:
    assert (short_name(resident), full_name(resident)) == ("Wang Jianguo", "Wang Jianguo 王建国")
    with override("zh-hans"):
        assert (short_name(resident), full_name(resident)) == ("王建国", "王建国 Wang Jianguo")
        resident.salutation = "先生"
        assert spoken_name(resident) == "王建国先生"
    for salutation, spoken in {"": "Wang Jianguo", "Mr": "Mr Wang Jianguo", "Old Wang": "Old Wang"}.items():
        resident.salutation = salutation
        assert spoken_name(resident) == spoken


def test_the_list_takes_as_many_queries_for_thirty_units_as_for_one(
    clerk: Any, login: Any, unit: Any, resident: Resident, django_assert_max_num_queries: Any
) -> None:
    client = login(clerk)
    client.get(reverse("resident_list"))  # the frame's figures are kept for some seconds
    with django_assert_max_num_queries(15) as for_one:
        client.get(reverse("resident_list"))
    for n in range(60):
        type(unit).objects.create(estate=unit.estate, building=unit.building, code=f"3-1-{n + 101}")
    with django_assert_max_num_queries(15) as for_thirty:
        page = client.get(reverse("resident_list"), {"building": "3"}).content.decode()
    assert len(for_thirty) == len(for_one)
    assert ">3-1-101</a>" in page and ">3-2-501</a>" not in page and "after=3-1-150" in page
    assert ">3-2-501</a>" in client.get(reverse("resident_list"), {"after": "3-1-150"}).content.decode()


@pytest.mark.parametrize("name", ["unit_detail", "resident_detail"])
@pytest.mark.parametrize("role", ["clerk", "cashier", "manager"])
def test_a_record_shows_numbers_masked_whole_they_stand_on_the_caller_card(
    role: str, request: Any, login: Any, unit: Any, resident: Resident, name: str
) -> None:
    page = login(request.getfixturevalue(role)).get(
        reverse(name, args=[unit.pk if name == "unit_detail" else resident.pk])
    )
    assert "138****6021" in page.content.decode() and "138 0013 6021" not in page.content.decode()
    assert not AccessEntry.objects.exists()


PERSON = {
    "name": "Li Fang",
    "kind": "person",
    "relation": "family",
    "since": "2026-11-01",
    "phone": "13800136022",
}


def test_a_clerk_adds_a_person_to_a_unit(clerk: Any, login: Any, unit: Any) -> None:
    url = reverse("unit_new_person", args=[unit.pk])
    assert login(clerk).get(url).status_code == 200
    answer = login(clerk).post(url, PERSON)
    assert (answer.status_code, answer["Location"]) == (303, reverse("unit_detail", args=[unit.pk]))
    row = Occupancy.objects.get()
    assert (row.resident.name, row.relation, row.resident.phones.get().is_primary) == (
        "Li Fang",
        "family",
        True,
    )


@pytest.mark.parametrize("wrong", [{"phone": "12"}, {"name": ""}, {"since": "never"}, {"relation": "friend"}])
def test_a_form_filled_in_wrongly_keeps_what_was_typed(clerk: Any, login: Any, unit: Any, wrong: Any) -> None:
    answer = login(clerk).post(
        reverse("unit_new_person", args=[unit.pk]), PERSON | wrong | {"note": "Rings twice"}
    )
    assert answer.status_code == 422 and "Rings twice" in answer.content.decode()
    assert not Resident.objects.exists()


def test_a_clerk_adds_a_number_and_is_told_what_is_wrong_with_another(
    clerk: Any, login: Any, resident: Resident
) -> None:
    url = reverse("resident_new_phone", args=[resident.pk])
    assert login(clerk).post(url, {"number": "13800136021"}).status_code == 409
    assert login(clerk).post(url, {"number": "1380013602"}).status_code == 422
    assert login(clerk).post(url, {"number": "+852 9214 6021", "label": "Hong Kong"}).status_code == 303
    assert resident.phones.count() == 2


def test_only_clerk_and_manager_write_and_other_estates_are_not_there(
    request: Any, login: Any, client: Any, unit: Any, resident: Resident
) -> None:
    pages = {
        "read": [reverse("unit_detail", args=[unit.pk]), reverse("resident_detail", args=[resident.pk])],
        "write": [reverse("unit_new_person", args=[unit.pk])],
    }
    expected = {
        "clerk": (200, 200), "manager": (200, 200), "supervisor": (200, 403), "cashier": (200, 403),
        "technician": (403, 403), "guard": (403, 403), "admin": (403, 403), "outsider": (404, 404),
    }  # fmt: skip
    for role, (read, write) in expected.items():
        browser = login(request.getfixturevalue(role))
        assert {browser.get(url).status_code for url in pages["read"]} == {read}, role
        assert {browser.get(url).status_code for url in pages["write"]} == {write}, role
    assert {client.get(url).status_code for urls in pages.values() for url in urls} == {302}
    assert (
        login(request.getfixturevalue("clerk"))
        .get(reverse("resident_new_phone", args=[resident.pk]))
        .status_code
        == 405
    )
