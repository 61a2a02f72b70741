"""A resident is never told in rest hours, however long the message waited or how often it failed (docs/domain.md §5)."""

from datetime import timedelta

import pytest

from helpdesk.notifications.delivery import deliver_due, deliver_one
from helpdesk.notifications.models import Message
from helpdesk.notifications.services import notify
from tests.conftest import at
from tickets.services.replies import add_reply

pytestmark = pytest.mark.django_db
NOON, NIGHT = at("2026-11-17 11:50"), at("2026-11-17 23:10")
MORNING = at("2026-11-18 09:00")


def message_to_resident(estate, moment, **kwargs):
    return notify(
        "Ms Li",
        "resident_reply",
        estate=estate,
        dedupe_key="one",
        channel="email",
        address="li@example.org",
        not_before=moment,
        spares_rest_hours=True,
        **kwargs,
    )


def test_a_backlog_that_is_sent_at_night_waits_for_the_morning(estate, mailoutbox):
    message = message_to_resident(estate, NOON)
    assert deliver_due(NIGHT) == 0
    message.refresh_from_db()
    assert (message.not_before, message.attempts, message.status) == (MORNING, 0, "waiting")
    assert deliver_due(MORNING) == 1 and len(mailoutbox) == 1


def test_a_further_try_that_falls_into_rest_hours_waits_too(estate, settings, mailoutbox):
    settings.EMAIL_BACKEND = "tests.notifications.broken.Backend"
    message = message_to_resident(estate, NOON)
    for minutes in (0, 2, 5):
        deliver_one(message.pk, NOON + timedelta(minutes=minutes))
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    # The fourth try would be due at 12:05 or so: people rest until two.
    assert deliver_due(at("2026-11-17 12:30")) == 0
    message.refresh_from_db()
    assert message.not_before == at("2026-11-17 14:00")
    assert deliver_due(at("2026-11-17 14:00")) == 1


def test_what_goes_to_staff_and_contractors_goes_at_night_too(estate, mailoutbox):
    notify("Lift contractor", "slip_issued", estate=estate, dedupe_key="two", channel="email",
           address="lift@example.org", not_before=NIGHT)  # fmt: skip
    assert deliver_due(NIGHT) == 1


def test_an_estate_without_calling_hours_holds_nothing_back_for_ever(estate, mailoutbox):
    estate.calling_windows = {}
    estate.save()
    message_to_resident(estate, NIGHT)
    assert deliver_due(NIGHT) == 1


def test_a_reply_to_the_resident_spares_the_rest_hours(make_ticket, clerk, unit, resident):
    ticket = make_ticket("请问", unit=unit, resident=resident, at=NIGHT)
    add_reply(ticket, actor=clerk, body="We look into it.", visibility="public", at=NIGHT)
    message = Message.objects.get(template="resident_reply")
    assert message.spares_rest_hours and message.not_before == MORNING
