"""Brokers that are away, workers that are killed, and rows to be lost or done twice."""

import os
import signal
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from celery import Celery
from django.db import connections
from django.utils import timezone

from helpdesk.notifications import delivery
from helpdesk.notifications.models import Message


class FrozenServer:
    """Takes every connection and never says a word."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self.listener.getsockname()[1]
        self.open: list[socket.socket] = []
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        while True:
            try:
                self.open.append(self.listener.accept()[0])
            except OSError:
                return

    def close(self) -> None:
        # Closing alone would leave accept() asleep.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.open:
            connection.close()


@pytest.fixture
def frozen() -> Iterator[FrozenServer]:
    server = FrozenServer()
    yield server
    server.close()


@pytest.fixture
def refused_port() -> int:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def app_with_broker(url: str) -> Celery:
    """Celery as in production, with another broker, whatever the environment says."""
    app = Celery("desk-with-a-fault", set_as_current=False)
    app.conf.broker_read_url = app.conf.broker_write_url = url
    app.conf.broker_connection_timeout = 1
    if url.startswith("redis"):
        patience = {"socket_timeout": 1, "socket_connect_timeout": 1}
        app.conf.broker_transport_options = {"visibility_timeout": 480} | patience
    return app


@pytest.fixture
def callers() -> Iterator[Callable[[int], Counter[str]]]:
    """Which threads opened a connection to a port: callers(port) -> {thread's name: how often}."""
    seen: list[tuple[int, str]] = []
    connect = socket.socket.connect

    def note(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple):
            seen.append((address[1], threading.current_thread().name))
        connect(self, address)

    with mock.patch.object(socket.socket, "connect", note):
        yield lambda port: Counter(name for at, name in list(seen) if at == port)


class Outside:
    """The world beyond the channel: what arrived there, written to a file, so that a killed worker's is counted too."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def take(self, message: Message) -> None:
        with self.path.open("a") as log:
            log.write(f"{message.dedupe_key} {message.message_id}\n")

    def arrived(self) -> Counter[str]:
        return Counter(line.split()[0] for line in self.path.read_text().splitlines())

    def ids(self) -> set[str]:
        return {line.split()[1] for line in self.path.read_text().splitlines()}


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    world = Outside(tmp_path / "outside")
    with mock.patch.object(delivery, "send", world.take):
        yield world


def put_out(estate: Any, count: int, **values: Any) -> list[Message]:
    """So many messages that wait to be sent."""
    rows = [
        Message(
            estate=estate,
            dedupe_key=f"key-{n}",
            channel="email",
            template="resident_ack",
            language="en",
            address="wang@example.com",
            **{"not_before": timezone.now()} | values,
        )
        for n in range(count)
    ]
    return Message.objects.bulk_create(rows)


def in_process(act: Callable[[], Any]) -> int:
    """Run `act` in a process of its own on the same database; its exit status, negative for the signal that ended it."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            act()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def kill_me(*_args: Any, **_kwargs: Any) -> None:
    """What `kill -9` does, at exactly this point."""
    os.kill(os.getpid(), signal.SIGKILL)


def eventually(condition: Callable[[], Any], patience: float = 30.0) -> Any:
    """The first true answer; the last one when patience is over."""
    pause, waited = threading.Event(), 0.0
    while not (answer := condition()) and waited < patience:
        pause.wait(0.02)
        waited += 0.02
    return answer
