"""One thing that the one box found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.utils.translation import pgettext

Kind = Literal[
    "unit", "resident", "vehicle", "ticket", "slip", "visit", "release_pass", "bill", "payment",
    "move", "unit_change", "decoration", "worker_permit",
]  # fmt: skip
# Kind → the permission without which nothing of it is found, by page or by token.
NEEDS: dict[str, str] = {
    "unit": "residents.view",
    "resident": "residents.view",
    "vehicle": "residents.view",
    "ticket": "tickets.view",
    "slip": "slips.view",
    "visit": "visits.view",
    "release_pass": "passes.view",
    "bill": "billing.view",
    "payment": "billing.view",
    "move": "residents.view",
    "unit_change": "residents.view",
    "decoration": "residents.view",
    "worker_permit": "residents.view",
}


@dataclass(frozen=True)
class Apart:
    """What tells a hit from others that fit as well; put into words only where there are some."""

    relation: str = ""
    since: date | None = None
    until: date | None = None
    ending: str = ""
    first: str = ""
    heard: datetime | None = None


@dataclass(frozen=True)
class Hit:
    """`card_url` is the caller card to show beside it, empty where there is none."""

    kind: Kind
    id: int
    title: str
    subtitle: str
    url: str
    card_url: str = ""
    plate: str = ""
    matched: str = ""
    apart: Apart = Apart()


def joined(words: Sequence[str]) -> str:
    """Facts in a line."""
    return pgettext("between facts", ", ").join(word for word in words if word)
