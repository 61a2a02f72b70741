"""Finding a ticket by its words: two characters, either script, and never by looking at every row."""

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from tests.tickets.acts import bring_to, tick_by_hand
from tickets.models import Ticket
from tickets.services.replies import add_reply
from tickets.services.tickets import resolve_ticket

pytestmark = pytest.mark.django_db


def found(words: str) -> set[str]:
    return set(Ticket.objects.search(words).values_list("number", flat=True))


@pytest.mark.parametrize(
    "words",
    [
        "漏水",
        "走廊",
        "水管漏水",
        "厨房",
        "廚房",
        "电梯",
        "電梯",
        "lift",
        "LIFT",
        "lif",
        "漏水 lift",
        "3 楼",
        "漏",
    ],
)
def test_words_of_two_characters_are_found_in_either_script(words, make_ticket):
    ticket = make_ticket("厨房水管漏水，水已流到走廊。電梯 Lift 3 楼也湿了。")
    make_ticket("物业费多收了一个月。")
    assert found(words) == {ticket.number}


@pytest.mark.parametrize("words", ["水漏", "管水", "厨走", "水管走廊", "ift", "漏水 物业", "dragons"])
def test_what_does_not_stand_there_is_not_found(words, make_ticket):
    make_ticket("厨房水管漏水，水已流到走廊。Lift")
    make_ticket("物业费多收了一个月。")
    assert found(words) == set()


def test_pairs_that_stand_apart_are_no_word(make_ticket):
    """水管 and 管漏 both stand there, 水管漏 does not."""
    make_ticket("水管坏了。暖管漏气。")
    assert found("水管漏") == set()


@pytest.mark.parametrize("write", ["{number}", "t-{year}-{n}", "t{n}", "T{six}", "{six}", "{n}"])
def test_a_number_is_found_however_it_is_written(write, make_ticket):
    ticket = make_ticket()
    _series, year, six = ticket.number.split("-")
    assert found(write.format(number=ticket.number, year=year, n=int(six), six=six)) == {ticket.number}


def test_replies_and_what_was_done_are_looked_through(make_ticket, clerk, departments):
    ticket = make_ticket()
    add_reply(ticket, actor=clerk, body="师傅下午上门", visibility="internal")
    assert found("上门") == {ticket.number}
    ticket = bring_to(ticket, "in_progress", actor=clerk, department=departments["engineering"])
    ticket = tick_by_hand(ticket, clerk, timezone.now())
    resolve_ticket(ticket, actor=clerk, resolution="更换了角阀")
    assert found("角阀") == {ticket.number}


def test_the_reporter_on_file_is_found_by_name(make_ticket, unit, resident):
    ticket = make_ticket(unit=unit, resident=resident)
    assert found("王建国") == found("王建國") == found("Jianguo") == {ticket.number}


def test_what_is_edited_away_is_found_no_longer(make_ticket):
    ticket = make_ticket()
    Ticket.objects.filter(pk=ticket.pk).update(search_text="电梯")
    assert found("漏水") == set() and found("电梯") == {ticket.number}
    Ticket.objects.filter(pk=ticket.pk).update(search_text="")
    assert found("电梯") == set()


@pytest.mark.parametrize(
    "words", ['"', "'", "' | 漏水", '") OR 1=1 --', "*", ":*", "NOT", "AND OR", "a" * 300, "%", "_"]
)
def test_signs_of_the_query_language_are_only_letters(words, login, clerk, make_ticket):
    make_ticket()
    assert login(clerk).get(reverse("ticket_list"), {"q": words}).status_code == 200


def test_a_rare_word_is_looked_up_in_the_index(make_ticket):
    make_ticket()
    plan = Ticket.objects.search("角阀").explain()
    if connection.vendor == "sqlite":
        assert "tickets_words" in plan and "SCAN tickets_ticket" not in plan
        return
    with connection.cursor() as cursor:
        # A table of two rows is read whole whatever the index; what counts is that the index can answer.
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "ticket_words" in Ticket.objects.search("角阀").explain()
    assert "ticket_words" in Ticket.objects.search("lift").explain()
