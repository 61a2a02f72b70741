"""The figures of the fees: rates, ages, collectors and what is to come, on page, in files, reports and dashboard alike."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from billing.figures import (
    Span,
    ageing,
    collection_figures,
    collectors,
    expected_cash,
    owed_in_all,
    rate_of,
    usual_share,
)
from billing.models import ChargeItem
from billing.selectors import arrears_of
from billing.services.bills import reverse_bill
from billing.services.collection import Promised, promise_payment, record_visit
from billing.services.payments import reverse_payment, take_payment
from billing.services.write_offs import write_off
from helpdesk.staff.services import create_token
from tests.api.conftest import bearer
from tests.billing.bills import post_bill
from tests.conftest import at

pytestmark = pytest.mark.django_db
PAGE = "/fees/figures/"
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _november(time_machine):
    time_machine.move_to(at("2026-11-20 10:00"))


@pytest.fixture
def november(estate):
    return Span(estate, date(2026, 11, 1), TODAY)


def pay(unit, amount, day, **more):
    return take_payment(
        unit, actor=None, amount=D(amount), method="cash", received_on=day, at=at(f"{day} 12:00"), **more
    )


def fresh(bill):
    bill.refresh_from_db()
    return bill


@pytest.fixture
def money(unit, neighbour, cashier):
    """Two old bills and two of November; something was paid in October, something in November."""
    old = post_bill(unit, date(2026, 8, 15), "400.00")
    older = post_bill(neighbour, date(2026, 2, 15), "100.00")
    new = post_bill(unit, date(2026, 11, 16), "300.00")
    other = post_bill(neighbour, date(2026, 11, 17), "200.00")
    pay(unit, "150.00", date(2026, 10, 10), bills=[old])
    pay(unit, "50.00", date(2026, 11, 5), bills=[old])
    pay(neighbour, "200.00", date(2026, 11, 18), bills=[other])
    return {"old": old, "older": older, "new": new, "other": other}


# --- collection -------------------------------------------------------------------------------------------------------


def test_the_period_and_its_prior_arrears_are_told_apart(money, november):
    found = collection_figures(november)
    assert (found["billed"], found["paid"]) == (D("500.00"), D("200.00"))
    assert (found["prior"], found["prior_paid"]) == (D("350.00"), D("50.00"))
    assert november.before == Span(november.estate, date(2026, 10, 1), date(2026, 10, 20))
    assert found["before_prior"] == D("500.00") and found["before_billed"] == 0


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        ("2026-11-01", "2026-11-30", "2026-10-01 2026-10-31"),
        ("2026-11-01", "2026-11-20", "2026-10-01 2026-10-20"),
        ("2026-03-01", "2026-03-30", "2026-02-01 2026-02-28"),
        ("2027-02-01", "2027-02-28", "2027-01-01 2027-01-31"),
        ("2026-01-01", "2026-12-31", "2025-01-01 2025-12-31"),
        ("2026-10-01", "2026-11-20", "2026-08-01 2026-09-20"),
        ("2026-11-06", "2026-11-20", "2026-10-22 2026-11-05"),
    ],
)
def test_a_month_is_compared_with_the_month_before(estate, first, last, before):
    """Bills are dated by the month: thirty days back from a November would leave out all of October's."""
    span = Span(estate, date.fromisoformat(first), date.fromisoformat(last)).before
    assert f"{span.first} {span.last}" == before


def test_a_small_estate_reckoned_by_hand(estate, unit, neighbour, building, manager, clerk):
    """Every figure of two households, as one would work it out on a sheet of paper."""
    a1 = post_bill(unit, date(2026, 8, 15), "300.00")  # dated 1 August
    a2 = post_bill(unit, date(2026, 10, 15), "200.00")  # 1 October
    b1 = post_bill(neighbour, date(2025, 9, 15), "120.00")
    pay(unit, "100.00", date(2026, 9, 10))  # of A1
    pay(unit, "350.00", date(2026, 10, 20))  # 200 of A1, 150 of A2
    a3 = post_bill(unit, date(2026, 11, 15), "250.00")  # 1 November
    b2 = post_bill(neighbour, date(2026, 11, 15), "150.00")
    post_bill(neighbour, date(2026, 12, 15), "180.00")  # 1 December
    pay(neighbour, "60.00", date(2026, 11, 3))  # of B1
    wrong = pay(unit, "40.00", date(2026, 11, 10), bills=[a3])
    write_off(b1, actor=manager, reason="Small", amount=D(20), at=at("2026-11-12 10:00"))
    pay(unit, "100.00", date(2026, 11, 18))  # 50 of A2, 50 of A3
    reverse_payment(wrong, actor=manager, reason="Wrong door", at=at("2026-11-19 10:00"))
    assert [bill.outstanding for bill in map(fresh, (a1, a2, a3, b1, b2))] == [0, 0, D(200), D(40), D(150)]

    november = Span(estate, date(2026, 11, 1), TODAY)
    found = collection_figures(november)
    assert (found["billed"], found["paid"]) == (D(400), D(50))  # A3 + B2; what stands of A3
    assert rate_of(found["paid"], found["billed"]) == 12.5
    assert (found["prior"], found["prior_paid"]) == (D(170), D(110))  # A2 50 + B1 120; B1 60 + A2 50
    assert rate_of(found["prior_paid"], found["prior"]) == 64.7
    assert found["written_off"] == D(20)
    # The first twenty days of October: A2, of which 150 were paid; A1 200 + B1 120 from before, of which 200.
    assert (found["before_billed"], found["before_paid"]) == (D(200), D(150))
    assert (found["before_prior"], found["before_prior_paid"]) == (D(320), D(200))
    by_period = {row["key"]: row["billed"] for row in collection_figures(november, group_by="period")}
    assert by_period["2026-11"] == D(400)

    def ages(day):
        return {row["age"]: row["amount"] for row in ageing(Span(estate, day.replace(day=1), day))}

    assert ages(TODAY) == {30: D(350), 0: D(40)}  # A3 200 + B2 150 five days late; B1 more than a year
    assert ages(date(2026, 10, 20)) == {30: D(50), 0: D(120)}  # A2 after its payment; B1 whole
    assert ages(date(2026, 9, 30)) == {60: D(200), 0: D(120)}  # A1 46 days late, 100 paid

    # A1 and A2 fell due in the half-year that ended thirty days ago: 100 and 150 of 500 came within thirty days.
    assert usual_share(november, TODAY) == D("0.5")
    promise_payment(neighbour, actor=clerk, promised=Promised("Li", date(2026, 11, 25), D(30)))
    promise_payment(unit, actor=clerk, promised=Promised("Wang", date(2026, 12, 2), D(900)))  # owes 200
    weeks = expected_cash(november, TODAY)
    assert [(week.due, week.promised, week.likely) for week in weeks[:4]] == [
        (0, D(30), D(30)),
        (0, D(200), D(200)),
        (0, 0, 0),
        (D(180), 0, D(90)),
    ]
    assert sum(week.due for week in weeks[4:]) == 0


def test_a_visit_counts_on_the_estates_own_day(estate, unit, clerk):
    """At half past six in Shanghai it is yesterday where the server stands."""
    with timezone.override("UTC"):
        record_visit(unit, actor=clerk, met="nobody", at=at("2026-11-01 06:30"))
        assert collectors(Span(estate, date(2026, 11, 1), TODAY))[clerk.pk].visits == 1
        assert collectors(Span(estate, date(2026, 10, 1), date(2026, 10, 31))) == {}


def test_what_was_taken_back_is_not_collected_and_a_reversed_bill_is_nowhere(money, november, manager):
    payment = pay(money["new"].unit, "300.00", date(2026, 11, 19), bills=[money["new"]])
    assert collection_figures(november)["paid"] == D("500.00")
    reverse_payment(payment, actor=manager, reason="Wrong door")
    assert collection_figures(november)["paid"] == D("200.00")
    reverse_bill(money["new"], actor=manager, reason="Wrong area")
    found = collection_figures(november)
    assert (found["billed"], found["paid"]) == (D("200.00"), D("200.00"))


def test_a_period_gone_by_stays_what_it_was(money, estate):
    october = Span(estate, date(2026, 10, 1), date(2026, 10, 31))
    before = collection_figures(october)
    assert (before["prior"], before["prior_paid"]) == (D("500.00"), D("150.00"))
    pay(money["old"].unit, "200.00", TODAY, bills=[money["old"]])
    assert collection_figures(october) == before


def test_what_is_given_up_is_no_payment(money, november, manager):
    write_off(money["older"], actor=manager, reason="Moved abroad")
    found = collection_figures(november)
    assert (found["written_off"], found["prior_paid"]) == (D("100.00"), D("50.00"))


def test_groups_add_up_to_the_whole(money, november, building):
    whole = collection_figures(november)
    for group_by in ("item", "building", "use", "period"):
        rows = collection_figures(november, group_by=group_by)
        assert rows and {name: sum(row[name] for row in rows) for name in whole} == whole
    assert [row["key"] for row in collection_figures(november, group_by="building")] == [building.pk]
    nothing = Span(november.estate, november.first, november.last, building.pk + 1)
    assert not any(collection_figures(nothing).values()) and ageing(nothing) == []


# --- ageing -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "age"),
    [
        (1, 30),
        (30, 30),
        (31, 60),
        (60, 60),
        (61, 90),
        (91, 180),
        (180, 180),
        (181, 365),
        (365, 365),
        (366, 0),
    ],
)
def test_a_debt_stands_in_the_row_of_its_days(unit, estate, days, age):
    post_bill(unit, TODAY - timedelta(days=days), "10.00")
    assert ageing(Span(estate, TODAY, TODAY)) == [{"age": age, "amount": D("10.00")}]


def test_what_falls_due_today_is_not_late(unit, estate):
    post_bill(unit, TODAY, "10.00")
    assert ageing(Span(estate, TODAY, TODAY)) == []


def test_the_ages_add_up_to_what_units_owe(money, november, unit, neighbour):
    rows = ageing(november)
    assert owed_in_all(rows) == arrears_of(unit).amount + arrears_of(neighbour).amount == D("600.00")
    by_building = ageing(november, group_by="building")
    assert owed_in_all(by_building) == owed_in_all(rows)


def test_a_day_gone_by_is_told_as_it_was(money, estate):
    assert ageing(Span(estate, date(2026, 10, 1), date(2026, 10, 9))) == [
        {"age": 60, "amount": D("400.00")},
        {"age": 365, "amount": D("100.00")},
    ]
    assert owed_in_all(ageing(Span(estate, date(2026, 10, 1), date(2026, 10, 31)))) == D("350.00")


# --- collectors, and what is to come ----------------------------------------------------------------------------------


def test_a_payment_counts_for_the_last_visit_within_thirty_days(money, estate, unit, clerk, cashier):
    record_visit(unit, actor=clerk, met="owner", reason="forgot", at=at("2026-10-05 18:00"))
    record_visit(unit, actor=cashier, met="nobody", at=at("2026-11-01 18:00"))
    promise = Promised("Wang", date(2026, 11, 30))
    record_visit(unit, actor=clerk, met="owner", reason="forgot", promise=promise, at=at("2026-11-10 18:00"))
    pay(unit, "60.00", date(2026, 11, 12))
    found = collectors(Span(estate, date(2026, 10, 1), TODAY))
    assert found[clerk.pk].brought_in == D("210.00")  # 150.00 after the first visit, 60.00 after the third
    assert found[cashier.pk].brought_in == D("50.00")
    told = found[clerk.pk]
    assert (told.visits, told.met, told.promises, told.kept) == (2, 2, 1, 0)
    assert (found[cashier.pk].visits, found[cashier.pk].met) == (1, 0)


def test_what_is_to_come_is_due_promised_and_likely(estate, unit, neighbour, clerk):
    for month in (6, 7, 8, 9):
        bill = post_bill(unit, date(2026, month, 15), "100.00")
        if month < 9:
            pay(unit, "100.00", date(2026, month, 20), bills=[bill])
    span = Span(estate, date(2026, 11, 1), TODAY)
    assert usual_share(span, TODAY) == D("0.75")
    post_bill(neighbour, date(2026, 11, 27), "80.00")
    record_visit(
        unit, actor=clerk, met="owner", reason="forgot", promise=Promised("Wang", date(2026, 11, 22))
    )
    first, second, *later = expected_cash(span, TODAY)
    assert (first.due, first.promised, first.likely) == (0, D("100.00"), D("100.00"))
    assert (second.first, second.due, second.likely) == (date(2026, 11, 27), D("80.00"), D("60.00"))
    assert len(later) == 6 and not any(week.likely for week in later)


# --- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_shows_figures_and_leads_to_the_very_rows(money, manager, login):
    browser = login(manager)
    page = browser.get(PAGE)
    rate, prior, owed, _likely = page.context["kpis"]
    assert (rate["figure"], prior["figure"], owed["figure"]) == ("40.0", "14.3", "¥600.00")
    assert "¥200.00 of ¥500.00" in rate["base"]
    behind = browser.get(owed["url"])
    assert behind.context["total"] == "¥600.00" and len(behind.context["rows"]) == 3
    assert len(browser.get(rate["url"]).context["rows"]) == 2
    for row in page.context["ages"]:
        if row["url"]:
            assert browser.get(row["url"]).context["total"] == row["amount"]
    for row in [*page.context["items"], *page.context["buildings"]]:
        assert browser.get(row["url"]).context["total"] == row["billed"]


def test_an_administrator_sees_figures_without_doors_to_the_rows(money, admin, clerk, login):
    page = login(admin).get(PAGE)
    assert page.status_code == 200 and not any(kpi.get("url") for kpi in page.context["kpis"])
    assert login(admin).get(f"{PAGE}bills/?of=late").status_code == 403
    assert login(admin).get(f"{PAGE}export/?what=late&format=csv").status_code == 403
    assert login(clerk).get(PAGE).status_code == 403


def test_an_estate_without_money_says_so(estate, manager, login):
    page = login(manager).get(PAGE)
    assert page.context["kpis"][0]["figure"] == "–" and "Nothing is past due." in page.text


@pytest.mark.parametrize(
    "query",
    [
        "period=9",
        "building=x",
        "building=99999",
        "from=x&to=y",
        "from=2026-12-01&to=2026-01-01",
        "from=0001-01-01&to=9999-01-01",
    ],
)
def test_nonsense_in_the_address_falls_back(money, manager, login, query):
    page = login(manager).get(f"{PAGE}?{query}")
    assert page.status_code == 200 and page.context["kpis"][0]["figure"] == "40.0"


@pytest.mark.parametrize("query", ["of=", "of=all", "of=late&age=7", "of=late&item=999999", "of=late&age=x"])
def test_rows_that_are_none_are_a_404(money, manager, login, query):
    assert login(manager).get(f"{PAGE}bills/?{query}").status_code == 404


def test_days_of_ones_own(money, manager, login):
    page = login(manager).get(f"{PAGE}?from=2026-10-01&to=2026-10-31")
    assert page.context["kpis"][1]["base"] == "¥150.00 of ¥500.00"
    assert page.context["kpis"][2]["url"] == "", "who owed on a day gone by is not listed"


@pytest.mark.parametrize("what", ["item", "building", "ageing", "collector", "expected", "late", "billed"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_table_is_a_file(money, manager, login, what, kind):
    answer = login(manager).get(f"{PAGE}export/?what={what}&format={kind}")
    assert (
        answer.status_code == 200
        and f"fees-{what}-2026-11-01-2026-11-20.{kind}" in answer["Content-Disposition"]
    )
    body = b"".join(answer.streaming_content)
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
        assert len({len(row) for row in rows}) == 1 and (len(rows) > 1 or what == "collector")


@pytest.mark.parametrize("query", ["what=item&format=pdf", "what=soul&format=csv", "what=&format=csv"])
def test_a_file_of_nothing_is_a_404(money, manager, login, query):
    assert login(manager).get(f"{PAGE}export/?{query}").status_code == 404


def test_other_estates_money_is_not_counted(money, make_staff, other_estate, login):
    page = login(make_staff("boss", "manager", other_estate)).get(PAGE)
    assert page.context["kpis"][2]["figure"] == "¥0.00"


def test_it_costs_the_same_with_more_money(money, building, neighbour, manager, clerk, login):
    browser = login(manager)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(f"{PAGE}?period=365").status_code == 200
        return len(queries)

    record_visit(neighbour, actor=clerk, met="owner", reason="forgot", promise=Promised("W", TODAY))
    cost()
    few = cost()
    for n in range(1, 10):
        post_bill(neighbour, date(2026, n, 15), "10.00")
        ChargeItem.objects.create(estate=building.estate, code=f"x{n}", name=f"X{n}", kind="fixed")
        record_visit(neighbour, actor=clerk, met="owner", reason="forgot", promise=Promised("W", TODAY))
    assert cost() == few <= 45


# --- reports and dashboard --------------------------------------------------------------------------------------------


def client_of(user):
    return bearer(create_token(user, name="t", scopes=None, actor=None)[1])


def test_the_reports_give_the_same_figures(money, estate, building, manager, login):
    client = client_of(manager)
    asks = {"estate": estate.pk, "from": "2026-11-01", "to": "2026-11-20"}
    told = client.get("/api/v1/reports/collection/", asks | {"group_by": "building"}).json()
    assert told["total"]["rate"] == 40.0 and told["total"]["prior_rate"] == 14.3
    assert [(g["key"], g["figures"]["billed"]) for g in told["groups"]] == [(str(building.pk), "500.00")]
    aged = client.get("/api/v1/reports/ageing/", asks | {"group_by": "item"}).json()
    assert aged["total"] == {
        "30": "300.00",
        "60": "0.00",
        "90": "0.00",
        "180": "200.00",
        "365": "100.00",
        "older": "0.00",
        "sum": "600.00",
    }
    assert [g["figures"]["sum"] for g in aged["groups"]] == ["600.00"]


@pytest.mark.parametrize("query", ["group_by=mood", "from=x", "age=30", "from=2026-02-01&to=2026-01-01"])
@pytest.mark.parametrize("name", ["collection", "ageing"])
def test_a_report_names_what_it_does_not_know(money, manager, name, query):
    answer = client_of(manager).get(f"/api/v1/reports/{name}/?{query}")
    assert answer.status_code == 400 and answer.json()["errors"][0]["attr"] in query


def test_clerks_get_no_report(money, clerk, admin):
    assert client_of(clerk).get("/api/v1/reports/collection/").status_code == 403
    assert client_of(admin).get("/api/v1/reports/ageing/").status_code == 200


def test_the_dashboards_tiles_are_the_pages(money, manager, supervisor, login):
    browser = login(manager)
    tiles = {kpi["label"]: kpi for kpi in browser.get("/dashboard/?period=month").context["kpis"]}
    assert (tiles["Collection rate"]["figure"], tiles["Past due"]["figure"]) == ("40.0", "¥600.00")
    opened = browser.get(tiles["Past due"]["url"])
    assert [kpi["figure"] for kpi in opened.context["kpis"][:3]] == ["40.0", "14.3", "¥600.00"]
    seen = {kpi["label"] for kpi in login(supervisor).get("/dashboard/").context["kpis"]}
    assert "Collection rate" not in seen, "what people owe is told to few"


def test_the_schema_of_the_reports_says_that_money_is_a_string():
    described = SchemaGenerator().get_schema(request=None, public=True)["components"]["schemas"]
    of_collection = described["CollectionFigures"]["properties"]
    assert of_collection["before_prior_paid"]["type"] == "string"
    assert of_collection["rate"]["type"] == "number"
    assert {said["type"] for said in described["AgeingFigures"]["properties"].values()} == {"string"}
