"""Colleagues named in a note, and a part of a matter that becomes its own."""

import pytest
from django.urls import reverse

from helpdesk.notifications.selectors import inbox_of
from tests.tickets.acts import bring_to, refused
from tickets.models import Reply, Ticket
from tickets.services.mentions import is_named
from tickets.services.replies import add_reply
from tickets.services.tickets import split_ticket

pytestmark = pytest.mark.django_db


def note(ticket, actor, body, visibility="internal"):
    return add_reply(ticket, actor=actor, body=body, visibility=visibility)


@pytest.mark.parametrize(
    "words", ["@clerk2 please look", "Please look, @Clerk2.", "请@clerk2看一下", "@CLERK2"]
)
def test_a_colleague_who_is_named_is_told_once(words, make_ticket, clerk, second_clerk):
    ticket = make_ticket()
    note(ticket, clerk, f"{words} {words}")
    assert inbox_of(second_clerk).filter(template="note_mentions").count() == 1


@pytest.mark.parametrize("words", ["clerk2", "@clerk22", "x@clerk2.example", "@nobody", "a.b@clerk2"])
def test_what_is_no_name_tells_nobody(words, second_clerk):
    assert not is_named(second_clerk, words)


def test_a_reply_to_the_resident_names_nobody(make_ticket, clerk, second_clerk):
    note(make_ticket(), clerk, "@clerk2 will come", visibility="public")
    assert not inbox_of(second_clerk).filter(template="note_mentions").exists()


def test_who_may_not_see_the_ticket_can_not_be_named(make_ticket, clerk, guard, technician, login):
    ticket = make_ticket()
    for person in (guard, technician):
        with refused("cannot_see"):
            note(ticket, clerk, f"@{person.username} please look")
    assert not Reply.objects.exists()
    answer = login(clerk).post(
        reverse("ticket_reply", args=[ticket.pk]), {"body": "@guard look", "visibility": "internal"}
    )
    assert answer.status_code == 409 and "@guard look" in answer.content.decode()
    assert answer.context["forms"]["note"].errors["body"]


def test_an_outsider_of_that_name_is_nobody(make_ticket, clerk, outsider):
    note(make_ticket(), clerk, "@outsider look")
    assert not inbox_of(outsider).exists()


def test_a_part_has_the_same_reporter_and_responsible_person_and_each_names_the_other(
    make_ticket, second_clerk, clerk, unit, resident, login
):
    ticket = make_ticket(unit=unit, resident=resident)
    part = split_ticket(ticket, actor=second_clerk, description="走廊的灯也坏了。", topic="electricity")
    assert (part.unit, part.resident, part.responsible, part.split_from) == (unit, resident, clerk, ticket)
    assert part.number != ticket.number and part.status == Ticket.Status.NEW
    client = login(clerk)
    for one, other in ((ticket, part), (part, ticket)):
        assert other.number in client.get(reverse("ticket_detail", args=[one.pk])).content.decode()


def test_a_form_sent_twice_splits_off_once(make_ticket, clerk, login):
    ticket = make_ticket()
    client = login(clerk)
    data = {"description": "The corridor light is out too.", "form_token": "abc"}
    for _again in range(2):
        assert client.post(reverse("ticket_split", args=[ticket.pk]), data).status_code == 303
    assert Ticket.objects.filter(split_from=ticket).count() == 1


def test_a_part_needs_words_and_an_open_matter(make_ticket, clerk, departments):
    ticket = make_ticket()
    with refused("reason_required"):
        split_ticket(ticket, actor=clerk, description="  ")
    ended = bring_to(make_ticket(), "declined", actor=clerk, department=departments["engineering"])
    with refused("invalid_transition"):
        split_ticket(ended, actor=clerk, description="More")
