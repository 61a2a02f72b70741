"""What a load balancer and a watchman are told."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from helpdesk.desk import health


def test_healthz_asks_neither_the_database_nor_for_a_known_host(client):
    # No database mark on this test: a query would fail it.
    answer = client.get("/healthz", HTTP_HOST="10.9.8.7")
    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
def test_readyz_says_what_waits_and_when_the_scheduler_was_last_heard(client, monkeypatch):
    now = timezone.now()
    monkeypatch.setattr(health, "oldest_waiting", lambda at: now - timedelta(minutes=5))
    monkeypatch.setattr(health, "last_beat", lambda: now - timedelta(seconds=30))
    report = client.get("/readyz", HTTP_HOST="10.9.8.7").json()
    assert report["database"] == "ok"
    assert 300 <= report["oldest_waiting_seconds"] < 360
    assert 30 <= report["last_beat_seconds"] < 90


@pytest.mark.django_db
def test_readyz_is_ready_where_nothing_waits_and_no_scheduler_has_run(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["oldest_waiting_seconds"] is None
    assert answer.json()["last_beat_seconds"] is None


def test_readyz_is_503_without_a_database_and_says_nothing_more(client, monkeypatch):
    def broken(at):
        raise OperationalError("could not connect to server at 10.0.0.5")

    monkeypatch.setattr(health, "oldest_waiting", broken)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "unreachable"
    assert b"10.0.0.5" not in answer.content


@pytest.mark.django_db
def test_a_broker_that_is_down_is_reported_and_is_no_reason_to_be_unready(client, settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["broker"]) == (200, "unreachable")


def test_a_broker_of_files_is_not_asked(settings):
    settings.CELERY_BROKER_URL = "filesystem://"
    assert health.broker_state() == "not asked"
