"""The one box finds what a caller says."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from billing.models import Bill
from billing.services.charges import add_charge_item, set_rate
from billing.services.payments import take_payment
from billing.services.runs import confirm_run, continue_run, preview_run
from helpdesk.desk.lookup import look_up
from helpdesk.desk.views.lookup import told
from residents.caller_numbers import remembered_number
from residents.services.decoration_site import issue_worker_permit
from residents.services.unit_changes import request_change
from tests.conftest import at
from tests.residents.procedures import NOW, move_out, running
from tickets.services.contacts import take_contact

pytestmark = pytest.mark.django_db


def found(user: Any, text: str) -> list[tuple[str, str]]:
    return [(hit.kind, hit.plate or hit.title) for hit in look_up(user, text)]


@pytest.mark.parametrize(
    "text", ["6021", "36021", "13800136021", "138 0013 6021", "+86 138 0013 6021", "６０２１"]
)
def test_a_number_or_its_ending_finds_whoever_has_it(clerk: Any, resident: Any, text: str) -> None:
    assert found(clerk, text) == [("resident", "3-2-501")]


@pytest.mark.parametrize("text", ["021", "46021", "13900136021", "60210"])
def test_digits_that_no_number_ends_with_find_nobody(clerk: Any, resident: Any, text: str) -> None:
    assert not [hit for hit in look_up(clerk, text) if hit.kind == "resident"]


@pytest.mark.parametrize("text", ["3-2-501", "3 2 501", "3栋2单元501", "３－２－５０１", "501"])
def test_a_unit_is_found_in_any_usual_writing(clerk: Any, unit: Any, text: str) -> None:
    assert ("unit", "3-2-501") in found(clerk, text)


@pytest.mark.parametrize("text", ["王建国", "王建國", "wangjianguo", "wjg", "Wang J", "jianguo"])
def test_a_name_is_found_in_both_scripts_by_pinyin_and_by_initials(
    clerk: Any, resident: Any, text: str
) -> None:
    assert found(clerk, text) == [("resident", "3-2-501")]


def test_a_ticket_and_a_slip_are_found_by_their_numbers(clerk: Any, open_ticket: Any, slip: Any) -> None:
    ticket, order = open_ticket(number="T-2026-000115"), slip(number="S-2026-000871")
    assert found(clerk, "t-2026-115") == [("ticket", ticket.number)]
    assert found(clerk, "S871") == [("slip", order.number)]
    assert ("ticket", ticket.number) in found(clerk, "115")


def test_phones_stand_before_units_and_numbers_when_digits_are_typed(
    clerk: Any, make_unit: Any, make_person: Any, open_ticket: Any
) -> None:
    make_person("Ho Mei-ling", make_unit("6-2-301"), phone="13592141203")
    make_unit("5-1-1203")
    open_ticket(number="T-2026-001203")
    assert [kind for kind, _ in found(clerk, "1203")] == ["resident", "unit", "ticket"]


def test_at_most_eight_people_and_five_units_are_told(clerk: Any, make_unit: Any, make_person: Any) -> None:
    for n in range(10):
        make_person(f"Chen Number{n}", make_unit(f"7-1-{n + 1}05"), phone=f"1380{n:03}7777")
    assert len(found(clerk, "7777") + found(clerk, "chen")) == 16
    assert len([k for k, _ in found(clerk, "7-1-") if k == "unit"]) == 5


def test_another_estate_does_not_exist(outsider: Any, resident: Any, open_ticket: Any, slip: Any) -> None:
    number, order = open_ticket().number, slip().number
    for text in ("6021", "13800136021", "3-2-501", "王建国", number, order):
        assert look_up(outsider, text) == []


def test_a_guard_looks_up_nobody_and_a_technician_only_own_slips(
    guard: Any, technician: Any, resident: Any, slip: Any
) -> None:
    order = slip()
    assert look_up(guard, "6021") == look_up(guard, order.number) == look_up(technician, "6021") == []
    assert found(technician, order.number) == [("slip", order.number)]


def test_hits_never_show_a_whole_number(clerk: Any, resident: Any) -> None:
    assert look_up(clerk, "13800136021")[0].subtitle == "Owner, 138****6021"


def test_someone_who_left_is_found_and_said_to_have_left(
    clerk: Any, make_unit: Any, make_person: Any
) -> None:
    make_person(
        "Daniel Okafor",
        make_unit("5-2-905"),
        phone="15922880021",
        since=date(2020, 1, 1),
        until=date(2026, 8, 9),
    )
    assert look_up(clerk, "0021")[0].subtitle.startswith("left August 2026")


@pytest.mark.parametrize("text", ["6021", "3-2-501", "501", "王", "T-2026-000001", "1"])
def test_one_look_takes_six_queries_at_most(
    clerk: Any, resident: Any, open_ticket: Any, slip: Any, text: str, django_assert_max_num_queries: Any
) -> None:
    open_ticket(number="T-2026-000001"), slip(number="S-2026-000001")
    clerk.memberships_now  # noqa: B018 - read once a request by the middleware
    with django_assert_max_num_queries(6):
        look_up(clerk, text)


@pytest.mark.parametrize("text", ["", "   ", "\0", "%", "_", "'; --", "😀", "x" * 5000, "7" * 400, "١٢٣٤"])
def test_whatever_is_typed_is_answered(clerk: Any, login: Any, resident: Any, text: str) -> None:
    assert login(clerk).post(reverse("lookup"), {"q": text}).status_code == 200


def test_the_box_answers_with_a_page_or_a_fragment(clerk: Any, login: Any, resident: Any) -> None:
    page = login(clerk).post(reverse("lookup"), {"q": "6021"})
    part = login(clerk).post(reverse("lookup"), {"q": "6021"}, headers={"HX-Request": "true"})
    assert b"<html" in page.content and "138 0013 6021" in page.content.decode()
    assert b"<html" not in part.content and b"data-card-url" in part.content
    assert "no-store" in page["Cache-Control"] and "HX-Request" in part["Vary"]


def test_a_caller_not_on_file_takes_the_number_along_in_the_session_alone(clerk: Any, login: Any) -> None:
    client = login(clerk)
    page = client.post(reverse("lookup"), {"q": "139 0013 9999"}).content.decode()
    assert "Take the call without a record" in page and reverse("contact_new") + "?from=box" in page
    assert remembered_number(client.session) == "139 0013 9999"
    assert "9999" not in str(dict(client.session))


def test_the_form_has_the_number_only_when_one_comes_from_the_box(clerk: Any, login: Any) -> None:
    client = login(clerk)
    client.post(reverse("lookup"), {"q": "139 0013 9999"})
    assert "139 0013 9999" in client.get(reverse("contact_new"), {"from": "box"}).content.decode()
    assert "139 0013 9999" not in client.get(reverse("contact_new")).content.decode()


def test_strangers_are_asked_to_log_in(client: Any, db: None) -> None:
    assert client.get(reverse("lookup"), {"q": "6021"}).status_code == 302


@pytest.fixture
def paid(estate, unit, admin, cashier):
    """A bill of the unit and the receipt of what was paid on it."""
    item = add_charge_item(estate=estate, actor=admin, code="fee", name="Fee", kind="area", measure="m²")
    set_rate(item, actor=admin, amount=Decimal("2.85"), since=date(2026, 1, 1))
    run = preview_run(estate, actor=admin, period="2026-11")
    confirm_run(run, actor=admin)
    continue_run(run)
    bill = Bill.objects.get(unit=unit)
    payment = take_payment(unit, actor=cashier, amount=Decimal("20"), method="cash")
    return bill, payment


@pytest.mark.parametrize("told", ["{}", "{lower}", "{bare}"])
def test_a_bill_and_a_receipt_are_found_by_their_numbers(told, cashier, paid):
    bill, payment = paid
    for kind, pk, number in (("bill", bill.pk, bill.number), ("payment", payment.pk, payment.receipt.number)):
        letter, _year, count = number.split("-")
        text = told.format(number, lower=number.lower(), bare=f"{letter}{int(count)}")
        hit = next(hit for hit in look_up(cashier, text) if hit.kind == kind)
        assert (hit.id, hit.title, hit.plate) == (pk, number, bill.unit.code)


def test_who_sees_no_fees_finds_no_bill(technician, guard, outsider, paid):
    bill, _payment = paid
    assert [look_up(user, bill.number) for user in (technician, guard, outsider)] == [[], [], []]


@pytest.fixture
def two_of_a_number(estate, unit, clerk, make_unit, make_person):
    """Two people whose numbers end alike; one of them rang, the other has left."""
    here = make_person("Wang Jianguo", unit, phone="13800136021", since=date(2018, 3, 1))
    left = make_person(
        "Daniel Okafor",
        make_unit("5-2-905"),
        phone="15922886021",
        since=date(2020, 1, 1),
        until=date(2026, 8, 9),
    )
    take_contact(estate=estate, kind="call", actor=clerk, resident=here, unit=unit, at=at("2026-11-13 10:00"))
    return here, left


def test_people_who_fit_alike_are_told_apart_by_relation_time_and_last_contact(clerk, two_of_a_number):
    here, left = look_up(clerk, "6021", at=at("2026-11-17 10:00"))
    assert list(told(here.apart).values()) == ["Owner", "March 2018 –", "138****6021", "13 Nov 2026"]
    assert list(told(left.apart).values()) == ["Owner", "January 2020 – August 2026", "159****6021"]


def test_units_that_fit_alike_are_told_apart_by_first_contact_and_last_contact(
    clerk, two_of_a_number, make_unit
):
    make_unit("3-2-502")
    shown = {hit.plate: told(hit.apart) for hit in look_up(clerk, "3-2-50", at=at("2026-11-17 10:00"))}
    assert shown["3-2-501"]["Last contact"] == "13 Nov 2026"
    assert "Last contact" not in shown["3-2-502"]


def test_who_may_not_read_the_registers_learns_of_no_contact(cashier, two_of_a_number):
    assert not [hit for hit in look_up(cashier, "6021") if hit.apart.heard]


def test_to_tell_them_apart_takes_no_seventh_query(
    clerk, two_of_a_number, make_unit, django_assert_max_num_queries
):
    make_unit("6-1-501")
    clerk.memberships_now  # noqa: B018 - read once a request by the middleware
    for text in ("501", "6021"):
        with django_assert_max_num_queries(6):
            look_up(clerk, text)


def test_the_page_sets_them_beside_each_other_and_the_box_says_how_many(clerk, login, two_of_a_number):
    page = login(clerk).post(reverse("lookup"), {"q": "6021"}).content.decode()
    part = (
        login(clerk).post(reverse("lookup"), {"q": "6021"}, headers={"HX-Request": "true"}).content.decode()
    )
    assert "found-head" in page and "January 2020 – August 2026" in page
    assert (
        "2 people match “6021”" in part and "<mark>6021</mark>" in part and "last contact 13 Nov 2026" in part
    )


def test_one_who_fits_alone_shows_the_card(clerk, login, resident):
    page = login(clerk).post(reverse("lookup"), {"q": "6021"}).content.decode()
    assert "found-head" not in page and "138 0013 6021" in page


@pytest.fixture
def procedures(unit, resident, clerk, manager):
    job = running(unit, clerk, manager)
    permit = issue_worker_permit(job, actor=clerk, name="Zhao Liang", at=NOW)
    move = move_out(unit, clerk)
    change = request_change(
        unit, actor=clerk, kind="giving_back", wanted_on=date(2026, 12, 1), reason="Moves abroad", at=NOW
    )
    return {"move": move, "unit_change": change, "decoration": job, "worker_permit": permit}


@pytest.mark.parametrize("kind", ["move", "unit_change", "decoration", "worker_permit"])
def test_a_procedure_is_found_by_its_number(kind, clerk, guard, outsider, procedures):
    number = procedures[kind].number
    letter, _year, count = number.split("-")
    for text in (number, number.lower(), f"{letter}{int(count)}"):
        hit = next(hit for hit in look_up(clerk, text, at=NOW) if hit.kind == kind)
        assert (hit.title, hit.plate) == (number, "3-2-501")
    assert [look_up(user, number) for user in (guard, outsider)] == [[], []]


def test_a_permit_opens_the_page_of_its_job(clerk, login, procedures):
    hit = look_up(clerk, procedures["worker_permit"].number, at=NOW)[0]
    assert hit.url == reverse("decoration_detail", args=[procedures["decoration"].pk])
    assert login(clerk).get(hit.url).status_code == 200


def test_where_there_may_be_more_the_box_says_that_these_are_the_nearest(
    clerk, login, make_unit, make_person
):
    for n in range(9):
        make_person(f"Chen Number{n}", make_unit(f"7-1-{n + 1}05"))
    part = (
        login(clerk).post(reverse("lookup"), {"q": "chen"}, headers={"HX-Request": "true"}).content.decode()
    )
    assert "The nearest 8 for “chen”" in part
