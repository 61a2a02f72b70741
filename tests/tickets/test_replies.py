"""Replies: nobody promises lightly, and residents are let rest (docs/domain.md §2)."""

import pytest

from helpdesk.audit.models import Entry
from helpdesk.notifications.models import Message
from tests.conftest import at
from tests.tickets.acts import MORNING, at_once, refused
from tickets.models import Reply, Ticket
from tickets.services import tickets
from tickets.services.replies import add_reply, add_resident_reply, release_reply, withdraw_reply

PROMISE = "Dear Ms, we will refund 400 yuan to you by Friday."
PLAIN = "We have your report; a colleague will come this afternoon at 15:00."


@pytest.fixture
def ticket(make_ticket, resident, unit):
    return make_ticket("请问周末访客停车怎么收费？", resident=resident, unit=unit, at=MORNING)


def reply(ticket, actor, body=PLAIN, visibility="public", **kwargs):
    return add_reply(ticket, actor=actor, body=body, visibility=visibility, **{"at": MORNING} | kwargs)


def test_the_first_public_reply_is_the_first_answer(ticket, clerk):
    reply(ticket, clerk, visibility="internal")
    ticket.refresh_from_db()
    assert ticket.responded_at is None
    reply(ticket, clerk)
    reply(ticket, clerk, at=at("2026-11-17 16:00"))
    ticket.refresh_from_db()
    assert ticket.responded_at == MORNING


def test_a_public_reply_reaches_the_resident_on_the_number_on_file(ticket, clerk):
    reply(ticket, clerk)
    message = Message.objects.get(template="resident_reply")
    assert (message.channel, message.address) == ("sms", "+8613800136021")
    assert (message.context["body"], message.not_before) == (PLAIN, MORNING)


def test_without_a_number_an_e_mail_goes_out(make_ticket, clerk, resident):
    resident.phones.all().delete()
    resident.email = "wang@example.com"
    resident.save()
    reply(make_ticket("请问", resident=resident), clerk)
    message = Message.objects.get(template="resident_reply")
    assert (message.channel, message.address) == ("email", "wang@example.com")


def test_no_reply_disturbs_a_resident_in_rest_hours(ticket, clerk):
    reply(ticket, clerk, at=at("2026-11-17 21:00"))
    assert Message.objects.get(template="resident_reply").not_before == at("2026-11-18 09:00")


def test_an_internal_note_reaches_nobody_outside(ticket, clerk):
    reply(ticket, clerk, body=PROMISE, visibility="internal")
    assert Reply.objects.get().state == "sent"
    assert not Message.objects.exists()


def test_a_clerks_promise_is_held_and_supervisors_are_told(
    ticket, clerk, desk_supervisor, supervisor, departments
):
    tickets.assign_ticket(ticket, actor=clerk, department=departments["engineering"])
    held = reply(ticket, clerk, body=PROMISE)
    assert held.state == "held"
    assert {promise["kind"] for promise in held.promises} >= {"money"}
    asked = Message.objects.filter(template="reply_held").values_list("recipient_user__username", flat=True)
    assert sorted(asked) == ["desk-supervisor", "supervisor"]
    assert not Message.objects.filter(template="resident_reply").exists()
    ticket.refresh_from_db()
    assert ticket.responded_at is None


@pytest.mark.parametrize("role", ["supervisor", "manager"])
def test_who_may_promise_promises_at_once(ticket, role, request):
    person = request.getfixturevalue(role)
    sent = reply(ticket, person, body=PROMISE)
    assert (sent.state, sent.released_by) == ("sent", person)
    assert sent.promises


def test_a_released_reply_goes_out_once(ticket, clerk, supervisor):
    held = reply(ticket, clerk, body=PROMISE)
    for _ in range(2):
        assert release_reply(held, actor=supervisor, at=MORNING).state == "sent"
    assert Message.objects.filter(template="resident_reply").count() == 1
    ticket.refresh_from_db()
    assert ticket.responded_at == MORNING
    assert Message.objects.get(template="reply_released").recipient_user == clerk


@pytest.mark.django_db(transaction=True)
def test_a_reply_released_and_withdrawn_at_once_has_one_fate(ticket, clerk, supervisor):
    held = reply(ticket, clerk, body=PROMISE)
    answers = at_once(
        lambda: release_reply(held, actor=supervisor),
        lambda: withdraw_reply(held, actor=supervisor, reason="No"),
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Refused", "Reply"]
    sent = Message.objects.filter(template="resident_reply").count()
    held.refresh_from_db()
    assert sent == (held.state == "sent")


def test_a_withdrawn_reply_never_goes_out(ticket, clerk, supervisor):
    held = reply(ticket, clerk, body=PROMISE)
    with refused("reason_required"):
        withdraw_reply(held, actor=supervisor, reason="")
    withdraw_reply(held, actor=supervisor, reason="We don't refund this")
    with refused("invalid_transition"):
        release_reply(held, actor=supervisor)
    assert not Message.objects.filter(template="resident_reply").exists()


def test_what_was_sent_is_not_withdrawn(ticket, clerk):
    with refused("invalid_transition"):
        withdraw_reply(reply(ticket, clerk), actor=clerk, reason="Typo")


def test_the_same_reply_sent_twice_is_one(ticket, clerk):
    assert reply(ticket, clerk, form_token="x") == reply(ticket, clerk, form_token="x")
    assert Message.objects.filter(template="resident_reply").count() == 1


def test_nothing_written_is_no_reply(ticket, clerk):
    with refused("text_missing"):
        reply(ticket, clerk, body=" \n ")
    with refused("text_missing"):
        add_resident_reply(ticket, body="")


def test_a_reply_never_stands_in_the_way_of_a_colleagues_edit(ticket, clerk):
    seen = Ticket.objects.get(pk=ticket.pk).version
    reply(ticket, clerk, visibility="internal")
    assert tickets.edit_ticket(ticket, actor=clerk, version=seen, subject="Parking").subject == "Parking"


def test_the_residents_own_words_reach_whoever_is_responsible(ticket, clerk):
    written = add_resident_reply(ticket, body="What about Sunday?", form_token="r", at=MORNING)
    assert add_resident_reply(ticket, body="What about Sunday?", form_token="r") == written
    assert (written.from_resident, written.visibility, written.author) == (True, "public", None)
    assert Message.objects.get(template="resident_wrote").recipient_user == clerk
    assert Ticket.objects.search("sunday").get() == ticket


def test_where_nobody_is_responsible_every_clerk_reads_the_residents_words(make_ticket, clerk, second_clerk):
    add_resident_reply(make_ticket("请问", actor=None, channel="web"), body="Hello?")
    assert Message.objects.filter(template="resident_wrote").count() == 2


def test_a_declined_matter_takes_no_more_words(ticket, clerk):
    tickets.decline_ticket(ticket, actor=clerk, reason="Not ours")
    with refused("invalid_transition"):
        add_resident_reply(ticket, body="But why?")


def test_a_note_is_found_and_stands_in_the_history(ticket, clerk):
    reply(ticket, clerk, body="楼上漏水已查", visibility="internal")
    assert Ticket.objects.search("漏水").get() == ticket
    assert Entry.objects.about(ticket).filter(verb="reply.added").count() == 1
