"""Who speaks for an organisation: put on file, named, and ended without being lost."""

import pytest
from django.urls import reverse

from residents.models import Resident
from residents.services.contact_persons import add_contact_person, end_contact_person, name_contact_person
from residents.services.residents import add_phone, add_resident
from tests.residents.test_household import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(estate, clerk) -> Resident:
    return add_resident(estate=estate, actor=clerk, name="Harbour Trading 海港贸易", kind="organisation")


@pytest.fixture
def speaker(company, clerk) -> Resident:
    return add_contact_person(company, actor=clerk, name="Ho Siu Ming", phones=[("13800136077", "office")])


def test_only_an_organisation_has_contact_persons(resident, clerk):
    refused("not_an_organisation", add_contact_person, resident, actor=clerk, name="Somebody")


def test_somebody_on_file_can_be_named_once(company, resident, estate, clerk):
    assert name_contact_person(resident, of=company, actor=clerk).contact_of == company
    assert name_contact_person(resident, of=company, actor=clerk).version == 2
    other = add_resident(estate=estate, actor=clerk, name="Second Ltd", kind="organisation")
    refused("contact_of_another", name_contact_person, resident, of=other, actor=clerk)
    refused("not_a_person", name_contact_person, other, of=company, actor=clerk)


def test_nobody_speaks_for_an_organisation_of_another_estate(company, other_estate, clerk):
    stranger = add_resident(estate=other_estate, actor=None, name="Somebody")
    refused("other_estate", name_contact_person, stranger, of=company, actor=clerk)


def test_who_lives_nowhere_else_is_put_away_and_stays_on_the_organisations_page(
    login, clerk, company, speaker
):
    ended = end_contact_person(speaker, actor=clerk)
    assert ended.is_archived and ended.contact_of == company
    page = login(clerk).get(reverse("resident_detail", args=[company.pk])).content.decode()
    assert "Ho Siu Ming" in page and "before" in page and "contact person: ended" in page


def test_who_lives_in_a_unit_stays_a_resident(company, resident, clerk):
    name_contact_person(resident, of=company, actor=clerk)
    ended = end_contact_person(resident, actor=clerk)
    assert not ended.is_archived and ended.contact_of is None
    refused("not_a_contact_person", end_contact_person, resident, actor=clerk)


def test_the_page_puts_somebody_on_file_with_a_number_that_is_shown_masked(login, clerk, company):
    browser = login(clerk)
    sent = {"name": "Li Yan", "phone": "138 0013 6078", "phone_label": "desk", "note": "Deliveries"}
    assert browser.post(reverse("organisation_contact_new", args=[company.pk]), sent).status_code == 303
    person = Resident.objects.get(name="Li Yan")
    assert person.contact_of == company and person.phones.get().label == "desk"
    page = browser.get(reverse("resident_detail", args=[company.pk])).content.decode()
    assert "138****6078" in page and "Deliveries" in page


def test_a_number_nobody_could_dial_and_an_empty_name_are_said_beside_their_fields(
    login, clerk, company, resident
):
    answer = login(clerk).post(
        reverse("organisation_contact_new", args=[company.pk]), {"name": "", "phone": "12"}
    )
    assert answer.status_code == 422 and Resident.objects.filter(contact_of=company).count() == 0
    answer = login(clerk).post(reverse("organisation_contact_new", args=[resident.pk]), {"name": "Li Yan"})
    assert answer.status_code == 409 and "Only an organisation" in answer.content.decode()


def test_a_second_end_is_refused(login, clerk, speaker):
    browser = login(clerk)
    assert browser.post(reverse("organisation_contact_end", args=[speaker.pk])).status_code == 303
    assert browser.post(reverse("organisation_contact_end", args=[speaker.pk])).status_code in (303, 409)


def test_a_number_on_file_asks_whether_it_is_that_person(company, resident, clerk, login):
    """Nobody is put on file twice for speaking for a company, and two people may share one telephone."""
    add_phone(resident, actor=clerk, number="13800136099")
    page, said = (
        reverse("organisation_contact_new", args=[company.pk]),
        {"name": "Old Wang", "phone": "138 0013 6099"},
    )
    browser = login(clerk)
    asked = browser.post(page, said)
    assert asked.status_code == 422 and f'value="{resident.pk}"' in asked.content.decode()
    assert "Old Wang" in asked.content.decode()
    assert browser.post(page, said | {"person": "999999"}).status_code == 422
    assert browser.post(page, said | {"person": str(resident.pk)}).status_code == 303
    resident.refresh_from_db()
    assert resident.contact_of == company and not Resident.objects.filter(name="Old Wang").exists()


def test_somebody_else_with_the_same_number_is_somebody_new(company, resident, clerk, login):
    add_phone(resident, actor=clerk, number="13800136099")
    page = reverse("organisation_contact_new", args=[company.pk])
    said = {"name": "Old Wang", "phone": "138 0013 6099", "person": "new"}
    assert login(clerk).post(page, said).status_code == 303
    assert Resident.objects.get(name="Old Wang").contact_of == company
    resident.refresh_from_db()
    assert resident.contact_of is None
