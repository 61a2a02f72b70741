"""A decoration from application to the deposit's return; what leads where stands in one table (docs/domain.md §8)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.attachments.inspection import Inspected
from helpdesk.attachments.models import Attachment
from helpdesk.attachments.services import attach
from helpdesk.audit.services import record
from helpdesk.estates.calendars import local
from helpdesk.estates.services import next_number
from helpdesk.lib.errors import Refused, Stale
from helpdesk.lib.phones import complain_about_phone, parse_phone
from helpdesk.lib.transitions import Transitions
from helpdesk.staff.models import User
from residents.clearances import DECORATION_END, DECORATION_START, Case, Clearance, clearances_of
from residents.models import Decoration, Resident, Unit
from residents.services.deciders import tell_deciders
from residents.services.unit_status import begin_decorating, end_decorating

S = Decoration.Status
DECORATION_STATES = Transitions(
    {
        "approve": ((S.APPLIED,), S.APPROVED),
        "refuse": ((S.APPLIED,), S.REFUSED),
        "start": ((S.APPROVED,), S.RUNNING),
        "stop": ((S.RUNNING,), S.STOPPED),
        "resume": ((S.STOPPED,), S.RUNNING),
        "accept": ((S.RUNNING,), S.ACCEPTED),
        "close": ((S.ACCEPTED,), S.CLOSED),
        "cancel": ((S.APPLIED, S.APPROVED, S.STOPPED), S.CANCELLED),
    },
    statuses=S.choices,
    actions={
        "approve": pgettext_lazy("a decoration", "Approve"),
        "refuse": pgettext_lazy("a decoration", "Refuse"),
        "start": _("Begin the work"),
        "stop": _("Stop the work"),
        "resume": _("Let it go on"),
        "accept": _("Accept the work"),
        "close": pgettext_lazy("a decoration", "Close"),
        "cancel": pgettext_lazy("a decoration", "Cancel"),
    },
)
# What a manager decides; everything else is the desk's.
DECISIONS = frozenset({"approve", "refuse"})
PROLONGED_IN = frozenset({S.APPROVED, *Decoration.AT_WORK})
NEED_A_REASON = frozenset({"refuse", "stop", "cancel"})
# From where, by which act: what must be settled first. Given up, work that had begun leaves nothing behind either.
CLEARED_BY: dict[tuple[str, str], str] = {
    (S.APPROVED, "start"): DECORATION_START,
    (S.ACCEPTED, "close"): DECORATION_END,
    (S.STOPPED, "cancel"): DECORATION_END,
}


@transaction.atomic
def apply_for_decoration(
    unit: Unit,
    *,
    actor: User | None,
    contractor: str,
    scope: str,
    starts_on: date,
    ends_on: date,
    resident: Resident | None = None,
    foreman: str = "",
    foreman_phone: str = "",
    files: Sequence[Inspected] = (),
    at: datetime | None = None,
) -> Decoration:
    """Put an application on file, with its drawings.

    Refused: contractor_missing, scope_missing, ends_before_it_begins, decoration_open, other_estate, phone_unreadable,
    archived.
    """
    at = at or timezone.now()
    unit = Unit.objects.select_related("estate").select_for_update(of=("self",)).get(pk=unit.pk)
    _guard_application(unit, contractor, scope, starts_on, ends_on, resident)
    job = Decoration.objects.create(
        estate=unit.estate, number=next_number(unit.estate, "DC", at), unit=unit, resident=resident,
        contractor=contractor.strip()[:120], foreman=foreman.strip()[:80],
        foreman_phone=_number(foreman_phone, unit), scope=scope.strip()[:500], starts_on=starts_on,
        ends_on=ends_on, applied_by=actor, applied_at=at,
    )  # fmt: skip
    if files:
        attach(job, files, actor=actor, estate=unit.estate, at=at)
    record("decoration.applied", job, actor=actor, filed_under=unit, at=at, files=len(files))
    tell_deciders(job, "decoration_waits", "decorations.decide", page="decoration_detail", but=actor)
    return job


def _guard_application(
    unit: Unit, contractor: str, scope: str, starts_on: date, ends_on: date, resident: Resident | None
) -> None:
    if unit.is_archived:
        raise Refused("archived", _("An archived record takes nothing new."), field="unit")
    if not contractor.strip():
        raise Refused("contractor_missing", _("Who does the work?"), field="contractor")
    if not scope.strip():
        raise Refused("scope_missing", _("Say what is done."), field="scope")
    if ends_on < starts_on:
        raise Refused("ends_before_it_begins", _("The last day lies before the first."), field="ends_on")
    if resident is not None and resident.estate_id != unit.estate_id:
        raise Refused("other_estate", _("This person belongs to another estate."), field="resident")
    working = [S.APPLIED, S.APPROVED, *Decoration.AT_WORK]
    if Decoration.objects.filter(unit=unit, status__in=working).exists():
        raise Refused("decoration_open", _("A decoration of this unit is on file already."), field="unit")


def _number(written: str, unit: Unit) -> str:
    if not written.strip():
        return ""
    region = unit.estate.phone_region
    e164 = parse_phone(written, region)
    if e164 is None:
        raise Refused("phone_unreadable", complain_about_phone(written, region), field="foreman_phone")
    return e164


@transaction.atomic
def move_decoration(
    job: Decoration,
    action: str,
    *,
    actor: User,
    reason: str = "",
    conditions: str = "",
    needs_deposit: bool = True,
    version: int | None = None,
    at: datetime | None = None,
) -> Decoration:
    """One act of the table.

    Refused: invalid_transition, reason_required, clearances_open (deposit, workers' cards), violations_open,
    acceptance_missing, stale.
    """
    at = at or timezone.now()
    job = lock_decoration(job, version=version)
    was, target = job.status, DECORATION_STATES.guard(job.status, action)
    if action in NEED_A_REASON and not reason.strip():
        raise Refused("reason_required", _("Say why."), field="reason")
    _guard_cleared(job, action, at)
    fields = _moved(job, action, actor, at, reason, conditions, needs_deposit)
    if action == "start":
        begin_decorating(job)
    job.status = target
    save_decoration(job, "status", "unit_status", *fields)
    if was in Decoration.AT_WORK and target not in Decoration.AT_WORK:
        end_decorating(job, local(job.estate, at).date())
    data: dict[str, Any] = {"reason": reason.strip()} if reason.strip() else {}
    record(f"decoration.{action}", job, actor=actor, filed_under=job.unit, at=at, **data)
    return job


def _guard_cleared(job: Decoration, action: str, at: datetime) -> None:
    if action == "accept":
        left = job.violations.filter(rectified_at__isnull=True)
        if left.exists():
            raise Refused("violations_open", _("A violation is not put right yet."))
        if not _is_found_sound(job):
            raise Refused("acceptance_missing", _("Inspect the work for acceptance first."))
    kind = CLEARED_BY.get((job.status, action))
    if kind:
        open_ones = [answer for answer in clearances_of_decoration(job, kind, at) if answer.is_open]
        if open_ones:
            titles = ", ".join(str(answer.title) for answer in open_ones)
            raise Refused("clearances_open", _("Still open: %(steps)s.") % {"steps": titles})


def _is_found_sound(job: Decoration) -> bool:
    """The last word counts: an inspection for acceptance, and nothing unsound after it."""
    telling = Q(kind="acceptance") | Q(is_sound=False)
    last = job.inspections.filter(telling, done_at__isnull=False).order_by("-done_at", "-pk").first()
    return last is not None and bool(last.is_sound)


def _moved(
    job: Decoration,
    action: str,
    actor: User,
    at: datetime,
    reason: str,
    conditions: str,
    needs_deposit: bool,
) -> list[str]:
    fields = ["end_reason"]
    # Of a stop that is over nothing is left but the history.
    job.end_reason = reason.strip()[:300] if action in NEED_A_REASON else ""
    if action in DECISIONS:
        job.decided_by, job.decided_at = actor, at
        fields += ["decided_by", "decided_at"]
    if action == "approve":
        job.conditions, job.needs_deposit = conditions.strip()[:500], needs_deposit
        fields += ["conditions", "needs_deposit"]
    if action == "start":
        job.started_at = at
        fields.append("started_at")
    if action == "accept":
        job.accepted_by, job.accepted_at = actor, at
        fields += ["accepted_by", "accepted_at"]
    if action in {"refuse", "cancel", "close"}:
        job.ended_at = at
        fields.append("ended_at")
    return fields


@transaction.atomic
def prolong_decoration(
    job: Decoration,
    *,
    actor: User,
    ends_on: date,
    reason: str,
    version: int | None = None,
    at: datetime | None = None,
) -> Decoration:
    """The work lasts longer than was approved. Cards keep their days; new ones may have those that are added.

    Refused: reason_required, not_later (than the day that holds), in_the_past, invalid_transition, stale.
    """
    at = at or timezone.now()
    job = lock_decoration(job, version=version)
    if job.status not in PROLONGED_IN:
        raise Refused("invalid_transition", _("Only approved work can be prolonged."))
    if not reason.strip():
        raise Refused("reason_required", _("Say why."), field="reason")
    if ends_on <= job.ends_on:
        raise Refused("not_later", _("That is not later than the last day now."), field="ends_on")
    if ends_on < local(job.estate, at).date():
        raise Refused("in_the_past", _("This day has gone by."), field="ends_on")
    before, job.ends_on = job.ends_on, ends_on
    save_decoration(job, "ends_on")
    days = {"before": before, "until": ends_on}
    record(
        "decoration.prolonged",
        job,
        actor=actor,
        filed_under=job.unit,
        at=at,
        reason=reason.strip()[:300],
        **days,
    )
    return job


@transaction.atomic
def add_drawings(
    job: Decoration, files: Sequence[Inspected], *, actor: User, at: datetime | None = None
) -> list[Attachment]:
    """More drawings, papers or photos. Refused: nothing_sent, too_many_files, invalid_transition once it is closed."""
    at = at or timezone.now()
    job = lock_decoration(job)
    if job.status not in Decoration.OPEN:
        raise Refused("invalid_transition", _("This decoration has ended."))
    if not files:
        raise Refused("nothing_sent", _("Choose a file first."), field="files")
    kept = attach(job, files, actor=actor, estate=job.estate, at=at)
    record("decoration.files_added", job, actor=actor, filed_under=job.unit, at=at, files=len(files))
    return kept


def clearances_of_decoration(job: Decoration, kind: str, at: datetime) -> list[Clearance]:
    """What must be settled before the work begins, or before the job is closed."""
    case = Case(kind, job.unit, job.starts_on, job.applied_at, decoration=job)
    return clearances_of(case, at)


def lock_decoration(job: Decoration, *, version: int | None = None) -> Decoration:
    """The row, locked. Refused: stale."""
    rows = Decoration.objects.select_related("estate", "unit__estate").select_for_update(of=("self",))
    job = rows.get(pk=job.pk)
    if version is not None and job.version != version:
        raise Stale(_("A colleague changed this decoration meanwhile."))
    return job


def save_decoration(job: Decoration, *fields: str) -> None:
    job.version += 1
    job.save(update_fields=[*fields, "version"])
