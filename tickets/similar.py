"""Tickets that read alike and whose class somebody has confirmed."""

from dataclasses import dataclass

from helpdesk.estates.models import Estate
from helpdesk.lib.names import bigrams
from helpdesk.staff.models import User
from tickets.models import Ticket

# So many of the newest are compared; what lies further back is rarely the same kind of matter.
COMPARED = 200
LEAST_IN_COMMON = 0.12
SHOWN = 3


@dataclass(frozen=True)
class Alike:
    """A confirmed ticket that reads like the one at hand; `likeness` is the share of pairs of letters in common, 0..1."""

    pk: int
    number: str
    title: str
    complaint_class: str
    likeness: float


def similar_confirmed(
    user: User, estate: Estate, text: str, topic: str, *, apart_from: int | None = None
) -> list[Alike]:
    """At most three tickets of the estate that `user` sees, on the same topic, the most alike first."""
    rows = Ticket.objects.visible_to(user).filter(estate=estate, topic=topic, merged_into__isnull=True)  # type: ignore[attr-defined]
    rows = rows.exclude(complaint_class="").exclude(pk=apart_from or 0).order_by("-created_at", "-id")
    mine = set(bigrams(text).split())
    found = [
        Alike(pk, number, subject or words, name, in_common(mine, set(kept.split())))
        for pk, number, subject, words, name, kept in rows.values_list(
            "pk", "number", "subject", "description", "complaint_class", "search_text"
        )[:COMPARED]
    ]
    alike = [each for each in found if each.likeness >= LEAST_IN_COMMON]
    return sorted(alike, key=lambda each: -each.likeness)[:SHOWN]


def in_common(first: set[str], second: set[str]) -> float:
    """Share of the pieces of both that both have."""
    return len(first & second) / len(first | second) if first and second else 0.0
