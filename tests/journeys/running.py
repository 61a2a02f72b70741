"""A whole desk on a data folder of its own: web, worker and beat, as `make run` starts them."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

BASE = Path(__file__).resolve().parents[2]
DROPPED = {"HELPDESK_ENV", "DATABASE_URL", "CELERY_BROKER_URL", "REDIS_URL", "BIND", "DJANGO_SETTINGS_MODULE"}


class RunningDesk:
    """The demo estate, opened to journeys: `url` for the browser, `manage` for commands, `children` to be killed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.log = folder / "serve.log"
        self.environment = {name: value for name, value in os.environ.items() if name not in DROPPED}
        self.environment |= {"HELPDESK_DATA_DIR": str(folder), "PORT": str(self.port), "SWEEP_SECONDS": "1"}

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def manage(self, *arguments: str) -> str:
        """What a command prints; a command that fails fails the test."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, question: str) -> str:
        """The last line that a few lines of Python print in the desk's own shell."""
        return self.manage("shell", "--no-imports", "-c", question).strip().splitlines()[-1]

    def start(self) -> None:
        """Returns when /healthz answers."""
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=BASE,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        eventually(self.is_healthy, "the desk answers", or_say=self.log.read_text)

    def is_healthy(self) -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(self.url("/healthz"), timeout=5) as answer:
            return answer.status == 200
        return False

    def children(self, words: str) -> list[int]:
        """Processes of this desk whose command line holds `words`."""
        return [pid for pid, command in self.running() if words in command]

    def running(self) -> Iterator[tuple[int, str]]:
        ours = f"HELPDESK_DATA_DIR={self.folder}\0".encode()
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if ours in (entry / "environ").read_bytes():
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    if command and int(entry.name) != os.getpid():
                        yield int(entry.name), command

    def stop(self) -> list[str]:
        """Asks it to stop; returns the command lines of what did not, which are killed then."""
        self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            # Three services let go of their work first; on a busy machine that takes its time.
            self.process.wait(timeout=60)
        left = dict(self.running())
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return list(left.values())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(
    condition: Callable[[], Any], what: str, *, patience: float = 60.0, or_say: Callable[[], str] = str
) -> Any:
    """The first true answer; fails with `what` when there is none in so many seconds."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.2)
    raise AssertionError(f"Waited {patience:g} s in vain until {what}.\n{or_say()}")
