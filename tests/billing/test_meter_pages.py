"""Meters on their pages: put in, replaced, read from a file, told in the monthly table; and a bill's notice handed over."""

import csv
import io
from datetime import date
from decimal import Decimal as D

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from billing.models import LedgerSettings, Meter, MeterReading
from billing.models.bills import Handover
from billing.services.bills import reverse_bill
from billing.services.meters import add_meter, period_to_read, replace_meter, take_reading, withdraw_reading
from billing.services.runs import confirm_run, preview_run
from billing.views.meters import SIZE
from helpdesk.audit.models import Entry
from helpdesk.estates.calendars import local
from helpdesk.staff.services import create_token
from tests.api.conftest import bearer
from tests.billing.conftest import refused_beside
from tests.conftest import at
from tests.tickets.acts import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def meter(unit, water):
    return add_meter(unit, actor=None, charge_item=water, number="W-501", installed_on=date(2026, 1, 1))


def send_file(client, item, text, period="2026-11", encoding="utf-8"):
    data = {"period": period, "item": item.pk, "file": SimpleUploadedFile("r.csv", text.encode(encoding))}
    return client.post(reverse("meter_file"), data)


def new_meter(unit, water, **changed):
    return {
        "unit": unit.code,
        "charge_item": water.pk,
        "number": "W-9",
        "installed_on": "2026-11-01",
        "initial_value": "12.5",
        "digits": "5",
        "multiplier": "1",
    } | changed


def test_a_meter_is_put_in_and_a_second_of_its_number_is_not(login, manager, unit, water):
    client = login(manager)
    answer = client.post(reverse("meter_new"), new_meter(unit, water))
    meter = Meter.objects.get(number="W-9")
    assert answer["Location"] == reverse("meter_detail", args=[meter.pk]) and meter.initial_value == D("12.5")
    again = client.post(reverse("meter_new"), new_meter(unit, water))
    assert again.status_code == 409 and "number" in again.context["form"].errors
    for wrong in ({"unit": "9-9-999"}, {"digits": "2"}, {"initial_value": "-1"}, {"multiplier": "0"}):
        sent = new_meter(unit, water) | {"number": "W-10"} | wrong
        page = client.post(reverse("meter_new"), sent)
        assert page.status_code == 422 and set(page.context["form"].errors) == set(wrong)


def test_a_meter_is_replaced_and_both_are_told_of_each_other(login, manager, meter):
    client = login(manager)
    sent = {"replaced_on": "2026-11-10", "final_value": "80", "number": "W-502", "initial_value": "0"}
    client.post(reverse("meter_replace", args=[meter.pk]), sent)
    new = Meter.objects.get(number="W-502")
    meter.refresh_from_db()
    assert (meter.removed_on, new.replaces) == (date(2026, 11, 10), meter)
    assert meter.readings.get().value == 80
    page = client.get(reverse("meter_detail", args=[meter.pk]))
    assert page.context["new_one"] == new and page.context["replace"] is None


def test_a_last_reading_below_the_one_before_is_said_beside_the_field(login, manager, meter):
    take_reading(meter, actor=manager, period="2026-10", value=D(50))
    sent = {"replaced_on": "2026-11-10", "final_value": "40", "number": "W-502", "initial_value": "0"}
    page = login(manager).post(reverse("meter_replace", args=[meter.pk]), sent)
    assert page.status_code == 409 and not Meter.objects.filter(number="W-502").exists()
    assert list(page.context["replace"].errors) == ["final_value"]
    assert "less than the reading before" in page.content.decode()


def test_a_meter_is_replaced_once_on_a_day_that_has_come_with_figures_it_can_show(login, manager, meter):
    client, door = login(manager), reverse("meter_replace", args=[meter.pk])
    sent = {"replaced_on": "2026-11-10", "final_value": "80", "number": "W-502", "initial_value": "0"}
    for wrong in (
        {"replaced_on": "2031-01-01"},
        {"replaced_on": "2025-12-31"},
        {"replaced_on": "0001-01-01"},
        {"final_value": "123456789"},
        {"initial_value": "100000", "digits": "5"},
    ):
        page = client.post(door, sent | wrong)
        assert list(page.context["replace"].errors) == list(wrong)[:1]
        assert not Meter.objects.exclude(pk=meter.pk).exists() and not meter.readings.exists()
    assert client.post(door, sent).status_code == 303
    again = client.post(door, sent | {"number": "W-503"})
    assert again.status_code == 409 and "replaced already" in again.content.decode()
    with refused("already_replaced"):
        replace_meter(meter, actor=manager, final_value=D(90), replaced_on=date(2026, 11, 11), number="W-504")
    with refused_beside("value", "beyond_its_digits"):
        take_reading(Meter.objects.get(number="W-502"), actor=None, period="2026-11", value=D(10**6))
    assert meter.readings.get().value == 80 and Meter.objects.count() == 2


def test_after_the_month_was_billed_a_meter_is_read_for_the_next(login, manager, meter, run_period):
    take_reading(meter, actor=manager, period="2026-11", value=D(12), read_on=date(2026, 10, 30))
    run_period("2026-11")
    assert [period_to_read(meter.estate, date(2026, *day)) for day in ((11, 29), (12, 3))] == ["2026-12"] * 2
    client = login(manager)
    sent = {"replaced_on": "2026-11-10", "final_value": "80", "number": "W-502", "initial_value": "0"}
    client.post(reverse("meter_replace", args=[meter.pk]), sent)
    last = meter.readings.get(period="2026-12")
    assert (last.value, last.read_on) == (80, date(2026, 11, 10))


def test_a_reading_of_a_month_that_is_not_over_was_read_today(manager, meter, estate):
    today = local(estate, timezone.now()).date()
    ahead = take_reading(meter, actor=manager, period=f"{today.year + 1}-01", value=D(90))
    before = take_reading(meter, actor=manager, period="2026-02", value=D(7))
    assert (ahead.read_on, before.read_on) == (today, date(2026, 2, 28))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_file_in_any_usual_encoding_is_read_and_again_changes_nothing(
    encoding, login, manager, meter, water
):
    client, text = login(manager), "抄表单\n表号,读数\nW-501,17.5\n"
    answer = send_file(client, water, text, encoding=encoding)
    assert answer.status_code == 303
    reading = MeterReading.objects.get()
    assert (reading.value, reading.source, reading.read_by) == (D("17.5"), "file", manager)
    before = Entry.objects.filter(verb="reading.taken").count()
    send_file(client, water, text, encoding=encoding)
    assert MeterReading.objects.count() == 1
    assert Entry.objects.filter(verb="reading.taken").count() == before


def test_wrong_rows_are_told_and_block_no_other(login, manager, meter, water):
    take_reading(meter, actor=manager, period="2026-10", value=D(50))
    other = add_meter(
        meter.unit, actor=None, charge_item=water, number="W-600", installed_on=date(2026, 1, 1)
    )
    text = 'Meter number,Reading\nW-501,49\nW-000,3\nW-600,"1,234.5"\nW-600,much\n'
    page = send_file(login(manager), water, text)
    assert page.status_code == 200
    assert [(row, number) for row, number, _why in page.context["outcome"].wrong] == [
        (2, "W-501"),
        (3, "W-000"),
        (5, "W-600"),
    ]
    assert other.readings.get().value == D("1234.5")


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "", "\x00\x01\x02"])
def test_what_is_no_list_of_readings_is_refused_beside_the_field(text, login, manager, meter, water):
    page = send_file(login(manager), water, text)
    assert page.status_code in {409, 422} and page.context["form"].errors["file"]


def test_the_monthly_table_says_what_was_used_and_charged(
    login, manager, meter, water, run_period, django_assert_max_num_queries
):
    take_reading(meter, actor=manager, period="2026-11", value=D("12"))
    run_period()
    client = login(manager)
    answer = client.get(reverse("meter_month"), {"period": "2026-11", "item": water.pk, "format": "csv"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    # 10 m³ at 3, 2 m³ at 4.5.
    assert rows[1][:5] == [meter.unit.code, "W-501", "0", "12", "12"] and rows[1][-1] == "39.00"
    page = client.get(reverse("meter_month"), {"period": "2026-12", "item": water.pk})
    assert page.context["missing"] == 1 and "W-501" in page.content.decode()


def test_the_monthly_table_names_what_was_estimated_and_adds_up_by_building(
    login, manager, meter, water, run_period
):
    for period, value in (("2026-09", 10), ("2026-10", 20)):
        take_reading(meter, actor=manager, period=period, value=D(value))
    run_period("2026-10")
    run_period("2026-11")
    page = login(manager).get(reverse("meter_month"), {"period": "2026-11", "item": water.pk})
    (row,) = page.context["rows"]
    assert (row.value, row.use, row.source, row.charged) == (None, D(10), "Estimated", D("30.00"))
    building, together = page.context["sums"]
    assert (building.building, building.meters, building.missing, building.charged) == ("3", 1, 1, D(30))
    assert (together.building, together.use, together.charged) == ("", D(10), D(30))


def test_a_notice_is_handed_over_by_somebody_to_somebody(login, clerk, guard, bill):
    client, url = login(clerk), reverse("bill_notice", args=[bill.pk])
    assert client.post(url, {"way": "pigeon"}).status_code == 422
    client.post(url, {"way": "hand", "received_by": "王建国"})
    handed = Handover.objects.get()
    assert (handed.handed_by, handed.way, handed.received_by) == (clerk, "hand", "王建国")
    assert "王建国" in client.get(url).content.decode()
    assert login(guard).get(url).status_code == 403


@pytest.mark.parametrize(
    ("multiplier", "factor", "before", "value", "unusual"),
    [
        (1, 10, {"2026-09": 10, "2026-10": 20}, 120, False),
        (1, 10, {"2026-09": 10, "2026-10": 20}, 121, True),
        (40, 10, {"2026-09": 10, "2026-10": 20}, 121, True),
        (1, 3, {"2026-09": 10, "2026-10": 20}, 51, True),
        # Two months to be caught up are twice as much.
        (1, 10, {"2026-08": 10, "2026-09": 20}, 220, False),
        # What it took a year ago tells nothing of today.
        (1, 10, {"2025-11": 10, "2026-09": 3010, "2026-10": 3020}, 3200, True),
        # Read once: counted from its first value.
        (1, 10, {"2026-10": 10}, 1000, True),
    ],
)
def test_grid_and_run_call_the_same_readings_unusual(
    multiplier, factor, before, value, unusual, login, manager, meter, water, estate
):
    Meter.objects.filter(pk=meter.pk).update(multiplier=multiplier)
    LedgerSettings.objects.update_or_create(estate=estate, defaults={"unusual_factor": factor})
    for period, shown in before.items():
        take_reading(meter, actor=None, period=period, value=D(shown))
    take_reading(meter, actor=None, period="2026-11", value=D(value))
    asked = {"period": "2026-11", "item": water.pk}
    (row,) = login(manager).get(reverse("meter_grid"), asked).context["rows"]
    run = preview_run(estate, actor=manager, period="2026-11", at=at("2026-11-20 09:00"))
    assert run.problems.filter(code="reading_unusual").exists() is row["unusual"] is unusual
    # The script of the page holds the use against this figure, and knows no other rule.
    assert (D(row["use"]) > D(row["most"])) is unusual


def test_a_reading_that_was_checked_or_began_again_is_not_unusual_in_the_grid(login, manager, meter, water):
    take_reading(meter, actor=None, period="2026-09", value=D(999_970))
    take_reading(meter, actor=None, period="2026-10", value=D(999_980))
    take_reading(meter, actor=None, period="2026-11", value=D(5), rolled_over=True)
    asked = {"period": "2026-11", "item": water.pk}
    (row,) = login(manager).get(reverse("meter_grid"), asked).context["rows"]
    assert (row["use"], row["unusual"]) == ("25", False)
    take_reading(meter, actor=None, period="2026-10", value=D(999_971))
    take_reading(meter, actor=None, period="2026-11", value=D(900), rolled_over=True, is_confirmed=True)
    (row,) = login(manager).get(reverse("meter_grid"), asked).context["rows"]
    assert (row["use"], row["unusual"]) == ("929", False)


def cleared(client, meter, was, period="2026-11"):
    sent = {
        "period": period,
        "item": meter.charge_item_id,
        f"m{meter.pk}": "",
        f"was{meter.pk}": was,
    }
    return client.post(reverse("meter_grid"), sent)


def test_clearing_a_box_withdraws_a_reading_that_is_not_billed(login, clerk, meter, estate):
    reading = take_reading(meter, actor=None, period="2026-11", value=D("88.5"))
    client = login(clerk)
    page = client.get(reverse("meter_grid"), {"period": "2026-11", "item": meter.charge_item_id})
    assert f'name="was{meter.pk}" value="88.5"' in page.content.decode()
    assert cleared(client, meter, "88.5").status_code == 303
    assert not meter.readings.exists() and MeterReading.every.get(pk=reading.pk).withdrawn_at
    told = Entry.objects.get(verb="reading.withdrawn")
    assert (told.actor_name, told.data) == (str(clerk), {"period": "2026-11", "value": "88.500"})
    assert "withdrew a reading" in client.get(reverse("meter_detail", args=[meter.pk])).content.decode()
    assert cleared(client, meter, "88.5").status_code == 303  # again: nothing
    assert take_reading(meter, actor=clerk, period="2026-11", value=D(90)).pk != reading.pk


def test_an_empty_box_withdraws_nothing_that_a_colleague_kept_meanwhile(login, clerk, meter):
    take_reading(meter, actor=None, period="2026-11", value=D(88))
    client = login(clerk)
    assert cleared(client, meter, "").status_code == 303
    page = cleared(client, meter, "80")
    assert page.status_code == 409 and "colleague" in page.context["rows"][0]["error"]
    assert meter.readings.get().value == 88


def kept(client, meter, text, was, period="2026-11"):
    sent = {"period": period, "item": meter.charge_item_id, f"m{meter.pk}": text, f"was{meter.pk}": was}
    return client.post(reverse("meter_grid"), sent)


def test_a_box_that_nobody_touched_puts_no_older_reading_back(login, clerk, meter):
    """All boxes of a page are sent together; in most of them stands what was there when it was opened."""
    take_reading(meter, actor=None, period="2026-11", value=D(88))
    client = login(clerk)
    assert kept(client, meter, "80", was="80").status_code == 303
    assert meter.readings.get().value == 88
    withdraw_reading(meter.readings.get(), actor=clerk)
    assert kept(client, meter, "88", was="88").status_code == 303
    assert not meter.readings.exists()


def test_what_is_typed_over_a_colleague_s_reading_is_looked_at_first(login, clerk, meter):
    take_reading(meter, actor=None, period="2026-11", value=D(88))
    client = login(clerk)
    for was in ("", "80"):
        page = kept(client, meter, "90", was=was)
        (row,) = page.context["rows"]
        assert page.status_code == 409 and "colleague" in row["error"]
        assert (row["value"], row["was"]) == ("90", "88") and meter.readings.get().value == 88
    assert kept(client, meter, "88", was="").status_code == 303  # the same: nothing to look at
    assert kept(client, meter, "90", was="88").status_code == 303
    assert meter.readings.get().value == 90


def test_an_untouched_box_comes_back_with_what_is_on_file_by_now(login, clerk, meter, unit, water):
    other = add_meter(unit, actor=None, charge_item=water, number="W-502", installed_on=date(2026, 1, 1))
    take_reading(meter, actor=None, period="2026-11", value=D(88))
    sent = {
        f"m{meter.pk}": "80",
        f"was{meter.pk}": "80",
        f"m{other.pk}": "12O",
        f"was{other.pk}": "",
    }
    page = login(clerk).post(reverse("meter_grid"), {"period": "2026-11", "item": water.pk} | sent)
    assert [row["value"] for row in page.context["rows"]] == ["88", "12O"]


def test_a_last_reading_that_falls_into_the_next_period_is_checked_in_its_grid(
    login, clerk, manager, meter, run_period
):
    """The month in which the meter was taken out was billed already: its last reading is the next one's."""
    take_reading(meter, actor=None, period="2026-11", value=D(12))
    run_period("2026-11")
    replace_meter(
        meter, actor=manager, final_value=D(80), replaced_on=date(2026, 11, 20), number="W-502",
        at=at("2026-12-02 09:00"),
    )  # fmt: skip
    client = login(clerk)
    page = client.get(reverse("meter_grid"), {"period": "2026-12", "item": meter.charge_item_id})
    assert [row["meter"].number for row in page.context["rows"]] == ["W-501", "W-502"]
    assert kept(client, meter, "81", was="80", period="2026-12").status_code == 303
    assert meter.readings.get(period="2026-12").read_on == date(2026, 11, 20)


def test_a_meter_is_not_taken_out_before_it_was_last_read(meter, manager):
    """It would be charged up to the later reading, and the new one in its place from the day before."""
    for period, value in (("2026-10", 10), ("2026-11", 20)):
        take_reading(meter, actor=None, period=period, value=D(value))
    told = {"actor": manager, "final_value": D(12), "number": "W-502", "at": at("2026-11-29 09:00")}
    with refused_beside("replaced_on", "not_in_order"):
        replace_meter(meter, replaced_on=date(2026, 10, 20), **told)
    assert not Meter.objects.get(pk=meter.pk).removed_on
    replace_meter(meter, replaced_on=date(2026, 11, 20), **told)


def test_a_meter_that_was_taken_out_is_read_no_more(meter, manager):
    replace_meter(meter, actor=manager, final_value=D(80), replaced_on=date(2026, 11, 10), number="W-502")
    with refused_beside("period", "meter_taken_out"):
        take_reading(meter, actor=manager, period="2026-12", value=D(800))
    assert take_reading(meter, actor=manager, period="2026-11", value=D(81)).value == 81


def test_a_meter_that_began_again_at_nothing_goes_on_from_there(unit, water):
    meter = add_meter(
        unit, actor=None, charge_item=water, number="W-9", installed_on=date(2026, 1, 1), initial_value=D(900),
        digits=3,
    )  # fmt: skip
    take_reading(meter, actor=None, period="2026-10", value=D(0), rolled_over=True)
    assert take_reading(meter, actor=None, period="2026-11", value=D(5)).value == 5


def test_a_reading_that_a_standing_bill_used_is_not_withdrawn(login, clerk, meter, run_period):
    reading = take_reading(meter, actor=None, period="2026-11", value=D(12))
    (billed,) = run_period("2026-11")
    page = cleared(login(clerk), meter, "12")
    assert page.status_code == 409 and page.context["rows"][0]["value"] == "12"
    with refused("already_billed"):
        withdraw_reading(reading, actor=clerk)
    reverse_bill(billed, actor=None, reason="Misread")
    withdraw_reading(reading, actor=clerk, reason="Misread")
    assert billed.lines.get().reading == reading and not meter.readings.exists()
    with refused("invalid_transition"):
        withdraw_reading(reading, actor=clerk)


def test_a_withdrawn_reading_outdates_the_preview_that_knows_it(meter, estate, manager):
    reading = take_reading(meter, actor=None, period="2026-11", value=D(12))
    run = preview_run(estate, actor=manager, period="2026-11", at=at("2026-11-20 09:00"))
    withdraw_reading(reading, actor=manager)
    with refused("preview_outdated"):
        confirm_run(run, actor=manager, at=at("2026-11-20 09:00"))


def test_a_reading_that_a_run_is_billing_is_not_withdrawn(meter, estate, manager):
    reading = take_reading(meter, actor=None, period="2026-11", value=D(12))
    run = preview_run(estate, actor=manager, period="2026-11", at=at("2026-11-20 09:00"))
    confirm_run(run, actor=manager, at=at("2026-11-20 09:00"))
    with refused("already_billed"):
        withdraw_reading(reading, actor=manager)


def test_the_last_reading_of_a_meter_taken_out_is_corrected_and_not_withdrawn(meter, manager):
    replace_meter(meter, actor=manager, final_value=D(80), replaced_on=date(2026, 11, 10), number="W-502")
    with refused("meter_taken_out"):
        withdraw_reading(meter.readings.get(), actor=manager)


def test_a_reading_is_withdrawn_by_the_api(meter, clerk):
    reading = take_reading(meter, actor=None, period="2026-11", value=D(12))
    client = bearer(create_token(clerk, name="t", actor=None)[1])
    path = f"/api/v1/meter-readings/{reading.pk}/"
    told = client.post(f"{path}withdraw/", {"reason": "Another meter's"}, format="json")
    assert told.status_code == 200 and told.json()["withdrawn_at"]
    assert Entry.objects.get(verb="reading.withdrawn").data["reason"] == "Another meter's"
    assert client.get(path).status_code == 404
    assert client.get("/api/v1/meter-readings/").json()["results"] == []


def test_a_whole_page_of_meters_can_be_sent(login, clerk, meter):
    sent = {f"{name}{n}": "" for name in ("m", "was", "ok", "roll") for n in range(10**6, 10**6 + SIZE)}
    asked = {"period": "2026-11", "item": meter.charge_item_id, "after": "", "csrfmiddlewaretoken": "x"}
    assert login(clerk).post(reverse("meter_grid"), sent | asked).status_code == 303
