"""Thirteen months of tickets with the shape of a real year, written in bulk."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from opencc import OpenCC

from helpdesk.audit.models import Entry
from helpdesk.desk.demo.texts import (
    DEPARTMENT_OF,
    MATTERS,
    NOTES,
    PRAISE,
    REPLIES,
    RESOLUTIONS,
    SUGGESTIONS,
    Matter,
)
from helpdesk.estates import business_time
from helpdesk.estates.calendars import business_calendar, calling_calendar
from helpdesk.estates.models import Department, Estate, NumberSeries
from helpdesk.lib.codes import format_number
from helpdesk.lib.crypto import digest_secret, new_secret
from helpdesk.lib.names import bigrams
from helpdesk.staff.models import Membership, User
from residents.models import Occupancy, Phone, Resident, Unit
from tickets.classification import classify
from tickets.models import Attempt, ClassDecision, Contact, FollowUp, Reply, Slip, Step, Ticket
from tickets.procedures import steps_for

# How busy a month is (January first): pipes in the rains of summer, noise and parking around the New Year.
SEASON = (1.15, 0.9, 0.95, 1.0, 1.1, 1.3, 1.35, 1.3, 1.1, 0.9, 0.95, 1.05)
WEEKDAY = (1.2, 1.05, 1.0, 1.0, 1.05, 0.75, 0.6)
URGENT_WORDS = ("漏", "火花", "跳闸", "leak", "sparks", "stuck")


@dataclass
class Cast:
    """Everything about one estate that the bulk writer needs at hand."""

    estate: Estate
    zone: ZoneInfo
    clerks: list[User]
    workers: dict[str, list[User]]
    departments: dict[str, Department]
    homes: list[tuple[Unit, Resident, str]]
    business: business_time.Calendar
    calling: business_time.Calendar


@dataclass
class Pile:
    """Rows waiting to be written together."""

    tickets: list[Ticket] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    decisions: list[ClassDecision] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    slips: list[Slip] = field(default_factory=list)
    follow_ups: list[FollowUp] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    # (moment, verb, actor, target, ticket, data)
    events: list[tuple[datetime, str, User | None, Any, Ticket, dict[str, Any]]] = field(default_factory=list)

    def tell(
        self, at: datetime, verb: str, actor: User | None, target: Any, of: Ticket | None = None, **data: Any
    ) -> None:
        """A line of the history, with what its sentence needs; `of` is the ticket that a slip or visit is filed under."""
        self.events.append((at, verb, actor, target, of or target, data))


def cast_of(estate: Estate) -> Cast:
    """Reads staff, departments and households of an estate once."""
    members = list(Membership.objects.filter(estate=estate).select_related("user", "department"))
    workers: dict[str, list[User]] = {}
    for m in members:
        if m.role in {"technician", "supervisor"} and m.department:
            workers.setdefault(m.department.kind, []).append(m.user)
    rows = Occupancy.objects.filter(unit__estate=estate, until__isnull=True).select_related(
        "unit", "resident"
    )
    phones = dict(_phones(estate))
    return Cast(
        estate=estate,
        zone=ZoneInfo(estate.time_zone),
        clerks=[m.user for m in members if m.role == "clerk"],
        workers=workers,
        departments={d.kind: d for d in estate.departments.all()},
        homes=[(o.unit, o.resident, phones.get(o.resident_id, "")) for o in rows.order_by("id")],
        business=business_calendar(estate),
        calling=calling_calendar(estate),
    )


def _phones(estate: Estate) -> Iterator[tuple[int, str]]:
    yield from Phone.objects.filter(estate=estate).values_list("resident_id", "number")


def write_history(cast: Cast, *, until: datetime, days: int, rng: random.Random) -> int:
    """Tickets of `days` days up to `until`, all settled but a few of the last days; returns how many."""
    pile, numbers = Pile(), Numbers()
    per_day = len(cast.homes) / 260
    for n in range(days, 2, -1):
        day = (until - timedelta(days=n)).astimezone(cast.zone).date()
        busy = per_day * SEASON[day.month - 1] * WEEKDAY[day.weekday()]
        for _ in range(_poisson(rng, busy)):
            _one_ticket(cast, pile, numbers, day, until, rng)
    _write(cast, pile, numbers)
    return len(pile.tickets)


class Numbers:
    """Numbers in order, year by year, as the counters would have given them."""

    def __init__(self) -> None:
        self.last: dict[tuple[str, int], int] = {}

    def next(self, series: str, at: datetime) -> str:
        key = (series, at.year)
        self.last[key] = self.last.get(key, 0) + 1
        return format_number(series, at.year, self.last[key])


def _poisson(rng: random.Random, mean: float) -> int:
    limit, k, p = math.exp(-mean), 0, 1.0
    while p > limit:
        k, p = k + 1, p * rng.random()
    return k - 1


@lru_cache(maxsize=1)
def _by_class_and_language() -> dict[tuple[str, str], list[Matter]]:
    table: dict[tuple[str, str], list[Matter]] = {}
    for matter in MATTERS:
        table.setdefault((matter.complaint_class, matter.language), []).append(matter)
    return table


@lru_cache(maxsize=512)
def _suggestion(words: str) -> dict[str, Any]:
    return classify(words).stored()


@lru_cache(maxsize=1024)
def _traditional(words: str) -> str:
    return str(_converter().convert(words))


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("s2hk")


@lru_cache(maxsize=2048)
def _search_text(text: str) -> str:
    return bigrams(text)


def _one_ticket(
    cast: Cast, pile: Pile, numbers: Numbers, day: date, until: datetime, rng: random.Random
) -> None:
    unit, resident, phone = rng.choice(cast.homes)
    language = resident.language or "zh-hans"
    spoken = "en" if language == "en" else "zh-hans"
    complaint_class = rng.choices(("help_seeking", "inquiry", "venting", "valid"), (54, 20, 11, 15))[0]
    matter = rng.choice(_by_class_and_language()[(complaint_class, spoken)])
    subject, words = matter.subject, matter.words
    if language == "zh-hant":
        subject, words = _traditional(subject), _traditional(words)
    created = datetime.combine(day, time(8), cast.zone) + timedelta(minutes=int(rng.triangular(0, 720, 150)))
    clerk = rng.choice(cast.clerks)
    urgent = any(w in words for w in URGENT_WORDS)
    ticket = Ticket(
        estate=cast.estate,
        number=numbers.next("T", created),
        status=Ticket.Status.NEW,
        channel=rng.choices(("phone", "counter", "web", "letter", "email"), (55, 20, 19, 3, 3))[0],
        subject=subject,
        description=words,
        language=language,
        topic=matter.topic,
        priority="urgent" if urgent else "normal",
        complaint_class=complaint_class,
        suggestion=_suggestion(words),
        unit=unit,
        resident=resident,
        reporter_name=resident.name,
        reporter_phone=phone,
        responsible=clerk,
        created_by=clerk,
        created_at=created,
        track_digest=digest_secret(new_secret()),
        search_text=_search_text(f"{subject} {words}"),
        response_due_at=_response_due(cast, created, urgent),
        resolution_due_at=_resolution_due(cast, created, urgent),
    )
    pile.tickets.append(ticket)
    pile.tell(created, "ticket.created", clerk, ticket)
    _live(cast, pile, numbers, ticket, until, rng)


def _response_due(cast: Cast, at: datetime, urgent: bool) -> datetime:
    if urgent:
        return at + timedelta(minutes=30)
    return business_time.add_business(cast.business, at, timedelta(hours=2))


def _resolution_due(cast: Cast, at: datetime, urgent: bool) -> datetime:
    if urgent:
        return business_time.add_business(cast.business, at, timedelta(hours=8))
    return business_time.add_working_days(cast.business, at, 3)


def _live(
    cast: Cast, pile: Pile, numbers: Numbers, ticket: Ticket, until: datetime, rng: random.Random
) -> None:
    """From the first words to the follow-up visit; what would lie after `until` has not happened yet."""
    clerk = ticket.responsible
    judged = ticket.created_at + timedelta(minutes=rng.randrange(2, 25))
    department = cast.departments[DEPARTMENT_OF[ticket.topic]]
    ticket.department, ticket.status = department, Ticket.Status.IN_PROGRESS
    ticket.responded_at = judged + timedelta(minutes=int(rng.expovariate(1 / 35)))
    pile.tell(judged, "ticket.classified", clerk, ticket, to=ticket.complaint_class)
    suggested = ticket.suggestion.get("complaint_class", "")
    pile.decisions.append(
        ClassDecision(
            ticket=ticket,
            to_class=ticket.complaint_class,
            suggested_class=suggested,
            decided_by=clerk,
            decided_at=judged,
        )
    )
    _contact(cast, pile, ticket, rng)
    names = {"zh-hans": department.name_zh_hans, "zh-hant": department.name_zh_hant}
    given = {"department": department.name, "handler": "", "names": names}
    pile.tell(judged + timedelta(minutes=3), "ticket.assigned", clerk, ticket, **given)
    spoken = "en" if ticket.language == "en" else "zh-hans"
    if rng.random() < 0.45:
        pile.replies.append(_reply(ticket, rng.choice(REPLIES[spoken]), "public", ticket.responded_at))
    if rng.random() < 0.3:
        pile.replies.append(_reply(ticket, rng.choice(NOTES["zh-hans"]), "internal", ticket.responded_at))
    resolved = business_time.add_business(
        cast.business, judged, timedelta(minutes=int(rng.lognormvariate(5.6, 0.8)))
    )
    resolved = min(resolved, until - timedelta(minutes=rng.randrange(5, 240)))
    resolved = max(resolved, judged + timedelta(minutes=30))
    _slip(cast, pile, numbers, ticket, judged, resolved, rng)
    ticket.status, ticket.resolved_at = Ticket.Status.RESOLVED, resolved
    ticket.resolution = rng.choice(RESOLUTIONS[spoken])
    if ticket.complaint_class == "valid":
        ticket.finding = rng.choices(("borne_out", "partly", "not_borne_out", "unknown"), (62, 20, 12, 6))[0]
    pile.tell(resolved, "ticket.resolved", clerk, ticket)
    _steps(pile, ticket, judged, resolved)
    _follow_up(cast, pile, ticket, resolved, until, 1, rng)


def _contact(cast: Cast, pile: Pile, ticket: Ticket, rng: random.Random) -> None:
    kinds = {"phone": "call", "counter": "counter", "letter": "letter"}
    if ticket.channel not in kinds:
        return
    pile.contacts.append(
        Contact(
            estate=cast.estate,
            kind=kinds[ticket.channel],
            unit=ticket.unit,
            resident=ticket.resident,
            name=ticket.reporter_name,
            phone=ticket.reporter_phone,
            summary=ticket.subject,
            ticket=ticket,
            taken_by=ticket.created_by,
            created_at=ticket.created_at,
        )
    )


def _reply(ticket: Ticket, body: str, visibility: str, at: datetime) -> Reply:
    return Reply(ticket=ticket, body=body, visibility=visibility, author=ticket.responsible, created_at=at)


def _slip(
    cast: Cast,
    pile: Pile,
    numbers: Numbers,
    ticket: Ticket,
    issued: datetime,
    done: datetime,
    rng: random.Random,
) -> None:
    department = ticket.department
    workers = cast.workers.get(department.kind, []) if department else []
    if not workers or ticket.complaint_class in {"inquiry", "venting"} or rng.random() > 0.8:
        return
    worker = rng.choice(workers)
    signed = min(issued + timedelta(minutes=int(rng.expovariate(1 / 14)) + 1), done - timedelta(minutes=10))
    finished = done - timedelta(minutes=5)
    slip = Slip(
        estate=cast.estate,
        number=numbers.next("S", issued),
        kind="work_order" if department.kind == "engineering" else "coordination",
        status=Slip.Status.VERIFIED,
        ticket=ticket,
        unit=ticket.unit,
        department=department,
        instructions=ticket.subject,
        due_at=ticket.resolution_due_at,
        sign_due_at=business_time.add_business(cast.business, issued, timedelta(minutes=30)),
        issued_by=ticket.responsible,
        issued_at=issued,
        signed_by=worker,
        signed_at=signed,
        started_at=signed,
        done_by=worker,
        done_at=finished,
        report=rng.choice(RESOLUTIONS["zh-hans"]),
        verified_by=ticket.responsible,
        verified_at=done,
    )
    ticket.handler = worker
    pile.slips.append(slip)
    for at, verb, actor in (
        (issued, "slip.issued", ticket.responsible),
        (signed, "slip.signed", worker),
        (finished, "slip.done", worker),
    ):
        pile.tell(at, verb, actor, slip, of=ticket)


def _steps(pile: Pile, ticket: Ticket, judged: datetime, resolved: datetime) -> None:
    for position, spec in enumerate(steps_for(ticket.complaint_class)):
        step = Step(ticket=ticket, key=spec.key, position=position)
        if spec.key != "follow_up":
            done = {"record": ticket.created_at, "handling": resolved}.get(spec.key, judged)
            step.done_at, step.done_by = done, ticket.responsible
        pile.steps.append(step)


def _follow_up(
    cast: Cast,
    pile: Pile,
    ticket: Ticket,
    resolved: datetime,
    until: datetime,
    round_: int,
    rng: random.Random,
) -> None:
    due = resolved + timedelta(days=3)
    planned, _in_time = business_time.next_allowed_before(cast.calling, resolved + timedelta(hours=24), due)
    askers = [c for c in cast.clerks if c != ticket.handler] or cast.clerks
    visit = FollowUp(
        estate=cast.estate,
        ticket=ticket,
        round=round_,
        due_at=due,
        scheduled_at=planned,
        on_time_until=max(due, planned),
        assignee=rng.choice(askers),
        created_at=resolved,
    )
    pile.follow_ups.append(visit)
    asked = planned + timedelta(minutes=rng.randrange(5, 500))
    if asked >= until - timedelta(hours=6):
        return
    spoken = "en" if ticket.language == "en" else "zh-hans"
    outcome, scores = rng.choices(
        (("satisfied", (4, 5, 5)), ("so_so", (3,)), ("dissatisfied", (1, 2))),
        (84, 12, 4 if round_ == 1 else 0),
    )[0]
    if rng.random() < 0.03:
        visit.status, visit.recorded_at = FollowUp.Status.UNREACHABLE, asked
    else:
        visit.status, visit.outcome, visit.score = FollowUp.Status.DONE, outcome, rng.choice(scores)
        visit.via, visit.recorded_by, visit.recorded_at = "phone", visit.assignee, asked
        visit.suggestion = PRAISE[spoken] if visit.score == 5 else rng.choice(SUGGESTIONS[spoken])
    visit.brought_up_at = planned
    pile.attempts.append(
        Attempt(
            follow_up=visit,
            at=asked,
            half_day=f"{asked.astimezone(cast.zone):%Y-%m-%d %p}".lower(),
            by=visit.assignee,
            reached=visit.status == FollowUp.Status.DONE,
            via="phone",
        )
    )
    told = {"outcome": visit.outcome or visit.status, "score": visit.score or ""}
    pile.tell(asked, "follow_up.recorded", visit.assignee, visit, of=ticket, **told)
    if visit.outcome == "dissatisfied":
        again = min(asked + timedelta(hours=rng.randrange(3, 30)), until - timedelta(minutes=30))
        ticket.reopened += 1
        ticket.resolved_at = again
        pile.tell(asked, "ticket.reopened", visit.assignee, ticket)
        pile.tell(again, "ticket.resolved", ticket.responsible, ticket)
        _follow_up(cast, pile, ticket, again, until, round_ + 1, rng)
        return
    ticket.status, ticket.closed_at = Ticket.Status.CLOSED, asked
    last = next(s for s in reversed(pile.steps) if s.ticket is ticket and s.key == "follow_up")
    last.done_at, last.done_by = asked, visit.assignee
    pile.tell(asked, "ticket.closed", visit.assignee, ticket)


def _write(cast: Cast, pile: Pile, numbers: Numbers) -> None:
    Ticket.objects.bulk_create(pile.tickets, batch_size=500)
    for model, rows in (
        (Step, pile.steps),
        (ClassDecision, pile.decisions),
        (Reply, pile.replies),
        (Slip, pile.slips),
        (FollowUp, pile.follow_ups),
        (Attempt, pile.attempts),
        (Contact, pile.contacts),
    ):
        model.objects.bulk_create(rows, batch_size=500)
    Entry.objects.bulk_create((_entry(cast.estate, *event) for event in pile.events), batch_size=1000)
    NumberSeries.objects.bulk_create(
        NumberSeries(estate=cast.estate, series=series, year=year, last=last)
        for (series, year), last in numbers.last.items()
    )


def _entry(
    estate: Estate,
    at: datetime,
    verb: str,
    actor: User | None,
    target: Any,
    ticket: Ticket,
    data: dict[str, Any],
) -> Entry:
    filed = target is not ticket
    return Entry(
        at=at,
        estate=estate,
        actor=actor,
        actor_name=str(actor) if actor else "",
        verb=verb,
        target_type=target._meta.label_lower,
        target_id=target.pk,
        target_label=str(target)[:120],
        filed_type="tickets.ticket" if filed else "",
        filed_id=ticket.pk if filed else None,
        data=data,
    )
