"""What the fees answer before somebody leaves or work begins: fees, last readings, deposits (docs/domain.md §8, §9)."""

from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import quote

from django.db.models import F, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.models import Deposit, Meter, MeterReading
from billing.selectors import arrears_of
from helpdesk.lib.money import show_money
from residents.clearances import (
    DECORATION_END,
    DECORATION_START,
    MOVE_IN,
    MOVE_OUT,
    UNIT_CHANGE,
    Case,
    State,
    not_applicable,
    register_clearance,
    settled,
    still_open,
)

Answer = tuple[State, str, str]
# A reading so many days before or after the day still counts as the one of the move.
READ_WITHIN = timedelta(days=7)
LEFT = F("amount") - F("given_back") - F("deducted")


def fees_settled(case: Case, at: datetime) -> Answer:
    """Nothing is open, due or not: who has left is hard to ask."""
    owed = arrears_of(case.unit, at=at)
    currency = case.unit.estate.currency
    if owed.outstanding:
        says = _("%(amount)s is not paid.") % {"amount": show_money(owed.outstanding, currency)}
        return still_open(says, reverse("unit_account", args=[case.unit.pk]))
    if owed.credit:
        return settled(
            _("Paid; %(credit)s stands to their credit.") % {"credit": show_money(owed.credit, currency)}
        )
    return settled(_("Nothing is open."))


def meters_read(case: Case, at: datetime) -> Answer:
    """Every meter in use has a reading of the days around the move: the day it really took place on, once that is known."""
    meters = Meter.objects.filter(unit=case.unit, removed_on__isnull=True)
    if not meters.exists():
        return not_applicable(_("No meter."))
    first, last = case.days
    read = MeterReading.objects.filter(
        meter__in=meters, read_on__gte=first - READ_WITHIN, read_on__lte=last + READ_WITHIN
    )
    # An estimate is nobody's reading.
    unread = meters.exclude(pk__in=read.exclude(source=MeterReading.Source.ESTIMATE).values("meter"))
    left = list(unread.order_by("number")[:4])
    if not left:
        return settled(_("All read."))
    numbers = [meter.number for meter in left]
    # The grid goes on after a number: one that is cut short stands just before its own meter.
    url = f"{reverse('meter_grid')}?item={left[0].charge_item_id}&after={quote(numbers[0][:-1])}"
    says = ngettext("Not read: %(numbers)s.", "Not read: %(numbers)s.", len(numbers))
    return still_open(says % {"numbers": ", ".join(numbers)}, url)


def deposits_given_back(case: Case, at: datetime) -> Answer:
    """No deposit of theirs is held; one that somebody else paid is theirs, not these people's."""
    rows = _held(Deposit.objects.filter(unit=case.unit))
    if case.residents:
        rows = rows.filter(Q(payer__isnull=True) | Q(payer__in=case.residents))
    total = _sum(rows)
    if not total:
        return not_applicable(_("None is held."))
    return _still_held(total, case, reverse("deposit_list", args=[case.unit.pk]))


def decoration_deposit_taken(case: Case, at: datetime) -> Answer:
    """The deposit of this job is in the drawer, where one is asked for."""
    assert case.decoration is not None  # noqa: S101 - asked of decorations only
    if not case.decoration.needs_deposit:
        return not_applicable(_("None is asked for."))
    rows = Deposit.objects.filter(decoration=case.decoration)
    if not rows.exists():
        url = f"{reverse('deposit_list', args=[case.unit.pk])}?decoration={case.decoration.pk}"
        return still_open(_("No deposit is taken yet."), url)
    taken = rows.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    return settled(_("%(amount)s taken.") % {"amount": show_money(taken, case.unit.estate.currency)})


def decoration_deposit_back(case: Case, at: datetime) -> Answer:
    """What was held for this job is given back, or kept with a reason."""
    assert case.decoration is not None  # noqa: S101 - asked of decorations only
    rows = Deposit.objects.filter(decoration=case.decoration)
    first = _held(rows).order_by("pk").first()
    if first is not None:
        return _still_held(_sum(_held(rows)), case, reverse("deposit_detail", args=[first.pk]))
    return settled(_("Given back.")) if rows.exists() else not_applicable(_("None was taken."))


def _held(rows: QuerySet[Deposit]) -> QuerySet[Deposit]:
    return rows.filter(amount__gt=F("given_back") + F("deducted"))


def _sum(rows: QuerySet[Deposit]) -> Decimal:
    return rows.aggregate(total=Sum(LEFT))["total"] or Decimal(0)


def _still_held(total: Decimal, case: Case, url: str) -> Answer:
    amount = show_money(total, case.unit.estate.currency)
    return still_open(_("%(amount)s is still held.") % {"amount": amount}, url)


def register() -> None:
    """Called once, when the apps are ready. Sums are for those who may see accounts."""
    moves = [MOVE_IN, MOVE_OUT, UNIT_CHANGE]
    seen = "billing.view"
    register_clearance("fees", fees_settled, title=gettext_lazy("Fees settled"), kinds=moves, permission=seen)
    register_clearance("meters", meters_read, title=gettext_lazy("Meters read"), kinds=moves)
    register_clearance(
        "deposits",
        deposits_given_back,
        title=gettext_lazy("Deposits given back"),
        kinds=[MOVE_OUT, UNIT_CHANGE],
        permission=seen,
    )
    register_clearance(
        "deposit_taken",
        decoration_deposit_taken,
        title=gettext_lazy("Deposit taken"),
        kinds=[DECORATION_START],
        permission=seen,
    )
    register_clearance(
        "deposit_back",
        decoration_deposit_back,
        title=gettext_lazy("Deposit given back"),
        kinds=[DECORATION_END],
        permission=seen,
    )
