"""How far the suggestions and the clerks agree: counted over what was decided by reading, one decision a ticket."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import TruncMonth

from tickets.classification.patterns import CLASSES
from tickets.models import ClassDecision, ComplaintClass, Finding

Pair = tuple[str, str]


@dataclass(frozen=True)
class Share:
    """So many agreed of so many."""

    agreed: int
    decided: int

    @property
    def rate(self) -> float | None:
        """0..1, None where nothing was decided."""
        return self.agreed / self.decided if self.decided else None


@dataclass(frozen=True)
class Agreement:
    """`pairs` counts (decided, suggested); months and versions hold the same decisions by when and by which model."""

    pairs: Counter[Pair]
    months: dict[datetime, dict[str, Share]]
    versions: list[tuple[str, Share]]
    flagged: Share

    @property
    def whole(self) -> Share:
        """All decisions."""
        return share_of(self.pairs)

    def count(self, decided: str, suggested: str) -> int:
        """One cell of the confusion table."""
        return self.pairs[decided, suggested]

    def of_class(self, decided: str) -> Share:
        """The decisions for one class."""
        return share_of(Counter({pair: n for pair, n in self.pairs.items() if pair[0] == decided}))


def decided_by_reading() -> QuerySet[ClassDecision]:
    """Decisions that tell how a text reads: not what bad handling or a finding on the spot made of it."""
    not_borne_out = Q(from_class=ComplaintClass.VALID, ticket__finding=Finding.NOT_BORNE_OUT)
    return ClassDecision.objects.filter(reviews__isnull=True).exclude(not_borne_out)


def last_of_each_ticket(rows: QuerySet[ClassDecision]) -> QuerySet[ClassDecision]:
    """Of several decisions about one ticket the last one."""
    same = rows.filter(ticket=OuterRef("ticket")).order_by("-decided_at", "-id")
    return rows.filter(pk=Subquery(same.values("pk")[:1]))


def agreement_of(estate_ids: Collection[int], since: datetime, until: datetime, zone: ZoneInfo) -> Agreement:
    """The agreement over what was decided in [since, until); tickets without a suggestion are left out."""
    rows = last_of_each_ticket(decided_by_reading()).filter(
        ticket__estate__in=estate_ids, decided_at__gte=since, decided_at__lt=until
    )
    rows = rows.exclude(suggested_class="").order_by()
    counted = rows.values(
        "to_class",
        "suggested_class",
        month=TruncMonth("decided_at", tzinfo=zone),
        version=KeyTextTransform("model_version", "ticket__suggestion"),
    ).annotate(n=Count("pk"))
    return _sorted_in([dict(row) for row in counted], _flagged(rows))


def _flagged(rows: QuerySet[ClassDecision]) -> Share:
    """How many of the valid ones had been flagged as possible valid complaints."""
    found = rows.filter(to_class=ComplaintClass.VALID).aggregate(
        all=Count("pk"), flagged=Count("pk", filter=Q(ticket__suggestion__possibly_valid=True))
    )
    return Share(found["flagged"], found["all"])


def _sorted_in(counted: list[dict[str, Any]], flagged: Share) -> Agreement:
    pairs: Counter[Pair] = Counter()
    by_month: dict[datetime, Counter[Pair]] = {}
    by_version: dict[str, Counter[Pair]] = {}
    for row in counted:
        one = Counter({(row["to_class"], row["suggested_class"]): row["n"]})
        pairs += one
        by_month.setdefault(row["month"], Counter()).update(one)
        by_version.setdefault(row["version"] or "", Counter()).update(one)
    months = {
        month: {name: share_of(Counter({p: n for p, n in cell.items() if p[0] == name})) for name in CLASSES}
        | {"": share_of(cell)}
        for month, cell in sorted(by_month.items(), reverse=True)
    }
    versions = [(version, share_of(cell)) for version, cell in by_version.items()]
    return Agreement(pairs, months, sorted(versions, key=lambda pair: -pair[1].decided), flagged)


def share_of(pairs: Counter[Pair]) -> Share:
    """How many of these were decided as suggested."""
    return Share(sum(n for (decided, given), n in pairs.items() if decided == given), sum(pairs.values()))


def not_made_up() -> Q:
    """Decisions about real tickets: what the demo wrote teaches nothing."""
    return Q(ticket__estate__demo_until__isnull=True) | Q(
        ticket__created_at__gte=F("ticket__estate__demo_until")
    )
