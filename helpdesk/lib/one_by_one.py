"""Doing the same to many rows, so that one that fails holds back no other."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from celery.exceptions import SoftTimeLimitExceeded

log = logging.getLogger(__name__)
Row = TypeVar("Row")


def one_by_one(rows: Iterable[Row], act: Callable[[Row], bool | int], *, what: str) -> int:
    """The sum of what `act` returns; a row that raises is logged under `what` and comes again at the next round."""
    count = 0
    for row in rows:
        try:
            count += act(row)
        except SoftTimeLimitExceeded:  # the worker's own time is up, which is no fault of this row
            raise
        except Exception:  # whatever is wrong with one row is not wrong with the next
            log.exception("%s %s failed", what, row)
    return count
