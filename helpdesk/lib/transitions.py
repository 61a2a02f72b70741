"""Which step leads from which status to which: one table for each kind of record."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from helpdesk.lib.errors import Refused


class Transitions:
    """{action: ((from, …), to)}. The labels are what people read for statuses and actions; they may be lazy."""

    def __init__(
        self,
        table: Mapping[str, tuple[Iterable[str], str]],
        *,
        statuses: Iterable[tuple[str, Any]] = (),
        actions: Mapping[str, Any] | None = None,
    ) -> None:
        self.table = {action: (tuple(sources), target) for action, (sources, target) in table.items()}
        self.statuses = dict(statuses)
        self.actions = dict(actions or {})

    def guard(self, status: str, action: str) -> str:
        """The status the action leads to; refused (`invalid_transition`) if it isn't possible from this one."""
        sources, target = self.table[action]
        if status in sources:
            return target
        sentence = _("“%(action)s” is not possible: the status is “%(status)s”.")
        raise Refused(
            "invalid_transition",
            sentence
            % {"action": self._said(self.actions, action), "status": self._said(self.statuses, status)},
            status=status,
            action=action,
        )

    def allowed(self, status: str) -> list[str]:
        """The actions that are possible from a status, in the table's order."""
        return [action for action, (sources, _target) in self.table.items() if status in sources]

    def sources(self, action: str) -> tuple[str, ...]:
        """The statuses from which an action is possible, for the WHERE of its UPDATE."""
        return self.table[action][0]

    @staticmethod
    def _said(labels: Mapping[str, Any], key: str) -> str:
        return str(labels.get(key, key.replace("_", " ")))
