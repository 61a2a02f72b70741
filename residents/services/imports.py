"""A file of units and people: sent in, checked in the background, confirmed, written whole (docs/domain.md §8)."""

import base64
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from residents.importing.columns import find_headings
from residents.importing.plans import make_plan
from residents.importing.records import Records, read_records
from residents.importing.sheets import MOST_BYTES, read_sheet
from residents.importing.writing import write_plan
from residents.models import ImportJob

S = ImportJob.Status
CLAIMED_FOR = timedelta(minutes=5)
FILES_KEPT = timedelta(days=7)


@transaction.atomic
def send_import(
    estate: Estate, *, actor: User, name: str, data: bytes, at: datetime | None = None
) -> ImportJob:
    """Take a file in; the worker checks it. Refused: file_too_large, file_empty."""
    if len(data) > MOST_BYTES:
        raise Refused("file_too_large", _("The file is larger than 10 MB."), field="file")
    if not data:
        raise Refused("file_empty", _("There is nothing in this file."), field="file")
    job = ImportJob.objects.create(
        estate=estate,
        by=actor,
        file_name=name[-120:],
        content=base64.b64encode(data).decode(),
        created_at=at or timezone.now(),
    )
    record("import.sent", job, actor=actor, at=at, bytes=len(data))
    return job


@transaction.atomic
def confirm_import(job: ImportJob, *, actor: User, at: datetime | None = None) -> ImportJob:
    """Let the worker write it. Refused: invalid_transition, import_has_problems, nothing_to_import."""
    job = _lock(job, S.CHECKED)
    if job.problems:
        raise Refused("import_has_problems", _("Mend the rows first: all of a file is written, or nothing."))
    if not any(job.counts.values()):
        raise Refused("nothing_to_import", _("All of this is on file already."))
    job.status, job.claimed_until = S.CONFIRMED, None
    job.save(update_fields=["status", "claimed_until"])
    record("import.confirmed", job, actor=actor, at=at, counts=job.counts)
    return job


@transaction.atomic
def drop_import(job: ImportJob, *, actor: User, at: datetime | None = None) -> ImportJob:
    """Put a checked file away unwritten. Refused: invalid_transition."""
    job = _lock(job, S.CHECKED)
    job.status, job.content, job.problems, job.finished_at = S.DROPPED, "", [], at or timezone.now()
    job.save(update_fields=["status", "content", "problems", "finished_at"])
    record("import.dropped", job, actor=actor, at=at)
    return job


def run_due(at: datetime) -> int:
    """Check or write every file that waits; one that a killed worker held is taken again. Returns how many."""
    _forget_files(at)
    waiting = ImportJob.objects.filter(status__in=[S.UPLOADED, S.CONFIRMED])
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=at)
    done = 0
    for pk in list(waiting.filter(free).order_by("id").values_list("pk", flat=True)):
        if waiting.filter(free, pk=pk).update(claimed_until=at + CLAIMED_FOR):
            run_import(ImportJob.objects.select_related("estate", "by").get(pk=pk), at=at)
            done += 1
    return done


def run_import(job: ImportJob, *, at: datetime) -> None:
    """The next thing a file waits for: to be checked, or to be written."""
    with translation.override(_language_of(job)):
        try:
            if job.status == S.UPLOADED:
                _check(job, at)
            else:
                _write(job, at)
        except Refused as refusal:
            _fail(job, str(refusal.message), at)


def progress_of(job: ImportJob) -> tuple[int, int]:
    """(people written, people in all) of an import that is being written; (0, 0) before it began."""
    done: tuple[int, int] = cache.get(_key(job), (0, 0))
    return done


def _check(job: ImportJob, at: datetime) -> None:
    records, unknown = _read(job, at)
    counts = {} if records.problems else make_plan(job.estate, records).counts
    problems = [asdict(problem) for problem in records.problems]
    ImportJob.objects.filter(pk=job.pk, status=S.UPLOADED).update(
        status=S.CHECKED,
        rows=records.rows,
        counts=counts,
        problems=problems,
        unknown_columns=unknown,
        claimed_until=None,
    )


def _write(job: ImportJob, at: datetime) -> None:
    records, _unknown = _read(job, at)
    if records.problems:
        raise Refused("import_has_problems", _("Mend the rows first: all of a file is written, or nothing."))
    with transaction.atomic():
        # Two files into one estate go one after the other, and a file that a slow worker still writes is not written twice.
        Estate.objects.select_for_update().get(pk=job.estate_id)
        if ImportJob.objects.select_for_update().get(pk=job.pk).status != S.CONFIRMED:
            return
        plan = make_plan(job.estate, records)
        counts = plan.counts  # before writing: then nobody is new any more
        write_plan(
            job.estate, plan, actor=job.by, at=at, progress=lambda *done: cache.set(_key(job), done, 3600)
        )
        finished = {"status": S.DONE, "counts": counts, "content": "", "finished_at": at}
        _save(job, **finished)
        record("import.done", job, actor=job.by, at=at, counts=counts)
    cache.delete(_key(job))


def _fail(job: ImportJob, reason: str, at: datetime) -> None:
    _save(job, status=S.FAILED, failure=reason[:300], content="", finished_at=at)


def _save(job: ImportJob, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(job, name, value)
    job.save(update_fields=list(changes))


def _read(job: ImportJob, at: datetime) -> tuple[Records, list[str]]:
    sheet = read_sheet(job.file_name, base64.b64decode(job.content))
    headings = find_headings(sheet)
    today = local(job.estate, at).date()
    return read_records(sheet, headings, region=job.estate.phone_region, today=today), headings.unknown


def _forget_files(at: datetime) -> None:
    old = ImportJob.objects.filter(status=S.CHECKED, created_at__lt=at - FILES_KEPT)
    # A reason quotes the cell it is about.
    old.update(status=S.DROPPED, content="", problems=[], finished_at=at)


def _lock(job: ImportJob, *allowed: str) -> ImportJob:
    job = ImportJob.objects.select_for_update().get(pk=job.pk)
    if job.status not in allowed:
        raise Refused("invalid_transition", _("This file is no longer waiting for that."))
    return job


def _language_of(job: ImportJob) -> str:
    return getattr(job.by, "language", "") or job.estate.language


def _key(job: ImportJob) -> str:
    return f"import:{job.pk}"
