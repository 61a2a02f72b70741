"""A new ticket, the ticket's page and every act on it."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helpdesk.audit.models import AccessEntry
from residents.models import Building, Occupancy, Resident, Unit
from residents.services.residents import add_phone
from tests.tickets.counting import cost
from tickets.models import Contact, Reply, Slip, Ticket
from tickets.services.tickets import assign_ticket
from tickets.views.matters import first_line

pytestmark = pytest.mark.django_db
TEXT = "厨房水管漏水，水已经流到走廊，第三次打电话了。"


def page(client: Client, ticket: Ticket, query: str = "") -> str:
    answer = client.get(reverse("ticket_detail", args=[ticket.pk]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def post(client: Client, name: str, ticket: Ticket, *args: Any, **data: Any) -> Any:
    return client.post(reverse(name, args=[ticket.pk, *args]), data)


# --- a new ticket ---------------------------------------------------------------------------------------------------


def new_values(**changes: Any) -> dict[str, Any]:
    return {"channel": "phone", "description": TEXT, "form_token": uuid.uuid4().hex} | changes


def test_the_form_comes_filled_in_from_the_caller_card(login, clerk, unit, resident):
    answer = login(clerk).get(
        reverse("ticket_new"), {"unit": unit.pk, "resident": resident.pk, "channel": "counter"}
    )
    text = answer.content.decode()
    assert 'value="3-2-501"' in text
    assert "Wang Jianguo" in text
    assert 'value="counter"' in text and answer.context["form"]["channel"].value() == "counter"
    assert reverse("resident_card", args=[resident.pk]) + "?panel=1" in text


def test_a_report_becomes_a_ticket(login, clerk, unit, resident):
    url = f"{reverse('ticket_new')}?unit={unit.pk}&resident={resident.pk}"
    answer = login(clerk).post(url, new_values(unit="3-2-501"))
    ticket = Ticket.objects.get()
    assert answer.status_code == 303 and answer["Location"] == reverse("ticket_detail", args=[ticket.pk])
    assert (ticket.unit, ticket.resident, ticket.responsible) == (unit, resident, clerk)


def test_nobody_on_file_is_a_path(login, clerk):
    values = new_values(unit="somewhere in block 9", reporter_name="Li Na", reporter_phone="138 0013 6021")
    assert login(clerk).post(reverse("ticket_new"), values).status_code == 303
    ticket = Ticket.objects.get()
    assert (ticket.unit, ticket.resident) == (None, None)
    assert (ticket.reporter_name, ticket.unit_as_written) == ("Li Na", "somewhere in block 9")
    assert ticket.reporter_phone.endswith("13800136021")


def test_the_same_words_sent_again_by_the_back_button_are_asked_about_once(login, clerk, unit):
    browser, url = login(clerk), reverse("ticket_new")
    said = {"subject": "Leak", "unit": "3-2-501", "reporter_phone": "138 0013 6021"}
    browser.post(url, new_values(**said))
    first = Ticket.objects.get()
    asked = browser.post(url, new_values(**said))
    assert asked.status_code == 409 and Ticket.objects.count() == 1
    text = asked.content.decode()
    assert f"You took this a moment ago: {first.number}" in text and TEXT in text
    assert f'href="{reverse("ticket_detail", args=[first.pk])}" data-lets-go="ticket-new"' in text
    assert f'<button class="btn btn-sm" name="anyhow" value="{first.pk}">' in text
    assert browser.post(url, new_values(**said, anyhow=first.pk)).status_code == 303
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize(
    "change",
    [
        {"description": f"{TEXT} Again."},
        {"subject": "Other"},
        {"unit": "3-2-509"},
        {"reporter_phone": "13900002222"},
    ],
)
def test_another_word_door_or_number_is_another_matter(login, clerk, unit, change):
    browser, url = login(clerk), reverse("ticket_new")
    said = {"subject": "Leak", "unit": "3-2-501", "reporter_phone": "138 0013 6021"}
    browser.post(url, new_values(**said))
    assert browser.post(url, new_values(**said | change)).status_code == 303


def test_the_same_words_of_a_colleague_or_ten_minutes_later_are_taken(
    login, clerk, second_clerk, unit, time_machine
):
    url, said = reverse("ticket_new"), {"unit": "3-2-501"}
    time_machine.move_to(timezone.now(), tick=False)
    login(clerk).post(url, new_values(**said))
    assert login(second_clerk).post(url, new_values(**said)).status_code == 303
    time_machine.shift(timedelta(minutes=11))
    assert login(clerk).post(url, new_values(**said)).status_code == 303


def test_the_same_form_sent_twice_is_one_ticket_and_no_question(login, clerk, unit):
    browser, values = login(clerk), new_values(unit="3-2-501")
    assert [browser.post(reverse("ticket_new"), values).status_code for _ in range(2)] == [303, 303]
    assert Ticket.objects.count() == 1


def test_a_door_plate_is_found_in_another_writing(login, clerk, unit):
    login(clerk).post(reverse("ticket_new"), new_values(unit="3栋2单元501"))
    assert Ticket.objects.get().unit == unit


def test_the_same_form_sent_twice_makes_one_ticket(login, clerk):
    client, values = login(clerk), new_values()
    first, second = (client.post(reverse("ticket_new"), values) for _ in range(2))
    assert Ticket.objects.count() == 1
    assert first["Location"] == second["Location"]


def test_an_error_stands_beside_its_field_and_everything_typed_stays(login, clerk):
    answer = login(clerk).post(reverse("ticket_new"), new_values(reporter_phone="12", reporter_name="Li Na"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert TEXT in text and "Li Na" in text
    assert answer.context["form"].errors.keys() == {"reporter_phone"}
    assert not Ticket.objects.exists()


def test_a_file_that_is_no_picture_is_refused_beside_the_field(login, clerk):
    bad = SimpleUploadedFile("photo.jpg", b"MZ no picture", content_type="image/jpeg")
    answer = login(clerk).post(reverse("ticket_new"), new_values(files=bad))
    assert answer.status_code == 422
    assert "files" in answer.context["form"].errors
    assert not Ticket.objects.exists()


def test_a_call_in_the_register_goes_along(login, clerk, estate, unit):
    call = Contact.objects.create(
        estate=estate, kind="call", unit=unit, name="Li Na", summary="Tap drips", taken_by=clerk
    )
    url = f"{reverse('ticket_new')}?contact={call.pk}"
    client = login(clerk)
    assert "Tap drips" in client.get(url).content.decode()
    client.post(url, new_values(unit="3-2-501"))
    call.refresh_from_db()
    assert call.ticket == Ticket.objects.get()


def test_another_estates_unit_is_not_found(login, outsider, unit):
    assert login(outsider).get(reverse("ticket_new"), {"unit": unit.pk}).status_code == 404


@pytest.mark.parametrize("value", ["x", "99999999999999999999", "-1", "0"])
def test_a_nonsense_caller_is_not_found(login, clerk, value):
    assert login(clerk).get(reverse("ticket_new"), {"unit": value}).status_code == 404


def test_the_suggestion_marks_the_words_that_led_to_it(login, clerk):
    answer = login(clerk).post(reverse("ticket_suggest"), {"description": TEXT})
    text = answer.content.decode()
    assert "<mark" in text and "走廊" in text
    assert "%</span>" in text
    assert "<html" not in text


def test_the_suggestion_names_tickets_of_the_unit_that_may_be_the_same(login, clerk, unit, make_ticket):
    before = make_ticket(unit=unit, topic="water")
    text = (
        login(clerk)
        .post(reverse("ticket_suggest"), {"description": TEXT, "unit": "3-2-501"})
        .content.decode()
    )
    assert before.number in text


NUMBER = "138 0013 6021"  # Wang Jianguo's alone, of 3-2-501


def suggested(client, **said):
    return client.post(reverse("ticket_suggest"), said).content.decode()


def test_whoever_has_the_typed_number_on_file_is_named_beside_the_form(login, clerk, resident, make_ticket):
    before = make_ticket(resident=resident, topic="water", channel="phone")
    text = suggested(login(clerk), description=TEXT, reporter_phone=NUMBER)
    assert "Wang Jianguo" in text and "3-2-501" in text and before.number in text
    assert reverse("resident_card", args=[resident.pk]) in text and "Second call in 30 days" in text


def test_a_number_nobody_has_on_file_counts_its_calls(login, clerk, make_ticket):
    before = make_ticket(reporter_phone="13911112222", topic="water", channel="phone")
    text = suggested(login(clerk), description=TEXT, reporter_phone="+86 139 1111 2222")
    assert "Second call in 30 days" in text and before.number in text
    assert "30 days" not in suggested(login(clerk), description=TEXT, reporter_phone="13911113333")


def test_who_is_speaking_is_told_before_a_word_of_the_matter_is_typed(login, clerk, resident):
    assert "Wang Jianguo" in suggested(login(clerk), description="", reporter_phone=NUMBER)


def test_a_new_ticket_is_of_whoever_has_the_typed_number(login, clerk, unit, resident):
    values = new_values(unit="", reporter_name="", reporter_phone=NUMBER)
    login(clerk).post(reverse("ticket_new"), values)
    ticket = Ticket.objects.get()
    assert (ticket.resident, ticket.unit) == (resident, unit)


def test_who_rings_from_somebody_elses_telephone_is_not_taken_for_them(login, clerk, unit, resident):
    for said in ({"reporter_name": "Li Na"}, {"unit": "3-2-777"}):
        values = {"reporter_phone": NUMBER, "unit": "", "reporter_name": "", "form_token": uuid.uuid4().hex}
        login(clerk).post(reverse("ticket_new"), new_values(**values | said))
        assert Ticket.objects.latest("pk").resident is None
    assert Ticket.objects.latest("pk").unit_as_written == "3-2-777"


def test_a_number_that_two_share_names_nobody(login, clerk, unit, resident, estate):
    other = Resident.objects.create(estate=estate, name="Li Na")
    add_phone(other, actor=None, number="13800136021")
    text = suggested(login(clerk), description=TEXT, reporter_phone=NUMBER)
    assert "Wang Jianguo" not in text and "Li Na" not in text


@pytest.mark.parametrize("written", ["\0", "9" * 5000, "'; --", "٣-٢-٥٠١"])
def test_whatever_is_typed_as_who_is_speaking_is_answered(login, clerk, written):
    said = {"reporter_phone": written, "unit": written, "reporter_name": written, "description": TEXT}
    assert login(clerk).post(reverse("ticket_suggest"), said).status_code == 200


def test_too_little_text_is_not_judged(login, clerk):
    assert "%" not in login(clerk).post(reverse("ticket_suggest"), {"description": "水"}).content.decode()


def test_where_a_colleague_changed_something_else_only_ones_own_words_stand_beside_the_refusal(
    login, clerk, make_ticket
):
    ticket = make_ticket(complaint_class="inquiry")
    url = reverse("ticket_resolve", args=[ticket.pk])
    page = login(clerk).post(url, {"resolution": "Told the hours", "version": ticket.version - 1})
    shown = page.content.decode()
    assert page.status_code == 409 and "What you wrote" in shown and "Told the hours" in shown
    assert "What a colleague saved" not in shown


# --- the page -------------------------------------------------------------------------------------------------------


def test_the_page_shows_words_clocks_steps_and_people(login, clerk, unit, resident, make_ticket):
    ticket = make_ticket(
        TEXT, unit=unit, resident=resident, complaint_class="valid", subject="Leak in the kitchen"
    )
    text = page(login(clerk), ticket)
    for piece in (
        ticket.number,
        "Leak in the kitchen",
        "漏水",
        "Valid complaint",
        "First response",
        "Resolution",
        str(clerk),
    ):
        assert piece in text
    assert text.count('class="step ') == ticket.steps.count()


def test_a_judgement_is_one_click_and_a_correction_asks_for_a_reason(login, clerk, make_ticket):
    ticket, client = make_ticket(), login(clerk)
    assert post(client, "ticket_classify", ticket, complaint_class="help_seeking").status_code == 303
    ticket.refresh_from_db()
    assert ticket.complaint_class == "help_seeking"
    refused = post(client, "ticket_classify", ticket, complaint_class="valid")
    assert refused.status_code == 409
    assert (
        post(client, "ticket_classify", ticket, complaint_class="valid", reason="A duty not kept").status_code
        == 303
    )
    ticket.refresh_from_db()
    assert ticket.complaint_class == "valid"


def test_what_is_done_on_the_desk_comes_back_to_the_desk(login, clerk, make_ticket):
    ticket, client = make_ticket(), login(clerk)
    assert post(client, "ticket_classify", ticket, complaint_class="inquiry", next="desk")[
        "Location"
    ] == reverse("desk")
    assert post(client, "ticket_priority", ticket, priority="urgent", next="//evil")["Location"] == reverse(
        "ticket_detail", args=[ticket.pk]
    )


def test_the_resolution_stands_again_where_a_step_is_open(login, clerk, make_ticket):
    ticket = make_ticket(complaint_class="valid")
    answer = post(login(clerk), "ticket_resolve", ticket, resolution="Pipe changed, floor dried.")
    assert answer.status_code == 409
    assert "Pipe changed, floor dried." in answer.content.decode()


def test_a_stale_subject_is_refused_with_both_texts(login, clerk, make_ticket):
    ticket, client = make_ticket(subject="Leak"), login(clerk)
    seen = ticket.version
    post(client, "ticket_edit", ticket, subject="Leak, seen by Ma", topic="water", version=seen)
    answer = post(client, "ticket_edit", ticket, subject="Leak in the kitchen", topic="water", version=seen)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Leak, seen by Ma" in text and "Leak in the kitchen" in text
    # Both have been seen, so the same form sent again counts.
    again = answer.context["sent"].form["version"].value()
    post(client, "ticket_edit", ticket, subject="Leak in the kitchen", topic="water", version=again)
    ticket.refresh_from_db()
    assert ticket.subject == "Leak in the kitchen"


@pytest.fixture
def neighbour(unit, building):
    """Li Fang, tenant of 3-2-502."""
    next_door = Unit.objects.create(estate=unit.estate, building=building, code="3-2-502")
    person = Resident.objects.create(estate=unit.estate, name="Li Fang")
    Occupancy.objects.create(unit=next_door, resident=person, relation="tenant", since=date(2020, 1, 1))
    return person


def edited(ticket: Ticket, **changes: Any) -> dict[str, Any]:
    """The form as it stands on the page, with what the clerk changed in it."""
    ticket.refresh_from_db()
    now = {"subject": ticket.subject, "topic": ticket.topic, "version": ticket.version}
    now |= {"unit": ticket.unit.code if ticket.unit else "", "resident": ticket.resident_id or ""}
    return now | changes


def offered(answer: Any) -> list[str]:
    form = answer.context["sent"].form if answer.context["sent"] else answer.context["forms"]["edit"]
    return [label for value, label in form.fields["resident"].choices if value]


def test_what_came_by_the_web_form_gets_its_unit_and_then_its_resident(
    login, clerk, unit, resident, make_ticket
):
    ticket, client = make_ticket(channel="web", unit_as_written="building three, fifth floor"), login(clerk)
    before = page(client, ticket)
    assert "No one on file" in before and "Unit as written: building three, fifth floor" in before
    assert post(client, "ticket_edit", ticket, **edited(ticket, unit="3栋2单元501")).status_code == 303
    answer = client.get(reverse("ticket_detail", args=[ticket.pk]))
    assert reverse("unit_card", args=[unit.pk]) in answer.content.decode()
    assert offered(answer) == ["Wang Jianguo"]
    assert post(client, "ticket_edit", ticket, **edited(ticket, resident=resident.pk)).status_code == 303
    ticket.refresh_from_db()
    assert (ticket.unit, ticket.resident) == (unit, resident)
    assert "Changed: resident" in page(client, ticket)
    assert list(Ticket.objects.filter(unit__building=unit.building)) == [ticket]


def test_unit_and_resident_are_set_at_once_where_the_resident_lives_there(
    login, clerk, unit, resident, neighbour, make_ticket
):
    ticket, client = make_ticket(unit=unit, resident=resident), login(clerk)
    asked = post(client, "ticket_edit", ticket, **edited(ticket, unit="3-2-502"))
    # Whom it concerns next door is asked, with that door's people; nothing is saved, nothing typed is lost.
    assert asked.status_code == 422 and offered(asked) == ["Li Fang", "Wang Jianguo"]
    text = asked.content.decode()
    assert "Wang Jianguo does not belong to 3-2-502." in text and 'value="3-2-502"' in text
    ticket.refresh_from_db()
    assert (ticket.unit, ticket.resident) == (unit, resident)
    chosen = edited(ticket, unit="3-2-502", resident=neighbour.pk)
    assert post(client, "ticket_edit", ticket, **chosen).status_code == 303
    ticket.refresh_from_db()
    assert (ticket.unit.code, ticket.resident) == ("3-2-502", neighbour)


def test_who_spoke_for_a_neighbour_stays_where_it_is_said_twice(
    login, clerk, unit, resident, neighbour, make_ticket
):
    ticket, client = make_ticket(unit=unit, resident=resident), login(clerk)
    moved = edited(ticket, unit="3-2-502")
    for _ in range(2):  # a double click is no answer
        asked = post(client, "ticket_edit", ticket, **moved)
        assert asked.status_code == 422
    again = asked.context["sent"].form["asked_for"].value()
    assert post(client, "ticket_edit", ticket, **moved, asked_for=again).status_code == 303
    ticket.refresh_from_db()
    assert (ticket.unit.code, ticket.resident) == ("3-2-502", resident)


def test_a_plate_nobody_knows_stands_beside_its_field_and_what_was_typed_stays(
    login, clerk, unit, resident, make_ticket
):
    ticket = make_ticket(unit=unit, resident=resident)
    values = edited(ticket, unit="block nine", subject="Leak in the kitchen")
    answer = post(login(clerk), "ticket_edit", ticket, **values)
    form = answer.context["sent"].form
    assert answer.status_code == 422 and set(form.errors) == {"unit"}
    text = answer.content.decode()
    assert 'value="block nine"' in text and "Leak in the kitchen" in text
    assert f'<option value="{resident.pk}" selected>' in text


def test_a_door_of_another_estate_and_somebody_who_was_never_offered_are_no_choice(
    login, clerk, other_estate, neighbour, make_ticket
):
    far = Building.objects.create(estate=other_estate, code="8")
    Unit.objects.create(estate=other_estate, building=far, code="8-1-101")
    ticket, client = make_ticket(), login(clerk)
    for change in ({"unit": "8-1-101"}, {"resident": neighbour.pk}, {"resident": "x\0"}, {"unit": "\0"}):
        answer = post(client, "ticket_edit", ticket, **edited(ticket, **change))
        assert set(answer.context["sent"].form.errors) == set(change)


def test_unit_and_resident_can_be_taken_off_and_an_old_page_leaves_them_alone(
    login, clerk, unit, resident, make_ticket
):
    ticket, client = make_ticket(unit=unit, resident=resident), login(clerk)
    assert post(client, "ticket_edit", ticket, subject="Leak", topic="water").status_code == 303
    ticket.refresh_from_db()
    assert (ticket.unit, ticket.resident) == (unit, resident)
    assert post(client, "ticket_edit", ticket, **edited(ticket, unit="")).status_code == 303
    ticket.refresh_from_db()
    assert (ticket.unit, ticket.resident) == (None, resident)
    assert post(client, "ticket_edit", ticket, **edited(ticket, resident="")).status_code == 303
    ticket.refresh_from_db()
    assert ticket.resident is None


def test_a_door_that_was_archived_and_a_resident_who_moved_out_do_not_hold_up_another_subject(
    login, clerk, unit, resident, make_ticket
):
    ticket = make_ticket(unit=unit, resident=resident)
    Unit.objects.update(is_archived=True)
    Occupancy.objects.update(until=date(2020, 1, 1))
    assert post(login(clerk), "ticket_edit", ticket, **edited(ticket, subject="Leak")).status_code == 303
    ticket.refresh_from_db()
    assert (ticket.subject, ticket.unit, ticket.resident) == ("Leak", unit, resident)


def test_a_stale_unit_is_refused_with_both_and_only_what_differs(
    login, clerk, unit, resident, neighbour, make_ticket
):
    ticket, client = make_ticket(subject="Leak"), login(clerk)
    stale = edited(ticket, unit="3-2-501", topic="noise")
    post(client, "ticket_edit", ticket, **edited(ticket, unit="3-2-502", topic="noise"))
    answer = post(client, "ticket_edit", ticket, **stale)
    sent = answer.context["sent"]
    assert answer.status_code == 409
    assert (sent.mine, sent.theirs) == ("Unit: 3-2-501", "Unit: 3-2-502")
    assert sent.form["unit"].value() == "3-2-501"


def test_assigning_names_the_department_and_keeps_who_is_responsible(
    login, clerk, technician, departments, make_ticket
):
    ticket = make_ticket(complaint_class="help_seeking")
    answer = post(
        login(clerk), "ticket_assign", ticket, department=departments["engineering"].pk, handler=technician.pk
    )
    ticket.refresh_from_db()
    assert answer.status_code == 303
    assert (ticket.department, ticket.handler, ticket.responsible) == (
        departments["engineering"],
        technician,
        clerk,
    )


def test_the_timeline_names_the_department_in_the_readers_language(login, clerk, departments, make_ticket):
    engineering = departments["engineering"]
    engineering.name_zh_hans = "工程部"
    engineering.save()
    ticket = make_ticket()
    assign_ticket(ticket, actor=clerk, department=engineering)
    client = login(clerk)
    at = reverse("ticket_detail", args=[ticket.pk])
    assert f"Given to {engineering.name}" in client.get(at).content.decode()
    client.cookies["language"] = "zh-hans"
    assert "派给工程部" in client.get(at).content.decode()


def test_another_estates_department_is_no_choice(login, clerk, other_estate, make_ticket):
    foreign = other_estate.departments.create(code="eng", kind="engineering", name="Engineering")
    answer = post(login(clerk), "ticket_assign", make_ticket(), department=foreign.pk)
    assert answer.status_code == 422


def test_a_slip_is_issued_from_the_ticket(login, clerk, departments, make_ticket):
    ticket = make_ticket(complaint_class="help_seeking")
    token = uuid.uuid4().hex
    values = {
        "department": departments["engineering"].pk,
        "kind": "work_order",
        "instructions": "Mend the pipe",
        "form_token": token,
    }
    client = login(clerk)
    for _ in range(2):
        assert post(client, "ticket_slip", ticket, **values).status_code == 303
    assert Slip.objects.get().ticket == ticket


def test_a_step_is_ticked_by_hand_or_marked_as_not_needed(login, clerk, make_ticket):
    ticket, client = make_ticket(complaint_class="valid"), login(clerk)
    post(client, "ticket_step", ticket, "on_site", finding="partly")
    ticket.refresh_from_db()
    assert ticket.finding == "partly"
    assert ticket.steps.get(key="on_site").done_at
    assert post(client, "ticket_step", ticket, "handling", not_needed="on").status_code == 409
    post(client, "ticket_step", ticket, "handling", not_needed="on", reason="Nothing to handle")
    assert ticket.steps.get(key="handling").not_needed


def test_an_unknown_step_is_refused_on_the_page(login, clerk, make_ticket):
    assert post(login(clerk), "ticket_step", make_ticket(complaint_class="valid"), "dance").status_code in (
        404,
        409,
    )


def test_a_clerk_is_told_what_keeps_a_ticket_from_closing(login, clerk, manager, make_ticket):
    ticket = make_ticket(complaint_class="help_seeking")
    assert "Still open:" in page(login(clerk), ticket)
    assert reverse("ticket_close", args=[ticket.pk]) not in page(login(clerk), ticket)
    assert reverse("ticket_close", args=[ticket.pk]) in page(login(manager), ticket)


def test_a_declined_matter_opens_again_with_a_reason(login, clerk, make_ticket):
    ticket, client = make_ticket(), login(clerk)
    assert post(client, "ticket_decline", ticket, reason="").status_code == 422
    assert post(client, "ticket_decline", ticket, reason="The shop's own pipe").status_code == 303
    assert post(client, "ticket_reopen", ticket, reason="It is ours after all").status_code == 303
    ticket.refresh_from_db()
    assert ticket.is_open


def test_merging_names_the_other_ticket_by_its_number(login, clerk, make_ticket):
    ticket, other, client = make_ticket(), make_ticket(), login(clerk)
    answer = post(client, "ticket_merge", ticket, into="T-1999-000001")
    assert answer.status_code == 409 and "T-1999-000001" in answer.content.decode()
    assert post(client, "ticket_merge", ticket, into=other.number.lower()).status_code == 303
    ticket.refresh_from_db()
    assert ticket.merged_into == other


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Tap drips\nsince Monday", "Tap drips"),
        ("word " * 20, "word word word word word word word word word word word…"),
        ("水" * 80, "水" * 59 + "…"),
        ("  ", ""),
    ],
)
def test_a_matter_without_a_title_is_called_by_its_first_line(text, title):
    assert first_line(text) == title


# --- replies --------------------------------------------------------------------------------------------------------


def test_a_note_stays_inside_and_a_reply_goes_out(login, clerk, make_ticket):
    ticket, client = make_ticket(), login(clerk)
    post(client, "ticket_reply", ticket, body="Cashier confirms.", visibility="internal")
    post(client, "ticket_reply", ticket, body="Mr Ma is looking at it.", visibility="public")
    states = set(Reply.objects.values_list("visibility", "state"))
    assert states == {("internal", "sent"), ("public", "sent")}


def test_without_a_word_about_it_a_text_is_a_note(login, clerk, make_ticket):
    post(login(clerk), "ticket_reply", make_ticket(), body="Only for us.")
    assert Reply.objects.get().visibility == "internal"


def test_a_promise_is_held_until_a_supervisor_approves_it(login, clerk, desk_supervisor, make_ticket):
    ticket = make_ticket()
    post(
        login(clerk),
        "ticket_reply",
        ticket,
        body="We will refund you 400 yuan tomorrow.",
        visibility="public",
    )
    reply = Reply.objects.get()
    assert reply.state == "held"
    url = reverse("reply_release", args=[ticket.pk, reply.pk])
    assert url not in page(login(clerk), ticket)
    assert login(clerk).post(url).status_code == 403
    assert url in page(login(desk_supervisor), ticket)
    assert login(desk_supervisor).post(url).status_code == 303
    reply.refresh_from_db()
    assert reply.state == "sent"


def test_promise_words_warn_while_they_are_typed(login, clerk):
    client = login(clerk)
    warned = client.post(
        reverse("ticket_promises"), {"body": "We will refund you 400 yuan."}
    ).content.decode()
    calm = client.post(reverse("ticket_promises"), {"body": "I will ring you at 11:30."}).content.decode()
    assert "promise of money" in warned and "Ask to approve" in warned
    assert "promise" not in calm.replace("promises", "")


def test_another_tickets_reply_is_not_found(login, clerk, desk_supervisor, make_ticket):
    ticket, other = make_ticket(), make_ticket()
    post(login(clerk), "ticket_reply", ticket, body="We will refund you 400 yuan.", visibility="public")
    url = reverse("reply_release", args=[other.pk, Reply.objects.get().pk])
    assert login(desk_supervisor).post(url).status_code == 404


# --- who sees what --------------------------------------------------------------------------------------------------


def test_the_number_is_whole_and_logged_while_the_ticket_is_open(login, clerk, make_ticket):
    ticket = make_ticket(reporter_phone="+8613800136021", reporter_name="Li Na")
    assert "138 0013 6021" in page(login(clerk), ticket)
    assert (
        AccessEntry.objects.filter(subject_type="tickets.ticket", subject_id=ticket.pk, actor=clerk).count()
        == 1
    )


def test_the_number_is_masked_once_the_ticket_is_closed(login, clerk, make_ticket):
    ticket = make_ticket(reporter_phone="+8613800136021")
    Ticket.objects.filter(pk=ticket.pk).update(status="closed", closed_at=timezone.now())
    assert "0013" not in page(login(clerk), ticket)
    assert not AccessEntry.objects.exists()


def test_a_refresh_shows_no_number_and_logs_nothing(login, clerk, make_ticket):
    ticket = make_ticket(reporter_phone="+8613800136021")
    answer = login(clerk).get(reverse("ticket_detail", args=[ticket.pk]), headers={"X-Refresh": "1"})
    assert "0013" not in answer.content.decode() and "<html" not in answer.content.decode()
    assert not AccessEntry.objects.exists()


def test_two_people_on_one_ticket_see_each_other(login, clerk, second_clerk, make_ticket):
    ticket = make_ticket()
    page(login(clerk), ticket)
    assert f"{clerk} is reading this too" in page(login(second_clerk), ticket)
    assert f"{second_clerk} is reading this too" in page(login(clerk), ticket)


def test_a_technician_reads_the_ticket_behind_a_slip_and_changes_nothing(
    login, clerk, technician, departments, make_ticket
):
    ticket = make_ticket(reporter_phone="+8613800136021")
    assert login(technician).get(reverse("ticket_detail", args=[ticket.pk])).status_code == 404
    values = {
        "department": departments["engineering"].pk,
        "kind": "work_order",
        "instructions": "Mend the pipe",
    }
    post(login(clerk), "ticket_slip", ticket, **values)
    text = page(login(technician), ticket)
    assert "0013" not in text
    assert reverse("ticket_resolve", args=[ticket.pk]) not in text
    assert post(login(technician), "ticket_resolve", ticket, resolution="x").status_code == 403


ACTS = [
    "classify",
    "assign",
    "start",
    "priority",
    "edit",
    "hand_over",
    "slip",
    "resolve",
    "close",
    "reopen",
    "decline",
    "merge",
]


@pytest.mark.parametrize("name", [f"ticket_{act}" for act in ACTS] + ["ticket_reply"])
def test_acts_are_posts_of_the_desk_alone(name, login, guard, outsider, clerk, make_ticket):
    ticket = make_ticket()
    url = reverse(name, args=[ticket.pk])
    assert login(clerk).get(url).status_code == 405
    assert login(guard).post(url).status_code == 403
    assert login(outsider).post(url).status_code == 404
    assert Client().post(url).status_code == 302


def test_a_photo_is_served_to_those_who_see_the_ticket(login, clerk, outsider, guard, make_ticket):
    from io import BytesIO

    from PIL import Image

    data = BytesIO()
    Image.new("RGB", (20, 20), "green").save(data, "PNG")
    client, token = login(clerk), uuid.uuid4().hex
    photo = SimpleUploadedFile("wall.png", data.getvalue(), content_type="image/png")
    client.post(reverse("ticket_new"), new_values(files=photo, form_token=token))
    ticket = Ticket.objects.get()
    text = page(client, ticket)
    url = reverse("ticket_file", args=[ticket.pk, 1])
    url = next(part.split('"')[0] for part in text.split('href="') if part.startswith(url[:-2]))
    answer = client.get(url)
    assert answer.status_code == 200 and answer["X-Content-Type-Options"] == "nosniff"
    assert login(guard).get(url).status_code == 403
    assert login(outsider).get(url).status_code == 404
    assert (
        client.get(
            reverse("ticket_file", args=[make_ticket().pk, int(url.rstrip("/").split("/")[-1])])
        ).status_code
        == 404
    )


# --- the timeline ---------------------------------------------------------------------------------------------------


def test_the_tabs_show_one_kind_alone(login, clerk, make_ticket):
    ticket, client = make_ticket(), login(clerk)
    post(client, "ticket_reply", ticket, body="Only a note.", visibility="internal")
    post(client, "ticket_reply", ticket, body="To the resident.", visibility="public")
    notes = page(client, ticket, "?show=notes")
    assert "Only a note." in notes and "To the resident." not in notes
    everything = page(client, ticket)
    assert "Only a note." in everything and "To the resident." in everything


def test_every_event_of_a_ticket_has_a_sentence(login, clerk, technician, departments, make_ticket):
    from helpdesk.audit.models import Entry
    from tickets.views.timeline import TOLD, TOLD_BY_THE_REPLY

    ticket, client = make_ticket(), login(clerk)
    post(client, "ticket_classify", ticket, complaint_class="valid")
    post(client, "ticket_assign", ticket, department=departments["engineering"].pk)
    post(client, "ticket_priority", ticket, priority="urgent", reason="Water")
    post(client, "ticket_step", ticket, "on_site", finding="borne_out")
    verbs = set(Entry.objects.about(ticket).values_list("verb", flat=True))
    assert verbs <= set(TOLD) | TOLD_BY_THE_REPLY


def test_a_page_costs_the_same_with_one_note_and_with_thirty(login, clerk, unit, resident, make_ticket):
    ticket, client = make_ticket(unit=unit, resident=resident, reporter_phone="+8613800136021"), login(clerk)
    url = reverse("ticket_detail", args=[ticket.pk])
    post(client, "ticket_reply", ticket, body="first", visibility="internal")
    one = cost(client, url)
    Reply.objects.bulk_create(
        Reply(ticket=ticket, body=f"note {n}", visibility="internal", author=clerk, created_at=timezone.now())
        for n in range(30)
    )
    assert cost(client, url) == one <= 16
