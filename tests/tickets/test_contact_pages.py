"""The registers: calls, callers at the counter, letters, messages, and the call-backs promised."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.models import Unit
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
    # The views kept, the columns wanted, the rows.
    assert cost(client, url) == one <= 3


def card(unit, resident):
    return f"{reverse('contact_new')}?unit={unit.pk}&resident={resident.pk}"


def test_on_the_third_call_the_clerk_says_whether_it_is_the_same_matter(
    login, clerk, unit, resident, make_ticket
):
    """docs/domain.md §3."""
    ticket = make_ticket("楼上漏水", unit=unit, resident=resident)
    client = login(clerk)
    # The ticket itself was told by telephone: this is the second call, and nothing need be said.
    assert client.post(card(unit, resident), values(unit="3-2-501")).status_code == 303
    silent = client.post(card(unit, resident), values(unit="3-2-501"))
    assert silent.status_code == 422 and "same_as" in silent.context["form"].errors
    same = client.post(card(unit, resident), values(unit="3-2-501", same_as=str(ticket.pk)))
    assert same["Location"] == reverse("ticket_detail", args=[ticket.pk])
    assert Contact.objects.latest("pk").ticket == ticket
    new = client.post(card(unit, resident), values(unit="3-2-501", same_as="new"))
    entry = Contact.objects.latest("pk")
    assert entry.ticket is None and new["Location"] == f"{reverse('ticket_new')}?contact={entry.pk}"


STRANGER = "139 1111 2222"


def rings(client, **changes):
    return client.post(reverse("contact_new"), values(**changes))


def from_the_box(client, number=STRANGER):
    client.post(reverse("lookup"), {"q": number})
    return client.get(reverse("contact_new"), {"from": "box"})


def test_a_stranger_who_rang_before_is_known_by_the_number(login, clerk, make_ticket):
    """docs/domain.md §3: shown before the clerk can type, whether on file or not."""
    client = login(clerk)
    assert "in 30 days" not in from_the_box(client).content.decode()
    rings(client, phone=STRANGER)
    ticket = make_ticket("走廊灯坏了", reporter_phone="13911112222", channel="web")
    answer = from_the_box(client)
    page = answer.content.decode()
    # No card stands beside the form, so the line is there with scripts too.
    assert "Second call in 30 days" in page and '<div class="no-js">' not in page
    assert str(ticket.pk) in dict(answer.context["form"].fields["same_as"].choices)
    rings(client, phone="13911112222")
    silent = rings(client, phone="+86 139 1111 2222")
    assert silent.status_code == 422 and "same_as" in silent.context["form"].errors
    assert "Third call in 30 days" in silent.content.decode()
    assert rings(client, phone=STRANGER, same_as=ticket.pk).status_code == 303
    assert Contact.objects.latest("pk").ticket == ticket


def test_another_strangers_number_and_another_estates_ticket_are_not_theirs(
    login, clerk, outsider, other_estate, make_ticket
):
    make_ticket(reporter_phone="13911112223")
    make_ticket(reporter_phone="13911112222", estate=other_estate, actor=outsider)
    clerk.memberships.create(estate=other_estate, role="clerk")
    form = from_the_box(login(clerk)).context["form"]
    assert "same_as" not in form.fields


def test_a_unit_that_is_typed_is_asked_about_like_one_from_the_card(login, clerk, unit, make_ticket):
    ticket, client = make_ticket(unit=unit), login(clerk)
    assert rings(client, unit="3栋2单元501").status_code == 303
    silent = rings(client, unit="3栋2单元501", name="Li Na")
    page = silent.content.decode()
    assert silent.status_code == 422 and "same_as" in silent.context["form"].errors
    # What was typed stays, and the card of the unit stands beside it now.
    assert "Li Na" in page and "3栋2单元501" in page and reverse("unit_card", args=[unit.pk]) in page
    assert rings(client, unit="3栋2单元501", same_as=ticket.pk).status_code == 303
    assert rings(client, unit="3-2-501", same_as="new").status_code == 303


def test_the_unit_typed_goes_before_the_one_of_the_card(login, clerk, unit, building, make_ticket):
    """The entry is written to the unit that is typed, so the matters asked about are that unit's."""
    neighbour = Unit.objects.create(estate=unit.estate, building=building, code="3-2-502")
    ticket, client = make_ticket(unit=neighbour), login(clerk)
    url = f"{reverse('contact_new')}?unit={unit.pk}"
    assert client.post(url, values(unit="3-2-502", same_as=ticket.pk)).status_code == 303
    entry = Contact.objects.get()
    assert (entry.unit, entry.ticket) == (neighbour, ticket)


def test_a_second_call_sent_twice_is_not_taken_for_a_third(login, clerk, unit, make_ticket):
    make_ticket(unit=unit)
    client, same = login(clerk), values(unit="3-2-501")
    for _ in range(2):
        assert client.post(reverse("contact_new"), same).status_code == 303
    assert Contact.objects.count() == 1


@pytest.mark.parametrize("written", ["\0", "9" * 5000, "'; --", "٣-٢-٥٠١"])
def test_whatever_is_typed_as_unit_or_number_is_answered(login, clerk, written):
    assert rings(login(clerk), unit=written, phone=written, form_token=written).status_code == 422


def test_the_form_of_a_stranger_costs_no_more_for_many_calls(login, clerk, estate, make_ticket):
    client, url = login(clerk), reverse("contact_new")
    nobody = cost(client, url)
    from_the_box(client)
    rings(client, phone=STRANGER)
    make_ticket(reporter_phone="13911112222")
    few = cost(client, url + "?from=box")
    for _ in range(9):
        make_ticket(reporter_phone="13911112222")
        rings(client, phone=STRANGER, same_as="new")
    # Entries and tickets for the question and once more for the line above it, and the open matters.
    assert cost(client, url + "?from=box") == few == nobody + 5


def test_the_second_caller_is_greeted_as_they_are_spoken_to(login, clerk, unit, resident):
    resident.salutation = "Mr"
    resident.save()
    client = login(clerk)
    client.post(card(unit, resident), values(unit="3-2-501"))
    assert "greet Mr Wang Jianguo by name" in client.get(card(unit, resident)).content.decode()


def test_the_ticket_of_a_first_call_does_not_make_it_a_second(login, clerk, unit, resident):
    client = login(clerk)
    client.post(card(unit, resident), values(unit="3-2-501", next="ticket"))
    page = client.get(reverse("ticket_new"), {"contact": Contact.objects.get().pk}).content.decode()
    assert "in 30 days" not in page


def test_a_call_back_is_promised_with_a_number_and_a_time_and_nothing_else(login, clerk, unit, resident):
    client, url = login(clerk), reverse("call_back_new")
    before = timezone.now()
    sent = {"who": "138 0013 6021", "ring_in": "15", "form_token": "x"}
    part = client.post(url, sent, headers={"HX-Request": "true"})
    assert "We ring Wang Jianguo back" in part.content.decode() and "<html" not in part.content.decode()
    assert client.post(url, sent).status_code == 303
    entry = Contact.objects.get()
    assert (entry.resident, entry.unit) == (resident, unit)
    assert timedelta(minutes=14) < entry.call_back_at - before < timedelta(minutes=16)
    assert client.post(url, {"who": "", "ring_in": "15"}).status_code == 422


def test_every_page_of_who_takes_calls_has_the_short_form(login, clerk, technician):
    assert 'id="call-back-sheet"' in login(clerk).get(reverse("desk")).content.decode()
    assert 'id="call-back-sheet"' not in login(technician).get(reverse("desk")).content.decode()


def test_registers_are_narrowed_by_kind_state_words_and_day(login, clerk, manager, departments):
    client = login(clerk)
    client.post(reverse("contact_new"), values(summary="Asks about lifts"))
    client.post(reverse("contact_new"), values(kind="message", summary="Ring me", addressee=manager.pk))
    client.post(
        reverse("contact_new"),
        values(kind="letter", summary="No reply", letter_class="complaint", source="suggestion_box"),
    )

    def shown(**query):
        rows = client.get(reverse("contact_list"), query).context["rows"]
        return [row["cells"][3]["data"]["line"] for row in rows]

    assert shown(kind="letter") == ["No reply"]
    assert shown(status="open") == ["No reply", "Ring me"]
    assert shown(q="lifts") == ["Asks about lifts"]
    assert shown(letter_class="complaint", status="open") == ["No reply"]
    assert shown(until="2020-01-01") == []
    assert len(shown(since="nonsense", status="what")) == 3


def test_the_supervisor_of_the_desk_decides_from_the_page(
    login, clerk, desk_supervisor, supervisor, departments
):
    client = login(clerk)
    sent = values(kind="letter", summary="Charged twice", letter_class="complaint", source="letter")
    client.post(reverse("contact_new"), sent)
    entry = Contact.objects.get()
    url = reverse("contact_decide", args=[entry.pk])
    assert "Charged twice" in login(desk_supervisor).get(reverse("desk")).content.decode()
    assert client.post(url, {"issue": "none", "reason": "x"}).status_code == 403
    assert login(supervisor).post(url, {"issue": "none", "reason": "x"}).status_code == 409
    assert login(desk_supervisor).post(url, {"issue": "none"}).status_code == 409
    sent = {"issue": "slip", "department": departments["finance"].pk, "kind": "coordination"}
    assert login(desk_supervisor).post(url, sent).status_code == 303
    entry.refresh_from_db()
    assert entry.slip.department == departments["finance"]


def test_a_message_stands_on_the_desk_of_its_reader_alone(login, clerk, cashier, manager):
    sent = values(kind="message", summary="Please ring", addressee=cashier.pk, phone="13800136021")
    login(clerk).post(reverse("contact_new"), sent)
    entry = Contact.objects.get()
    theirs = login(cashier)
    assert "Please ring" in theirs.get(reverse("desk")).content.decode()
    assert "Please ring" in theirs.get(reverse("message_list")).content.decode()
    assert "138 0013 6021" in theirs.get(reverse("message_detail", args=[entry.pk])).content.decode()
    assert "Please ring" not in login(manager).get(reverse("desk")).content.decode()
    assert theirs.post(reverse("message_done", args=[entry.pk])).status_code == 303
    assert "Please ring" not in theirs.get(reverse("desk")).content.decode()
