"""Children that are kept running, and stopped together. Knows nothing of what they do."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

SHORTEST_PAUSE = 1.0  # seconds before the first restart, doubled each time
LONGEST_PAUSE = 30.0
GOOD_RUN = 60.0  # after so many seconds a child's earlier deaths are forgotten
GRACE = 10.0  # seconds between asking and killing
LAST_WAIT = 3.0  # seconds for the killed to be gone
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass
class Child:
    """One process and its descendants: they share a session, so that all of them can be found and ended."""

    name: str
    command: Sequence[str]
    delay: float = 0.0  # seconds before the first start
    process: subprocess.Popen[bytes] | None = None
    pause: float = SHORTEST_PAUSE
    started: float = 0.0
    due: float = field(default=0.0)

    def start(self, now: float) -> None:
        supervisor = os.getpid()

        def follow_the_supervisor() -> None:
            if _libc is not None:
                _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            # It may have died between the fork and the line above.
            if os.getppid() != supervisor:
                os._exit(1)

        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=follow_the_supervisor
        )
        self.started = now

    def ask_to_stop(self) -> None:
        # The leader alone: it knows in which order its own children are to end.
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)

    def kill_group(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def group_lives(self) -> bool:
        if self.process is None or self.process.poll() is None:
            return self.process is not None
        with contextlib.suppress(ChildProcessError):
            # Orphans of the family come to the supervisor; until waited for, even the dead count as there.
            while os.waitpid(-self.process.pid, os.WNOHANG)[0]:
                pass
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True


class Supervisor:
    """Restarts a child that dies, waiting longer each time; stops all of them on SIGTERM or SIGINT."""

    def __init__(self, children: Sequence[Child], say: Callable[[str], None]) -> None:
        self.children = children
        self.say = say
        self.asked_at: float | None = None
        self.impatient = False

    def run(self, each_turn: Callable[[], None] = lambda: None) -> None:
        """Returns when all children and their descendants have ended."""
        signal.signal(signal.SIGTERM, self._ask_to_stop)
        signal.signal(signal.SIGINT, self._ask_to_stop)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # under nohup it is meant to be ignored
            signal.signal(signal.SIGHUP, self._ask_to_stop)
        if _libc is not None:
            _libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
        for child in self.children:
            child.due = time.monotonic() + child.delay
        while self.asked_at is None:
            for child in self.children:
                self._look_after(child, time.monotonic())
            each_turn()
            time.sleep(0.2)
        self._stop_all()

    def _ask_to_stop(self, *_: object) -> None:
        # Only plain values are changed here: a handler may run in the middle of anything.
        now = time.monotonic()
        if self.asked_at is None:
            self.asked_at = now
        # `make` hands a SIGTERM on, so one request may arrive twice; a person's second Ctrl-C comes later.
        elif now - self.asked_at > 1:
            self.impatient = True

    def _look_after(self, child: Child, now: float) -> None:
        if child.process is None:
            if now >= child.due:
                child.start(now)
            return
        if child.process.poll() is None:
            return
        if now - child.started >= GOOD_RUN:
            child.pause = SHORTEST_PAUSE
        self.say(f"{child.name} ended ({child.process.returncode}); starting it again in {child.pause:g} s")
        # Descendants of a killed child would hold its port or take its tasks a second time.
        child.kill_group()
        wait_for(lambda: not child.group_lives(), LAST_WAIT)
        child.process, child.due = None, now + child.pause
        child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def _stop_all(self) -> None:
        for child in self.children:
            child.ask_to_stop()
        wait_for(lambda: self.impatient or not self._living(), GRACE)
        for child in self._living():
            self.say(f"{child.name} did not stop in time; killing it")
            child.kill_group()
        wait_for(lambda: not self._living(), LAST_WAIT)

    def _living(self) -> list[Child]:
        return [child for child in self.children if child.group_lives()]


def wait_for(condition: Callable[[], bool], patience: float) -> bool:
    """Whether the condition came true within so many seconds."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
