"""Telling households: one notice each about all that they are to be reminded of, many households in one transaction."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from celery.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, Subquery

from billing.models import Bill, Dispute, PaymentPromise, Reminder, ReminderNotice, ReminderText
from billing.paid_ahead import covered_bills
from billing.selectors import OWNERS
from billing.services.reminders.ladder import UNSETTLED, Rung, Way, ladder_of
from billing.services.reminders.words import in_words, own_words
from helpdesk.audit.services import Event, record_many
from helpdesk.lib.one_by_one import one_by_one
from helpdesk.notifications.models import Message
from helpdesk.notifications.services import notify_residents
from residents.models import Occupancy, Phone, Resident, Unit
from residents.names_shown import full_name


def tell_each(unit_ids: Sequence[int], day: date, at: datetime) -> int:
    """Tells the households together, or, where one of them fails, one by one; returns how many were told."""
    try:
        return tell_households(unit_ids, day, at)
    except SoftTimeLimitExceeded:
        raise
    except (
        Exception
    ):  # another worker was quicker, or whatever is wrong with one of them; that one is logged below
        return one_by_one(unit_ids, lambda unit: tell_household(unit, day, at), what="reminding unit")


def tell_household(unit_id: int, day: date, at: datetime) -> bool:
    """One notice about all that a unit is to be reminded of; False when there is nothing left to say, or it was said."""
    try:
        return tell_households([unit_id], day, at) == 1
    except IntegrityError:  # another worker was quicker
        return False


@transaction.atomic
def tell_households(unit_ids: Sequence[int], day: date, at: datetime) -> int:
    """One notice each, all of them or, if one fails, none; as many statements as for one. Returns how many were told."""
    waiting = Reminder.objects.select_for_update(of=("self",)).filter(
        unit__in=unit_ids, notice__isnull=True, is_dropped=False
    )
    reminders = list(waiting.order_by("unit_id", "bill__due_on", "bill_id", "level"))
    drop_settled(reminders)
    silent, covered = _silent(unit_ids, day), covered_bills(unit_ids)
    reminders = [r for r in reminders if not (r.is_dropped or r.unit_id in silent or r.bill_id in covered)]
    if not reminders:
        return 0
    notices = _write_notices(reminders, day, at)
    written = ReminderNotice.objects.filter(unit=OuterRef("unit"), day=day).values("pk")[:1]
    Reminder.objects.filter(pk__in=[r.pk for r in reminders]).update(notice=Subquery(written))
    return len(notices)


def _silent(unit_ids: Sequence[int], day: date) -> set[int]:
    """Those who were told something today, and those who promised to pay."""
    told = ReminderNotice.objects.filter(unit__in=unit_ids, day=day).values_list("unit", flat=True)
    promised = PaymentPromise.objects.filter(unit__in=unit_ids).holding(day)  # type: ignore[attr-defined]
    return {*told, *promised.values_list("unit", flat=True)}


def drop_settled(reminders: list[Reminder]) -> None:
    """Of bills that were paid, reversed or disputed meanwhile nobody is reminded."""
    bills = {reminder.bill_id for reminder in reminders}
    open_disputes = Dispute.objects.filter(bill=OuterRef("pk"), settled_on__isnull=True)
    wanted = set(
        Bill.objects.filter(pk__in=bills, status__in=UNSETTLED)
        .exclude(Exists(open_disputes))
        .values_list("pk", flat=True)
    )
    gone = [reminder for reminder in reminders if reminder.bill_id not in wanted]
    Reminder.objects.filter(pk__in=[reminder.pk for reminder in gone]).update(is_dropped=True)
    for reminder in gone:
        reminder.is_dropped = True


@dataclass(frozen=True)
class Household:
    """A unit, what it is reminded of, who is asked to pay, and the rung that sets tone and way: the highest."""

    unit: Unit
    bills: list[Bill]
    payer: Resident | None
    level: int
    rung: Rung | None
    way: str
    channel: str
    address: str

    @property
    def language(self) -> str:
        return (self.payer.language if self.payer else "") or self.unit.estate.language

    @property
    def total(self) -> Decimal:
        return sum((bill.outstanding for bill in self.bills), Decimal(0))

    def words(self, own: dict[tuple[int, str], ReminderText]) -> tuple[str, str]:
        return in_words(
            self.unit,
            self.payer,
            self.bills,
            own.get((self.level, self.language)),
            days=self.rung.days if self.rung else 1,
            language=self.language,
        )


def _write_notices(reminders: list[Reminder], day: date, at: datetime) -> list[ReminderNotice]:
    homes = _households(reminders, day)
    own = own_words(homes[0].unit.estate)
    drafts = []
    for home in homes:
        subject, body = home.words(own)
        notice = ReminderNotice(
            estate=home.unit.estate, unit=home.unit, day=day, resident=home.payer, level=home.level, way=home.way,
            channel=home.channel, total=home.total, subject=subject, body=body, language=home.language, created_at=at,
        )  # fmt: skip
        drafts.append((notice, home))
    _send([(notice, home) for notice, home in drafts if home.address], at)
    notices = ReminderNotice.objects.bulk_create([notice for notice, _home in drafts])
    sent = (
        Event("reminder.sent", notice, {"level": notice.level, "way": notice.way}, filed_under=notice.unit)
        for notice in notices
    )
    record_many(sent, actor=None, at=at)
    return notices


def _send(drafts: Sequence[tuple[ReminderNotice, Household]], at: datetime) -> None:
    """Puts messages into the outbox and hangs them on their notices."""
    messages = {
        notice.unit_id: Message(
            estate=home.unit.estate,
            template="reminder",
            dedupe_key=f"reminder:{notice.unit_id}:{notice.day:%Y%m%d}",
            context={"subject": notice.subject, "body": notice.body},
            about_type=Unit._meta.label_lower,
            about_id=notice.unit_id,
            channel=notice.channel,
            address=home.address,
            recipient_label=full_name(home.payer) if home.payer else home.unit.code,
            language=notice.language,
            not_before=at,
        )
        for notice, home in drafts
    }
    notify_residents(messages.values())
    for notice, _home in drafts:
        notice.message = messages[notice.unit_id]


def _households(reminders: list[Reminder], day: date) -> list[Household]:
    """Reminders in the order of their units, gathered by unit; everything that is asked is asked once for all."""
    units = Unit.objects.select_related("estate").in_bulk({r.unit_id for r in reminders})
    estate = next(iter(units.values())).estate
    rungs = {rung.level: rung for rung in ladder_of(estate)}
    payers = payers_of(units, day)
    reached = reach(payers.values())
    bills = Bill.objects.in_bulk({r.bill_id for r in reminders})
    found = []
    for unit_id, group in groupby(reminders, key=lambda r: r.unit_id):
        own = list(group)
        highest = max(own, key=lambda r: rungs[r.level].days if r.level in rungs else 0)
        rung, payer = rungs.get(highest.level), payers.get(unit_id)
        way = rung.way if rung else Way.MESSAGE
        by_message = way == Way.MESSAGE and payer is not None
        channel, address = reached[payer.pk] if by_message and payer else ("print", "")
        owed = sorted((bills[pk] for pk in {r.bill_id for r in own}), key=lambda b: (b.due_on, b.pk))
        found.append(Household(units[unit_id], owed, payer, highest.level, rung, way, channel, address))
    return found


def payer_of(unit: Unit, day: date) -> Resident | None:
    """Who is asked to pay: the payer on file, else an owner; nobody else is told what a unit owes."""
    return payers_of([unit.pk], day).get(unit.pk)


def payers_of(unit_ids: Iterable[int], day: date) -> dict[int, Resident]:
    """Unit -> who is asked to pay, for many units at once."""
    rows = Occupancy.objects.current(day).filter(unit__in=list(unit_ids), resident__is_archived=False)  # type: ignore[attr-defined]
    rows = rows.filter(Q(is_payer=True) | Q(relation__in=OWNERS)).select_related("resident")
    found: dict[int, Resident] = {}
    for row in sorted(rows, key=lambda row: (not row.is_payer, row.relation != "owner", row.pk)):
        found.setdefault(row.unit_id, row.resident)
    return found


def reach(residents: Collection[Resident]) -> dict[int, tuple[str, str]]:
    """Resident -> channel and address, by consent and what is on file; paper for everybody else.

    A company without an address of its own is reached by a contact person who agrees.
    """
    found = {resident.pk: ("print", "") for resident in residents}
    willing = {resident.pk: resident for resident in residents if resident.accepts_messages}
    rows = Phone.objects.filter(
        resident__in=[pk for pk, resident in willing.items() if not resident.email], is_working=True
    )
    phones: dict[int, list[Phone]] = defaultdict(list)
    for phone in rows.order_by("-is_primary", "id"):
        phones[phone.resident_id].append(phone)
    for pk, resident in willing.items():
        if resident.email:
            found[pk] = ("email", resident.email)
        elif phones[pk]:
            found[pk] = ("sms", phones[pk][0].number)
    companies = [
        pk
        for pk, who in willing.items()
        if who.kind == Resident.Kind.ORGANISATION and found[pk][0] == "print"
    ]
    return found | _by_contact_person(companies) if companies else found


def _by_contact_person(companies: list[int]) -> dict[int, tuple[str, str]]:
    people = Resident.objects.filter(contact_of__in=companies, is_archived=False).order_by("-id")
    addresses = reach(people)
    # The first on file counts, so it comes last.
    return {person.contact_of_id: addresses[person.pk] for person in people if addresses[person.pk][1]}  # type: ignore[misc]
