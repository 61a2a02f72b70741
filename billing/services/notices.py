"""Bills' notices handed over, one or many at once (docs/domain.md §9)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import Bill
from billing.models.bills import Handover
from billing.services.ledger import local_day, lock_ledger, made_before, sent_before
from helpdesk.audit.services import Event, record, record_many
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User

MOST = 500  # notices at a time


@transaction.atomic
def hand_over_bill(
    bill: Bill,
    *,
    actor: User | None,
    way: str,
    received_by: str = "",
    note: str = "",
    form_token: str | None = None,
    at: datetime | None = None,
) -> Handover:
    """Notes that the bill's notice was handed over: who, to whom, when, how. The same form again is the same one."""
    lock_ledger(bill.estate)
    same = {"bill_id": bill.pk, "way": way, "received_by": received_by, "note": note}
    if before := made_before(Handover, bill.estate, form_token, **same):
        return before
    handed = Handover.objects.create(
        estate=bill.estate, bill=bill, way=way, received_by=received_by, note=note, handed_by=actor,
        form_token=form_token or None, at=at or timezone.now(),
    )  # fmt: skip
    record("bill.handed_over", bill, actor=actor, at=at, way=way)
    return handed


@transaction.atomic
def hand_over_bills(
    estate: Estate,
    bills: Sequence[Bill],
    *,
    actor: User | None,
    way: str,
    handed_at: datetime | None = None,
    note: str = "",
    form_token: str | None = None,
    at: datetime | None = None,
) -> list[Handover]:
    """Notes of many notices at once that they were handed over; a reversed bill's is left out. Queries do not grow.

    The same form again makes none twice. Refused nothing_chosen, too_many (above 500), other_estate, day_not_begun
    (handed over later than now), not_in_order (before one of the bills was dated), form_already_sent.
    """
    at = at or timezone.now()
    said_when, handed_at = handed_at, handed_at or at
    lock_ledger(estate)
    _guard(estate, bills, handed_at, at)
    tokens = {bill.pk: f"{form_token} {bill.pk}" for bill in bills} if form_token else {}
    before = list(Handover.objects.filter(estate=estate, form_token__in=tokens.values()))
    if any((row.way, row.note, row.at) != (way, note, said_when or row.at) for row in before):
        raise sent_before()
    done = {row.bill_id for row in before}
    news = [bill for bill in bills if bill.pk not in done and bill.status != Bill.Status.REVERSED]
    made = Handover.objects.bulk_create(
        Handover(
            estate=estate, bill=bill, way=way, note=note, handed_by=actor, form_token=tokens.get(bill.pk), at=handed_at
        )
        for bill in news
    )  # fmt: skip
    said = {"way": way, "handed_at": handed_at.isoformat()} | ({"note": note} if note else {})
    record_many([Event("bill.handed_over", bill, said) for bill in news], actor=actor, at=at)
    return [*before, *made]


def _guard(estate: Estate, bills: Sequence[Bill], handed_at: datetime, at: datetime) -> None:
    if not bills:
        raise Refused("nothing_chosen", _("Tick bills of the list first."))
    if len(bills) > MOST:
        message = _("At most %(count)d at a time: choose a building, or those not handed over yet.")
        raise Refused("too_many", message % {"count": MOST})
    if any(bill.estate_id != estate.pk for bill in bills):
        raise Refused("other_estate", _("This belongs to another estate."), field="bills")
    if handed_at > at:
        raise Refused("day_not_begun", _("This moment has not come yet."), field="handed_at")
    # A bill made ahead of its day may be handed over before it.
    born = max(min(bill.issued_on, local_day(estate, bill.created_at)) for bill in bills)
    if local_day(estate, handed_at) < born:
        raise Refused("not_in_order", _("This lies before the day of a bill."), field="handed_at")
