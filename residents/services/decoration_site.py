"""What happens on the site of a decoration: workers' cards, inspections, violations and how they were put right."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.attachments.inspection import Inspected
from helpdesk.attachments.models import Attachment
from helpdesk.attachments.services import attach
from helpdesk.audit.services import record
from helpdesk.estates.calendars import local
from helpdesk.estates.services import next_number
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from residents.models import Decoration, DecorationInspection, DecorationViolation, WorkerPermit
from residents.services.decorations import lock_decoration, save_decoration

S = Decoration.Status


@transaction.atomic
def issue_worker_permit(
    job: Decoration,
    *,
    actor: User,
    name: str,
    trade: str = "",
    valid_from: date | None = None,
    valid_until: date | None = None,
    at: datetime | None = None,
) -> WorkerPermit:
    """A card for one worker within the job's own days (default: all of them).

    Refused: not_approved, name_missing, ends_before_it_begins, outside_the_job.
    """
    at = at or timezone.now()
    job = lock_decoration(job)
    if job.status not in (S.APPROVED, *Decoration.AT_WORK):
        raise Refused("not_approved", _("Cards are issued for approved work only."))
    if not name.strip():
        raise Refused("name_missing", _("Whose card is it?"), field="name")
    since, until = valid_from or job.starts_on, valid_until or job.ends_on
    if until < since:
        raise Refused("ends_before_it_begins", _("The last day lies before the first."), field="valid_until")
    if since < job.starts_on or until > job.ends_on:
        raise Refused("outside_the_job", _("The card is valid on days of the job only."), field="valid_until")
    permit = WorkerPermit.objects.create(
        decoration=job, estate=job.estate, number=next_number(job.estate, "W", at), name=name.strip()[:80],
        trade=trade.strip()[:40], valid_from=since, valid_until=until, issued_by=actor, issued_at=at,
    )  # fmt: skip
    save_decoration(job)
    record("decoration.permit_issued", job, actor=actor, filed_under=job.unit, at=at, number=permit.number)
    return permit


@transaction.atomic
def end_worker_permit(
    permit: WorkerPermit, *, actor: User, reason: str, at: datetime | None = None
) -> WorkerPermit:
    """The card came back, or was taken away. Refused: reason_required, ended_already."""
    at = at or timezone.now()
    job = lock_decoration(permit.decoration)
    permit = WorkerPermit.objects.get(pk=permit.pk)
    if permit.ended_at:
        raise Refused("ended_already", _("This card has ended."))
    if not reason.strip():
        raise Refused("reason_required", _("Say why."), field="reason")
    permit.ended_by, permit.ended_at, permit.end_reason = actor, at, reason.strip()[:200]
    permit.save(update_fields=["ended_by", "ended_at", "end_reason"])
    save_decoration(job)
    record(
        "decoration.permit_ended", job, actor=actor, filed_under=job.unit, at=at, number=permit.number,
        reason=permit.end_reason,
    )  # fmt: skip
    return permit


@transaction.atomic
def plan_inspection(
    job: Decoration, *, actor: User, due_on: date, kind: str = "routine", at: datetime | None = None
) -> DecorationInspection:
    """Somebody is to look at the site by a day. Refused: invalid_transition unless the work is under way or approved."""
    job = lock_decoration(job)
    if job.status not in (S.APPROVED, *Decoration.AT_WORK):
        raise Refused("invalid_transition", _("There is nothing to inspect now."))
    visit = DecorationInspection.objects.create(decoration=job, estate=job.estate, kind=kind, due_on=due_on)
    save_decoration(job)
    record(
        "decoration.inspection_planned", job, actor=actor, filed_under=job.unit, at=at, due=due_on, kind=kind
    )
    return visit


@transaction.atomic
def record_inspection(
    visit: DecorationInspection,
    *,
    actor: User,
    is_sound: bool,
    findings: str = "",
    violation: str = "",
    rectify_by: date | None = None,
    files: Sequence[Inspected] = (),
    at: datetime | None = None,
) -> DecorationInspection:
    """What was found; a breach of the rules becomes a violation with its limit.

    Refused: inspected_already, invalid_transition unless the work is under way (or approved, but not for acceptance),
    findings_missing when it is not in order, rectify_by_missing.
    """
    at = at or timezone.now()
    job = lock_decoration(visit.decoration)
    visit = DecorationInspection.objects.get(pk=visit.pk)
    if visit.done_at:
        raise Refused("inspected_already", _("This inspection is on file already."))
    if not is_to_be_inspected(job, visit):
        raise Refused("invalid_transition", _("There is nothing to inspect now."))
    if not is_sound and not (findings.strip() or violation.strip()):
        raise Refused("findings_missing", _("Say what was not in order."), field="findings")
    visit.done_at, visit.done_by, visit.is_sound = at, actor, is_sound
    visit.findings = (findings.strip() or violation.strip())[:500]
    visit.save(update_fields=["done_at", "done_by", "is_sound", "findings"])
    if files:
        attach(visit, files, actor=actor, estate=job.estate, at=at)
    save_decoration(job)
    record("decoration.inspected", job, actor=actor, filed_under=job.unit, at=at, sound=is_sound)
    if violation.strip() and not is_sound:
        add_violation(job, actor=actor, what=violation, rectify_by=rectify_by, inspection=visit, at=at)
    return visit


def is_to_be_inspected(job: Decoration, visit: DecorationInspection) -> bool:
    """While the work is under way; before it begins nothing can be accepted yet, but the site be looked at."""
    early = job.status == S.APPROVED and visit.kind != DecorationInspection.Kind.ACCEPTANCE
    return visit.done_at is None and (early or job.status in Decoration.AT_WORK)


@transaction.atomic
def add_violation(
    job: Decoration,
    *,
    actor: User,
    what: str,
    rectify_by: date | None,
    inspection: DecorationInspection | None = None,
    files: Sequence[Inspected] = (),
    at: datetime | None = None,
) -> DecorationViolation:
    """The rules were broken. Refused: what_missing, rectify_by_missing, in_the_past, invalid_transition."""
    at = at or timezone.now()
    job = lock_decoration(job)
    if job.status not in Decoration.AT_WORK:
        raise Refused("invalid_transition", _("Nobody is at work there."))
    if not what.strip():
        raise Refused("what_missing", _("Say what broke the rules."), field="what")
    if rectify_by is None:
        raise Refused("rectify_by_missing", _("By when is it to be put right?"), field="rectify_by")
    if rectify_by < local(job.estate, at).date():
        raise Refused("in_the_past", _("This day has gone by."), field="rectify_by")
    breach = DecorationViolation.objects.create(
        decoration=job, estate=job.estate, inspection=inspection, what=what.strip()[:300], rectify_by=rectify_by,
        found_by=actor, found_at=at,
    )  # fmt: skip
    if files:
        attach(breach, files, actor=actor, estate=job.estate, at=at)
    save_decoration(job)
    record("decoration.violation_found", job, actor=actor, filed_under=job.unit, at=at, until=rectify_by)
    return breach


@transaction.atomic
def rectify_violation(
    breach: DecorationViolation,
    *,
    actor: User,
    how: str,
    files: Sequence[Inspected] = (),
    at: datetime | None = None,
) -> DecorationViolation:
    """It was put right; said how. Refused: how_missing, rectified_already."""
    at = at or timezone.now()
    job = lock_decoration(breach.decoration)
    breach = DecorationViolation.objects.get(pk=breach.pk)
    if breach.rectified_at:
        raise Refused("rectified_already", _("It is put right already."))
    if not how.strip():
        raise Refused("how_missing", _("Say how it was put right."), field="how")
    breach.rectified_by, breach.rectified_at, breach.rectification = actor, at, how.strip()[:300]
    breach.save(update_fields=["rectified_by", "rectified_at", "rectification"])
    if files:
        attach(breach, files, actor=actor, estate=job.estate, purpose="after", at=at)
    save_decoration(job)
    record("decoration.violation_rectified", job, actor=actor, filed_under=job.unit, at=at)
    return breach


@transaction.atomic
def add_site_photos(
    part: DecorationInspection | DecorationViolation,
    files: Sequence[Inspected],
    *,
    actor: User,
    at: datetime | None = None,
) -> list[Attachment]:
    """More photos of an inspection or a violation. Refused: invalid_transition once the job has ended, too_many_files."""
    at = at or timezone.now()
    job = lock_decoration(part.decoration)
    if job.status not in Decoration.OPEN:
        raise Refused("invalid_transition", _("This decoration has ended."))
    kept = attach(part, files, actor=actor, estate=job.estate, at=at)
    save_decoration(job)
    record("decoration.photos_added", job, actor=actor, filed_under=job.unit, at=at, files=len(kept))
    return kept
