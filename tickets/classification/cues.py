"""The label of every cue that can be a reason: from the text, from its alarms, and from history."""

from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tickets.classification.alarms import SERIOUS
from tickets.classification.patterns import PATTERNS

HISTORY_LABELS: dict[str, Promise | str] = {
    "history_open": _("same topic still open"),
    "history_repeated": _("reported again within 30 days"),
    "history_reopened": _("reopened before"),
}


@lru_cache(maxsize=1)
def labels() -> dict[str, Promise | str]:
    """Every label by its key."""
    visible = {pattern.key: pattern.label for pattern in PATTERNS}
    serious = {alarm.key: alarm.label for alarm in SERIOUS}
    return visible | serious | HISTORY_LABELS


def label_of(key: str) -> Promise | str:
    """The label in the reader's language; a cue that has since been dropped is named by its key."""
    return labels().get(key) or key.replace("_", " ")
