"""What every posting begins and ends with: the estate's lock, an open day, a number, an entry."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext as _

from billing.models import AccountEntry, DayClosing, LedgerSettings, UnitAccount
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused, SentBefore
from helpdesk.lib.money import round_money
from residents.models import Unit

KIND, ACCOUNT = AccountEntry.Kind, AccountEntry.Account
# kind: (debited account, credited account)
MOVES: dict[str, tuple[str, str]] = {
    KIND.BILL: (ACCOUNT.UNIT, ACCOUNT.INCOME),
    KIND.BILL_REVERSAL: (ACCOUNT.INCOME, ACCOUNT.UNIT),
    KIND.PAYMENT: (ACCOUNT.MONEY, ACCOUNT.UNIT),
    KIND.PAYMENT_REVERSAL: (ACCOUNT.UNIT, ACCOUNT.MONEY),
    KIND.REFUND: (ACCOUNT.UNIT, ACCOUNT.MONEY),
    KIND.LATE_FEE: (ACCOUNT.UNIT, ACCOUNT.LATE_FEES),
    KIND.WAIVER: (ACCOUNT.LATE_FEES, ACCOUNT.UNIT),
    KIND.WRITE_OFF: (ACCOUNT.LOSSES, ACCOUNT.UNIT),
}
HIGHEST = Decimal("9999999999.99")
Made = TypeVar("Made", bound=models.Model)


def settings_of(estate: Estate) -> LedgerSettings:
    """How the estate bills; with the defaults where nobody has said."""
    return LedgerSettings.objects.get_or_create(estate=estate)[0]


def lock_ledger(estate: Estate) -> LedgerSettings:
    """The estate's ledger, locked until the commit: whoever posts comes first here, so that nobody waits crosswise."""
    settings_of(estate)
    return LedgerSettings.objects.select_for_update(no_key=True).get(estate=estate)


def account_of(unit: Unit) -> UnitAccount:
    """The unit's account; made on first use."""
    return UnitAccount.objects.get_or_create(unit=unit, defaults={"estate_id": unit.estate_id})[0]


def local_day(estate: Estate, at: datetime) -> date:
    """The day on the estate's own calendar."""
    return local(estate, at).date()


def is_closed(estate: Estate, day: date) -> bool:
    return DayClosing.objects.filter(estate=estate, day=day).exists()


def require_open(estate: Estate, day: date) -> None:
    """Refused day_closed, once the cashier has closed the day."""
    if is_closed(estate, day):
        raise Refused("day_closed", _("This day is closed; nothing can be posted into it any more."))


def posting_day(estate: Estate, at: datetime) -> date:
    """The day for what moves no money: today, or the next one that is not closed."""
    day = local_day(estate, at)
    while is_closed(estate, day):
        day += timedelta(days=1)
    return day


def made_before(model: type[Made], estate: Estate, form_token: str | None, **same: Any) -> Made | None:
    """What the same form, or the same key, made when it came first; ask under the ledger's lock.

    Refused form_already_sent when it now says something else than `same`: a sum that was typed over would be lost.
    """
    if not form_token:
        return None
    before = model._default_manager.filter(estate=estate, form_token=form_token).first()
    if before is not None and any(getattr(before, name) != value for name, value in same.items()):
        raise sent_before()
    return before


def sent_before() -> SentBefore:
    return SentBefore(_("This form was sent before, with something else in it. Open the page anew."))


def check_amount(amount: Decimal) -> Decimal:
    """The amount to the cent; refused amount_not_positive, or invalid_amount when it has more places or is too big."""
    if amount.is_finite() and amount > HIGHEST:
        raise Refused("invalid_amount", _("The amount is too big."), field="amount")
    if not amount.is_finite() or amount != round_money(amount):
        raise Refused("invalid_amount", _("Write the amount in digits, such as 1234.50."), field="amount")
    if amount <= 0:
        raise Refused("amount_not_positive", _("The amount must be more than nothing."), field="amount")
    return round_money(amount)


def require_reason(reason: str) -> str:
    """The reason, trimmed; refused reason_required when it says nothing."""
    if not reason.strip():
        raise Refused("reason_required", _("Say why."), field="reason")
    return reason.strip()


def post(
    kind: str, source: models.Model, *, unit: Unit, amount: Decimal, on: date, number: str = "", **link: Any
) -> AccountEntry:
    """One entry of what moved; `link` names the source, as in post("payment", payment, …, payment=payment)."""
    debit, credit = MOVES[kind] if kind in MOVES else link.pop("accounts")
    return AccountEntry.objects.create(
        estate_id=source.estate_id,  # type: ignore[attr-defined]
        unit=unit,
        kind=kind,
        on=on,
        debit=debit,
        credit=credit,
        amount=amount,
        number=number,
        **(link or {kind: source}),
    )
