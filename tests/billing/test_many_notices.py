"""Many bills' notices at once: handed over by one form, printed a page each by the door."""

from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.models import Bill
from billing.models.bills import Handover
from billing.services import notices
from billing.services.bills import reverse_bill
from billing.services.notices import hand_over_bills
from billing.views import many_notices
from helpdesk.audit.models import Entry
from helpdesk.staff.services import create_token
from residents.models import Building, Unit
from tests.api.conftest import bearer, codes
from tests.billing.bills import post_bill
from tests.billing.conftest import refused_beside
from tests.conftest import at
from tests.tickets.acts import refused

pytestmark = pytest.mark.django_db
NOW = at("2026-11-20 10:00")


@pytest.fixture(autouse=True)
def a_friday(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def many(management_fee, unit, neighbour, run_period) -> list[Bill]:
    """The bills of 3-2-501 and 3-2-502."""
    Unit.objects.filter(pk=neighbour.pk).update(entrance=unit.entrance)
    return run_period()


def ticked(client, bills, **more):
    return client.post(
        reverse("bill_notices"), {"bill": [b.pk for b in bills], "query": "period=2026-11", **more}
    )


def test_the_notices_of_ticked_bills_are_handed_over_by_one_form(many, login, clerk):
    client = login(clerk)
    asked = ticked(client, many, act="ask")
    assert asked.status_code == 200 and [b.unit.code for b in asked.context["bills"]] == [
        "3-2-501",
        "3-2-502",
    ]
    sent = {"act": "hand", "way": "letterbox", "handed_at": "2026-11-19T16:30", "note": "With the newsletter"}
    answer = ticked(client, many, **sent)
    assert answer["Location"] == f"{reverse('bill_list')}?period=2026-11"
    assert {(h.bill, h.way, h.note, h.handed_by) for h in Handover.objects.all()} == {
        (bill, "letterbox", "With the newsletter", clerk) for bill in many
    }
    assert {h.at for h in Handover.objects.all()} == {at("2026-11-19 16:30")}
    told = Entry.objects.filter(verb="bill.handed_over")
    assert {entry.target_id for entry in told} == {bill.pk for bill in many}
    assert told[0].data["note"] == "With the newsletter" and told[0].actor_name == str(clerk)
    assert "With the newsletter" in client.get(reverse("bill_detail", args=[many[0].pk])).text


def test_a_form_that_is_wrong_comes_back_with_its_bills(many, login, clerk):
    client = login(clerk)
    page = ticked(client, many, act="hand", way="pigeon")
    assert page.status_code == 422 and len(page.context["bills"]) == 2
    page = ticked(client, many, act="hand", way="hand", handed_at="2026-11-20T10:01")
    assert page.status_code == 409 and list(page.context["form"].errors) == ["handed_at"]
    assert not Handover.objects.exists()


def test_the_same_form_again_hands_nothing_over_twice(many, estate, clerk):
    for _again in range(2):
        hand_over_bills(estate, many, actor=clerk, way="hand", form_token="t")
    assert Handover.objects.count() == 2 and Entry.objects.filter(verb="bill.handed_over").count() == 2
    with refused("form_already_sent"):
        hand_over_bills(estate, many, actor=clerk, way="letterbox", form_token="t")


def test_the_notice_of_a_reversed_bill_is_left_out(many, estate, login, clerk):
    reverse_bill(many[0], actor=None, reason="Wrong")
    answer = ticked(login(clerk), many, act="hand", way="hand")
    assert answer.status_code == 303 and Handover.objects.get().bill == many[1]


def test_what_cannot_be_is_refused(many, estate, other_estate, clerk, monkeypatch):
    with refused("nothing_chosen"):
        hand_over_bills(estate, [], actor=clerk, way="hand")
    with refused("other_estate"):
        hand_over_bills(other_estate, many, actor=clerk, way="hand")
    with refused_beside("handed_at", "not_in_order"):
        hand_over_bills(estate, many, actor=clerk, way="hand", handed_at=at("2026-10-31 10:00"))
    monkeypatch.setattr(notices, "MOST", 1)
    with refused("too_many"):
        hand_over_bills(estate, many, actor=clerk, way="hand")


def test_a_run_offers_its_notices_and_what_was_handed_over_is_gone_from_them(many, login, manager):
    client, run = login(manager), many[0].run
    page = client.get(reverse("run_detail", args=[run.pk])).text
    link = f"{reverse('bill_notices')}?run={run.pk}&amp;unhanded=1"
    assert link in page
    assert len(client.get(link.replace("&amp;", "&")).context["bills"]) == 2
    ticked(client, many[:1], act="hand", way="hand")
    assert [b.pk for b in client.get(link.replace("&amp;", "&")).context["bills"]] == [many[1].pk]


def test_a_clerk_ticks_bills_in_the_list_and_a_guard_does_not_see_them(many, login, clerk, guard, outsider):
    page = login(clerk).get(reverse("bill_list")).text
    assert f'name="bill" value="{many[0].pk}"' in page and 'value="print"' in page
    assert login(guard).get(reverse("bill_notices")).status_code == 403
    assert ticked(login(outsider), many, act="hand", way="hand").status_code in {303, 404}
    assert not Handover.objects.exists()


def test_notices_are_printed_a_page_each_by_the_door_in_the_payers_language(many, resident, login, clerk):
    client = login(clerk)
    answer = ticked(client, many[::-1], act="print")
    page = client.get(answer["Location"])
    shown = [(n["unit"].code, n["language"]) for n in page.context["notices"]]
    assert shown == [("3-2-501", "zh-hans"), ("3-2-502", "en")]
    assert page.text.count('class="paper-sheet"') == 2
    assert page.text.index("缴费通知单") < page.text.index("Notice of fees")


def test_the_notices_of_a_building_are_printed_from_the_filter(many, estate, login, clerk, building):
    far = Building.objects.create(estate=estate, code="9", name="9")
    post_bill(
        Unit.objects.create(estate=estate, building=far, code="9-1-101", floor=1, area_m2="50"),
        date(2026, 11, 25),
    )
    page = login(clerk).get(reverse("bill_notices_print"), {"building": far.pk})
    assert [n["unit"].code for n in page.context["notices"]] == ["9-1-101"]


def test_a_paper_holds_so_many_notices_and_leads_to_the_next(many, login, clerk, monkeypatch):
    monkeypatch.setattr(many_notices, "ON_PAPER", 1)
    page = login(clerk).get(reverse("bill_notices_print"), {"period": "2026-11"})
    assert page.context["later_url"] == "?period=2026-11&page=2" and not page.context["earlier_url"]
    page = login(clerk).get(reverse("bill_notices_print") + page.context["later_url"])
    assert [n["unit"].code for n in page.context["notices"]] == ["3-2-502"]
    assert not page.context["later_url"] and "Notices 2 to 2" in page.text


def test_one_notice_says_what_it_says_among_many(many, login, clerk):
    client = login(clerk)
    single = client.get(reverse("bill_print", args=[many[1].pk]))
    among = client.get(reverse("bill_notices_print"), {"ids": str(many[1].pk)})
    assert "254.79" not in single.text and "285.00" in single.text and "285.00" in among.text


@pytest.mark.parametrize("name", ["bill_notices", "bill_notices_print"])
def test_many_notices_ask_as_many_questions_as_few(name, many, estate, building, login, clerk):
    client = login(clerk)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(name), {"status": "unpaid"}).status_code == 200
        return len(queries)

    cost()
    few = cost()
    for n in range(12):
        home = Unit.objects.create(
            estate=estate, building=building, code=f"3-3-{n:03d}", floor=1, area_m2="50"
        )
        post_bill(home, date(2026, 11, 25))
        post_bill(home, date(2026, 10, 25))
    assert cost() == few


def test_handing_many_over_asks_as_many_questions_as_handing_two(many, estate, building, clerk):
    def cost(bills) -> int:
        with CaptureQueriesContext(connection) as queries:
            hand_over_bills(estate, bills, actor=clerk, way="hand")
        return len(queries)

    more = [
        post_bill(
            Unit.objects.create(estate=estate, building=building, code=f"3-3-{n:03d}", floor=1, area_m2="50"),
            date(2026, 11, 25),
        )
        for n in range(12)
    ]
    cost(many)
    assert cost(many) == cost(more)


def test_notices_are_handed_over_by_the_api(many, estate, login, clerk, guard):
    client = bearer(create_token(clerk, name="t", actor=None)[1])
    reverse_bill(many[1], actor=None, reason="Wrong")
    body = {"estate": estate.pk, "bills": [b.pk for b in many], "way": "hand", "note": "Round 1"}
    path = "/api/v1/bills/hand-over/"
    told = client.post(path, body, format="json")
    assert told.json() == {"handed_over": [many[0].pk], "left_out": [many[1].pk]}
    assert client.get(f"/api/v1/bills/{many[0].pk}/").json()["handovers"][0]["note"] == "Round 1"
    assert codes(client.post(path, body | {"bills": [10**9]}, format="json")) == {("does_not_exist", "bills")}
    late = body | {"handed_at": "2026-11-21T10:00:00+08:00"}
    assert codes(client.post(path, late, format="json")) == {("day_not_begun", "handed_at")}
    assert isinstance(Handover.objects.get().at, datetime)
