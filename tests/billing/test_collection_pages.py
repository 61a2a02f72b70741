"""The pages of collection and reminders: a phone at the door, paper in an envelope, the ladder's words."""

from datetime import date, timedelta

import pytest

from billing.models import CollectionVisit, Deferral, ReminderNotice, ReminderStep, ReminderText
from billing.services.collection import record_visit
from billing.services.disputes import open_dispute
from billing.services.reminders import ladder_of, send_reminders
from tests.billing.bills import post_bill
from tests.conftest import at

pytestmark = pytest.mark.django_db
DUE = date(2026, 9, 1)


@pytest.fixture
def bill(unit, resident, time_machine):
    bill = post_bill(unit, DUE, "1300.50")
    for days in (7, 15, 30, 45):
        send_reminders(at(f"{DUE + timedelta(days=days)} 10:00"))
    time_machine.move_to(at("2026-10-20 10:00"))
    return bill


def test_a_clerk_walks_the_route_and_writes_a_visit_down(bill, unit, clerk, login):
    browser = login(clerk)
    page = browser.get("/fees/collection/")
    assert "3-2-501" in page.text and "¥1,300.50" in page.text
    door = f"/fees/collection/{unit.pk}/"
    assert "What to say at the door" in browser.get(door).text
    wrong = browser.post(door, {"way": "door", "met": "owner", "said": "Was away."})
    assert wrong.status_code == 409 and "Was away." in wrong.text and "field-error" in wrong.text
    visit = {
        "way": "door",
        "met": "owner",
        "reason": "away",
        "said": "Was away.",
        "promised_for": "2026-10-25",
    }
    assert browser.post(door, visit).status_code == 303
    assert CollectionVisit.objects.get().promises.get().promised_by == "Owner"
    assert "Was away." in browser.get("/fees/collection/").text


def test_no_promise_for_a_day_that_has_passed(bill, unit, clerk, login):
    visit = {"way": "door", "met": "owner", "reason": "away", "promised_for": "2026-10-19"}
    answer = login(clerk).post(f"/fees/collection/{unit.pk}/", visit)
    assert answer.status_code == 409 and "That day has passed." in answer.text
    assert not CollectionVisit.objects.exists()


def test_a_manager_defers_and_a_clerk_sees_why(bill, unit, manager, clerk, login):
    path = f"/fees/collection/{unit.pk}/deferral/"
    assert login(manager).post(path, {"until": "2026-10-01", "reason": "Ill"}).status_code == 409
    assert login(manager).post(path, {"until": "2026-12-01", "reason": "Ill"}).status_code == 303
    assert Deferral.objects.get().approved_by == manager
    assert "Not reminded just now" in login(clerk).get(f"/fees/collection/{unit.pk}/").text


@pytest.mark.parametrize(
    ("hour", "says"), [("10:00", ""), ("12:30", "before 14:00"), ("21:10", "before 09:00")]
)
def test_the_route_says_that_people_rest(bill, clerk, login, time_machine, hour, says):
    time_machine.move_to(at(f"2026-10-20 {hour}"))
    page = login(clerk).get("/fees/collection/").text
    assert ("People rest now" in page) is bool(says) and says in page


def test_what_was_taken_back_says_so_on_paper(bill, unit, clerk, login):
    notice = ReminderNotice.objects.filter(unit=unit, channel="print").latest("id")
    ReminderNotice.objects.filter(pk=notice.pk).update(withdrawn_at=notice.created_at)
    assert "paper-void" in login(clerk).get(f"/fees/reminders/{notice.pk}/print/").text


def test_the_route_says_what_was_said_there_and_that_a_bill_is_doubted(bill, unit, clerk, login):
    record_visit(
        unit, actor=clerk, met="owner", reason="refuses", said="Not before the lift runs.", way="phone"
    )
    open_dispute(post_bill(unit, DUE, "50.00"), actor=clerk, reason="Area")
    page = login(clerk).get("/fees/collection/").text
    stop = page.split('id="route-title"')[1].split('id="made-title"')[0]
    assert "Not before the lift runs." in stop and "since 2026-09-01" in stop and "a bill is disputed" in stop


def test_a_manager_ends_a_pause_from_the_door_page(bill, unit, manager, clerk, login):
    pause = Deferral.objects.create(
        estate=unit.estate, unit=unit, since=date(2026, 10, 1), until=date(2026, 12, 1), reason="Ill"
    )
    end = f"/fees/collection/deferrals/{pause.pk}/end/"
    assert end not in login(clerk).get(f"/fees/collection/{unit.pk}/").text
    browser = login(manager)
    assert end in browser.get(f"/fees/collection/{unit.pk}/").text
    assert browser.post(end).status_code == 303 and browser.post(end).status_code == 409


@pytest.mark.parametrize("told", [{"promised_amount": "100"}, {"promised_by": "Mrs Li"}])
def test_a_promise_without_its_day_is_asked_for_and_not_lost(bill, unit, clerk, login, told):
    visit = {"way": "door", "met": "owner", "reason": "forgot"} | told
    page = login(clerk).post(f"/fees/collection/{unit.pk}/", visit)
    assert page.status_code == 422 and page.context["form"].errors.keys() == {"promised_for"}
    assert not CollectionVisit.objects.exists()


def test_what_nobody_could_answer_at_the_door_becomes_a_message(bill, unit, clerk, cashier, login):
    visit = {
        "way": "door",
        "met": "owner",
        "reason": "other",
        "said": "What is the lift fee?",
        "passed_to": "Engineering",
    }
    door = f"/fees/collection/{unit.pk}/"
    browser = login(clerk)
    form = browser.get(browser.post(door, visit)["Location"])
    assert form.status_code == 200 and "What is the lift fee?" in form.text and "3-2-501" in form.text
    assert login(cashier).post(door, visit)["Location"] == "/fees/collection/", (
        "who takes no messages goes on"
    )


def test_paper_is_printed_and_ticked_off(bill, unit, resident, clerk, login):
    resident.accepts_messages = False
    resident.save()
    post_bill(unit, date(2026, 10, 13), "70.00")
    send_reminders(at("2026-10-20 10:00"))
    notice = ReminderNotice.objects.get(day=date(2026, 10, 20))
    browser = login(clerk)
    assert "Print" in browser.get("/fees/reminders/").text
    paper = browser.get(f"/fees/reminders/{notice.pk}/print/")
    assert paper.status_code == 200 and "¥70.00" in paper.text
    assert browser.post(f"/fees/reminders/{notice.pk}/done/", {"note": "letterbox"}).status_code == 303
    notice.refresh_from_db()
    assert notice.done_by == clerk
    answer = browser.post(f"/fees/reminders/{notice.pk}/done/", follow=True)
    assert "handed over already" in answer.text


def test_an_administrator_sets_the_ladder_and_its_words(estate, admin, login):
    browser = login(admin)
    page = browser.get("/fees/reminders/ladder/")
    assert page.status_code == 200 and 'value="-3"' in page.text
    forms = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "form-0-level": "3"}
    rungs = {"form-0-days": "5", "form-0-way": "message", "form-1-days": "40", "form-1-way": "door"}
    assert browser.post("/fees/reminders/ladder/", forms | rungs).status_code == 303
    assert [(r.level, r.days, r.way) for r in ladder_of(estate)] == [
        (3, 5, "message"),
        (9, 40, ReminderStep.Way.DOOR),
    ]
    twice = forms | rungs | {"form-1-days": "5"}
    assert browser.post("/fees/reminders/ladder/", twice).status_code == 409
    words = {
        "level": "1",
        "language": "en",
        "subject": "Fees of %(unit)s",
        "body": "We will cut off your water.",
    }
    refused = browser.post("/fees/reminders/ladder/1/en/", words)
    assert (
        refused.status_code == 409
        and "may not threaten" in refused.text
        and "cut off your water" in refused.text
    )
    good = words | {"body": "Please pay %(total)s."}
    assert browser.post("/fees/reminders/ladder/1/en/", good).status_code == 303
    assert ReminderText.objects.get().changed_by == admin
    assert "Please pay ¥1,284.60." in browser.get("/fees/reminders/ladder/1/en/").text


def test_a_doubted_bill_is_ticked_at_the_door_and_waits_alone(bill, unit, neighbour, clerk, login):
    other, foreign = (
        post_bill(unit, date(2026, 9, 20), "80.00"),
        post_bill(neighbour, date(2026, 9, 20), "80.00"),
    )
    browser, page = login(clerk), f"/fees/collection/{unit.pk}/"
    shown = browser.get(page).text
    assert "Which bills they doubt" in shown and other.number in shown and foreign.number not in shown
    sent = {"way": "door", "met": "owner", "reason": "bill", "doubted": [bill.pk], "form_token": "d"}
    assert browser.post(page, sent | {"doubted": [foreign.pk]}).status_code == 422
    assert browser.post(page, sent).status_code == 303
    assert [b.disputes.count() for b in (bill, other, foreign)] == [1, 0, 0]
