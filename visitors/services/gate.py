"""The gate 门岗: goods leave once, whole or in part, and of two gates at the same second one wins (docs/domain.md §7)."""

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.estates.calendars import local
from helpdesk.lib.attempts import attempts, note_attempt
from helpdesk.lib.codes import read_code
from helpdesk.lib.crypto import digest_secret
from helpdesk.lib.errors import Refused, TooOften
from helpdesk.staff.models import User
from visitors.models import GateRelease, GateReleaseLine, ReleaseItem, ReleasePass
from visitors.services.pass_telling import tell_desk
from visitors.services.release_passes import PASS_STATES, lock_pass

S = ReleasePass.Status
WRONG_CODES, SPAN = 10, 60  # wrong codes from one address in so many seconds


def open_code(written: str, *, user: User, address: str) -> ReleasePass | None:
    """The pass behind a code, for whoever stands at a gate of its estate; None for a wrong one, which is counted.

    TooOften after ten wrong ones a minute from one address: then even a right one opens nothing.
    """
    if attempts("gate", address) >= WRONG_CODES:
        raise TooOften(_("Too many wrong codes. Wait a minute."), seconds=SPAN)
    code = read_code(written)
    rows = ReleasePass.objects.visible_to(user).select_related("estate", "unit")
    found = rows.filter(code=code).first() if code else None
    if found is None:
        note_attempt("gate", address, seconds=SPAN)
    return found


@transaction.atomic
def release_goods(
    release_pass: ReleasePass,
    *,
    actor: User,
    gate: str,
    items: Mapping[int, int] | None = None,
    plate: str = "",
    acknowledge_plate: bool = False,
    scan_key: str = "",
    at: datetime | None = None,
) -> GateRelease:
    """Let out what is left, or so many pieces of the items named ({item's id: pieces}), on the vehicle that stands there.

    The same scan again gets the first answer. Refused gate_missing, already_released (with when and where), expired,
    revoked, not_yet_valid, invalid_transition, unknown_item, plate_differs (until acknowledged; then it is noted and the
    desk is told).
    """
    at = at or timezone.now()
    locked = lock_pass(release_pass)
    before = answer_to(locked, scan_key)
    if before is not None:
        return before
    if not gate.strip():
        raise Refused("gate_missing", _("At which gate do you stand?"), field="gate")
    _guard(locked, at)
    wanted = _pieces(locked, items)
    other_plate = _look_at_plate(locked, plate, acknowledge_plate)
    release = GateRelease.objects.create(
        release_pass=locked,
        gate=gate.strip(),
        released_by=actor,
        released_at=at,
        plate_seen=other_plate,
        scan_key=scan_key,
    )
    for item, pieces in wanted:
        if not _take(item, pieces):
            raise _gone(locked, item)
        GateReleaseLine.objects.create(release=release, item=item, quantity=pieces)
    is_done = not locked.items.filter(released__lt=F("quantity")).exists()
    locked.status = S.RELEASED if is_done else S.PARTLY_RELEASED
    locked.ended_at = at if is_done else None
    locked.version += 1
    locked.save(update_fields=["status", "ended_at", "version"])
    gone = {str(item.pk): pieces for item, pieces in wanted}
    said: dict[str, Any] = {"gate": release.gate, "items": gone} | (
        {"plate_seen": other_plate} if other_plate else {}
    )
    record(f"release_pass.{locked.status}", locked, actor=actor, at=at, **said)
    if other_plate:
        plates: dict[str, Any] = {"seen": other_plate, "plate": locked.vehicle_plate}
        tell_desk(locked, "pass_plate_differs", at=at, gate=release.gate, **plates)
    return release


def _look_at_plate(release_pass: ReleasePass, plate: str, acknowledged: bool) -> str:
    """The plate that was seen, where it is not the one on the pass; nothing where nobody looked at one."""
    if (
        not plate.strip()
        or not release_pass.vehicle_plate
        or is_same_plate(plate, release_pass.vehicle_plate)
    ):
        return ""
    if not acknowledged:
        raise Refused(
            "plate_differs",
            _("The pass is for %(plate)s: let the goods out only if you are sure.")
            % {"plate": release_pass.vehicle_plate},
            field="plate",
        )
    return plate.strip()[:20]


def is_same_plate(one: str, other: str) -> bool:
    """Whether two writings mean the same plate: 粤B·73K19, 粤b 73k19."""
    return _letters_of(one) == _letters_of(other)


def _letters_of(plate: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", plate))).upper()


def scan_key_of(user: User, key: str) -> str:
    """What a scan is kept by: two guards may send the same Idempotency-Key. Empty for none."""
    return f"{user.pk}:{digest_secret(key)}" if key else ""


def answer_to(release_pass: ReleasePass, scan_key: str) -> GateRelease | None:
    """The release that this very scan has got already."""
    return release_pass.releases.filter(scan_key=scan_key).first() if scan_key else None


def state_at_gate(release_pass: ReleasePass, at: datetime) -> str:
    """go, not_yet, released, expired or revoked: what the guard sees in one word."""
    if release_pass.status in {S.RELEASED, S.REVOKED}:
        return str(release_pass.status)
    if release_pass.status not in ReleasePass.RELEASABLE or release_pass.valid_until < at:
        return str(S.EXPIRED)
    return "not_yet" if at < release_pass.valid_from else "go"


def _guard(release_pass: ReleasePass, at: datetime) -> None:
    if release_pass.status == S.RELEASED:
        raise _gone(release_pass, None)
    if release_pass.status == S.REVOKED:
        raise Refused("revoked", _("The pass was revoked: nothing may leave on it."))
    if release_pass.status == S.EXPIRED or release_pass.valid_until < at:
        raise Refused("expired", _("The pass has run out: nothing may leave on it."))
    PASS_STATES.guard(release_pass.status, "release")
    if at < release_pass.valid_from:
        raise Refused("not_yet_valid", _("The pass is not valid yet."))


def _pieces(release_pass: ReleasePass, items: Mapping[int, int] | None) -> list[tuple[ReleaseItem, int]]:
    known = {item.pk: item for item in release_pass.items.all()}
    if items is None:
        return [(item, item.left) for item in known.values() if item.left]
    if not items or set(items) - set(known) or any(pieces < 1 for pieces in items.values()):
        raise Refused("unknown_item", _("Name pieces that stand on this pass."), field="items")
    return [(known[pk], pieces) for pk, pieces in items.items()]


def _take(item: ReleaseItem, pieces: int) -> bool:
    """Each piece once: the row itself decides."""
    rows = ReleaseItem.objects.filter(pk=item.pk, released__lte=F("quantity") - pieces)
    return rows.update(released=F("released") + pieces) == 1


def _gone(release_pass: ReleasePass, item: ReleaseItem | None) -> Refused:
    """Already released, when and where."""
    loads = release_pass.releases.filter(lines__item=item) if item else release_pass.releases.all()
    last = loads.order_by("-pk").first()
    if last is None:
        return Refused("already_released", _("There are not so many pieces on the pass."))
    when = f"{local(release_pass.estate, last.released_at):%Y-%m-%d %H:%M}"
    sentence = _("Already released at %(gate)s, %(when)s.") % {"gate": last.gate, "when": when}
    return Refused("already_released", sentence, gate=last.gate, released_at=last.released_at.isoformat())


@transaction.atomic
def send_back(
    release_pass: ReleasePass, *, actor: User, gate: str, reason: str, at: datetime | None = None
) -> ReleasePass:
    """What does not match is not released: the pass is revoked and goes back to the desk.

    Refused invalid_transition, reason_required.
    """
    at = at or timezone.now()
    locked = lock_pass(release_pass)
    locked_status = PASS_STATES.guard(locked.status, "send_back")
    if not reason.strip():
        raise Refused("reason_required", _("Say what does not match."), field="reason")
    locked.status, locked.end_reason, locked.ended_at = locked_status, reason.strip(), at
    locked.version += 1
    locked.save(update_fields=["status", "end_reason", "ended_at", "version"])
    record("release_pass.sent_back", locked, actor=actor, at=at, gate=gate, reason=reason.strip())
    tell_desk(locked, "pass_sent_back", at=at, gate=gate, reason=reason.strip())
    return locked
