"""Money from a bank's file: read and matched at once, looked through by somebody, posted line by line, each once.

A killed worker leaves whole lines behind it; the next one goes on with those that are still to be posted.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.bank_matching import Matcher
from billing.bank_reasons import reason_kept
from billing.bank_sheets import Row, read_statement
from billing.models import BankFile, BankLine, Payment
from billing.services.ledger import is_closed, local_day, lock_ledger
from billing.services.payments import take_payment
from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.lib.names import fold
from helpdesk.lib.one_by_one import one_by_one
from helpdesk.staff.models import User
from residents.models import Unit

STATUS, STATE = BankFile.Status, BankLine.State
LEASE = timedelta(seconds=60)
RENEWED_EVERY = 20  # lines
MOST_SET_ASIDE = 200  # rows that the page shows; their number is kept whole
KEYS_AT_ONCE = 500
WHY = ("why_code", "why_data", "why")


@transaction.atomic
def send_bank_file(
    estate: Estate, *, actor: User | None, name: str, data: bytes, at: datetime | None = None
) -> BankFile:
    """Reads a file and finds out whose each sum is; nothing is posted yet. Rows of an earlier file are set aside.

    A reference that an earlier row had with another amount, day or payer is somebody's to look at, never set aside.
    Refused what read_statement refuses.
    """
    at = at or timezone.now()
    today = local_day(estate, at)
    statement = read_statement(name, data, today=today)
    lock_ledger(estate)
    news, aside = _sorted_out(estate, statement.rows)
    file = BankFile.objects.create(
        estate=estate, file_name=name[-120:], known=len(aside), set_aside=aside[:MOST_SET_ASIDE],
        outgoing=statement.outgoing, unreadable=statement.unreadable, sent_by=actor, created_at=at,
    )  # fmt: skip
    matcher = Matcher(estate, [row for row, _shared in news], today)
    lines = [_line(file, row, matcher, shared) for row, shared in news]
    BankLine.objects.bulk_create(lines, batch_size=500)
    record("bank_file.sent", file, actor=actor, at=at, lines=len(lines), known=file.known)
    return file


def _sorted_out(estate: Estate, rows: list[Row]) -> tuple[list[tuple[Row, str]], list[dict[str, Any]]]:
    """The rows that become lines, each with the file whose reference it shares; and those that are on file already."""
    keys = list({alias for row in rows for alias in row.aliases})
    on_file: dict[str, BankLine] = {}
    for start in range(0, len(keys), KEYS_AT_ONCE):
        found = BankLine.objects.filter(estate=estate, key__in=keys[start : start + KEYS_AT_ONCE])
        on_file |= {line.key: line for line in found.select_related("file")}
    news: dict[str, tuple[Row, str]] = {}
    aside: list[dict[str, Any]] = []
    for row in rows:
        lines = [on_file[alias] for alias in row.aliases if alias in on_file]
        same = next((line for line in lines if line.key == row.mark or _is_same(line, row)), None)
        if same is not None or row.key in news:
            aside.append(_aside(row, same.file.file_name if same else ""))
        elif row.key in on_file:
            news[row.mark] = replace(row, key=row.mark), on_file[row.key].file.file_name
        else:
            news[row.key] = row, ""
    return list(news.values()), aside


def _is_same(line: BankLine, row: Row) -> bool:
    """A bank that leaves the payer out once contradicts nobody."""
    payers = {fold(line.payer).strip(), fold(row.payer).strip()} - {""}
    return (line.amount, line.received_on) == (row.amount, row.received_on) and len(payers) < 2


def _aside(row: Row, file_name: str) -> dict[str, Any]:
    return {
        "row": row.row, "day": row.received_on.isoformat(), "amount": str(row.amount), "reference": row.reference,
        "file": file_name,
    }  # fmt: skip


def _line(file: BankFile, row: Row, matcher: Matcher, shared: str) -> BankLine:
    found = matcher.find(row)
    unit = None if shared else found.unit
    plates = [found.unit.code] if shared and found.unit else found.candidates
    return BankLine(
        estate=file.estate, file=file, row=row.row, key=row.key, reference=row.reference,
        received_on=row.received_on, amount=row.amount, method=row.method, payer=row.payer, note=row.note,
        unit=unit, bill=found.bill if unit else None, matched_by=found.by if unit else "",
        candidates=plates, state=STATE.MATCHED if unit else STATE.OPEN,
        **(reason_kept("same_reference", data={"file": shared}) if shared else reason_kept(found.why)),
    )  # fmt: skip


@transaction.atomic
def match_line(line: BankLine, *, actor: User | None, unit: Unit, at: datetime | None = None) -> BankLine:
    """Somebody knows whose it is. Refused invalid_transition (posted, or the file is at work), other_estate."""
    line = _lock_line(line)
    if unit.estate_id != line.estate_id:
        raise Refused("other_estate", _("This belongs to another estate."), field="unit")
    if line.bill_id and line.bill.unit_id != unit.pk:  # type: ignore[union-attr]
        line.bill = None
    line.unit, line.matched_by, line.state = unit, BankLine.Match.HAND, STATE.MATCHED
    _say_why(line, reason_kept(""))
    line.save(update_fields=["unit", "bill", "matched_by", "state", *WHY])
    record("bank_line.matched", line.file, actor=actor, at=at, row=line.row, unit=unit.code)
    return line


@transaction.atomic
def leave_line(line: BankLine, *, actor: User | None, at: datetime | None = None) -> BankLine:
    """Not money of a unit: it stays on file and is never posted. Refused invalid_transition."""
    line = _lock_line(line)
    line.unit, line.bill, line.matched_by, line.state = None, None, "", STATE.LEFT
    line.save(update_fields=["unit", "bill", "matched_by", "state"])
    record("bank_line.left", line.file, actor=actor, at=at, row=line.row)
    return line


@transaction.atomic
def confirm_bank_file(file: BankFile, *, actor: User | None, at: datetime | None = None) -> BankFile:
    """Every matched line is posted from now on, in the background; again once more lines are matched.

    Refused invalid_transition, nothing_to_import.
    """
    file = BankFile.objects.select_for_update().get(pk=file.pk)
    if file.status not in (STATUS.READ, STATUS.DONE):
        raise Refused("invalid_transition", _("This file is no longer waiting for that."))
    count = file.lines.filter(state=STATE.MATCHED).count()
    if not count:
        raise Refused("nothing_to_import", _("No line is matched that is still to be posted."))
    file.status, file.confirmed_by, file.claimed_until = STATUS.POSTING, actor, None
    file.save(update_fields=["status", "confirmed_by", "claimed_until"])
    record("bank_file.confirmed", file, actor=actor, at=at, lines=count)
    return file


@transaction.atomic
def drop_bank_file(file: BankFile, *, actor: User | None, at: datetime | None = None) -> BankFile:
    """Put a file away of which nothing was posted; it may be sent again. Refused invalid_transition."""
    file = BankFile.objects.select_for_update().get(pk=file.pk)
    if file.status != STATUS.READ or file.lines.filter(state=STATE.POSTED).exists():
        raise Refused("invalid_transition", _("This file is no longer waiting for that."))
    file.lines.all().delete()
    file.status, file.finished_at = STATUS.DROPPED, at or timezone.now()
    file.save(update_fields=["status", "finished_at"])
    record("bank_file.dropped", file, actor=actor, at=at)
    return file


def continue_bank_files(at: datetime) -> int:
    """Goes on with every confirmed file that nobody is at; returns how many lines were posted."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=at)
    waiting = BankFile.objects.filter(status=STATUS.POSTING)

    def go_on(pk: int) -> int:
        if not waiting.filter(free, pk=pk).update(claimed_until=at + LEASE):
            return 0
        return continue_bank_file(BankFile.objects.select_related("estate", "confirmed_by").get(pk=pk))

    files = list(waiting.filter(free).order_by("id").values_list("pk", flat=True))
    return one_by_one(files, go_on, what="bank file")


def continue_bank_file(file: BankFile, *, at: datetime | None = None) -> int:
    """Posts what is still matched, a line a commit; returns how many. Two at once post nothing twice."""
    posted = 0
    for n, pk in enumerate(list(file.lines.filter(state=STATE.MATCHED).values_list("pk", flat=True))):
        posted += post_line(pk, actor=file.confirmed_by, at=at)
        if n % RENEWED_EVERY == 0:
            until = timezone.now() + LEASE
            BankFile.objects.filter(pk=file.pk, status=STATUS.POSTING).update(claimed_until=until)
    done = BankFile.objects.filter(pk=file.pk, status=STATUS.POSTING)
    if done.update(status=STATUS.DONE, finished_at=at or timezone.now(), claimed_until=None):
        record("bank_file.done", file, actor=file.confirmed_by, at=at, posted=posted)
    return posted


@transaction.atomic
def post_line(pk: int, *, actor: User | None, at: datetime | None = None) -> int:
    """One line as one payment; 0 when it was posted already, or when the ledger refuses it, which the line then says."""
    at = at or timezone.now()
    lock_ledger(BankLine.objects.select_related("estate").get(pk=pk).estate)
    line = BankLine.objects.select_for_update().get(pk=pk)
    if line.state != STATE.MATCHED:
        return 0
    try:
        with transaction.atomic():
            line.payment = _payment_of(line, actor, at)
    except Refused as refusal:
        line.state = STATE.REFUSED
        _say_why(line, reason_kept(refusal.code, str(refusal.message)))
        line.save(update_fields=["state", *WHY])
        return 0
    line.state = STATE.POSTED
    line.save(update_fields=["state", "payment"])
    return 1


def _payment_of(line: BankLine, actor: User | None, at: datetime) -> Payment:
    known: dict[str, Any] = {
        "actor": actor, "amount": line.amount, "method": line.method, "reference": line.reference,
        "received_on": open_day(line.estate, line.received_on, at), "value_on": line.received_on,
        "channel": Payment.Channel.FILE,
        "external_ref": f"{line.estate_id}:{line.key}", "at": at,
    }  # fmt: skip
    # A bill settled since the file was read leaves the money to what else is open, or as credit.
    names_open = line.bill is not None and line.bill.status in ("open", "part_paid")
    return take_payment(line.unit, bills=[line.bill] if names_open else None, **known)  # type: ignore[arg-type, list-item]


def open_day(estate: Estate, day: date, at: datetime) -> date:
    """The day the bank says, or the next that is not closed; refused day_closed when today is closed as well."""
    today = local_day(estate, at)
    while is_closed(estate, day):
        day += timedelta(days=1)
        if day > today:
            raise Refused("day_closed", _("Every day up to today is closed: post it tomorrow."))
    return day


def _say_why(line: BankLine, reason: dict[str, Any]) -> None:
    for name in WHY:
        setattr(line, name, reason[name])


def _lock_line(line: BankLine) -> BankLine:
    line = BankLine.objects.select_for_update(of=("self",)).select_related("file", "bill").get(pk=line.pk)
    if line.state == STATE.POSTED or line.file.status in (STATUS.POSTING, STATUS.DROPPED):
        raise Refused("invalid_transition", _("This line is no longer waiting for that."))
    return line
