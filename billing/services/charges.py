"""What is charged for and at what rate; a rate that was in force stays as it was."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from billing.calculation import PERIOD
from billing.models import BillingRun, ChargeItem, Exemption, Lease, Rate, SharedCost
from billing.services.ledger import check_amount, lock_ledger, require_reason
from billing.services.runs import discard_preview, is_billed, outdate_previews
from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.lib.money import round_money
from helpdesk.staff.models import User
from residents.models import Building, Resident, Unit

# Whose price is a rate: a shared cost, a contract and a deposit carry their own amount.
PRICED = {ChargeItem.Kind.AREA, ChargeItem.Kind.FIXED, ChargeItem.Kind.METERED, ChargeItem.Kind.PIECE}
CHANGEABLE = {"name", "name_zh_hans", "name_zh_hant", "measure", "bears_late_fee", "is_active"}


@transaction.atomic
def add_charge_item(
    *, estate: Estate, actor: User | None, code: str, name: str, kind: str, **more: Any
) -> ChargeItem:
    """A new item. Refused already_there when the estate has one of that code."""
    if ChargeItem.objects.filter(estate=estate, code=code).exists():
        raise Refused("already_there", _("This code is taken."), field="code")
    item = ChargeItem.objects.create(estate=estate, code=code, name=name, kind=kind, **more)
    record("charge_item.added", item, actor=actor, kind=kind)
    return item


@transaction.atomic
def change_charge_item(item: ChargeItem, *, actor: User | None, **changes: Any) -> ChargeItem:
    """New names, measure, late fee or rest; code and kind stand as bills were made by them.

    Refused unknown_field; nothing is written where nothing changed.
    """
    if not set(changes) <= CHANGEABLE:
        raise Refused("unknown_field", _("This of an item can't be changed."))
    lock_ledger(item.estate)
    item = ChargeItem.objects.select_for_update().get(pk=item.pk)
    changed = [name for name, value in changes.items() if getattr(item, name) != value]
    for name in changed:
        setattr(item, name, changes[name])
    if changed:
        item.save(update_fields=changed)
        if "is_active" in changed:
            outdate_previews(item.estate, since="")
        record("charge_item.changed", item, actor=actor, fields=sorted(changed))
    return item


@transaction.atomic
def set_rate(
    charge_item: ChargeItem,
    *,
    actor: User | None,
    amount: Decimal,
    since: date,
    until: date | None = None,
    tiers: Sequence[dict[str, Any]] = (),
    building: Building | None = None,
    use: str = "",
    unit: Unit | None = None,
) -> Rate:
    """A rate from a day on; the one before of the same scope ends the day before.

    What was billed keeps the rate it was billed at. Refused rates_overlap, tiers_invalid, other_estate, has_no_rate,
    amount_not_positive, not_in_order.
    """
    lock_ledger(charge_item.estate)
    ChargeItem.objects.select_for_update().get(pk=charge_item.pk)
    if charge_item.kind not in PRICED:
        raise Refused("has_no_rate", _("What this item costs does not come from a rate."))
    if amount < 0:
        raise Refused("amount_not_positive", _("A rate is not below nothing."), field="amount")
    if until is not None and until < since:
        raise Refused("not_in_order", _("This lies before its beginning."), field="until")
    for thing in (building, unit):
        if thing is not None and thing.estate_id != charge_item.estate_id:
            raise Refused("other_estate", _("This belongs to another estate."))
    steps = check_tiers(tiers if charge_item.kind == ChargeItem.Kind.METERED else ())
    same = Rate.objects.filter(charge_item=charge_item, building=building, use=use, unit=unit)
    same.filter(until__isnull=True, since__lt=since).update(until=since - timedelta(days=1))
    clash = same.filter(Q(until__isnull=True) | Q(until__gte=since))
    if until is not None:
        clash = clash.filter(since__lte=until)
    if clash.exists():
        raise Refused("rates_overlap", _("Another rate is in force then."), field="since")
    rate = Rate.objects.create(
        estate_id=charge_item.estate_id, charge_item=charge_item, amount=amount, tiers=steps, building=building, use=use,
        unit=unit, since=since, until=until, set_by=actor,
    )  # fmt: skip
    _outdate(rate)
    record("rate.set", rate, actor=actor, filed_under=charge_item, amount=str(amount), since=since)
    return rate


@transaction.atomic
def end_rate(rate: Rate, *, actor: User | None, until: date) -> Rate:
    """The rate's last day. Refused not_in_order before its first, invalid_transition where it ends earlier already."""
    lock_ledger(rate.estate)
    ChargeItem.objects.select_for_update().get(pk=rate.charge_item_id)
    rate = Rate.objects.select_related("charge_item").get(pk=rate.pk)
    _shorten(rate, until)
    record("rate.ended", rate, actor=actor, filed_under=rate.charge_item, until=until)
    return rate


def _shorten(thing: Rate | Exemption, until: date) -> None:
    if until < thing.since:
        raise Refused("not_in_order", _("This lies before its beginning."), field="until")
    if thing.until is not None and thing.until <= until:
        raise Refused("invalid_transition", _("It ends earlier already."), field="until")
    _outdate(thing, since=until)
    thing.until = until
    thing.save(update_fields=["until"])


def _outdate(thing: Rate | Exemption | Lease, since: date | None = None) -> None:
    """Previews of the days for which it holds, or no longer does, are to be made anew."""
    until = f"{thing.until:%Y-%m}" if thing.until else None
    outdate_previews(thing.estate, since=f"{since or thing.since:%Y-%m}", until=until)


def check_tiers(tiers: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The steps of a tariff as they are kept: rising ends, rates of nothing or more. Refused tiers_invalid."""
    steps, end = [], Decimal(0)
    try:
        for n, tier in enumerate(tiers):
            rate, last = Decimal(str(tier["rate"])), n == len(tiers) - 1
            if tier.get("up_to") is None and last:
                steps.append({"up_to": None, "rate": str(rate)})
                break
            up_to = Decimal(str(tier["up_to"]))
            if not (up_to > end and rate >= 0 and up_to.is_finite() and rate.is_finite()):
                raise ValueError
            end = up_to
            steps.append({"up_to": str(up_to), "rate": str(rate)})
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise Refused(
            "tiers_invalid", _("Each step needs an end above the one before, and a rate."), field="tiers"
        ) from error
    return steps


@transaction.atomic
def grant_exemption(
    unit: Unit,
    *,
    actor: User | None,
    percent: Decimal,
    since: date,
    until: date,
    reason: str,
    charge_item: ChargeItem | None = None,
) -> Exemption:
    """A discount with its approver and its last day.

    Refused reason_required, other_estate, percent_out_of_bounds, not_in_order.
    """
    if not 0 < percent <= 100:
        message = _("A discount lies above nothing and reaches all of it.")
        raise Refused("percent_out_of_bounds", message, field="percent")
    if until < since:
        raise Refused("not_in_order", _("This lies before its beginning."), field="until")
    if charge_item is not None and charge_item.estate_id != unit.estate_id:
        raise Refused("other_estate", _("This belongs to another estate."), field="charge_item")
    lock_ledger(unit.estate)
    exemption = Exemption.objects.create(
        estate_id=unit.estate_id, unit=unit, charge_item=charge_item, percent=percent, reason=require_reason(reason),
        approved_by=actor, since=since, until=until,
    )  # fmt: skip
    _outdate(exemption)
    record("exemption.granted", exemption, actor=actor, filed_under=unit, percent=str(percent), until=until)
    return exemption


@transaction.atomic
def end_exemption(exemption: Exemption, *, actor: User | None, until: date) -> Exemption:
    """An earlier last day; what was billed with it stays. Refused not_in_order, invalid_transition."""
    lock_ledger(exemption.estate)
    exemption = Exemption.objects.select_for_update(of=("self",)).select_related("unit").get(pk=exemption.pk)
    _shorten(exemption, until)
    record("exemption.ended", exemption, actor=actor, filed_under=exemption.unit, until=until)
    return exemption


@transaction.atomic
def enter_shared_cost(
    charge_item: ChargeItem,
    *,
    actor: User | None,
    period: str,
    amount: Decimal,
    building: Building | None = None,
) -> SharedCost:
    """What a shared use cost in a period.

    A preview that was made without it is discarded. Refused period_invalid, amount_not_positive, already_there,
    period_already_billed (no bill would take it any more).
    """
    if not PERIOD.fullmatch(period):
        raise Refused("period_invalid", _("Write the period as 2026-11."), field="period")
    lock_ledger(charge_item.estate)
    if is_billed(charge_item.estate, period):
        message = _("This period has been billed: enter the cost in the next one.")
        raise Refused("period_already_billed", message, field="period")
    if SharedCost.objects.filter(charge_item=charge_item, period=period, building=building).exists():
        raise Refused("already_there", _("This cost was entered already."), field="period")
    cost = SharedCost.objects.create(
        estate_id=charge_item.estate_id, charge_item=charge_item, building=building, period=period,
        amount=check_amount(amount), entered_by=actor,
    )  # fmt: skip
    for run in BillingRun.objects.filter(
        estate=charge_item.estate, period=period, status=BillingRun.Status.PREVIEWED
    ):
        discard_preview(run)
    record(
        "shared_cost.entered", cost, actor=actor, filed_under=charge_item, amount=str(amount), period=period
    )
    return cost


@transaction.atomic
def add_lease(
    unit: Unit,
    *,
    actor: User | None,
    charge_item: ChargeItem,
    subject: str,
    monthly_rent: Decimal,
    since: date,
    until: date | None = None,
    quantity: Decimal = Decimal(1),
    tenant: Resident | None = None,
) -> Lease:
    """A contract by which a unit pays every month.

    Refused amount_not_positive, invalid_amount, other_estate, not_by_contract, not_in_order, already_there.
    """
    if charge_item.estate_id != unit.estate_id:
        raise Refused("other_estate", _("This belongs to another estate."), field="charge_item")
    if charge_item.kind != ChargeItem.Kind.CONTRACT:
        raise Refused("not_by_contract", _("This item is not charged by contract."), field="charge_item")
    if quantity <= 0:
        raise Refused("amount_not_positive", _("Nothing at all is not let."), field="quantity")
    if until is not None and until < since:
        raise Refused("not_in_order", _("This lies before its beginning."), field="until")
    if tenant is not None and tenant.estate_id != unit.estate_id:
        raise Refused("other_estate", _("This belongs to another estate."), field="tenant")
    if (
        until is None
        and Lease.objects.filter(unit=unit, charge_item=charge_item, until__isnull=True).exists()
    ):
        raise Refused(
            "already_there", _("The unit has an open contract of this kind; end it or raise its quantity.")
        )
    lock_ledger(unit.estate)
    monthly_rent = check_amount(monthly_rent)
    check_amount(round_money(quantity * monthly_rent))  # more than the books hold would end every preview
    lease = Lease.objects.create(
        estate_id=unit.estate_id, unit=unit, charge_item=charge_item, subject=subject,
        monthly_rent=monthly_rent, quantity=quantity, since=since, until=until, tenant=tenant,
        created_by=actor,
    )  # fmt: skip
    _outdate(lease)
    record("lease.added", lease, actor=actor, filed_under=unit, monthly_rent=str(monthly_rent), since=since)
    return lease


@transaction.atomic
def end_lease(lease: Lease, *, actor: User | None, until: date) -> Lease:
    """The contract's last day. Refused invalid_transition before its first."""
    if until < lease.since:
        raise Refused("invalid_transition", _("The contract begins later than that."), field="until")
    lock_ledger(lease.estate)
    _outdate(lease)
    lease.until = until
    lease.save(update_fields=["until"])
    record("lease.ended", lease, actor=actor, filed_under=lease.unit, until=until)
    return lease
