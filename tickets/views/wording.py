"""Small words between words."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import pgettext


def listed(words: Iterable[Any]) -> str:
    """Several words in one line, with the reader's own comma; empty ones are left out."""
    return pgettext("between facts", ", ").join(str(word) for word in words if word)
