"""Figures about classes: how often a grumble became a valid complaint, what was found, which steps were waived."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from tickets.models import COMMUNICATION, ClassDecision, ClassReview, ComplaintClass, Finding, Step, Ticket
from tickets.procedures import title_in


@dataclass(frozen=True)
class ConversionRate:
    """`rate` is `converted` of `grumbles`, 0..1, None where there were none; `badly_handled` of them after a review."""

    grumbles: int
    converted: int
    badly_handled: int

    @property
    def rate(self) -> float | None:
        return self.converted / self.grumbles if self.grumbles else None


def conversion_rate(estate_ids: Collection[int], since: datetime, until: datetime) -> ConversionRate:
    """The conversion rate 转有效率: of the communication complaints taken in [since, until), the share that has become valid.

    A ticket counts as one when it was ever judged so; it has converted when its class is valid now. A ticket merged
    into another does not count twice. `badly_handled` are those that became valid when they were put up for it
    (late, or opened again by a dissatisfied visit); the rest was judged otherwise on a second reading.
    """
    rows = grumbles_taken(estate_ids, since, until)
    put_up = ClassReview.objects.filter(ticket=OuterRef("pk"), outcome=ClassReview.Outcome.BECOMES_VALID)
    now_valid = Q(complaint_class=ComplaintClass.VALID)
    counts = rows.aggregate(
        all=Count("pk"),
        converted=Count("pk", filter=now_valid),
        badly=Count("pk", filter=now_valid & Q(Exists(put_up))),
    )
    return ConversionRate(counts["all"], counts["converted"], counts["badly"])


def was_grumble() -> Q:
    """Judged as a communication complaint at least once."""
    judged = Q(to_class__in=COMMUNICATION) | Q(from_class__in=COMMUNICATION)
    return Q(Exists(ClassDecision.objects.filter(judged, ticket=OuterRef("pk"))))


def grumbles_taken(estate_ids: Collection[int], since: datetime, until: datetime) -> QuerySet[Ticket]:
    """The tickets behind the rate's base."""
    return Ticket.objects.filter(
        was_grumble(),
        estate__in=estate_ids,
        created_at__gte=since,
        created_at__lt=until,
        merged_into__isnull=True,
    ).order_by()


def converted_tickets(estate_ids: Collection[int], since: datetime, until: datetime) -> QuerySet[Ticket]:
    """The tickets behind the rate's figure: communication complaints once, valid ones now."""
    return grumbles_taken(estate_ids, since, until).filter(complaint_class=ComplaintClass.VALID)


def findings(estate_ids: Collection[int], since: datetime, until: datetime) -> dict[str, int]:
    """Finding → how many valid complaints taken in [since, until) have it; "" where nothing was found out yet."""
    rows = Ticket.objects.filter(
        estate__in=estate_ids,
        created_at__gte=since,
        created_at__lt=until,
        complaint_class=ComplaintClass.VALID,
        merged_into__isnull=True,
    ).order_by()
    found = dict(rows.values_list("finding").annotate(n=Count("pk")))
    return {key: found.get(key, 0) for key in (*Finding.values, "")}


@dataclass(frozen=True)
class Waived:
    """How often a step was laid, and how often marked as not needed."""

    key: str
    title: str
    laid: int
    not_needed: int

    @property
    def share(self) -> float:
        return self.not_needed / self.laid


def steps_waived(estate_ids: Collection[int], since: datetime, until: datetime) -> list[Waived]:
    """Per step, how often it was not needed on tickets taken in [since, until); the most often waived first."""
    steps = Step.objects.filter(
        ticket__estate__in=estate_ids,
        ticket__created_at__gte=since,
        ticket__created_at__lt=until,
        done_at__isnull=False,
    ).order_by()
    counted = steps.values("key").annotate(laid=Count("pk"), waived=Count("pk", filter=Q(not_needed=True)))
    names = dict(steps.exclude(titles={}).values_list("key", "titles"))
    rows: Iterable[Waived] = (
        Waived(row["key"], title_in(names.get(row["key"], {}), row["key"]), row["laid"], row["waived"])
        for row in counted
        if row["waived"]
    )
    return sorted(rows, key=lambda row: -row.share)
