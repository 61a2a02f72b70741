"""The broker is refused, frozen or wiped: what people do is kept, and everything goes out once afterwards."""

import threading
import uuid
from unittest import mock

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from helpdesk.lib import quiet_cache
from helpdesk.notifications import delivery, wake
from helpdesk.notifications.models import Message
from helpdesk.staff.services import create_token
from tests.conftest import at
from tests.faults.conftest import app_with_broker, eventually, put_out
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
SERIOUS = "有老人被困在电梯里，快来！"
EACH = 10


def redis_at(port):
    return f"redis://127.0.0.1:{port}/0"


@pytest.fixture
def broker(request, frozen, refused_port):
    """The port of a broker with the fault that the test names."""
    return frozen.port if request.param == "frozen" else refused_port


@pytest.fixture
def doors(login, clerk, manager, estate, resident, settings):
    """Every way in by which a matter comes: the clerk's page, the API, the resident's form."""
    settings.TESTING = False  # the sender is woken as on a running desk
    page, guest, program = login(clerk), Client(), Client()
    _token, plain = create_token(clerk, name="test", scopes=None, actor=None)

    def by_page(n):
        form = {"channel": "phone", "description": f"{SERIOUS} {n}", "form_token": uuid.uuid4().hex}
        return page.post(reverse("ticket_new"), form)

    def by_api(n):
        body = {"estate": estate.pk, "channel": "phone", "description": f"{SERIOUS} {n}"}
        headers = {"Authorization": f"Bearer {plain}"}
        return program.post("/api/v1/tickets/", body, content_type="application/json", headers=headers)

    def by_form(n):
        cache.clear()
        form = {"name": "Wang", "phone": "138 0013 6021", "description": f"{SERIOUS} {n}", "website": ""}
        form |= {"unit": "3-2-501", "form_token": uuid.uuid4().hex}
        return guest.post(reverse("public_form", args=[estate.code]), form)

    return by_page, by_api, by_form


def take_through(doors, capture):
    answers = []
    for door in doors:
        for n in range(EACH):
            with capture(execute=True):
                answers.append(door(n).status_code)
    return answers


@pytest.mark.parametrize("broker", ["refused", "frozen"], indirect=True)
def test_tickets_are_taken_and_no_request_speaks_to_the_broker(
    broker, doors, callers, outside, django_capture_on_commit_callbacks
):
    with mock.patch.object(wake, "current_app", app_with_broker(redis_at(broker))):
        answers = take_through(doors, django_capture_on_commit_callbacks)
        assert eventually(lambda: callers(broker))
    assert set(answers) <= {201, 302, 303} and len(answers) == 3 * EACH
    assert Ticket.objects.count() == 3 * EACH
    assert set(callers(broker)) == {"wake"}
    keys = set(Message.objects.values_list("dedupe_key", flat=True))
    assert len(keys) >= 3 * EACH and not outside.arrived()
    delivery.deliver_due(at("2030-01-01 10:00"))  # an hour in which residents may be disturbed
    assert outside.arrived() == dict.fromkeys(keys, 1)


def test_a_sender_woken_within_the_request_would_be_seen(
    refused_port, doors, callers, django_capture_on_commit_callbacks
):
    app = app_with_broker(redis_at(refused_port))

    def ask_at_once():
        app.send_task("helpdesk.notifications.tasks.deliver_due", retry=False)

    with mock.patch.object(wake, "_ask", ask_at_once), django_capture_on_commit_callbacks(execute=True):
        doors[0](0)
    assert set(callers(refused_port)) == {"MainThread"}


@pytest.fixture
def woken(settings):
    """What reaches the broker, and the errors that it answers first."""
    settings.TESTING = False
    calls, errors = [], []

    def send_task(*_args, **_kwargs):
        calls.append(threading.current_thread())
        if errors:
            raise errors.pop(0)

    with mock.patch.object(wake.current_app, "send_task", send_task):
        yield calls, errors


def ask_until(calls, count):
    # A call that is on its way swallows the next one, so ask as a busy desk does: again.
    return eventually(lambda: wake._ask() or len(calls) >= count)


def test_the_caller_outlives_every_error(woken):
    calls, errors = woken
    errors += [ConnectionRefusedError(), TimeoutError(), ValueError()]
    assert ask_until(calls, 5)
    assert errors == [] and len(set(calls)) == 1 and calls[0].is_alive()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_caller_that_died_is_replaced(woken):
    calls, errors = woken
    errors.append(SystemExit())
    assert eventually(lambda: errors == [] or wake._ask())
    first = calls[-1]
    assert eventually(lambda: not first.is_alive()), "the negative control: this caller does die"
    assert eventually(lambda: wake._ask() or any(caller.is_alive() for caller in list(calls)))


def test_a_wiped_broker_loses_nothing(estate, outside, settings):
    settings.TESTING = False
    app = app_with_broker("memory://")
    put_out(estate, 250, not_before=at("2026-11-17 10:00"))
    with mock.patch.object(wake, "current_app", app):
        wake._ask()
        assert eventually(lambda: calls_in(app) == 1)
    app.control.purge()
    assert calls_in(app) == 0 and not outside.arrived(), "the negative control: nobody is woken any more"
    delivery.deliver_due()
    assert outside.arrived() == {f"key-{n}": 1 for n in range(250)}


def calls_in(app):
    with app.connection_for_read() as connection:
        return connection.default_channel.queue_declare(
            "celery", durable=True, auto_delete=False
        ).message_count


def test_a_frozen_cache_is_asked_once_and_then_left_alone(frozen, callers, monkeypatch):
    monkeypatch.setattr(quiet_cache, "_silent_until", 0.0)
    options = {"OPTIONS": {"socket_timeout": 0.05, "socket_connect_timeout": 0.05}}
    away = quiet_cache.QuietRedisCache(f"redis://127.0.0.1:{frozen.port}/0", options)
    assert [away.get("a", "nothing") for _ in range(20)] == ["nothing"] * 20
    assert away.add("a", 1) is True
    assert sum(callers(frozen.port).values()) == 1
    monkeypatch.setattr(quiet_cache, "PAUSE", 0.0)
    monkeypatch.setattr(quiet_cache, "_silent_until", 0.0)
    for _ in range(3):
        away.get("a")
    assert sum(callers(frozen.port).values()) == 4, (
        "the negative control: without the pause it is asked each time"
    )
