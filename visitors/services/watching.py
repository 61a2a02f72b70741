"""Whether a visitor is on the watch list 关注名单: by name, telephone or plate, found by keyed hashes (docs/domain.md §6)."""

import unicodedata
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.crypto import keyed_hash, keyed_hashes
from helpdesk.lib.errors import Refused
from helpdesk.lib.names import fold
from helpdesk.lib.phones import parse_phone, phone_hash, phone_hashes
from helpdesk.lib.sealed import clear
from helpdesk.staff.models import User
from tickets.services.tickets.taking import read_phone
from visitors.models import WatchEntry

PURPOSE = "visitor.name"
LONGEST = timedelta(days=366)


def matches(estate: Estate, name: str = "", phone: str = "", plate: str = "") -> list[WatchEntry]:
    """The entries that run today and fit the name, the number or the plate, however they are written."""
    wanted = Q(pk__in=[])
    if _letters(clear(name)):
        wanted |= Q(name_hash__in=keyed_hashes(_letters(clear(name)), PURPOSE))
    number = parse_phone(clear(phone), estate.phone_region) if phone else None
    if number:
        wanted |= Q(phone_hash__in=phone_hashes(number))
    running = WatchEntry.objects.running(local(estate, timezone.now()).date()).filter(estate=estate)
    found = list(running.filter(wanted))
    if _letters(plate):
        # A plate stands in clear, written as it was seen: the few that have one are compared.
        known = {entry.pk for entry in found}
        plates = running.exclude(plate="").exclude(pk__in=known)
        found += [entry for entry in plates if _letters(entry.plate) == _letters(plate)]
    return sorted(found, key=lambda entry: entry.pk)


def name_hash(name: str) -> str:
    """The keyed hash by which a whole name is found again; empty for none."""
    letters = _letters(clear(name))
    return keyed_hash(letters, PURPOSE) if letters else ""


def _letters(text: str) -> str:
    """Without what writers differ in: width, case, script, spaces, dots."""
    return "".join(filter(str.isalnum, fold(unicodedata.normalize("NFKC", text))))


@transaction.atomic
def add_watch_entry(
    *,
    estate: Estate,
    actor: User,
    reason: str,
    source: str,
    ends_on: date,
    name: str = "",
    phone: str = "",
    plate: str = "",
    at: datetime | None = None,
) -> WatchEntry:
    """Warn the clerk of somebody, for a reason and from a source, until a day.

    Refused reason_required, source_missing, nothing_to_watch_by, phone_invalid, ends_in_the_past, ends_too_late (a year
    at most), already_watched.
    """
    at = at or timezone.now()
    _check_grounds(reason, source)
    _check_end(ends_on, local(estate, at).date())
    number = read_phone(estate, phone, field="phone")
    if not (name_hash(name) or number or _letters(plate)):
        says = _("Write a name, a telephone number or a plate: else nobody is found.")
        raise Refused("nothing_to_watch_by", says, field="name")
    # One at a time: the same form sent twice is one entry.
    Estate.objects.select_for_update(no_key=True).get(pk=estate.pk)
    entry = WatchEntry(
        estate=estate,
        name=name.strip(),
        name_hash=name_hash(name),
        phone_hash=phone_hash(number) if number else "",
        plate=plate.strip() if _letters(plate) else "",
        reason=reason.strip()[:300],
        source=source.strip()[:120],
        ends_on=ends_on,
        created_at=at,
        created_by=actor,
    )
    _refuse_twice(entry, number, plate)
    entry.save(force_insert=True)
    record("watch.added", entry, actor=actor, at=at, until=ends_on.isoformat())
    return entry


def _check_grounds(reason: str, source: str) -> None:
    if not reason.strip():
        raise Refused("reason_required", _("Write it down in a few words."), field="reason")
    if not source.strip():
        raise Refused(
            "source_missing", _("Write down who says so: nobody is watched on hearsay."), field="source"
        )


def _check_end(ends_on: date, today: date) -> None:
    if ends_on < today:
        raise Refused("ends_in_the_past", _("This day is over."), field="ends_on")
    if ends_on > today + LONGEST:
        raise Refused("ends_too_late", _("A year at most; then look at it anew."), field="ends_on")


def _refuse_twice(entry: WatchEntry, number: str, plate: str) -> None:
    for other in matches(entry.estate, str(clear(entry.name)), number, plate):
        same_name = bool(other.name_hash) == bool(entry.name_hash)
        if same_name and bool(other.phone_hash) == bool(number) and _letters(other.plate) == _letters(plate):
            raise Refused("already_watched", _("This person is on the list already."), entry=other.pk)


@transaction.atomic
def end_watch_entry(entry: WatchEntry, *, actor: User, reason: str, at: datetime | None = None) -> WatchEntry:
    """It warns nobody any more, from now on. Refused reason_required, already_ended."""
    at = at or timezone.now()
    if not reason.strip():
        raise Refused("reason_required", _("Write it down in a few words."), field="reason")
    locked = WatchEntry.objects.select_for_update(of=("self",)).select_related("estate").get(pk=entry.pk)
    today = local(locked.estate, at).date()
    if locked.ends_on < today:
        raise Refused("already_ended", _("This entry has ended already."))
    locked.ends_on = today - timedelta(days=1)
    locked.version += 1
    locked.save(update_fields=["ends_on", "version"])
    record("watch.ended", locked, actor=actor, at=at, reason=reason.strip()[:300])
    return locked
