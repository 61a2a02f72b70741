"""The registers: calls, callers at the counter, letters, messages, and the call-backs promised."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.tickets.counting import cost
from tickets.models import Contact

pytestmark = pytest.mark.django_db


def values(**changes):
    return {"kind": "call", "summary": "Asks about the lift hours", "form_token": uuid.uuid4().hex} | changes


def test_a_call_is_written_down(login, clerk, unit):
    answer = login(clerk).post(
        reverse("contact_new"), values(unit="3-2-501", name="Li Na", phone="13800136021")
    )
    assert answer.status_code == 303
    entry = Contact.objects.get()
    assert (entry.kind, entry.unit, entry.name, entry.taken_by) == ("call", unit, "Li Na", clerk)


def test_two_keys_promise_a_call_back(login, clerk):
    before = timezone.now()
    login(clerk).post(reverse("contact_new"), values(phone="13800136021", ring_in="30"))
    due = Contact.objects.get().call_back_at
    assert due is not None and timedelta(minutes=29) < due - before < timedelta(minutes=31)


def test_a_call_back_needs_a_number(login, clerk):
    answer = login(clerk).post(reverse("contact_new"), values(ring_in="30"))
    assert answer.status_code == 422
    assert "phone" in answer.context["form"].errors
    assert "Asks about the lift hours" in answer.content.decode()


def test_whoever_is_on_file_has_a_number_there(login, clerk, unit, resident):
    url = f"{reverse('contact_new')}?unit={unit.pk}&resident={resident.pk}"
    assert login(clerk).post(url, values(unit="3-2-501", ring_in="15")).status_code == 303
    assert Contact.objects.get().resident == resident


def test_an_empty_entry_is_asked_about(login, clerk):
    answer = login(clerk).post(reverse("contact_new"), values(summary=""))
    assert answer.status_code == 422 and not Contact.objects.exists()


def test_the_same_form_sent_twice_is_one_entry(login, clerk):
    client, same = login(clerk), values()
    for _ in range(2):
        assert client.post(reverse("contact_new"), same).status_code == 303
    assert Contact.objects.count() == 1


def test_an_entry_can_go_on_as_a_ticket(login, clerk):
    answer = login(clerk).post(reverse("contact_new"), values(next="ticket"))
    assert answer["Location"] == f"{reverse('ticket_new')}?contact={Contact.objects.get().pk}"


def test_the_register_masks_numbers_and_shows_who_waits(login, clerk):
    client = login(clerk)
    client.post(reverse("contact_new"), values(phone="13800136021", name="Li Na", ring_in="30"))
    text = client.get(reverse("contact_list"), {"call_backs": "open"}).content.decode()
    assert "Li Na" in text and "0013" not in text
    entry = Contact.objects.get()
    assert client.post(reverse("contact_called_back", args=[entry.pk])).status_code == 303
    entry.refresh_from_db()
    assert (entry.called_back_by, entry.called_back_at is None) == (clerk, False)
    assert "Li Na" not in client.get(reverse("contact_list"), {"call_backs": "open"}).content.decode()


def test_a_second_call_is_announced_before_the_clerk_types(login, clerk, unit, resident):
    client, url = login(clerk), f"{reverse('contact_new')}?unit={unit.pk}&resident={resident.pk}"
    assert "in 30 days" not in client.get(url).content.decode()
    client.post(url, values(unit="3-2-501"))
    text = client.get(url).content.decode()
    assert "Second call in 30 days" in text and "Asks about the lift hours" in text


def test_who_may(login, clerk, guard, outsider, technician):
    entry = Contact.objects.create(
        estate=clerk.memberships_now[0].estate, kind="call", summary="x", taken_by=clerk
    )
    url = reverse("contact_called_back", args=[entry.pk])
    assert login(clerk).get(url).status_code == 405
    assert login(technician).post(url).status_code == 403
    assert login(outsider).post(url).status_code == 404
    assert login(guard).get(reverse("contact_list")).status_code == 403


def test_the_register_costs_the_same_at_one_row_and_at_thirty(login, clerk, estate, unit, resident):
    client, url = login(clerk), reverse("contact_list")

    def entry() -> None:
        Contact.objects.create(
            estate=estate, kind="call", unit=unit, resident=resident, summary="x", taken_by=clerk
        )

    entry()
    one = cost(client, url)
    for _ in range(29):
        entry()
    assert cost(client, url) == one <= 2
