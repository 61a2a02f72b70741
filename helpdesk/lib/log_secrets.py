"""Keeping the keys of residents' pages out of the log: an address of theirs is the key itself."""

import logging
import re
from typing import Any

KEY = re.compile(r"(/p/t/)[^/\s?]+")


class HideKeys(logging.Filter):
    """Writes /p/t/… for every address of a resident's page, in the message and in what is put into it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = hidden(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(hidden(value) for value in record.args)
        return True


def hidden(value: Any) -> Any:
    return KEY.sub(r"\1…", value) if isinstance(value, str) else value
