"""Keeping the keys of residents', owners' and contractors' pages out of the log: an address of theirs is the key itself."""

import logging
import re
from typing import Any

KEY = re.compile(r"(/p/[tscr]/|/public/(?:tickets|consents)/|/gate/)[^/\s?]+")


class HideKeys(logging.Filter):
    """Writes /p/t/…, /p/s/… or /public/tickets/… for an address that is somebody's key, wherever it stands in a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = hidden(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(hidden(value) for value in record.args)
        return True


def hidden(value: Any) -> Any:
    # str(): what came out of a seal is masked by it.
    return KEY.sub(r"\1…", str(value)) if isinstance(value, str) else value
