"""What messages say: to residents politely, without the class; to staff the fact and the next act."""

from pathlib import Path

import pytest
from django.template.loader import render_to_string

from helpdesk.notifications.delivery import rendered
from helpdesk.notifications.models import Message
from tests.tickets.acts import MORNING, bring_to
from tickets.models import FollowUp
from tickets.promise_words import find_promises
from tickets.services import tickets
from tickets.services.follow_ups import record_follow_up
from tickets.services.replies import add_reply, add_resident_reply, withdraw_reply
from tickets.services.slips import cancel_slip, complete_slip, issue_slip, nudge_slip, sign_slip

FOLDER = Path(__file__).parents[2] / "templates" / "messages"
TEMPLATES = sorted(path.name.removesuffix(".body.txt") for path in FOLDER.glob("*.body.txt"))
OURS = [
    name for name in TEMPLATES if name.startswith(("ticket_", "slip_", "follow_up_", "reply_", "resident_"))
]
WORDS = {
    "number": "T-2026-000123", "title": "Pipe & drain", "where": "3-2-501", "due": "2026-11-17 18:00", "body": "We come at 15:00.",
    "sign_due": "2026-11-17 10:30", "reason": "Not ours", "by": "Chen", "author": "Chen", "words": ["refund", "by Friday"], "score": 3,
    "department": "Engineering", "instructions": "Look", "link": "/p/t/secret/", "site_url": "https://desk.example",
}  # fmt: skip
TURNS = {
    "third": True,
    "dissatisfied": True,
    "look_at_class": True,
    "unanswered": True,
    "responsible": "Li",
    "asker": "Li",
    "ended": True,
    "last": True,
    "suggestion": "Ring first",
}


@pytest.mark.parametrize("turns", [{}, TURNS], ids=["plain", "every turn"])
@pytest.mark.parametrize("name", OURS)
def test_every_message_is_whole_sentences_in_plain_text(name, turns, estate):
    said = {
        part: render_to_string(f"messages/{name}.{part}.txt", WORDS | turns | {"estate": estate})
        for part in ("subject", "body")
    }
    assert said["subject"].strip() and "\n" not in said["subject"].strip()
    assert said["body"].strip()
    for text in said.values():
        assert not any(sign in text for sign in ("{{", "{%", "&amp;", "None", " ."))
    assert "\n\n\n" not in said["body"]


@pytest.mark.parametrize(
    "name", [name for name in OURS if name.startswith("resident_") and name != "resident_wrote"]
)
def test_no_words_of_ours_promise_a_resident_anything(name, estate):
    text = render_to_string(f"messages/{name}.body.txt", WORDS | TURNS | {"estate": estate})
    assert find_promises(text) == []
    assert not any(word in text.lower() for word in ("complaint", "venting", "grumble", "class"))


def test_whatever_a_ticket_goes_through_every_message_can_be_read(
    make_ticket,
    resident,
    unit,
    clerk,
    second_clerk,
    supervisor,
    technician,
    desk_supervisor,
    manager,
    departments,
):
    engineering = departments["engineering"]
    ticket = make_ticket(
        "有人被困在电梯里", actor=None, channel="web", resident=resident, unit=unit, at=MORNING
    )
    ticket = tickets.classify_ticket(ticket, actor=clerk, complaint_class="help_seeking", at=MORNING)
    tickets.hand_over_responsibility(ticket, actor=clerk, to=second_clerk, reason="Off duty")
    add_resident_reply(ticket, body="Please hurry")
    promise = add_reply(ticket, actor=clerk, body="We will refund 400 yuan.", visibility="public")
    withdraw_reply(promise, actor=desk_supervisor, reason="No")
    twice = issue_slip(actor=clerk, department=engineering, instructions="Look", ticket=ticket)
    cancel_slip(twice, actor=clerk, reason="Twice")
    slip = issue_slip(actor=clerk, department=engineering, instructions="Look", ticket=ticket)
    nudge_slip(slip, actor=clerk)
    sign_slip(slip, actor=technician)
    complete_slip(slip, actor=technician, report="Freed")
    bring_to(ticket, "resolved", actor=clerk, department=engineering)
    record_follow_up(FollowUp.objects.get(), actor=clerk, outcome="dissatisfied", score=1)
    messages = list(Message.objects.select_related("estate"))
    assert len({message.template for message in messages}) >= 14
    for message in messages:
        for message.language in ("en", "zh-hans", "zh-hant"):
            subject, body = rendered(message)
            assert subject and body
