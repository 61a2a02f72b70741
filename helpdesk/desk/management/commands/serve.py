"""The whole desk as one command: web, worker and scheduler, each a child of this process."""

import fcntl
import http.client
import os
import socket
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from helpdesk.desk.management.commands.setup_embedded import migrations_missing
from helpdesk.desk.supervision import Child, Supervisor

PARTS = ("web", "worker", "beat")
PAGE_FIRST = 2.0  # seconds by which worker and scheduler start after the web part
LOGINS = """
  Log in with the password "demo" as
    clerk        front desk              first estate
    supervisor   engineering supervisor  first estate
    technician   engineering             first estate
    guard        security                first estate
    cashier      accounts                first estate
    outsider     front desk              second estate
    manager      manager                 both estates
    admin        administrator           both estates
"""


class Command(BaseCommand):
    help = "Runs web, worker and beat under one supervisor. PORT and BIND say where the web part listens."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--only", action="append", choices=PARTS, help="run this part alone; may be given more than once"
        )
        parser.add_argument(
            "--prepare", action="store_true", help="setup_embedded first, in the same process"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        parts = options["only"] or PARTS
        self.bind = os.environ.get("BIND", "127.0.0.1")
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        locks = [hold_lock(part) for part in parts]
        if "web" in parts:
            refuse_port_in_use(self.bind, settings.PORT)
        if options["prepare"]:
            call_command("setup_embedded", stdout=self.stdout)
        elif settings.EMBEDDED and migrations_missing():
            raise CommandError("The database is not prepared yet: run `make setup` first.")
        os.environ["SKIP_CHECKS"] = "1"  # this command ran Django's checks; Celery need not repeat them
        # Celery would wait for a running task however long it takes; so it gets seconds and hands the rest back.
        os.environ["REMAP_SIGTERM"] = "SIGQUIT"
        self.announced = "web" not in parts
        # People wait for the page, so the processor is the web part's first.
        delay = PAGE_FIRST if "web" in parts else 0
        children = [child_for(part, self.bind, delay=delay) for part in parts]
        Supervisor(children, self.say).run(each_turn=self.announce)
        for lock in locks:
            os.close(lock)
        self.say("stopped")

    def announce(self) -> None:
        if self.announced or not answers(self.bind, settings.PORT):
            return
        self.announced = True
        logins = LOGINS if settings.EMBEDDED else ""
        self.say(f"the front desk is open at {settings.SITE_URL} (Ctrl-C stops it)\n{logins}")

    def say(self, sentence: str) -> None:
        self.stdout.write(f"serve: {sentence}")
        self.stdout.flush()


def child_for(part: str, bind: str, *, delay: float = 0) -> Child:
    """The command line of a part. Gunicorn and Celery come from the same environment as this process."""
    if part == "web":
        return Child(part, web_command(bind))
    celery = [sys.executable, "-m", "celery", "--quiet", "-A", "helpdesk"]
    level = ["--loglevel", os.environ.get("LOG_LEVEL", "INFO")]
    if part == "worker":
        pool = ["--pool", "threads"] if settings.EMBEDDED else ["--pool", "prefork"]
        count = os.environ.get("WORKER_CONCURRENCY", "4")
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        command = [*celery, "worker", *pool, "--concurrency", count, *quiet, *level]
        return Child(part, command, delay=delay)
    return Child(
        part, [*celery, "beat", "--schedule", str(settings.DATA_DIR / "beat-schedule"), *level], delay=delay
    )


def web_command(bind: str) -> list[str]:
    """Gunicorn without its control socket, which it would put into the home folder."""
    return [
        *(sys.executable, "-m", "gunicorn", "helpdesk.wsgi", "--no-control-socket"),
        *("--bind", f"{bracketed(bind)}:{settings.PORT}"),
        *("--worker-class", "gthread"),
        *("--workers", os.environ.get("WEB_WORKERS", "2")),
        *("--threads", os.environ.get("WEB_THREADS", "4")),
        "--preload",
        *("--timeout", "60", "--graceful-timeout", "8", "--log-level", "warning"),
    ]


def hold_lock(part: str) -> int:
    """The part's lock in the data folder, held until this process ends; refuses where another holds it."""
    lock = os.open(settings.DATA_DIR / f"serve-{part}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as taken:
        os.close(lock)
        raise CommandError(f"The desk is already running on {settings.DATA_DIR}; stop it first.") from taken
    return lock


def refuse_port_in_use(bind: str, port: int) -> None:
    """Tries the address before the children do: their complaint would be repeated for ever."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except OSError as problem:
            raise CommandError(
                f"Can't listen on {bracketed(bind)}:{port} ({problem.strerror}). Choose another: PORT=8001 make run"
            ) from problem


def answers(bind: str, port: int) -> bool:
    """Whether /healthz answers; waits half a second at most."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind, bind)
    asked = http.client.HTTPConnection(host, port, timeout=0.5)
    try:
        asked.request("GET", "/healthz")
        return asked.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
