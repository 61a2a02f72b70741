"""The list of tickets: what each filter leaves, the pager, the cost."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.tickets.counting import cost
from tickets.models import Ticket
from tickets.views.paging import SIZE, read_key

pytestmark = pytest.mark.django_db


def shown(client, **query) -> set[str]:
    answer = client.get(reverse("ticket_list"), query)
    assert answer.status_code == 200
    text = answer.content.decode()
    return {t.number for t in Ticket.objects.all() if t.number in text}


def test_open_tickets_stand_first_and_closed_ones_on_request(login, clerk, make_ticket):
    open_one, closed = make_ticket(), make_ticket()
    Ticket.objects.filter(pk=closed.pk).update(status="closed", closed_at=timezone.now())
    client = login(clerk)
    assert shown(client) == {open_one.number}
    assert shown(client, status="closed") == {closed.number}
    assert shown(client, status="all") == {open_one.number, closed.number}


def test_filters_narrow(login, clerk, second_clerk, unit, departments, make_ticket):
    leak = make_ticket(topic="water", unit=unit, complaint_class="help_seeking", priority="urgent")
    fee = make_ticket("物业费多收了一个月，请退还。", topic="fees", actor=second_clerk)
    Ticket.objects.filter(pk=fee.pk).update(department=departments["finance"])
    client = login(clerk)
    for query in (
        {"topic": "water"},
        {"class": "help_seeking"},
        {"unit": "3-2-501"},
        {"who": "mine"},
        {"priority": "urgent"},
    ):
        assert shown(client, **query) == {leak.number}, query
    for query in (
        {"class": "none"},
        {"department": departments["finance"].pk},
        {"q": "物业费"},
        {"q": fee.number[-6:]},
    ):
        assert shown(client, **query) == {fee.number}, query


def test_late_means_unanswered_or_unresolved_in_time(login, clerk, make_ticket):
    late, early = make_ticket(), make_ticket()
    Ticket.objects.filter(pk=late.pk).update(response_due_at=timezone.now() - timedelta(minutes=5))
    assert shown(login(clerk), late="1") == {late.number}
    assert early.number in shown(login(clerk))


def test_a_nonsense_filter_is_left_out(login, clerk, make_ticket):
    ticket = make_ticket()
    assert shown(login(clerk), topic="dragons", before="x_y", department="0") == {ticket.number}


def test_a_chosen_filter_is_a_chip_that_can_be_taken_away(login, clerk, make_ticket):
    make_ticket(topic="water")
    answer = login(clerk).get(reverse("ticket_list"), {"topic": "water", "q": "漏水"})
    chips = {chip["label"]: chip["url"] for chip in answer.context["chips"]}
    assert chips["Topic: Water and drains"] == "?q=%E6%BC%8F%E6%B0%B4"


def test_pages_follow_each_other_without_gap_or_repeat(login, clerk, make_ticket):
    moment = timezone.now()
    for _ in range(SIZE + 5):
        make_ticket(at=moment)
    client = login(clerk)
    first = client.get(reverse("ticket_list"))
    second = client.get(reverse("ticket_list") + first.context["pager"]["next_url"])
    ids = [[row["id"] for row in answer.context["rows"]] for answer in (first, second)]
    assert (len(ids[0]), len(ids[1])) == (SIZE, 5)
    assert not set(ids[0]) & set(ids[1])
    back = client.get(reverse("ticket_list") + second.context["pager"]["previous_url"])
    assert [row["id"] for row in back.context["rows"]] == ids[0]
    assert back.context["pager"]["previous_url"] == "" and second.context["pager"]["next_url"] == ""


@pytest.mark.parametrize(
    "text", ["", "x", "2026-01-01T00:00:00_1", "2026-01-01T00:00:00+00:00_0", "2026-01-01T00:00:00+00:00_9e9"]
)
def test_a_nonsense_key_is_no_key(text):
    assert read_key(text) is None


def test_a_list_costs_the_same_at_one_row_and_at_thirty(
    login, clerk, unit, resident, departments, make_ticket
):
    client, url = login(clerk), reverse("ticket_list")
    make_ticket(unit=unit, resident=resident)
    one = cost(client, url)
    for _ in range(29):
        make_ticket(unit=unit, resident=resident)
    # Departments, the views kept, the columns wanted, the rows: with the frame at most eight.
    assert cost(client, url) == one <= 4


def test_outsiders_and_guards(login, guard, outsider, make_ticket):
    ticket = make_ticket()
    assert login(guard).get(reverse("ticket_list")).status_code == 403
    assert (
        ticket.number not in login(outsider).get(reverse("ticket_list"), {"status": "all"}).content.decode()
    )
