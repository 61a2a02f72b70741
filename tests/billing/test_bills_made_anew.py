"""A bill made anew (docs/domain.md §9): when it is due, and that nobody is reminded or charged for the days before."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.urls import reverse

from billing.models import Bill, LateFee, Reminder
from billing.services.bills import make_bill_anew, reverse_bill
from billing.services.late_fees import charge_late_fees, set_late_fee
from billing.services.reminders import send_reminders
from billing.services.runs import confirm_run, continue_run, preview_run
from helpdesk.staff.services import create_token
from tests.api.conftest import bearer, codes
from tests.billing.conftest import refused_beside
from tests.conftest import at
from tests.tickets.acts import refused

pytestmark = pytest.mark.django_db

LATE = at("2026-11-20 10:00")  # the bill was due on the 15th


def anew(bill: Bill, moment=LATE, **more) -> Bill:
    reverse_bill(bill, actor=None, reason="The area was wrong", make_anew=True, at=moment, **more)
    return Bill.objects.get(replaces=bill)


@pytest.mark.parametrize(
    ("moment", "due_on"),
    [
        ("2026-11-01 13:00", date(2026, 11, 15)),
        # Due tomorrow is no more time than due today.
        ("2026-11-14 10:00", date(2026, 11, 28)),
        ("2026-11-20 10:00", date(2026, 12, 4)),
    ],
)
def test_a_bill_made_anew_is_due_no_earlier_than_the_usual_days_after_it(bill, moment, due_on):
    assert anew(bill, at(moment)).due_on == due_on


def test_an_old_due_day_that_lies_further_off_is_kept(management_fee, unit, estate, manager):
    due_on = date(2027, 1, 31)
    run = preview_run(estate, actor=manager, period="2026-11", due_on=due_on, at=at("2026-11-01 12:00"))
    continue_run(confirm_run(run, actor=manager, at=at("2026-11-01 12:00")))
    assert anew(run.made.get()).due_on == due_on


def test_the_due_day_of_a_bill_made_anew_may_be_said(bill):
    assert anew(bill, due_on=date(2026, 11, 22)).due_on == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("due_on", "code"),
    [
        (date(2026, 11, 19), "not_in_order"),
        (date(2027, 11, 30), "date_out_of_bounds"),
    ],
)
def test_a_due_day_out_of_bounds_is_refused_and_reverses_nothing(bill, due_on, code):
    with refused_beside("due_on", code):
        anew(bill, due_on=due_on)
    bill.refresh_from_db()
    assert bill.status == "open"


def test_a_due_day_without_a_new_bill_is_refused(bill):
    with refused("not_made_anew"):
        reverse_bill(bill, actor=None, reason="Wrong", due_on=date(2026, 12, 1))


def test_a_bill_made_anew_later_has_its_days_too(bill):
    reverse_bill(bill, actor=None, reason="The area was wrong", at=LATE)
    new = make_bill_anew(bill, actor=None, at=at("2026-11-25 10:00"))
    assert (new.issued_on, new.due_on) == (date(2026, 11, 25), date(2026, 12, 9))


def test_nobody_is_reminded_or_charged_for_the_days_before_a_bill_made_anew(bill, estate, resident):
    set_late_fee(estate, actor=None, rate_per_day=D("0.001"), since=date(2026, 1, 1))
    new = anew(bill)
    for day in range(20, 31):
        send_reminders(at(f"2026-11-{day} 10:00"))
        charge_late_fees(estate, date(2026, 11, day), at=at(f"2026-11-{day} 23:00"))
    assert not Reminder.objects.filter(bill=new).exists() and not LateFee.objects.exists()
    send_reminders(at("2026-12-01 10:00"))
    assert [row.level for row in Reminder.objects.filter(bill=new)] == [1]  # three days before
    charge_late_fees(estate, date(2026, 12, 6), at=at("2026-12-06 23:00"))
    fee = LateFee.objects.get()
    assert (fee.bill, fee.amount) == (new, D("0.51"))  # the 5th and the 6th


def test_page_and_api_say_when_a_bill_made_anew_is_due(bill, login, manager, time_machine):
    time_machine.move_to(LATE, tick=False)
    page = login(manager)
    sent = {"reason": "The area was wrong", "make_anew": "on", "due_on": "2026-11-19"}
    answer = page.post(reverse("bill_reverse", args=[bill.pk]), sent)
    assert answer.status_code == 409 and list(answer.context["why"].errors) == ["due_on"]
    page.post(reverse("bill_reverse", args=[bill.pk]), sent | {"due_on": "2026-12-24"})
    new = Bill.objects.get(replaces=bill)
    assert new.due_on == date(2026, 12, 24)
    client = bearer(create_token(manager, name="t", actor=None)[1])
    path, body = f"/api/v1/bills/{new.pk}/reverse/", {"reason": "Again", "due_on": "2026-12-25"}
    assert codes(client.post(path, body, format="json")) == {("not_made_anew", "due_on")}
    assert client.post(path, body | {"make_anew": True}, format="json").status_code == 200
    assert Bill.objects.get(replaces=new).due_on == date(2026, 12, 25)
