"""Messages: kept with the change that caused them, sent once, not before their hour."""

from datetime import timedelta
from unittest import mock

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from helpdesk.notifications import delivery, wake
from helpdesk.notifications.models import Message
from helpdesk.notifications.services import notify

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _words(tmp_path, settings):
    """A template of our own, so that these tests do not hang on the words of others."""
    folder = tmp_path / "messages"
    folder.mkdir()
    (folder / "hello.subject.txt").write_text("Hello {{ name }}\n")
    (folder / "hello.body.txt").write_text("From {{ estate }}: {{ name }}\n")
    engine = settings.TEMPLATES[0] | {"DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}
    settings.TEMPLATES = [engine]


def send_email(estate, key="k", **kwargs):
    kwargs = {"channel": "email", "address": "wang@example.com", "context": {"name": "Wang"}} | kwargs
    return notify("Wang", "hello", estate=estate, dedupe_key=key, **kwargs)


def test_a_message_is_sent_once_however_often_it_is_asked_for(estate):
    assert send_email(estate) is not None
    assert send_email(estate) is None
    assert delivery.deliver_due() == 1
    assert delivery.deliver_due() == 0
    assert [m.subject for m in mail.outbox] == ["Hello Wang"]


def test_a_message_goes_with_its_transaction(estate):
    with pytest.raises(RuntimeError), transaction.atomic():
        send_email(estate)
        raise RuntimeError
    assert not Message.objects.exists()


def test_nothing_goes_out_before_its_hour(estate):
    later = timezone.now() + timedelta(hours=3)
    send_email(estate, not_before=later)
    assert delivery.deliver_due() == 0
    assert delivery.deliver_due(later) == 1


def test_staff_read_it_on_the_desk_and_get_a_copy_by_mail(estate, clerk):
    clerk.email = "clerk@example.com"
    clerk.save()
    notify(clerk, "hello", estate=estate, dedupe_key="k", context={"name": "Wang"})
    assert sorted(Message.objects.values_list("channel", flat=True)) == ["desk", "email"]
    delivery.deliver_due()
    assert mail.outbox[0].to == ["clerk@example.com"]


def test_a_failing_channel_tries_again_later_and_at_last_gives_up(estate):
    send_email(estate)
    at = timezone.now()
    with mock.patch(
        "helpdesk.notifications.delivery.EmailMessage.send", side_effect=OSError("wang@example.com refused")
    ):
        for n in range(delivery.MOST_ATTEMPTS):
            assert delivery.deliver_due(at) == 0
            at += timedelta(minutes=2**n, seconds=1)
    message = Message.objects.get()
    assert (message.status, message.attempts, message.last_error) == ("failed", 8, "OSError")


def abandoned(estate, *, once_only):
    message = send_email(estate, once_only=once_only)
    long_ago = timezone.now() - timedelta(minutes=5)
    Message.objects.filter(pk=message.pk).update(status="sending", claimed_until=long_ago)


def test_what_a_killed_worker_was_sending_is_sent_again_under_the_same_id(estate):
    abandoned(estate, once_only=False)
    assert delivery.deliver_due() == 1
    assert mail.outbox[0].extra_headers["Message-ID"] == Message.objects.get().message_id


def test_a_once_only_message_is_put_before_a_person_instead(estate):
    abandoned(estate, once_only=True)
    assert delivery.deliver_due() == 0
    assert Message.objects.get().status == "unknown"
    assert not mail.outbox


def test_two_workers_do_not_send_the_same_message(estate):
    message = send_email(estate)
    at = timezone.now()
    with mock.patch.object(delivery, "send") as sent:
        # The second comes while the first is still sending.
        sent.side_effect = [None, AssertionError("sent twice")]
        claimed = Message.objects.waiting(at).filter(pk=message.pk)
        assert claimed.update(status="sending", claimed_until=at + delivery.LEASE)
        assert delivery.deliver_one(message.pk, at) is False
    assert sent.call_count == 0


def test_an_address_is_not_readable_in_the_table(estate):
    send_email(estate)
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM notifications_message")
        assert "wang" not in cursor.fetchone()[0]


def test_waking_a_broker_that_is_down_costs_the_request_nothing(
    estate, settings, django_capture_on_commit_callbacks
):
    settings.TESTING = False
    called = []

    def hang(*args, **kwargs):
        called.append(args)
        raise ConnectionError

    with mock.patch.object(wake.current_app, "send_task", side_effect=hang):
        with django_capture_on_commit_callbacks(execute=True):
            send_email(estate)
        deadline = timezone.now() + timedelta(seconds=10)
        while not called and timezone.now() < deadline:
            wake.threading.Event().wait(0.01)
    assert called
    assert Message.objects.get().status == "waiting"
