"""The fees' pages: an account that explains itself, money at the counter, runs, readings, the day's closing."""

from datetime import date
from decimal import Decimal

import pytest

from billing.models import Bill, BillingRun, DayClosing, MeterReading, Payment
from billing.services.charges import add_charge_item, set_rate
from billing.services.closings import close_day
from billing.services.credit import refund_credit
from billing.services.meters import add_meter
from billing.services.payments import reverse_payment, take_payment
from billing.services.runs import continue_runs
from billing.views import closings
from helpdesk.lib.errors import Refused
from residents.models import Unit
from tests.billing.bills import post_bill
from tests.billing.conftest import refused_beside
from tests.conftest import at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_tuesday(time_machine):
    time_machine.move_to(at("2026-11-17 10:42"))


@pytest.fixture
def account(unit, resident):
    """Three bills: two late, one due on the 30th."""
    return [
        post_bill(unit, day, total)
        for day, total in (
            (date(2026, 9, 15), "732.58"),
            (date(2026, 10, 15), "744.62"),
            (date(2026, 11, 30), "735.32"),
        )
    ]


def pay(browser, unit, **data):
    return browser.post(f"/fees/units/{unit.pk}/pay/", {"method": "cash", "form_token": "t1"} | data)


def test_a_note_on_the_receipt_has_the_room_that_is_kept_for_it(account, unit, clerk, login):
    browser = login(clerk)
    page = pay(browser, unit, amount="10.00", reference="x" * 81)
    assert page.status_code == 422 and list(page.context["form"].errors) == ["reference"]
    assert pay(browser, unit, amount="10.00", reference="x" * 80).status_code == 303
    assert Payment.objects.get().reference == "x" * 80


def test_the_account_shows_what_is_owed_and_why(account, unit, clerk, login):
    page = login(clerk).get(f"/fees/units/{unit.pk}/").text
    assert "¥2,212.52" in page and "63 days" in page and "Wang Jianguo" in page
    assert "Management fee 1 × 732.58 = 732.58" in page
    assert "2,212.52" in page.split("<tbody>")[1].split("</tr>")[0], "the newest entry carries the balance"


def test_what_an_amount_settles_is_shown_before_it_is_taken(account, unit, clerk, login):
    part = login(clerk).get(f"/fees/units/{unit.pk}/allocation/", {"amount": "1,500.00"}).text
    assert part.count(" settled</span>") == 2 and "¥712.52" in part
    assert "all settled, reminders stop" in part
    chosen = (
        login(clerk).get(f"/fees/units/{unit.pk}/allocation/", {"amount": "800", "bills": account[2].pk}).text
    )
    assert "Kept as credit" in chosen and "¥64.68" in chosen


def test_the_preview_and_the_payment_agree(account, unit, clerk, login):
    browser = login(clerk)
    assert pay(browser, unit, amount="1500.00").status_code == 303
    paid = list(Bill.objects.order_by("id").values_list("status", "paid"))
    assert paid == [("paid", Decimal("732.58")), ("paid", Decimal("744.62")), ("part_paid", Decimal("22.80"))]


def test_a_form_sent_twice_is_one_payment(account, unit, clerk, login):
    browser = login(clerk)
    for _again in range(2):
        assert pay(browser, unit, amount="100").status_code == 303
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("amount", ["", "abc", "0", "-5", "1.005", "1e3", "１００", "99999999999"])
def test_a_bad_amount_stays_in_its_box_with_the_reason(account, unit, clerk, login, amount):
    answer = pay(login(clerk), unit, amount=amount)
    assert answer.status_code in {409, 422} and "field-error" in answer.text
    assert not Payment.objects.exists()


def test_the_credit_is_used_where_it_is_seen_and_the_page_says_how_much(account, unit, cashier, login):
    take_payment(unit, actor=cashier, amount=Decimal(1000), method="cash", bills=[account[2]])
    browser = login(cashier)
    page = browser.get(f"/fees/units/{unit.pk}/").text
    assert page.index("¥264.68 stands as credit") < page.index('id="statement-title"')
    used = browser.post(f"/fees/units/{unit.pk}/use-credit/", follow=True)
    assert "¥264.68 of the credit is used" in used.text and "stands as credit" not in used.text
    again = browser.post(f"/fees/units/{unit.pk}/use-credit/")
    assert again.status_code == 409 and "nothing to settle with it" in again.text
    assert "stands as credit" not in again.text and "Settle with the credit" not in again.text


def test_a_receipt_is_counted_and_a_copy_says_so(account, unit, clerk, login):
    browser = login(clerk)
    pay(browser, unit, amount="100", reference="At the counter")
    path = f"/fees/payments/{Payment.objects.get().pk}/receipt/"
    first = browser.post(path + "count/", follow=True)
    assert first.status_code == 200 and "Copy" not in first.text and "At the counter" in first.text
    assert "Copy 2" in browser.post(path + "count/", {"paper": "a4"}, follow=True).text


def test_every_print_of_a_receipt_is_counted_and_marked(account, unit, clerk, technician, login):
    browser = login(clerk)
    pay(browser, unit, amount="100")
    path = f"/fees/payments/{Payment.objects.get().pk}/receipt/"
    for paper in ("", "?paper=a4"):
        shown = browser.get(path + paper).text
        assert "data-print>" not in shown, "no button prints past the count"
        assert f'action="{path}count/"' in shown and "paper-uncounted" in shown
    browser.post(path + "count/")
    counted = browser.post(path + "count/", {"paper": "a4"}, follow=True)
    assert "Copy 2" in counted.text and "paper-uncounted" not in counted.text
    assert f'action="{path}count/"' in counted.text, "printed once more from here it is counted once more"
    sent = browser.post(path + "count/", {"as": "pdf", "paper": "a4"})
    assert sent["Location"] == path + "?as=pdf&counted=1&paper=a4"
    assert Payment.objects.get().receipt.prints == 3


def test_a_cashier_takes_a_payment_back_and_a_clerk_may_not(account, unit, clerk, cashier, login):
    payment = take_payment(unit, actor=clerk, amount=Decimal("732.58"), method="cash")
    path = f"/fees/payments/{payment.pk}/reverse/"
    assert login(clerk).post(path, {"reason": "Wrong unit"}).status_code == 403
    assert login(cashier).post(path, {"reason": ""}).status_code == 422
    assert login(cashier).post(path, {"reason": "Wrong unit"}).status_code == 303
    assert "Wrong unit" in login(clerk).get(f"/fees/units/{unit.pk}/").text
    again = login(cashier).post(path, {"reason": "Wrong unit"})
    assert again.status_code == 409 and "reversed already" in again.text


def test_a_bill_is_contested_and_settled(account, clerk, login):
    browser, path = login(clerk), f"/fees/bills/{account[0].pk}/"
    assert browser.post(path + "dispute/", {"reason": ""}).status_code == 422
    assert browser.post(path + "dispute/", {"reason": "Area"}).status_code == 303
    assert "Settle the dispute" in browser.get(path).text
    assert browser.post(path + "dispute/", {"reason": "Area"}).status_code == 409
    assert browser.post(path + "settle/", {"outcome": "rejected", "note": "Measured"}).status_code == 303
    assert "The bill stands" in browser.get(path).text
    assert "缴费通知单" in browser.get(path + "print/").text, "in the language of whoever pays"


def test_a_wrong_bill_is_reversed_with_a_reason(account, manager, login):
    path = f"/fees/bills/{account[2].pk}/"
    assert login(manager).post(path + "reverse/", {"reason": ""}).status_code == 422
    assert login(manager).post(path + "reverse/", {"reason": "Wrong rate"}).status_code == 303
    assert "Wrong rate" in login(manager).get(path).text


def test_a_month_is_previewed_confirmed_and_billed_once(unit, manager, estate, login):
    item = add_charge_item(estate=estate, actor=manager, code="mgmt", name="Management fee", kind="area")
    set_rate(item, actor=manager, amount=Decimal("3.2"), since=date(2026, 1, 1))
    browser = login(manager)
    assert browser.post("/fees/runs/", {"period": "2026-13"}).status_code == 422
    preview = browser.post("/fees/runs/", {"period": "2026-11"}, follow=True)
    assert "¥286.08" in preview.text and not Bill.objects.exists()
    run = BillingRun.objects.get()
    assert browser.post(f"/fees/runs/{run.pk}/confirm/").status_code == 303
    continue_runs(at("2026-11-17 10:43"))
    assert "All bills are made" in browser.get(f"/fees/runs/{run.pk}/").text
    assert Bill.objects.get().total == Decimal("286.08")
    assert browser.post("/fees/runs/", {"period": "2026-11"}).status_code == 409


def test_the_problems_of_a_run_stand_by_kind_the_rarest_first(
    unit, building, water, management_fee, manager, estate, login
):
    add_charge_item(estate=estate, actor=manager, code="lift", name="Lift", kind="shared")
    for n in range(13):
        home = Unit.objects.create(estate=estate, building=building, code=f"3-9-{n:03d}", area_m2=50)
        add_meter(home, actor=manager, charge_item=water, number=f"W{n}", installed_on=date(2026, 1, 1))
    page = login(manager).post("/fees/runs/", {"period": "2026-11"}, follow=True)
    kinds = page.context["problems"]
    assert [(kind["count"], kind["is_open"]) for kind in kinds] == [(1, True), (13, False)]
    assert page.text.count('<details class="run-kind" open>') == 1 and page.text.count("run-kind") == 2


def test_readings_that_are_right_are_kept_and_wrong_ones_stay_in_their_box(
    unit, clerk, manager, estate, login
):
    item = add_charge_item(estate=estate, actor=manager, code="water", name="Water", kind="metered")
    meters = [
        add_meter(
            unit,
            actor=manager,
            charge_item=item,
            number=f"W-{n}",
            installed_on=date(2026, 1, 1),
            initial_value=Decimal(100),
        )
        for n in range(2)
    ]
    form = {"period": "2026-11", "item": item.pk, f"m{meters[0].pk}": "113", f"m{meters[1].pk}": "90"}
    answer = login(clerk).post("/fees/meters/", form)
    assert (
        answer.status_code == 409
        and "less than the reading before" in answer.text
        and 'value="90"' in answer.text
    )
    assert answer.context["missing"] == 1 and "1 reading was not kept; the others were." in answer.text
    assert [str(r.value.normalize()) for r in MeterReading.objects.all()] == ["113"]
    wrong = {"period": "2026-11", "item": item.pk, f"m{meters[1].pk}": "90"}
    nothing = login(clerk).post("/fees/meters/", wrong).text
    assert "Nothing was saved yet" in nothing and "the others were" not in nothing
    page = login(clerk).get("/fees/meters/", {"period": "2026-11", "item": item.pk}).text
    assert "1 missing" in page and 'value="113"' in page


def test_the_grid_offers_no_month_whose_readings_it_would_refuse(unit, water, clerk, run_period, login):
    meter = add_meter(unit, actor=None, charge_item=water, number="W-1", installed_on=date(2026, 1, 1))
    browser = login(clerk)
    offered = []
    for billed in ("2026-11", "2026-12"):
        run_period(billed)
        offered.append(browser.get("/fees/meters/").context["period"])
    assert offered == ["2026-12", "2026-12"], meter


def test_the_day_is_closed_with_a_count_and_nothing_is_posted_into_it(account, unit, cashier, login):
    browser = login(cashier)
    pay(browser, unit, amount="100.00")
    missing = browser.post("/fees/closing/", {"day": "2026-11-17"})
    assert missing.status_code == 409 and "Count the drawer" in missing.text
    form = {"day": "2026-11-17", "counted_cash": "99.50", "note": "Change", "confirmed": "cash-0.50"}
    closed = browser.post("/fees/closing/", form)
    assert closed.status_code == 303 and DayClosing.objects.get().difference == Decimal("-0.50")
    late = pay(browser, unit, amount="5.00", form_token="t2")
    assert late.status_code == 409 and "closed" in late.text


def test_a_closed_day_shows_its_count_and_offers_no_second_one(account, unit, cashier, login):
    browser = login(cashier)
    pay(browser, unit, amount="100.00")
    form = {"day": "2026-11-17", "counted_cash": "99.50", "note": "One coin short", "confirmed": "cash-0.50"}
    browser.post("/fees/closing/", form)
    page = browser.get("/fees/closing/").text
    assert "One coin short" in page and "-¥0.50" in page and 'name="counted_cash"' not in page
    again = browser.post("/fees/closing/", {"day": "2026-11-17", "counted_cash": "1"})
    assert again.status_code == 409 and "This day is closed" in again.text
    assert 'name="counted_cash"' in browser.get("/fees/closing/", {"day": "2026-11-16"}).text


def test_a_forgotten_day_is_counted_against_its_own_books(account, unit, cashier, login):
    browser = login(cashier)
    pay(browser, unit, amount="100.00")
    take_payment(unit, actor=cashier, amount=Decimal(30), method="cash", received_on=date(2026, 11, 14))
    today, forgotten = (browser.get("/fees/closing/" + day).text for day in ("", "?day=2026-11-14"))
    assert 'data-books="100.00"' in today and 'data-books="30.00"' not in today
    assert 'data-books="30.00"' in forgotten and 'data-books="100.00"' not in forgotten
    wrong = browser.post("/fees/closing/", {"day": "2026-11-14"})
    assert wrong.status_code == 409 and 'data-books="30.00"' in wrong.text
    for odd in ("2026-11-18", "1989-12-31", "x", ""):
        assert 'data-books="100.00"' in browser.get("/fees/closing/", {"day": odd}).text
    closed = browser.post("/fees/closing/", {"day": "2026-11-14", "counted_cash": "30"})
    assert closed.status_code == 303 and DayClosing.objects.get().difference == 0


def test_a_count_that_differs_needs_a_note(account, unit, estate, cashier, login):
    pay(login(cashier), unit, amount="100.00")
    for note in ("", "  "):
        with refused_beside("note", "note_required"):
            close_day(estate, actor=cashier, day=date(2026, 11, 17), counted={"cash": Decimal(99)}, note=note)
    with refused_beside("note", "note_required"):  # what one drawer lacks another may hold
        close_day(
            estate,
            actor=cashier,
            day=date(2026, 11, 17),
            counted={"cash": Decimal(90), "wechat": Decimal(10)},
        )
    assert not DayClosing.objects.exists()


def test_money_that_moves_while_the_question_is_answered_is_asked_about(
    account, unit, cashier, login, monkeypatch
):
    """The cashier said yes to half a yuan; a colleague takes a hundred before the day is closed."""
    take_payment(unit, actor=cashier, amount=Decimal(100), method="cash")
    browser, genuine = login(cashier), closings.count_day

    def slowly(*args, **kwargs):
        count = genuine(*args, **kwargs)
        if Payment.objects.count() < 2:
            take_payment(unit, actor=cashier, amount=Decimal(100), method="cash")
        return count

    monkeypatch.setattr(closings, "count_day", slowly)
    form = {"day": "2026-11-17", "counted_cash": "99.50", "note": "Change", "confirmed": "cash-0.50"}
    page = browser.post("/fees/closing/", form)
    assert page.status_code == 200 and page.context["asked"]["told"] == "cash-100.50"
    assert not DayClosing.objects.exists()
    assert browser.post("/fees/closing/", form | {"confirmed": "cash-100.50"}).status_code == 303


def test_a_drawer_that_took_in_what_it_gave_out_is_counted_too(account, unit, estate, cashier):
    taken = take_payment(unit, actor=cashier, amount=Decimal(100), method="cash")
    reverse_payment(taken, actor=cashier, reason="Wrong unit")
    with pytest.raises(Refused, match="Count the drawer first"):
        close_day(estate, actor=cashier, day=date(2026, 11, 17), counted={})
    close_day(estate, actor=cashier, day=date(2026, 11, 17), counted={"cash": Decimal(0)})


def test_differences_that_come_to_nothing_together_are_marked_all_the_same(
    account, unit, estate, cashier, login
):
    for method in ("cash", "card"):
        take_payment(unit, actor=cashier, amount=Decimal(50), method=method)
    counted = {"cash": Decimal(60), "card": Decimal(40)}
    close_day(estate, actor=cashier, day=date(2026, 11, 17), counted=counted, note="Mixed up")
    (row,) = login(cashier).get("/fees/closing/").context["closings"]
    assert row["is_off"]


def test_a_day_whose_count_differs_is_closed_only_once_the_difference_was_confirmed(
    account, unit, cashier, login
):
    browser = login(cashier)
    pay(browser, unit, amount="631.95")
    form = {"day": "2026-11-17", "counted_cash": "10", "note": ""}
    asked = browser.post("/fees/closing/", form)
    assert asked.status_code == 200 and "-¥621.95" in asked.text and 'value="10"' in asked.text
    assert asked.context["asked"]["told"] in asked.text and not DayClosing.objects.exists()
    assert 'data-mark="¥"' in asked.text  # in which the page reckons the difference while a figure is typed
    form["confirmed"] = asked.context["asked"]["told"]
    silent = browser.post("/fees/closing/", form)
    assert silent.status_code == 409 and "Say why the count differs" in silent.text
    other = browser.post("/fees/closing/", form | {"counted_cash": "11", "note": "Robbed"})
    assert other.status_code == 200 and "-¥620.95" in other.text and not DayClosing.objects.exists()
    assert browser.post("/fees/closing/", form | {"note": "Robbed"}).status_code == 303
    assert (DayClosing.objects.get().difference, DayClosing.objects.get().note) == (
        Decimal("-621.95"),
        "Robbed",
    )
    closed = browser.get("/fees/closing/")
    counted = closed.context["counted"]
    assert closed.text.count('class="tone-red"') == 3  # of the method, together, in the list of days
    assert (counted["rows"][0]["difference"], counted["all"]["difference"]) == ("-¥621.95", "-¥621.95")


def test_a_count_that_agrees_is_closed_at_once(account, unit, cashier, login):
    browser = login(cashier)
    pay(browser, unit, amount="100.00")
    assert browser.post("/fees/closing/", {"day": "2026-11-17", "counted_cash": "100"}).status_code == 303


def test_a_day_on_which_more_went_out_than_came_in_is_counted_below_nothing(unit, cashier, manager, login):
    take_payment(
        unit, actor=cashier, amount=Decimal(40), method="cash", received_on=date(2026, 11, 16),
    )  # fmt: skip
    refund_credit(unit, actor=manager, amount=Decimal(40), method="cash", reason="Asked")
    browser, form = login(cashier), {"day": "2026-11-17", "counted_cash": "-40"}
    assert browser.post("/fees/closing/", form).status_code == 303
    below = browser.post("/fees/closing/", {"day": "2026-11-16", "counted_cash": "-1"})
    assert below.status_code == 409 and "less than nothing" in below.text
    assert DayClosing.objects.get().difference == 0


def test_days_with_money_that_nobody_closed_are_listed(account, unit, cashier, login):
    browser = login(cashier)
    for day in (12, 13, 14, 17):
        take_payment(unit, actor=cashier, amount=Decimal(1), method="card", received_on=date(2026, 11, day))
    browser.post("/fees/closing/", {"day": "2026-11-13"})
    page = browser.get("/fees/closing/")
    assert page.context["forgotten"] == [date(2026, 11, 14), date(2026, 11, 12)]
    assert 'href="?day=2026-11-12"' in page.text


def test_the_first_page_lists_who_has_owed_longest(account, unit, cashier, login):
    page = login(cashier).get("/fees/").text
    assert "3-2-501" in page and "¥1,477.20" in page


@pytest.mark.parametrize("path", ["bank-files", "invoices", "meters", "closing", "day", "payments", "runs"])
def test_the_rail_says_fees_on_every_page_of_the_fees(path, estate, manager, login):
    page = login(manager).get(f"/fees/{path}/").text
    assert 'href="/fees/" class="rail-item" title="Fees" aria-current="page"' in page
