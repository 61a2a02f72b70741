"""A page of a long list, by key instead of by number: nothing is counted, and nothing shifts while one reads."""

from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

M = TypeVar("M", bound=Model)
SIZE = 30


class Page(Generic[M]):
    """Rows newest first by (`field`, id); `before` and `after` in the address name the row next to the page."""

    def __init__(self, rows: QuerySet[M], query: QueryDict, *, field: str, size: int = SIZE) -> None:
        self.query = query
        self.field = field
        after, before = read_key(query.get("after", "")), read_key(query.get("before", ""))
        backwards = after is not None
        if after:
            found = list(rows.filter(self.beyond("gt", *after)).order_by(field, "id")[: size + 1])
        elif before:
            found = list(rows.filter(self.beyond("lt", *before)).order_by(f"-{field}", "-id")[: size + 1])
        else:
            found = list(rows.order_by(f"-{field}", "-id")[: size + 1])
        more = len(found) > size
        self.rows: list[M] = list(reversed(found[:size])) if backwards else found[:size]
        self.has_older = backwards or more
        self.has_newer = more if backwards else before is not None

    def beyond(self, direction: str, at: datetime, pk: int) -> Q:
        same = Q(**{self.field: at, f"id__{direction}": pk})
        return Q(**{f"{self.field}__{direction}": at}) | same

    @property
    def pager(self) -> dict[str, Any]:
        """What components/pager.html wants."""
        return {
            "previous_url": self.link("after", self.rows[0]) if self.rows and self.has_newer else "",
            "next_url": self.link("before", self.rows[-1]) if self.rows and self.has_older else "",
            "shown": len(self.rows),
        }

    def link(self, name: str, row: M) -> str:
        query = self.query.copy()
        query.pop("before", None)
        query.pop("after", None)
        query[name] = f"{getattr(row, self.field).isoformat()}_{row.pk}"
        return "?" + query.urlencode()


def read_key(text: str) -> tuple[datetime, int] | None:
    """Moment and id of a row as the address carries them; None for anything else."""
    moment, _sep, pk = text.rpartition("_")
    try:
        at = datetime.fromisoformat(moment)
        number = int(pk)
    except ValueError:
        return None
    # At the edges of the calendar a change of zone would fall off it.
    return (at, number) if at.tzinfo and 1900 <= at.year <= 2999 and 0 < number < 2**63 else None
