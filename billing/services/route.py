"""Today's route of door-to-door collection: the doors to knock at, in the order of the house (docs/domain.md §9)."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from billing.models import (
    Bill,
    CollectionVisit,
    Deferral,
    Dispute,
    PaymentPromise,
    ReminderNotice,
    ReminderStep,
)
from billing.selectors import Arrears, arrears_of_units
from helpdesk.estates.models import Estate
from residents.models import Unit

MOST_STOPS = 200
# A promise that was broken longer ago sends nobody there any more.
BROKEN_LATELY = timedelta(days=30)


@dataclass(frozen=True)
class RouteStop:
    """One door of today's route: what is owed and since when, the last visit, and a promise that has come due."""

    unit: Unit
    owed: Arrears
    last: CollectionVisit | None
    broken: PaymentPromise | None


def doors_to_knock_at() -> QuerySet[ReminderNotice]:
    """What the ladder sends people to doors for: neither done nor taken back."""
    return ReminderNotice.objects.filter(
        way=ReminderStep.Way.DOOR, done_at__isnull=True, withdrawn_at__isnull=True
    )


def route_of(estate: Estate, day: date) -> list[RouteStop]:
    """The doors to knock at: those whom the ladder sends there, or whose promise was broken, and where nobody was met since.

    In the order of the house. A unit with a promise that holds, a deferral, or nothing overdue that nobody doubts is
    left out.
    """
    sent = doors_to_knock_at().filter(estate=estate)
    paused = Deferral.objects.filter(unit=OuterRef("pk"), since__lte=day, until__gte=day)
    holding = PaymentPromise.objects.filter(
        unit=OuterRef("pk"), settled_on__isnull=True, promised_for__gte=day
    )
    broken = PaymentPromise.objects.filter(
        unit=OuterRef("pk"), outcome=PaymentPromise.Outcome.BROKEN, settled_on__gte=day - BROKEN_LATELY
    )
    spoken_since = CollectionVisit.objects.filter(
        unit=OuterRef("unit"), at__date__gte=OuterRef("settled_on")
    ).exclude(met=CollectionVisit.Met.NOBODY)
    broken = broken.exclude(Exists(spoken_since))
    doubted = Dispute.objects.filter(bill=OuterRef("pk"), settled_on__isnull=True)
    to_ask_for = Bill.objects.overdue(day).filter(unit=OuterRef("pk")).exclude(Exists(doubted))
    been_there = CollectionVisit.objects.filter(
        unit=OuterRef("pk"), at__date=day, way=CollectionVisit.Way.DOOR
    )
    units = (
        Unit.objects.filter(estate=estate)
        .filter(Exists(sent.filter(unit=OuterRef("pk"))) | Exists(broken))
        .exclude(Exists(paused))
        .exclude(Exists(holding))
        .filter(Exists(to_ask_for))
        .exclude(Exists(been_there))
        .select_related("building", "estate")
        .order_by("code")
    )
    return _stops(sorted(units[:MOST_STOPS], key=_place), day)


def _place(unit: Unit) -> list[tuple[int, str]]:
    """A door's place on the way: 3-2-501 before 3-10-101."""
    return [(int(part) if part.isdecimal() else 0, part) for part in re.split(r"(\d+)", unit.code)]


def _stops(units: list[Unit], day: date) -> list[RouteStop]:
    """The same few queries for one door and for two hundred."""
    ids = [unit.pk for unit in units]
    owed = arrears_of_units(ids, on=day)
    visits = CollectionVisit.objects.filter(unit__in=ids).select_related("by", "unit")
    last = {visit.unit_id: visit for visit in visits.order_by("at", "id")}
    promises = PaymentPromise.objects.filter(unit__in=ids, outcome=PaymentPromise.Outcome.BROKEN)
    broken = {promise.unit_id: promise for promise in promises.order_by("settled_on", "id")}
    return [RouteStop(unit, owed[unit.pk], last.get(unit.pk), broken.get(unit.pk)) for unit in units]
