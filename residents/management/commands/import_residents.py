"""Units and people from a spreadsheet, from the command line."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from residents.importing.records import title_of
from residents.models import ImportJob
from residents.services.imports import confirm_import, run_import, send_import


class Command(BaseCommand):
    help = "Check FILE (CSV or XLSX) row by row for ESTATE; with --write, write all of it or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("estate", help="the estate's code")
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True, help="user name of whoever answers for it")
        parser.add_argument("--write", action="store_true", help="write it when every row is right")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            estate = Estate.objects.get(code=options["estate"])
            actor = User.objects.get(username=options["by"])
            data = options["file"].read_bytes()
        except (Estate.DoesNotExist, User.DoesNotExist, OSError) as error:
            raise CommandError(str(error)) from error
        if not actor.may("residents.import", estate.pk):
            raise CommandError(f"{actor.username} may not import here.")
        try:
            job = send_import(estate, actor=actor, name=options["file"].name, data=data)
            job = self._run(job)
            if options["write"] and not job.problems:
                job = self._run(confirm_import(job, actor=actor))
        except Refused as refusal:
            raise CommandError(str(refusal.message)) from refusal
        self.stdout.write(f"{job.get_status_display()}: {job.rows} rows, {job.counts}")

    def _run(self, job: ImportJob) -> ImportJob:
        run_import(job, at=timezone.now())
        job.refresh_from_db()
        if job.status == ImportJob.Status.FAILED:
            raise CommandError(job.failure)
        for problem in job.problems:
            self.stderr.write(f"row {problem['row']}, {title_of(problem['column'])}: {problem['reason']}")
        if job.problems:
            raise CommandError(f"{len(job.problems)} cells can't be taken; nothing was written.")
        return job
