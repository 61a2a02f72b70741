"""One incident joins the calls of many units; one notice goes to every household (docs/domain.md §10)."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from helpdesk.audit.models import Entry
from helpdesk.notifications.models import Message
from residents.models import Building, Resident, Unit
from tests.conftest import at
from tests.tickets.acts import MORNING, refused
from tickets.models import Contact, Incident, IncidentReport
from tickets.services.contacts import take_contact
from tickets.services.incident_notices import (
    households_of,
    notify_reporters,
    release_notice,
    withdraw_notice,
)
from tickets.services.incidents import (
    INCIDENT_STATES,
    add_caller,
    close_incident,
    edit_incident,
    join_ticket,
    note_incident,
    open_incident,
    reopen_incident,
)
from tickets.services.links import track_path

pytestmark = pytest.mark.django_db


def told(template):
    rows = Message.objects.filter(template=template, channel="desk")
    return sorted(rows.values_list("recipient_user__username", flat=True))


@pytest.fixture
def incident(estate, clerk, building):
    return open_incident(
        estate=estate, kind="water", title="Burst main", actor=clerk, building=building, at=MORNING
    )


def neighbour(building, code, language="zh-hans", phone=""):
    unit = Unit.objects.create(estate=building.estate, building=building, code=code, floor=1, area_m2="60")
    return unit, phone


# --- opening ----------------------------------------------------------------------------------------------------------


def test_an_incident_goes_at_once_to_managers_and_the_department_whose_matter_it_is(
    estate, clerk, manager, supervisor, technician, guard, admin
):
    incident = open_incident(estate=estate, kind="water", title="Burst main", actor=clerk, at=MORNING)
    assert incident.number == "I-2026-000001" and incident.topic == "water"
    assert told("incident_opened") == ["clerk", "manager", "supervisor", "technician"]
    assert "Manager" in Entry.objects.get(verb="incident.opened").data["told"]


def test_one_form_opens_one_incident(estate, clerk):
    first, second = (
        open_incident(estate=estate, kind="fire", title="Smoke", actor=clerk, form_token="t")
        for _ in range(2)
    )
    assert first == second and Incident.objects.count() == 1


def test_an_incident_needs_words_and_a_building_of_the_estate(estate, clerk, other_estate):
    with refused("text_missing"):
        open_incident(estate=estate, kind="fire", title=" ", actor=clerk)
    elsewhere = other_estate.buildings.create(code="9")
    with refused("other_estate"):
        open_incident(estate=estate, kind="fire", title="Smoke", actor=clerk, building=elsewhere)


# --- callers ----------------------------------------------------------------------------------------------------------


def test_three_callers_stand_in_the_register_and_in_one_incident(incident, clerk, unit, resident, building):
    add_caller(incident, actor=clerk, unit=unit, resident=resident, at=MORNING)
    add_caller(incident, actor=clerk, unit=neighbour(building, "3-2-502")[0], at=MORNING)
    add_caller(incident, actor=clerk, name="Courier", phone="13900001111", at=MORNING)
    assert Contact.objects.filter(kind="call").count() == incident.reports.count() == 3
    assert {c.summary for c in Contact.objects.all()} == {"Burst main"}


def test_a_caller_may_get_a_ticket_of_their_own(incident, clerk, unit):
    report = add_caller(incident, actor=clerk, unit=unit, with_ticket=True, at=MORNING)
    assert report.ticket.topic == "water"
    assert Contact.objects.get().ticket == report.ticket
    assert Entry.objects.filter(verb="ticket.joined", target_id=report.ticket_id).exists()


def test_the_same_click_twice_counts_once(incident, clerk, unit):
    reports = {add_caller(incident, actor=clerk, unit=unit, form_token="x").pk for _ in range(2)}
    contact = take_contact(estate=incident.estate, kind="call", actor=clerk, unit=unit)
    reports |= {add_caller(incident, actor=clerk, contact=contact).pk for _ in range(2)}
    assert len(reports) == 2 == IncidentReport.objects.count()


def test_a_caller_is_somebody(incident, clerk):
    with refused("nobody_named"):
        add_caller(incident, actor=clerk)


def test_a_call_belongs_to_one_incident(incident, estate, clerk, unit):
    other = open_incident(estate=estate, kind="power", title="Dark", actor=clerk)
    contact = take_contact(estate=estate, kind="call", actor=clerk, unit=unit)
    add_caller(incident, actor=clerk, contact=contact)
    with refused("joined_elsewhere"):
        add_caller(other, actor=clerk, contact=contact)


def test_a_ticket_is_joined_once_and_to_one_incident(
    incident, estate, clerk, make_ticket, other_estate, outsider
):
    ticket = make_ticket()
    assert join_ticket(incident, actor=clerk, ticket=ticket) == join_ticket(
        incident, actor=clerk, ticket=ticket
    )
    other = open_incident(estate=estate, kind="power", title="Dark", actor=clerk)
    with refused("joined_elsewhere"):
        join_ticket(other, actor=clerk, ticket=ticket)
    with refused("other_estate"):
        join_ticket(incident, actor=clerk, ticket=make_ticket(estate=other_estate, actor=outsider))


def test_an_open_incident_is_offered_for_its_topic_in_its_building(incident, estate, clerk, building):
    like = Incident.objects.like
    assert list(like(topic="water", building_id=building.pk)) == [incident]
    assert not like(topic="lift", building_id=building.pk) and not like(topic="water", building_id=None)
    everywhere = open_incident(estate=estate, kind="power", title="Dark", actor=clerk)
    assert list(like(topic="electricity", building_id=building.pk)) == [everywhere]
    close_incident(incident, actor=clerk, summary="Mended")
    assert not like(topic="water", building_id=building.pk)


# --- the notice -------------------------------------------------------------------------------------------------------

WORDS = {"en": "The water is on again.", "zh-hans": "供水已恢复。"}


def test_a_household_gets_one_message_in_its_language_however_often_it_rang(
    incident, clerk, unit, resident, building, estate
):
    for _ in range(2):
        add_caller(incident, actor=clerk, unit=unit, resident=resident, at=MORNING)
    other, _phone = neighbour(building, "3-2-502")
    add_caller(incident, actor=clerk, unit=other, name="Ann", phone="13900002222", at=MORNING)
    abroad = Resident.objects.create(estate=estate, name="Ann Smith", language="en", email="ann@example.org")
    add_caller(incident, actor=clerk, resident=abroad, at=MORNING)
    add_caller(incident, actor=clerk, name="No number", at=MORNING)
    notice = notify_reporters(incident, actor=clerk, texts=WORDS, at=MORNING)
    sent = Message.objects.filter(template="resident_incident")
    assert (notice.reached, notice.unreached, sent.count()) == (3, 1, 3)
    assert sent.get(channel="email").context["body"] == WORDS["en"]
    assert {m.context["body"] for m in sent.filter(channel="sms")} == {WORDS["zh-hans"]}
    assert all(message.spares_rest_hours for message in sent)


def test_a_neighbours_words_are_not_opened_to_the_household_that_is_told_instead(
    incident, clerk, unit, resident, make_ticket
):
    """Nobody said who rang: the first contact hears that the water is on, without the link to what was said."""
    anonymous = make_ticket("They shout every night. Do not say that I told you.", unit=unit)
    join_ticket(incident, actor=clerk, ticket=anonymous, at=MORNING)
    notify_reporters(incident, actor=clerk, texts=WORDS, at=MORNING)
    message = Message.objects.get(template="resident_incident")
    assert message.address and message.link == ""


def test_whoever_left_a_number_gets_the_link_to_their_own_matter(
    incident, clerk, unit, resident, make_ticket
):
    theirs = make_ticket("No water", unit=unit, reporter_phone="13900002222")
    join_ticket(incident, actor=clerk, ticket=theirs, at=MORNING)
    notify_reporters(incident, actor=clerk, texts=WORDS, at=MORNING)
    assert Message.objects.get(template="resident_incident").link == track_path(theirs)


def test_a_language_nobody_wrote_falls_back_to_the_estates(incident, clerk, estate):
    abroad = Resident.objects.create(estate=estate, name="Li", language="zh-hant", email="li@example.org")
    add_caller(incident, actor=clerk, resident=abroad, at=MORNING)
    notify_reporters(incident, actor=clerk, texts=WORDS, at=MORNING)
    assert Message.objects.get(template="resident_incident").context["body"] == WORDS["zh-hans"]


def test_whoever_wants_no_messages_gets_none(incident, clerk, estate):
    silent = Resident.objects.create(estate=estate, name="Li", email="li@example.org", accepts_messages=False)
    add_caller(incident, actor=clerk, resident=silent, at=MORNING)
    assert notify_reporters(incident, actor=clerk, texts=WORDS, at=MORNING).unreached == 1
    assert not Message.objects.filter(template="resident_incident").exists()


def test_a_notice_at_night_waits_for_the_morning(incident, clerk, estate):
    add_caller(incident, actor=clerk, name="Ann", phone="13900002222", at=MORNING)
    notify_reporters(incident, actor=clerk, texts=WORDS, at=at("2026-11-17 23:00"))
    assert Message.objects.get(template="resident_incident").not_before == at("2026-11-18 09:00")


def test_a_promise_is_held_until_a_supervisor_lets_it_go(incident, clerk, desk_supervisor):
    add_caller(incident, actor=clerk, name="Ann", phone="13900002222", at=MORNING)
    notice = notify_reporters(incident, actor=clerk, texts={"en": "We will refund 400 yuan."}, at=MORNING)
    assert notice.state == "held" and told("incident_notice_held") == ["desk-supervisor"]
    assert not Message.objects.filter(template="resident_incident").exists()
    for _ in range(2):
        assert release_notice(notice, actor=desk_supervisor, at=MORNING).state == "sent"
    assert Message.objects.filter(template="resident_incident").count() == 1
    with refused("invalid_transition"):
        withdraw_notice(notice, actor=desk_supervisor, reason="Too late")


def test_a_held_notice_is_taken_back_by_its_writer_or_a_supervisor(incident, clerk, second_clerk):
    add_caller(incident, actor=clerk, name="Ann", phone="13900002222", at=MORNING)
    notice = notify_reporters(incident, actor=clerk, texts={"en": "We will refund 400 yuan."}, at=MORNING)
    with refused("not_yours"):
        withdraw_notice(notice, actor=second_clerk, reason="Wrong")
    with refused("reason_required"):
        withdraw_notice(notice, actor=clerk, reason=" ")
    assert withdraw_notice(notice, actor=clerk, reason="Wrong").state == "withdrawn"


def test_a_notice_needs_words_and_somebody_to_read_them(incident, clerk):
    with refused("text_missing"):
        notify_reporters(incident, actor=clerk, texts={"en": " "})
    with refused("nobody_to_tell"):
        notify_reporters(incident, actor=clerk, texts=WORDS)


def test_one_form_sends_one_notice(incident, clerk):
    add_caller(incident, actor=clerk, name="Ann", phone="13900002222")
    made = {notify_reporters(incident, actor=clerk, texts=WORDS, form_token="n").pk for _ in range(2)}
    assert len(made) == 1 == Message.objects.filter(template="resident_incident").count()


def test_of_several_reports_the_one_that_left_a_number_is_told(incident, clerk, unit):
    add_caller(incident, actor=clerk, unit=unit)
    add_caller(incident, actor=clerk, unit=unit, phone="13900002222")
    assert [household.address for household in households_of(incident)] == ["+8613900002222"]


# --- its life ---------------------------------------------------------------------------------------------------------

ACTS = {
    "edit": lambda i, c: edit_incident(i, actor=c["clerk"], place="Cellar"),
    "add_caller": lambda i, c: add_caller(i, actor=c["clerk"], name="Ann"),
    "join": lambda i, c: join_ticket(i, actor=c["clerk"], ticket=c["ticket"]),
    "note": lambda i, c: note_incident(i, actor=c["clerk"], whom="Water works"),
    "notify": lambda i, c: notify_reporters(i, actor=c["clerk"], texts=WORDS),
    "close": lambda i, c: close_incident(i, actor=c["clerk"], summary="Mended"),
    "reopen": lambda i, c: reopen_incident(i, actor=c["clerk"], reason="Back"),
}
NO = "invalid_transition"
TABLE = {
    # act: (from open, from closed)
    "edit": ("open", NO),
    "add_caller": ("open", NO),
    "join": ("open", NO),
    "note": ("open", NO),
    "notify": ("open", "closed"),
    "close": ("closed", NO),
    "reopen": (NO, "open"),
}


def test_every_act_of_an_incident_is_in_the_table():
    assert set(TABLE) == set(ACTS) == set(INCIDENT_STATES.table)


@pytest.mark.parametrize("status", ["open", "closed"])
@pytest.mark.parametrize("act", sorted(ACTS))
def test_every_act_in_every_state_does_what_the_table_says(act, status, incident, clerk, make_ticket):
    add_caller(incident, actor=clerk, name="Bo")
    if status == "closed":
        close_incident(incident, actor=clerk, summary="Over", at=MORNING + timedelta(hours=1))
    expected = TABLE[act][status == "closed"]
    cast = {"clerk": clerk, "ticket": make_ticket()}
    if expected == NO:
        with refused(NO):
            ACTS[act](incident, cast)
        expected = status
    else:
        ACTS[act](incident, cast)
    incident.refresh_from_db()
    assert incident.status == expected


def test_closing_and_opening_again_say_why(incident, clerk):
    with refused("reason_required"):
        close_incident(incident, actor=clerk, summary=" ")
    closed = close_incident(incident, actor=clerk, summary="Mended", at=MORNING)
    assert (closed.closed_by, closed.closed_at) == (clerk, MORNING)
    with refused("reason_required"):
        reopen_incident(closed, actor=clerk, reason="")


def test_an_incident_a_colleague_changed_meanwhile_is_not_written_over(incident, clerk):
    edit_incident(incident, actor=clerk, version=incident.version, title="Burst main, cellar")
    with refused("stale"):
        close_incident(incident, actor=clerk, version=incident.version, summary="Mended")


# --- pages ------------------------------------------------------------------------------------------------------------


def url(name, *args):
    return reverse(name, args=args)


def test_a_clerk_opens_an_incident_once_however_often_the_form_is_sent(clerk, login, building):
    form = {"title": "Burst main", "kind": "water", "building": building.pk, "form_token": "one"}
    for _ in range(2):
        response = login(clerk).post(url("incident_new"), form)
        assert response.status_code == 303
    assert Incident.objects.count() == 1


def test_what_is_not_filled_in_comes_back_as_it_was_typed(clerk, login):
    response = login(clerk).post(url("incident_new"), {"title": "", "kind": "water", "place": "Cellar"})
    assert response.status_code == 422 and b"Cellar" in response.content


def test_one_click_on_the_contact_form_adds_the_caller(incident, clerk, login, unit):
    browser = login(clerk)
    page = browser.get(url("contact_new") + f"?unit={unit.pk}").content.decode()
    action = f"{url('incident_caller', incident.pk)}?unit={unit.pk}"
    assert action in page and "Burst main" in page
    for _ in range(2):
        assert browser.post(action, {"form_token": "click"}).status_code == 303
    assert Contact.objects.get().unit == unit == incident.reports.get().contact.unit


def test_the_caller_card_and_the_ticket_form_offer_it_too(incident, clerk, login, unit):
    for address in (url("unit_card", unit.pk), url("ticket_new") + f"?unit={unit.pk}"):
        assert url("incident_caller", incident.pk) in login(clerk).get(address).content.decode()


def asked_about(page):
    """The titles after "Is it about this?" on a page."""
    return re.findall(r"Is it about this\? <a [^>]*>([^<]+)", page.content.decode())


def test_only_incidents_of_the_callers_building_or_the_whole_estate_are_asked_about(
    incident, clerk, estate, login, unit, resident
):
    other = Building.objects.create(estate=estate, code="1", name="Block One")
    open_incident(estate=estate, kind="lift", title="Lift of one", actor=clerk, building=other)
    open_incident(estate=estate, kind="power", title="Dark everywhere", actor=clerk)
    browser = login(clerk)
    pages = [reverse("unit_card", args=[unit.pk]), reverse("resident_card", args=[resident.pk])]
    forms = [reverse("contact_new"), reverse("ticket_new")]
    pages += [f"{form}?{who}" for form in forms for who in (f"unit={unit.pk}", f"resident={resident.pk}")]
    for address in pages:
        assert asked_about(browser.get(address)) == ["Dark everywhere", "Burst main"], address


def test_without_a_known_unit_every_open_incident_is_asked_about_with_its_building(
    incident, clerk, estate, login
):
    other = Building.objects.create(estate=estate, code="1", name="Block One")
    open_incident(estate=estate, kind="lift", title="Lift of one", actor=clerk, building=other)
    entry = take_contact(estate=estate, actor=clerk, kind="call", direction="in", summary="Rang", name="Ann")
    page = login(clerk).get(f"{reverse('ticket_new')}?contact={entry.pk}")
    assert asked_about(page) == ["Lift of one", "Burst main"]
    assert "Block One" in page.content.decode() and "building 3" in page.content.decode()


def test_a_ticket_of_the_topic_in_the_building_is_offered_the_incident_and_joins_it(
    incident, clerk, login, make_ticket, unit
):
    ticket = make_ticket(unit=unit, topic="water")
    browser = login(clerk)
    assert url("incident_join", incident.pk) in browser.get(url("ticket_detail", ticket.pk)).content.decode()
    answer = browser.post(url("incident_join", incident.pk), {"ticket": ticket.number, "next": "ticket"})
    assert answer["Location"] == url("ticket_detail", ticket.pk)
    page = browser.get(url("ticket_detail", ticket.pk)).content.decode()
    assert "Part of incident" in page and url("incident_join", incident.pk) not in page


def test_a_number_nobody_knows_is_said_beside_the_field(incident, clerk, login):
    response = login(clerk).post(url("incident_join", incident.pk), {"ticket": "T-2020-000001"})
    assert response.status_code == 409 and b"No ticket of that number" in response.content


def test_the_page_goes_through_a_notice_a_note_and_the_end(incident, clerk, login, desk_supervisor):
    browser = login(clerk)
    browser.post(url("incident_caller", incident.pk), {"name": "Ann", "phone": "13900002222"})
    browser.post(url("incident_note", incident.pk), {"whom": "Fire brigade", "body": "On the way"})
    browser.post(url("incident_notice", incident.pk), {"text_en": "We will refund 400 yuan."})
    notice = incident.notices.get()
    assert notice.state == "held"
    assert browser.post(url("incident_notice_release", incident.pk, notice.pk)).status_code == 403
    login(desk_supervisor).post(url("incident_notice_release", incident.pk, notice.pk))
    assert Message.objects.filter(template="resident_incident").count() == 1
    browser.post(url("incident_close", incident.pk), {"summary": "Mended", "version": 1})
    page = browser.get(url("incident_detail", incident.pk)).content.decode()
    assert "Fire brigade" in page and "Mended" in page and "+8613900002222" not in page
    assert browser.post(url("incident_caller", incident.pk), {"name": "Late"}).status_code == 409


def test_a_guard_looks_and_does_nothing(incident, guard, login):
    browser = login(guard)
    page = browser.get(url("incident_detail", incident.pk))
    assert page.status_code == 200 and url("incident_close", incident.pk) not in page.content.decode()
    assert browser.post(url("incident_close", incident.pk), {"summary": "x"}).status_code == 403


def test_an_empty_list_says_what_to_do(clerk, login):
    assert b"No incident is open." in login(clerk).get(url("incident_list")).content


def test_the_gate_sees_doors_and_a_department_no_tickets_but_its_own(
    incident, clerk, guard, supervisor, unit, resident, login
):
    said = "My late husband's papers are wet"
    report = add_caller(
        incident, actor=clerk, unit=unit, resident=resident, summary=said, with_ticket=True, at=MORNING
    )
    page = reverse("incident_detail", args=[incident.pk])
    at_the_desk = login(clerk).get(page).content.decode()
    assert said in at_the_desk.replace("&#x27;", "'") and report.ticket.number in at_the_desk
    at_the_gate = login(guard).get(page).content.decode()
    assert unit.code in at_the_gate
    assert "papers are wet" not in at_the_gate and "Wang" not in at_the_gate
    ticket_page = reverse("ticket_detail", args=[report.ticket_id])
    assert ticket_page in at_the_desk and ticket_page not in at_the_gate
    assert ticket_page not in login(supervisor).get(page).content.decode()
