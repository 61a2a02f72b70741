"""Canned replies: in the reader's language with the names in their places; macros do all or nothing."""

import pytest
from django.urls import reverse

from tests.tickets.acts import bring_to, refused
from tickets.models import CannedReply, Reply, Ticket
from tickets.services.canned_replies import apply_macro, filled_in, offered_for, write_canned_reply

pytestmark = pytest.mark.django_db


@pytest.fixture
def canned(estate, manager, departments):
    return write_canned_reply(
        estate=estate,
        actor=manager,
        shared=True,
        name="Plumber",
        body="Dear {resident}, {number} of {unit} is with the engineers. {clerk}, {estate}, {other}",
        body_zh_hans="{resident}您好，{number}已转工程部。",
        visibility="public",
        department=departments["engineering"],
        priority="urgent",
    )


def test_names_stand_in_their_places_in_the_readers_language(canned, make_ticket, unit, resident, clerk):
    ticket = make_ticket(unit=unit, resident=resident)
    words, language = filled_in(canned, ticket, clerk)
    assert language == "zh-hans" and ticket.number in words and "{" not in words
    resident.language = "en"
    words, language = filled_in(canned, ticket, clerk)
    assert (language, "3-2-501" in words, "Willow Bay" in words, "{other}" in words) == (
        "en",
        True,
        True,
        True,
    )


def test_a_name_that_is_not_known_stands_as_three_dots(canned, make_ticket, clerk):
    assert filled_in(canned, make_ticket(), clerk)[0].count("…") >= 1


def test_a_macro_says_it_assigns_and_sets_the_priority(canned, make_ticket, clerk):
    ticket = make_ticket(priority="normal")
    reply = apply_macro(ticket, actor=clerk, canned=canned, version=ticket.version)
    ticket.refresh_from_db()
    assert (ticket.department.code, ticket.priority) == ("engineering", "urgent")
    assert reply.state == Reply.State.SENT and ticket.number in reply.body


def test_a_macro_on_an_ended_or_changed_ticket_does_nothing_at_all(canned, make_ticket, clerk, departments):
    ended = bring_to(make_ticket(), "declined", actor=clerk, department=departments["engineering"])
    with refused("invalid_transition"):
        apply_macro(ended, actor=clerk, canned=canned)
    ticket = make_ticket(priority="normal")
    with refused("stale"):
        apply_macro(ticket, actor=clerk, canned=canned, version=ticket.version + 1)
    ticket.refresh_from_db()
    assert ticket.priority == "normal" and not Reply.objects.exists()


def test_a_macro_sent_twice_counts_once(canned, make_ticket, clerk, login):
    ticket = make_ticket()
    client, url = login(clerk), reverse("ticket_macro", args=[ticket.pk, canned.pk])
    for _again in range(2):
        assert client.post(url, {"form_token": "abc", "version": ticket.version}).status_code == 303
    assert Reply.objects.count() == 1


def test_promise_words_in_a_canned_reply_are_held_like_any(estate, make_ticket, clerk):
    promise = write_canned_reply(
        estate=estate, actor=clerk, shared=False, name="Money", body="We will refund 400 yuan."
    )
    assert apply_macro(make_ticket(), actor=clerk, canned=promise).state == Reply.State.HELD


def test_ones_own_is_offered_to_nobody_else_and_another_estates_to_none(
    estate, make_ticket, clerk, second_clerk, outsider, login
):
    mine = write_canned_reply(estate=estate, actor=clerk, shared=False, name="Mine", body="Hello")
    ticket = make_ticket()
    assert (offered_for(ticket, clerk), offered_for(ticket, second_clerk)) == ([mine], [])
    for stranger in (second_clerk, outsider):
        assert login(stranger).get(reverse("canned_edit", args=[mine.pk])).status_code == 404


def test_a_clerk_writes_none_for_all(estate, clerk, canned):
    with refused("may_not_share"):
        write_canned_reply(estate=estate, actor=clerk, shared=True, name="All", body="x")
    with refused("not_yours"):
        write_canned_reply(estate=estate, actor=clerk, shared=False, name="All", body="x", canned=canned)


def test_those_of_another_topic_are_left_out(estate, make_ticket, clerk):
    for topic in ("water", "fees", ""):
        write_canned_reply(
            estate=estate, actor=clerk, shared=False, name=topic or "any", body="x", topic=topic
        )
    assert [c.name for c in offered_for(make_ticket(topic="water"), clerk)] == ["water", "any"]


def test_the_pages_keep_change_and_put_away(estate, clerk, login, make_ticket):
    client = login(clerk)
    assert client.post(reverse("canned_new"), {"name": "Hi", "visibility": "public"}).status_code == 409
    assert (
        client.post(
            reverse("canned_new"), {"name": "Hi", "visibility": "public", "body": "Hi {resident}"}
        ).status_code
        == 303
    )
    canned = CannedReply.objects.get()
    ticket = make_ticket(reporter_name="Mr Wang")
    page = client.get(reverse("ticket_detail", args=[ticket.pk]), {"canned": canned.pk})
    assert "Hi Mr Wang" in page.content.decode() and page.context["composer_open"] == "reply"
    assert "Hi Mr Wang" in client.get(reverse("ticket_canned", args=[ticket.pk])).content.decode()
    stale = {"name": "Ho", "visibility": "public", "body": "x", "version": 9}
    assert client.post(reverse("canned_edit", args=[canned.pk]), stale).status_code == 409
    assert client.post(reverse("canned_archive", args=[canned.pk])).status_code == 303
    assert offered_for(Ticket.objects.get(), clerk) == []
