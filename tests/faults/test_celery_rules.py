"""Celery only wakes up: no task waits in the broker, none is lost or handed out twice by a setting."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk.celery import app
from helpdesk.notifications import delivery

ROOT = Path(__file__).resolve().parents[2]
CODE = ("helpdesk", "residents", "billing", "tickets", "visitors")
WAITS = {"apply_async", "delay", "retry", "signature", "apply"}
MINUTES = 60
REPORT = """
import json
from helpdesk.celery import app
app.loader.import_default_modules()
names = (
    "task_serializer", "accept_content", "task_ignore_result", "task_acks_late", "task_reject_on_worker_lost",
    "worker_prefetch_multiplier", "broker_transport_options", "result_backend_transport_options",
    "visibility_timeout", "task_time_limit", "task_soft_time_limit", "worker_soft_shutdown_timeout", "timezone",
    "enable_utc", "result_backend", "result_accept_content",
)
told = {name: app.conf.get(name) for name in names}
told["schedule"] = {name: [row["schedule"], row["options"]] for name, row in app.conf.beat_schedule.items()}
told["scheduled"] = [row["task"] for row in app.conf.beat_schedule.values()]
told["tasks"] = {name: task.ignore_result for name, task in app.tasks.items() if not name.startswith("celery.")}
print(json.dumps(told))
"""


def waits_in(source: str) -> Iterator[str]:
    """What would leave a task waiting in the broker, or wait for it: a call of a task, a time given to one."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name in WAITS:
            yield f"{node.lineno}: .{name}()"
        yield from (
            f"{node.lineno}: {word.arg}=" for word in node.keywords if word.arg in {"eta", "countdown"}
        )


def test_no_task_waits_in_the_broker():
    found = [
        f"{path.relative_to(ROOT)}:{wait}"
        for folder in CODE
        for path in (ROOT / folder).rglob("*.py")
        for wait in waits_in(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_only_one_place_speaks_to_the_broker():
    callers = [
        str(path.relative_to(ROOT))
        for folder in CODE
        for path in (ROOT / folder).rglob("*.py")
        if "send_task" in path.read_text(encoding="utf-8")
    ]
    assert callers == ["helpdesk/notifications/wake.py"]


@pytest.mark.parametrize(
    "line",
    [
        "wake.apply_async(countdown=600)",
        "wake.delay()",
        "send(task, eta=at)",
        "self.retry()",
        "f(countdown=1)",
    ],
)
def test_the_gate_itself_sees(line):
    assert list(waits_in(line))


@pytest.fixture(scope="module")
def production(tmp_path_factory):
    """What Celery is told where the desk runs on Redis."""
    environment = {
        "PATH": os.environ["PATH"],
        "HELPDESK_ENV": "production",
        "HELPDESK_DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "SECRET_KEY": "s" * 50,
        "FIELD_KEY": "f" * 50,
        "DATABASE_URL": "postgres://desk:secret@db.example/desk",
        "CELERY_BROKER_URL": "redis://broker.example:6379/0",
        "ALLOWED_HOSTS": "desk.example",
        "SITE_URL": "https://desk.example",
    }
    command = [
        sys.executable,
        "-c",
        f"import django, os; os.environ['DJANGO_SETTINGS_MODULE'] = 'helpdesk.settings'\n{REPORT}",
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_nothing_but_json_is_read_or_written(production):
    assert (production["task_serializer"], production["accept_content"]) == ("json", ["json"])
    assert set(production["result_accept_content"] or ["json"]) == {"json"}
    assert production["result_backend"] is None and production["task_ignore_result"] is True


def test_a_task_whose_worker_dies_is_handed_out_again_and_none_is_kept_back(production):
    assert production["task_acks_late"] is True and production["task_reject_on_worker_lost"] is True
    assert production["worker_prefetch_multiplier"] == 1
    assert production["worker_soft_shutdown_timeout"] > delivery.ROUND_SECONDS, "a stop cuts no round short"


def test_the_visibility_timeout_is_the_same_everywhere_and_longer_than_any_task(production):
    places = {
        production["visibility_timeout"],
        production["broker_transport_options"]["visibility_timeout"],
        production["result_backend_transport_options"]["visibility_timeout"],
    }
    assert len(places) == 1
    assert production["task_soft_time_limit"] < production["task_time_limit"] < places.pop() < 10 * MINUTES


def test_a_broker_that_hangs_is_left_after_seconds(production):
    options = production["broker_transport_options"]
    assert 0 < options["socket_timeout"] <= 5 and 0 < options["socket_connect_timeout"] <= 5


def test_the_scheduler_counts_in_utc_by_intervals_and_its_calls_expire(production):
    assert (production["timezone"], production["enable_utc"]) == ("UTC", True)
    for name, (seconds, options) in production["schedule"].items():
        assert isinstance(seconds, int) and seconds > 0, name
        assert 0 < options["expires"] <= 60, name


def test_the_outbox_is_swept_at_least_each_minute(production):
    for name in ("deliver-messages", "call-follow-ups", "escalate"):
        assert production["schedule"][name][0] <= MINUTES


def test_every_scheduled_task_exists_and_keeps_no_result(production):
    assert set(production["scheduled"]) <= set(production["tasks"])
    assert set(production["tasks"].values()) == {True}


def test_the_embedded_broker_follows_the_same_rules():
    assert app.conf.accept_content == ["json"] and app.conf.task_acks_late is True
    assert app.conf.worker_prefetch_multiplier == 1
