"""The supervisor on its own, with small children: no database, no Celery."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="process groups are read from /proc"),
]

# Each child starts a grandchild, so that a whole family has to end.
PROGRAMME = """
import sys
from helpdesk.desk.supervision import Child, Supervisor

family = '''
import os, signal, subprocess, sys, time
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
with open(sys.argv[1], "a") as log:
    log.write(f"{os.getpid()} {grandchild.pid}\\\\n")
if sys.argv[2] == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
else:
    signal.signal(signal.SIGTERM, lambda *_: (grandchild.terminate(), sys.exit(0)))
while True:
    time.sleep(0.1)
'''
import helpdesk.desk.supervision as supervision
supervision.GRACE = 1.0
manner = sys.argv[2]
children = [
    Child(name, [sys.executable, "-c", family, f"{sys.argv[1]}/{name}", manner]) for name in ("one", "two")
]
Supervisor(children, lambda sentence: print(sentence, flush=True)).run()
"""


class Desk:
    """A supervisor in a process of its own, and what it left in the log of each child."""

    def __init__(self, folder: Path, manner: str = "obedient") -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(PROGRAMME), str(folder), manner],
            stdout=subprocess.PIPE,
            text=True,
        )

    def families(self, name: str) -> list[list[int]]:
        log = self.folder / name
        lines = log.read_text().splitlines() if log.exists() else []
        return [[int(pid) for pid in line.split()] for line in lines]

    def everyone(self) -> list[int]:
        return [pid for name in ("one", "two") for family in self.families(name) for pid in family]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def eventually(condition, patience: float = 20.0) -> bool:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def start(tmp_path):
    desks = []

    def start(manner: str = "obedient") -> Desk:
        desk = Desk(tmp_path, manner)
        desks.append(desk)
        assert eventually(lambda: desk.families("one") and desk.families("two"))
        return desk

    yield start
    for desk in desks:
        for pid in [desk.process.pid, *desk.everyone()]:
            if alive(pid):
                os.kill(pid, signal.SIGKILL)
        desk.process.wait()


@pytest.mark.parametrize("ask", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_it_leaves_nobody_behind(start, ask):
    desk = start()
    desk.process.send_signal(ask)
    assert desk.process.wait(timeout=20) == 0
    assert [pid for pid in desk.everyone() if alive(pid)] == []


def test_a_family_that_ignores_the_request_is_killed(start):
    desk = start("stubborn")
    desk.process.send_signal(signal.SIGTERM)
    assert desk.process.wait(timeout=20) == 0
    assert [pid for pid in desk.everyone() if alive(pid)] == []


def test_a_killed_child_comes_back_without_its_old_family(start):
    desk = start()
    [(child, grandchild)] = desk.families("one")
    os.kill(child, signal.SIGKILL)
    assert eventually(lambda: len(desk.families("one")) == 2)
    assert not alive(grandchild)
    assert len(desk.families("two")) == 1


def test_children_end_when_the_supervisor_is_killed(start):
    desk = start()
    desk.process.kill()
    assert eventually(lambda: not any(alive(pid) for pid in desk.everyone()))
