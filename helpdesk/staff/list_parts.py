"""What components/list_views.html and components/filters.html draw of a list's views and columns."""

from collections.abc import Iterable
from typing import Any, Protocol

from django.http import QueryDict

from helpdesk.lib.forms import FilterForm
from helpdesk.staff.lists import Opened, address_of, query_kept
from helpdesk.staff.models import SavedView


class HasLabel(Protocol):
    """A column as far as choosing it needs to know."""

    @property
    def key(self) -> str: ...

    @property
    def label(self) -> Any: ...


def kept_chips(opened: Opened) -> list[dict[str, Any]]:
    """The kept views as chips, the own ones first."""
    return [
        {
            "label": view.name,
            "url": address_of(view),
            "active": view == opened.chosen,
            "icon": "people" if view.shared else "star",
        }
        for view in opened.views
    ]


def keeping(query: QueryDict, opened: Opened, columns: Iterable[HasLabel]) -> dict[str, Any]:
    """What the sheets “Keep this view” and “Columns” need."""
    chosen = opened.chosen
    return {
        "list_name": opened.list_name,
        "query": query_kept(query),
        "chosen": chosen,
        "name": chosen.name if chosen else "",
        "is_default": chosen is not None and chosen == opened.default,
        "shared": chosen.shared if chosen else "",
        "sharing": [{"value": value, "label": label} for value, label in SavedView.Shared.choices],
        "columns": [{"key": c.key, "label": c.label, "on": c.key in opened.columns} for c in columns],
        "shown": opened.columns,
    }


def filter_chips(query: QueryDict, form: FilterForm) -> list[dict[str, Any]]:
    """What narrows the list now, each with a cross that takes it away."""
    chips = []
    for name, label in form.in_words():
        rest = query.copy()
        for key in (name, "before", "after"):
            rest.pop(key, None)
        chips.append({"label": label, "url": "?" + rest.urlencode(), "active": True, "remove": True})
    return chips
