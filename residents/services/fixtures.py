"""The sheet of fixtures of a move: begun from the last one or from a usual list, looked at, signed by both."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.attachments.inspection import Inspected
from helpdesk.attachments.models import Attachment
from helpdesk.attachments.services import attach
from helpdesk.audit.services import record
from helpdesk.lib.errors import Refused, Stale
from helpdesk.staff.models import User
from residents.models import FixtureItem, FixturesHandover, Move
from residents.services.moves import lock_move

# Pen strokes of a signature as an SVG path: moves and lines on a small board, nothing else.
STROKES = re.compile(r"(?:[ML]\d{1,4}(?:\.\d)? \d{1,4}(?:\.\d)?)+")
MOST_STROKES = 20_000  # characters
MOST_ITEMS = 200
SIGNATURE = ("name", "strokes", "signed_at")


def usual_items() -> list[str]:
    """What a flat has, for a unit without an earlier sheet; in the language of who begins it."""
    return [
        *(_("Entrance door and lock"), _("Windows and glass"), _("Walls and ceilings"), _("Floors")),
        *(_("Kitchen fittings"), _("Bathroom fittings"), _("Switches, sockets and lamps")),
        *(_("Water and drain pipes"), _("Door phone"), _("Meters and meter box")),
    ]


@transaction.atomic
def begin_fixtures(move: Move, *, actor: User, at: datetime | None = None) -> FixturesHandover:
    """The sheet of an open move; begun twice it is the same one. Refused: invalid_transition."""
    at = at or timezone.now()
    there = FixturesHandover.objects.filter(move=move).first()
    if there is not None:
        return there
    move = lock_move(move)
    sheet, is_new = FixturesHandover.objects.get_or_create(
        move=move, defaults={"estate": move.estate, "created_at": at}
    )
    if not is_new:
        return sheet
    FixtureItem.objects.bulk_create(_first_items(sheet))
    record("fixtures.begun", sheet, actor=actor, filed_under=move, at=at)
    return sheet


def _first_items(sheet: FixturesHandover) -> list[FixtureItem]:
    """Those of the unit's last signed sheet with their state then; else a usual list."""
    earlier = (
        FixturesHandover.objects.filter(
            move__unit=sheet.move.unit, resident_signed_at__isnull=False, staff_signed_at__isnull=False
        )
        .exclude(pk=sheet.pk)
        .order_by("-created_at", "-pk")
        .first()
    )
    if earlier is None:
        return [FixtureItem(handover=sheet, position=n, name=name) for n, name in enumerate(usual_items(), 1)]
    return [
        FixtureItem(
            handover=sheet, position=item.position, name=item.name, quantity=item.quantity, before=item.state
        )
        for item in earlier.items.all()
    ]


@transaction.atomic
def add_fixture(
    sheet: FixturesHandover, *, actor: User, name: str, quantity: int = 1, at: datetime | None = None
) -> FixtureItem:
    """One more line. Refused: signed_already, too_many, invalid_transition."""
    sheet = _unsigned(sheet)
    if not name.strip():
        raise Refused("name_missing", _("Say what it is."), field="name")
    if sheet.items.count() >= MOST_ITEMS:
        raise Refused("too_many", _("A sheet holds no more lines than these."), field="name")
    last = sheet.items.aggregate(last=Max("position"))["last"] or 0
    item = FixtureItem.objects.create(
        handover=sheet, position=last + 1, name=name.strip()[:80], quantity=quantity
    )
    _save(sheet)
    record("fixtures.item_added", sheet, actor=actor, filed_under=sheet.move, at=at, item=item.name)
    return item


@transaction.atomic
def look_at_fixtures(
    sheet: FixturesHandover,
    rows: Sequence[dict[str, Any]],
    *,
    actor: User,
    remarks: str | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> FixturesHandover:
    """States and remarks as they were found: rows are {id, state, note, files}. Refused: signed_already, stale."""
    at = at or timezone.now()
    sheet = _unsigned(sheet, version)
    items = {item.pk: item for item in sheet.items.all()}
    changed = 0
    for row in rows:
        item = items.get(row["id"])
        if item is None:
            raise Refused("no_such_item", _("This sheet has no such line."))
        state, note = row.get("state", item.state), row.get("note", item.note).strip()[:200]
        if (state, note) != (item.state, item.note):
            item.state, item.note = state, note
            item.save(update_fields=["state", "note"])
            changed += 1
        files: Sequence[Inspected] = row.get("files") or ()
        if files:
            attach(item, files, actor=actor, estate=sheet.estate, at=at)
            changed += 1
    if remarks is not None and remarks.strip() != sheet.remarks:
        sheet.remarks = remarks.strip()[:500]
        changed += 1
    if changed:
        _save(sheet, "remarks")
        record("fixtures.looked_at", sheet, actor=actor, filed_under=sheet.move, at=at, changed=changed)
    return sheet


@transaction.atomic
def remove_fixture(item: FixtureItem, *, actor: User, at: datetime | None = None) -> FixturesHandover:
    """A line that is none of this unit's. Refused: signed_already."""
    sheet = _unsigned(item.handover)
    sheet.items.filter(pk=item.pk).delete()
    _save(sheet)
    record("fixtures.item_removed", sheet, actor=actor, filed_under=sheet.move, at=at, item=item.name)
    return sheet


@transaction.atomic
def sign_fixtures(
    sheet: FixturesHandover,
    *,
    actor: User,
    side: str,
    name: str,
    strokes: str = "",
    version: int | None = None,
    at: datetime | None = None,
) -> FixturesHandover:
    """One of the two signs (`side`: resident or staff), by name and, where drawn, by hand.

    Refused: items_open while a line is not looked at, signed_already, name_missing, strokes_unreadable, stale (nobody signs
    what was changed under their pen).
    """
    at = at or timezone.now()
    sheet = _locked(sheet, version)
    if getattr(sheet, f"{side}_signed_at"):
        raise Refused("signed_already", _("This side has signed."))
    if not name.strip():
        raise Refused("name_missing", _("Write the name of who signs."), field="name")
    if strokes and (len(strokes) > MOST_STROKES or not STROKES.fullmatch(strokes)):
        raise Refused(
            "strokes_unreadable", _("The drawing can't be read. Please sign again."), field="strokes"
        )
    if not sheet.items.exists() or sheet.items.filter(state="").exists():
        raise Refused("items_open", _("Look at every line first: each needs its state."))
    setattr(sheet, f"{side}_name", name.strip()[:80])
    setattr(sheet, f"{side}_strokes", strokes)
    setattr(sheet, f"{side}_signed_at", at)
    fields = [f"{side}_name", f"{side}_strokes", f"{side}_signed_at"]
    if side == "staff":
        sheet.staff = actor
        fields.append("staff")
    _save(sheet, *fields)
    record("fixtures.signed", sheet, actor=actor, filed_under=sheet.move, at=at, side=side)
    return sheet


@transaction.atomic
def reopen_fixtures(
    sheet: FixturesHandover, *, actor: User, reason: str, at: datetime | None = None
) -> FixturesHandover:
    """A mistake on a signed sheet: both signatures go, and the history says why. Refused: reason_required."""
    sheet = _locked(sheet)
    if not reason.strip():
        raise Refused("reason_required", _("Say what was wrong."), field="reason")
    for side in ("resident", "staff"):
        setattr(sheet, f"{side}_name", "")
        setattr(sheet, f"{side}_strokes", "")
        setattr(sheet, f"{side}_signed_at", None)
    sheet.staff = None
    _save(sheet, "staff", *(f"{side}_{part}" for side in ("resident", "staff") for part in SIGNATURE))
    record("fixtures.reopened", sheet, actor=actor, filed_under=sheet.move, at=at, reason=reason.strip())
    return sheet


@transaction.atomic
def add_fixture_photos(
    item: FixtureItem, files: Sequence[Inspected], *, actor: User, at: datetime | None = None
) -> list[Attachment]:
    """Photos of one line. Refused: signed_already, too_many_files, invalid_transition."""
    at = at or timezone.now()
    sheet = _unsigned(item.handover)
    kept = attach(item, files, actor=actor, estate=sheet.estate, at=at)
    _save(sheet)
    record("fixtures.looked_at", sheet, actor=actor, filed_under=sheet.move, at=at, changed=len(kept))
    return kept


def _locked(sheet: FixturesHandover, version: int | None = None) -> FixturesHandover:
    """The sheet of a move that has not ended, locked by its move; refused where it changed since `version`."""
    lock_move(sheet.move)
    sheet = FixturesHandover.objects.select_related("move", "estate").get(pk=sheet.pk)
    if version is not None and sheet.version != version:
        raise Stale(_("A colleague changed this sheet meanwhile; nothing was saved."), version=sheet.version)
    return sheet


def _unsigned(sheet: FixturesHandover, version: int | None = None) -> FixturesHandover:
    sheet = _locked(sheet, version)
    if sheet.is_begun:
        raise Refused("signed_already", _("It is signed: what was signed can't be changed."))
    return sheet


def _save(sheet: FixturesHandover, *fields: str) -> None:
    sheet.version += 1
    sheet.save(update_fields=[*fields, "version"])
