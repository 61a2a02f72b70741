"""The whole desk as `make run` starts it: real web server, worker and scheduler on a data folder of their own."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="process groups are read from /proc"),
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fetch(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, ""
    except OSError:
        return 0, ""


def running(folder: Path) -> dict[int, str]:
    """Every process that was started for this data folder, and its command line."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"HELPDESK_DATA_DIR={folder}\0".encode() in (entry / "environ").read_bytes():
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if command:
                    found[int(entry.name)] = command
    return found


def eventually(condition, patience: float = 60.0):
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.2)
    return None


class Serving:
    def __init__(self, base: Path, folder: Path) -> None:
        self.base, self.folder, self.port = base, folder, free_port()
        dropped = {"HELPDESK_ENV", "DATABASE_URL", "CELERY_BROKER_URL", "REDIS_URL", "BIND"}
        self.environment = {name: value for name, value in os.environ.items() if name not in dropped}
        self.environment |= {"HELPDESK_DATA_DIR": str(folder), "PORT": str(self.port), "SWEEP_SECONDS": "1"}
        self.said = ""

    def manage(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self.base,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=self.base,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()
        assert eventually(lambda: fetch(self.url("/healthz")) == (200, "ok")), self.said

    def _listen(self) -> None:
        for line in self.process.stdout:
            self.said += line

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def pids(self, words: str) -> list[int]:
        return [pid for pid, command in running(self.folder).items() if words in command]


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    """A prepared desk that runs. The demo estate is not needed here, tables are."""
    from django.conf import settings

    desk = Serving(settings.BASE_DIR, tmp_path_factory.mktemp("serve"))
    assert desk.manage("migrate", "--verbosity", "0").returncode == 0
    desk.start()
    yield desk
    for pid in running(desk.folder):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    desk.process.wait()


def test_it_says_where_the_desk_is_and_how_to_log_in(serving):
    assert eventually(lambda: "admin" in serving.said)
    assert f"http://127.0.0.1:{serving.port}" in serving.said
    for login in ("clerk", "supervisor", "technician", "guard", "cashier", "outsider", "manager", "admin"):
        assert f"    {login} " in serving.said


def test_scheduler_and_worker_are_heard_together(serving):
    assert eventually(lambda: '"last_beat_seconds": null' not in fetch(serving.url("/readyz"))[1]), (
        serving.said
    )
    assert fetch(serving.url("/readyz"))[0] == 200


def test_a_second_desk_on_the_same_data_is_refused(serving):
    refused = serving.manage("serve", PORT=str(free_port()))
    assert refused.returncode != 0
    assert "already running" in refused.stderr


def test_a_port_in_use_is_refused_in_one_sentence(serving, tmp_path):
    refused = serving.manage("serve", HELPDESK_DATA_DIR=str(tmp_path))
    assert refused.returncode != 0
    assert f"Can't listen on 127.0.0.1:{serving.port}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_database_that_is_not_prepared_is_refused(serving, tmp_path):
    refused = serving.manage("serve", HELPDESK_DATA_DIR=str(tmp_path), PORT=str(free_port()))
    assert refused.returncode != 0
    assert "make setup" in refused.stderr


def test_a_killed_worker_comes_back_and_works(serving):
    [worker] = serving.pids("-A helpdesk worker")
    os.kill(worker, signal.SIGKILL)
    back = eventually(lambda: [pid for pid in serving.pids("-A helpdesk worker") if pid != worker])
    assert back is not None
    assert len(back) == 1
    assert eventually(lambda: serving.said.count("ready.") >= 2), serving.said


def test_z_asked_to_stop_nothing_is_left(serving):
    assert len(serving.pids("-A helpdesk beat")) == 1
    serving.process.send_signal(signal.SIGTERM)
    assert serving.process.wait(timeout=30) == 0
    assert running(serving.folder) == {}
