"""One thing that the one box found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
class Hit:
    """`card_url` is the caller card to show beside it, empty where there is none; `apart` tells it from others of its
    kind that fit as well: label → fact, in the order of a table's columns."""

    kind: Kind
    id: int
    title: str
    subtitle: str
    url: str
    card_url: str = ""
    plate: str = ""
    matched: str = ""
    apart: Mapping[str, str] = field(default_factory=dict)


def joined(words: Sequence[str]) -> str:
    """Facts in a line."""
    return pgettext("between facts", ", ").join(word for word in words if word)
