"""Handovers: drafted from what is open, given by one name and taken by another (docs/domain.md §10)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.audit.services import record
from helpdesk.estates.models import Estate, Shift
from helpdesk.estates.services import next_number
from helpdesk.lib.errors import Refused, Stale
from helpdesk.lib.moments import on_a_calendar
from helpdesk.lib.transitions import Transitions
from helpdesk.staff.models import User
from tickets.leftovers import Leftover, leftovers
from tickets.models import ClosingItem, Handover, HandoverLine
from tickets.services.handover_shifts import is_last_of_the_day, next_shift, span_of, tell_about
from tickets.services.telling import desk_supervisors

S = Handover.Status
TRANSITIONS = Transitions(
    {"write": ([S.DRAFTED], S.DRAFTED), "give": ([S.DRAFTED], S.GIVEN), "take": ([S.GIVEN], S.TAKEN)},
    statuses=S.choices,
    actions={
        "write": gettext_lazy("change the handover"),
        "give": gettext_lazy("sign as the one who gives"),
        "take": gettext_lazy("sign as the one who takes"),
    },
)
# The house's own closing list, for an estate that has written none (docs/domain.md §10).
CLOSING = (
    gettext_lazy("Doors"),
    gettext_lazy("Windows"),
    gettext_lazy("Power"),
    gettext_lazy("Keys"),
    gettext_lazy("Cash"),
)


# --- writing it -------------------------------------------------------------------------------------------------------


@transaction.atomic
def draft_handover(*, shift: Shift, day: date, actor: User | None, at: datetime | None = None) -> Handover:
    """The shift's handover with its lines; the same again gives the one that is being written.

    Refused invalid_transition (it has been signed), day_out_of_range (neither of the last two days nor begun).
    """
    at = at or timezone.now()
    if not on_a_calendar(day):
        raise _out_of_range()
    starts, ends = span_of(shift, day)
    if not starts - timedelta(hours=1) <= at <= ends + timedelta(days=2):
        raise _out_of_range()
    # The shift's row decides between two who begin at once.
    Shift.objects.select_for_update().get(pk=shift.pk)
    found = Handover.objects.filter(shift=shift, day=day).first()
    if found is not None:
        TRANSITIONS.guard(found.status, "write")
        return refresh_handover(found, actor=actor, at=at)
    handover = Handover.objects.create(
        estate=shift.estate,
        number=next_number(shift.estate, "H", at),
        shift=shift,
        day=day,
        shift_name=str(shift),
        ends_at=ends,
        is_last=is_last_of_the_day(shift),
        drafted_by=actor,
        created_at=at,
    )
    _write_lines(handover, _open_now(handover, at))
    record("handover.drafted", handover, actor=actor, at=at)
    return handover


def _out_of_range() -> Refused:
    return Refused("day_out_of_range", _("That shift has not begun, or is long over."), field="day")


def closing_labels(estate: Estate) -> list[str]:
    """The estate's closing list in the reader's language."""
    return [str(item) for item in ClosingItem.objects.filter(estate=estate)] or [str(w) for w in CLOSING]


@transaction.atomic
def set_closing_list(estate: Estate, *, actor: User, rows: Iterable[dict[str, str]]) -> list[ClosingItem]:
    """The estate's own closing list, in this order; none of its own means the house's. Repeats count once."""
    ClosingItem.objects.filter(estate=estate).delete()
    named = {row["label"]: row for row in rows if row["label"]}
    items = ClosingItem.objects.bulk_create(
        ClosingItem(estate=estate, position=n, **row) for n, row in enumerate(named.values())
    )
    record("closing_list.changed", estate, actor=actor, filed_under=estate, items=list(named))
    return items


def _open_now(handover: Handover, at: datetime) -> list[Leftover]:
    starts, _ends = span_of(handover.shift, handover.day)
    return leftovers(handover.estate, handover.shift.department, since=starts, at=at)


def missing_lines(handover: Handover, at: datetime) -> int:
    """How many open matters have come since the lines were written."""
    known = set(handover.lines.values_list("kind", "about_id"))
    return sum((line.kind, line.about_id) not in known for line in _open_now(handover, at))


@transaction.atomic
def refresh_handover(handover: Handover, *, actor: User | None, at: datetime | None = None) -> Handover:
    """Bring the lines up to date: what came is added, what was settled goes; notes, lines by hand and struck ones stay.

    Refused invalid_transition once it is signed.
    """
    at = at or timezone.now()
    handover = _locked(handover, "write")
    now = {(line.kind, line.about_id): line for line in _open_now(handover, at)}
    for old in handover.lines.exclude(kind=HandoverLine.Kind.FREE):
        fresh = now.pop((old.kind, old.about_id), None)  # type: ignore[arg-type]  # only a free line is about nothing
        if fresh is None and not old.removed_by_id:
            old.delete()
        elif fresh is None:
            continue  # struck out by hand: who did and why stays readable
        else:
            for name in ("label", "due_at", "who", "what", "next_step"):
                setattr(old, name, getattr(fresh, name))
            old.save()
    _write_lines(handover, now.values())
    return _saved(handover)


def _write_lines(handover: Handover, found: Iterable[Leftover]) -> None:
    HandoverLine.objects.bulk_create(HandoverLine(handover=handover, **line.__dict__) for line in found)


@transaction.atomic
def add_line(
    handover: Handover,
    *,
    actor: User,
    what: str,
    who: str = "",
    due_at: datetime | None = None,
    next_step: str = "",
    at: datetime | None = None,
) -> HandoverLine:
    """A line by hand. Refused text_missing, invalid_transition."""
    handover = _locked(handover, "write")
    if not what.strip():
        raise Refused("text_missing", _("Write what is left over."), field="what")
    line = HandoverLine.objects.create(
        handover=handover,
        kind=HandoverLine.Kind.FREE,
        what=what.strip(),
        who=who,
        due_at=due_at,
        next_step=next_step,
        added_by=actor,
        created_at=at or timezone.now(),
    )
    _saved(handover)
    return line


@transaction.atomic
def remove_line(line: HandoverLine, *, actor: User, reason: str) -> HandoverLine:
    """Take a line off; it stays, struck out, with name and reason. Refused reason_required, invalid_transition."""
    handover = _locked(line.handover, "write")
    if not reason.strip():
        raise Refused("reason_required", _("Say why this doesn't go over."), field="reason")
    line.removed_by, line.removed_reason = actor, reason.strip()
    line.save(update_fields=["removed_by", "removed_reason"])
    record(
        "handover.line_removed", handover, actor=actor, line=line.label or line.pk, reason=line.removed_reason
    )
    _saved(handover)
    return line


@transaction.atomic
def annotate_line(line: HandoverLine, *, actor: User, note: str) -> HandoverLine:
    """Say more about a line; again replaces what was said. Refused invalid_transition."""
    handover = _locked(line.handover, "write")
    line.note = note.strip()
    line.save(update_fields=["note"])
    _saved(handover)
    return line


# --- signing it -------------------------------------------------------------------------------------------------------


@transaction.atomic
def give_handover(
    handover: Handover,
    *,
    actor: User,
    none_said: bool = False,
    remarks: str = "",
    closing: Iterable[dict[str, Any]] = (),
    version: int | None = None,
    at: datetime | None = None,
) -> Handover:
    """Signed by who gives; the lines stay as they are from now on, and the next shift is told.

    Refused lines_missing (matters have come since it was written), none_not_said (nothing is left over and nobody
    said so), none_with_lines, closing_open (an item neither ticked nor explained), invalid_transition.
    """
    at = at or timezone.now()
    handover = _locked(handover, "give", version)
    _refuse_missing(handover, at)
    _refuse_wrong_none(handover, none_said)
    handover.closing = _checked_closing(handover, closing)
    handover.none_said, handover.remarks = none_said, remarks.strip()
    handover.status, handover.given_by, handover.given_at = S.GIVEN, actor, at
    _saved(handover)
    left = handover.lines.filter(removed_by__isnull=True).count()
    record("handover.given", handover, actor=actor, at=at, left_over=left)
    tell_about(handover, next_shift(handover, actor), "handover_given", "given", left=left, giver=str(actor))
    return handover


def _refuse_missing(handover: Handover, at: datetime) -> None:
    if missing := missing_lines(handover, at):
        raise Refused(
            "lines_missing",
            _("Open matters have come since this was written. Bring it up to date and look through them."),
            missing=missing,
        )


def _refuse_wrong_none(handover: Handover, none_said: bool) -> None:
    has_lines = handover.lines.filter(removed_by__isnull=True).exists()
    if has_lines and none_said:
        raise Refused("none_with_lines", _("“None” can't be said: matters are left over."), field="none_said")
    if not has_lines and not none_said:
        raise Refused("none_not_said", _("Nothing is left over? Then say “none”."), field="none_said")


def _checked_closing(handover: Handover, closing: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The closing list as it is signed; empty for a shift that isn't the day's last."""
    if not handover.is_last:
        return []
    said = {row["label"]: row for row in closing}
    kept = []
    for label in closing_labels(handover.estate):
        row = said.get(label, {})
        done, note = bool(row.get("done")), str(row.get("note", "")).strip()[:200]
        if not done and not note:
            raise Refused(
                "closing_open",
                _("Closing list: tick “%(item)s”, or say why not.") % {"item": label},
                item=label,
            )
        kept.append({"label": label, "done": done, "note": note})
    return kept


@transaction.atomic
def take_handover(
    handover: Handover,
    *,
    actor: User,
    doubt: str = "",
    version: int | None = None,
    at: datetime | None = None,
) -> Handover:
    """Signed by who takes; a doubt stays beside the signature and is told to who gave.

    Refused same_person, invalid_transition (nobody gave it yet, or somebody has taken it).
    """
    at = at or timezone.now()
    handover = _locked(handover, "take", version)
    if handover.given_by_id == actor.pk:
        raise Refused("same_person", _("Somebody else has to take it over."))
    handover.status, handover.taken_by, handover.taken_at = S.TAKEN, actor, at
    handover.doubt = doubt.strip()
    _saved(handover)
    record("handover.taken", handover, actor=actor, at=at, doubt=handover.doubt)
    if handover.doubt:
        people = [handover.given_by, *desk_supervisors(handover.estate)]
        tell_about(handover, people, "handover_doubted", "doubt", taker=str(actor), doubt=handover.doubt)
    return handover


def _locked(handover: Handover, action: str, version: int | None = None) -> Handover:
    """The row as it now is, locked: of two who sign at once the second finds it signed."""
    rows = Handover.objects.select_for_update(of=("self",)).select_related(
        "estate", "shift__department", "shift__estate", "given_by"
    )
    fresh = rows.get(pk=handover.pk)
    TRANSITIONS.guard(fresh.status, action)
    if version is not None and fresh.version != version:
        raise Stale(_("Somebody else has changed this handover meanwhile. Look at it again."))
    return fresh


def _saved(handover: Handover) -> Handover:
    handover.version += 1
    handover.save()
    return handover
