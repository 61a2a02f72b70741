"""Parcels, letters and newspapers 快件: received and told, collected, or sent back (docs/domain.md §10)."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.audit.services import record
from helpdesk.estates.calendars import local
from helpdesk.lib.errors import Refused
from helpdesk.lib.one_by_one import one_by_one
from helpdesk.lib.transitions import Transitions
from helpdesk.notifications.services import notify
from helpdesk.staff.models import User
from residents.models import Resident, Unit
from residents.selectors import people_of
from tickets.services.telling import not_in_rest_hours, reach_of
from tickets.services.tickets.state import same_estate
from visitors.models import Parcel

S = Parcel.Status
# Days after which an uncollected thing is told of again, once each.
REMINDED = (3, 7)
LEFT_ALONE = timedelta(days=30)
ROWS = 1000
PARCEL_STATES = Transitions(
    {"collect": ((S.RECEIVED,), S.COLLECTED), "send_back": ((S.RECEIVED,), S.RETURNED)},
    statuses=S.choices,
    actions={"collect": gettext_lazy("Collected"), "send_back": gettext_lazy("Send back")},
)


@transaction.atomic
def receive_parcel(
    *,
    unit: Unit,
    actor: User,
    kind: str = Parcel.Kind.PARCEL,
    carrier: str = "",
    reference: str = "",
    shelf: str = "",
    resident: Resident | None = None,
    form_token: str | None = None,
    at: datetime | None = None,
) -> Parcel:
    """It stands at the desk, and the household is told, once. The same form again gives the first one.

    Newspapers are told to nobody. Refused unit_archived, other_estate.
    """
    at = at or timezone.now()
    same_estate(unit.estate_id, "resident", resident)
    if unit.is_archived:
        raise Refused("unit_archived", _("This unit is no longer in use."), field="unit")
    parcel = Parcel(
        estate=unit.estate,
        unit=unit,
        resident=resident,
        kind=kind,
        carrier=carrier.strip()[:60],
        reference=reference.strip()[:60],
        shelf=shelf.strip()[:30],
        received_at=at,
        received_by=actor,
        form_token=form_token or None,
    )
    before = _made_by(parcel)
    if before is not None:
        return before
    try:
        with transaction.atomic():
            parcel.save(force_insert=True)
    except IntegrityError:
        before = _made_by(parcel)
        if before is None:
            raise
        return before
    record("parcel.received", parcel, actor=actor, at=at, unit=unit.code, kind=str(parcel.kind))
    if parcel.kind != Parcel.Kind.NEWSPAPER and _tell(parcel, "parcel_received", "received", at):
        parcel.told_at = at
        parcel.save(update_fields=["told_at"])
    return parcel


def _made_by(parcel: Parcel) -> Parcel | None:
    if not parcel.form_token:
        return None
    return Parcel.objects.filter(form_token=parcel.form_token, estate=parcel.estate).first()


@transaction.atomic
def collect_parcel(parcel: Parcel, *, actor: User, collected_by: str, at: datetime | None = None) -> Parcel:
    """Handed out to somebody, who is named. Refused collected_by_missing, invalid_transition."""
    if not collected_by.strip():
        raise Refused("collected_by_missing", _("Write down who collects it."), field="collected_by")
    return _end(parcel, "collect", actor, at, collected_by=collected_by.strip()[:80])


@transaction.atomic
def send_back_parcel(parcel: Parcel, *, actor: User, at: datetime | None = None) -> Parcel:
    """The carrier has taken it back. Refused invalid_transition."""
    return _end(parcel, "send_back", actor, at)


def _end(parcel: Parcel, act: str, actor: User, at: datetime | None, **kept: Any) -> Parcel:
    at = at or timezone.now()
    rows = Parcel.objects.select_for_update(of=("self",)).select_related("estate", "unit")
    locked = rows.get(pk=parcel.pk)
    locked.status = PARCEL_STATES.guard(locked.status, act)
    for name, value in kept.items():
        setattr(locked, name, value)
    locked.ended_at, locked.ended_by = at, actor
    locked.version += 1
    locked.save()
    record("parcel.collected" if act == "collect" else "parcel.sent_back", locked, actor=actor, at=at)
    return locked


def remind_uncollected(at: datetime) -> int:
    """Tell households once more of what has waited three days, and seven; returns how many were told now.

    After a pause what is due twice is told of once.
    """
    until = [*(timedelta(days=days) for days in REMINDED[1:]), LEFT_ALONE]
    return sum(_remind_after(days, before, at) for days, before in zip(REMINDED, until, strict=True))


def _remind_after(days: int, before: timedelta, at: datetime) -> int:
    """Those whose last reminder due is this one and isn't past: the longest waiting first, so that none is left out."""
    waits = Parcel.objects.filter(
        status=S.RECEIVED,
        told_at__isnull=False,
        reminded_days__lt=days,
        received_at__lte=at - timedelta(days=days),
        received_at__gt=at - before,
    ).order_by("received_at", "pk")
    due = list(waits.values_list("pk", flat=True)[:ROWS])
    return one_by_one(due, lambda pk: _remind(pk, days, at), what="reminder of parcel")


@transaction.atomic
def _remind(pk: int, days: int, at: datetime) -> bool:
    rows = Parcel.objects.select_for_update(of=("self",)).select_related("estate", "unit", "resident")
    parcel = rows.get(pk=pk)
    if parcel.status != S.RECEIVED or parcel.reminded_days >= days:
        return False
    # Whoever can't be reached has had this one too: it stands in nobody's way the next time.
    Parcel.objects.filter(pk=pk).update(reminded_days=days)
    if not _tell(parcel, "parcel_waits", f"waits:{days}", at):
        return False
    record("parcel.reminded", parcel, actor=None, at=at, days=days)
    return True


def _tell(parcel: Parcel, template: str, key: str, at: datetime) -> bool:
    """One message to whom it is for, else to the household's first contact; False where nobody wants or gets one."""
    reached = _reach(parcel, at)
    if reached is None:
        return False
    person, channel, address = reached
    told = notify(
        person.name,
        template,
        estate=parcel.estate,
        dedupe_key=f"parcel:{parcel.pk}:{key}",
        context={
            "estate": str(parcel.estate),
            "where": parcel.unit.code,
            "kind": parcel.kind,
            "carrier": parcel.carrier,
        },
        about=parcel,
        channel=channel,
        address=address,
        language=person.language,
        not_before=not_in_rest_hours(parcel.estate, at),
        spares_rest_hours=True,
    )
    return told is not None


def _reach(parcel: Parcel, at: datetime) -> tuple[Resident, str, str] | None:
    people = [parcel.resident] if parcel.resident else []
    people += [row.resident for row in people_of(parcel.unit, local(parcel.estate, at).date())]
    for person in people:
        channel, address = reach_of(person, "")
        if address:
            return person, channel, address
    return None
