"""Prepares the embedded mode: tables, demo estate, static files. What is already there stays."""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from helpdesk.estates.models import Estate


class Command(BaseCommand):
    help = "Prepares the embedded mode: tables, demo estate, static files. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError("setup_embedded is for the embedded mode; see helpdesk/docs/operations.md.")
        if migrations_missing():
            self.stdout.write("Preparing the database ...")
            call_command("migrate", interactive=False, verbosity=0)
        if not Estate.objects.exists():
            self.stdout.write("Loading the demo estate (a few minutes, once) ...")
            call_command("demo", stdout=self.stdout)
        self.collect_static()
        self.stdout.write("Ready.")

    def collect_static(self) -> None:
        stamp = settings.DATA_DIR / "static.sources"
        sources = static_sources()
        if settings.STATIC_ROOT.is_dir() and stamp.exists() and stamp.read_text(encoding="ascii") == sources:
            return
        self.stdout.write("Collecting static files ...")
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(sources, encoding="ascii")


def migrations_missing() -> bool:
    """Whether a table is still to be made; reads the database."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def static_sources() -> str:
    """A fingerprint of every file collectstatic would take: names, sizes and times of change."""
    seen = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            facts = Path(storage.path(path)).stat()
            seen.update(f"{path}|{facts.st_size}|{facts.st_mtime_ns}\n".encode())
    return seen.hexdigest()
