"""A page of a long list, by key instead of by number: nothing is counted, and nothing shifts while one reads."""

from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.db.models import DateField, Model, Q, QuerySet
from django.http import QueryDict

from helpdesk.lib.keys import BIGGEST_ID

M = TypeVar("M", bound=Model)
SIZE = 30


class Page(Generic[M]):
    """Rows newest first by (`field`, id), or with `upwards` the smallest first; `before` and `after` in the address name
    the row next to the page. `field` is a moment or a day."""

    def __init__(
        self, rows: QuerySet[M], query: QueryDict, *, field: str, size: int = SIZE, upwards: bool = False
    ) -> None:
        self.query = query
        self.field = field
        self.is_day = type(rows.model._meta.get_field(field)) is DateField
        self.onward, self.back = ("after", "before") if upwards else ("before", "after")
        start, end = (self.read(query.get(name, "")) for name in (self.onward, self.back))
        backwards = end is not None
        key, up = (end, not upwards) if backwards else (start, upwards)
        sign = "" if up else "-"
        found = rows.filter(self.beyond("gt" if up else "lt", *key)) if key else rows
        there = list(found.order_by(f"{sign}{field}", f"{sign}id")[: size + 1])
        more = len(there) > size
        self.rows: list[M] = there[:size][::-1] if backwards else there[:size]
        self.has_older = backwards or more
        self.has_newer = more if backwards else start is not None

    def read(self, text: str) -> tuple[date, int] | None:
        return read_key(text, is_day=self.is_day)

    def beyond(self, direction: str, at: date, pk: int) -> Q:
        same = Q(**{self.field: at, f"id__{direction}": pk})
        return Q(**{f"{self.field}__{direction}": at}) | same

    @property
    def pager(self) -> dict[str, Any]:
        """What components/pager.html wants."""
        return {
            "previous_url": self.link(self.back, self.rows[0]) if self.rows and self.has_newer else "",
            "next_url": self.link(self.onward, self.rows[-1]) if self.rows and self.has_older else "",
            "shown": len(self.rows),
        }

    def link(self, name: str, row: M) -> str:
        query = self.query.copy()
        query.pop("before", None)
        query.pop("after", None)
        query[name] = f"{getattr(row, self.field).isoformat()}_{row.pk}"
        return "?" + query.urlencode()


def read_key(text: str, *, is_day: bool = False) -> tuple[date, int] | None:
    """Moment (or day) and id of a row as the address carries them; None for anything else."""
    moment, _sep, pk = text.rpartition("_")
    try:
        at = date.fromisoformat(moment) if is_day else datetime.fromisoformat(moment)
        number = int(pk)
    except ValueError:
        return None
    has_zone = not isinstance(at, datetime) or at.tzinfo is not None
    # At the edges of the calendar a change of zone would fall off it.
    return (at, number) if has_zone and 1900 <= at.year <= 2999 and 0 < number <= BIGGEST_ID else None
