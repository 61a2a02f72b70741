"""A list that people keep: filters in the address, saved views, chosen columns, and what is filtered as a file."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django import forms
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from helpdesk.audit.services import log_access
from helpdesk.lib.addresses import ip_of
from helpdesk.lib.forms import FilterForm
from helpdesk.lib.paging import Page
from helpdesk.lib.sheets import FORMATS, as_file
from helpdesk.staff.access import require_here
from helpdesk.staff.list_parts import filter_chips, keeping, kept_chips
from helpdesk.staff.lists import Opened, open_list
from helpdesk.staff.models import User

M = TypeVar("M", bound=Model)
Cell = dict[str, Any]
MOST_ROWS = 50_000
AT_ONCE = 1_000
AT_MOST_IN_ORDER = 100


@dataclass(frozen=True)
class Column(Generic[M]):
    """`cell` draws it (see components/table.html); `texts` are its cells in a file, one for each of `heads`."""

    key: str
    label: Any
    cell: Callable[[M, datetime], Cell]
    texts: Callable[[M], tuple[Any, ...]]
    heads: tuple[Any, ...] = ()
    # "number": its heading stands over its figures.
    kind: str = ""


def words(key: str, label: Any, say: Callable[[M], Any]) -> Column[M]:
    """A column that says one thing, on the page and in a file alike."""
    return Column(key, label, lambda row, at: {"text": say(row)}, lambda row: (say(row),))


def moment(key: str, label: Any, field: str) -> Column[M]:
    """A column of moments: short on the page, exact on hover."""

    def cell(row: M, at: datetime) -> Cell:
        value = getattr(row, field)
        return {"template": "components/cell_moment.html", "data": value} if value else {"text": ""}

    return Column(key, label, cell, lambda row: (getattr(row, field),))


@dataclass(frozen=True)
class KeptList(Generic[M]):
    """What one list is made of. `name` is its page (a key of `lists.LISTS`), `export` the page that brings the file.

    `form` reads the address; `rows` are the rows that this person may see here and that the form leaves; `views`
    are the chips that one changes between all day. `always` is the column that no choice takes away. Rows come
    newest first by `field`, page by page, unless `rows` has put them into an order of their own.
    """

    name: str
    export: str
    noun: str
    columns: Sequence[Column[M]]
    usual: Sequence[str]
    always: str
    field: str
    form: Callable[[HttpRequest], FilterForm]
    rows: Callable[[HttpRequest, FilterForm, datetime], QuerySet[M]]
    views: Callable[[HttpRequest, Opened], list[dict[str, Any]]]
    row: Callable[[M, datetime, HttpRequest], dict[str, Any]]
    # Who may take it out as a file.
    export_permission: str
    template: str = "kept_list.html"

    def page(self, request: HttpRequest, **context: Any) -> HttpResponseBase:
        """The list as the address and this person's choices make it; an address without filters opens the default view."""
        at = timezone.now()
        opened = self.opened(request)
        if opened.elsewhere:
            return redirect(request.path + opened.elsewhere)
        form = self.form(request)
        found = self.rows(request, form, at)
        # What the list's own order does not fit (earliest promise first) is short, and needs no pager.
        page = None if found.query.order_by else Page(found, request.GET, field=self.field)
        rows = page.rows if page else list(found[:AT_MOST_IN_ORDER])
        parts = self.parts(request, opened, form, rows, at) | {"pager": page.pager if page else {}}
        return render(request, self.template, parts | context)

    def parts(
        self, request: HttpRequest, opened: Opened, form: FilterForm, rows: list[M], at: datetime
    ) -> dict[str, Any]:
        """What templates/kept_list.html wants, but for the pager."""
        columns = self.chosen(opened.columns)
        user: User = request.user  # type: ignore[assignment]
        may_export = rows and user.may(self.export_permission, request.estate.pk)  # type: ignore[attr-defined]
        return {
            "form": form,
            "views": [*self.views(request, opened), *kept_chips(opened)],
            "keeping": keeping(request.GET, opened, self.columns),
            "chips": filter_chips(request.GET, form),
            "columns": [{"label": column.label, "kind": column.kind} for column in columns],
            "rows": [
                self.row(row, at, request) | {"cells": [column.cell(row, at) for column in columns]}
                for row in rows
            ],
            "exports": export_links(self.export, request.GET) if may_export else [],
            "opens_cards": user.may("residents.view", request.estate.pk),  # type: ignore[attr-defined]
        }

    def file(self, request: HttpRequest) -> HttpResponseBase:
        """Exactly what is filtered, in the columns chosen, newest first; who took it out is kept."""
        require_here(request, self.export_permission)
        estate = request.estate  # type: ignore[attr-defined]
        kind = request.GET.get("format", "")
        kind = kind if kind in FORMATS else "csv"
        columns = self.chosen(self.opened(request).columns)
        form = self.form(request)
        rows = self.rows(request, form, timezone.now())
        log_access(
            estate,
            f"export.{self.noun}",
            actor=request.user,  # type: ignore[arg-type]
            estate_id=estate.pk,
            reason=f"{kind} {filters_told(form)}".strip(),
            address=ip_of(request),
        )
        header = [str(head) for column in columns for head in column.heads or (column.label,)]
        name = f"{self.noun.replace('_', '-')}-{estate.code}-{timezone.localdate():%Y%m%d}"
        return as_file(name, kind, header, self.lines(rows, columns))

    def lines(self, rows: QuerySet[M], columns: Iterable[Column[M]]) -> Iterator[list[Any]]:
        newest = rows.order_by(f"-{self.field}", "-id")[:MOST_ROWS]
        for row in newest.iterator(chunk_size=AT_ONCE):
            yield [text for column in columns for text in column.texts(row)]

    def opened(self, request: HttpRequest) -> Opened:
        return open_list(request, self.name, [column.key for column in self.columns], self.usual)

    def chosen(self, keys: list[str]) -> list[Column[M]]:
        """These columns in the list's order; what the row is about stands in every list."""
        return [column for column in self.columns if column.key in keys or column.key == self.always]


def export_links(export: str, query: QueryDict) -> list[dict[str, str]]:
    """The list as files."""
    kept = query.copy()
    for name in ("before", "after"):
        kept.pop(name, None)
    links = []
    for kind in FORMATS:
        kept["format"] = kind
        links.append({"label": kind.upper(), "url": f"{reverse(export)}?{kept.urlencode()}"})
    return links


def filters_told(form: FilterForm) -> str:
    """The filters for the access log, which keeps for ever: of what was typed the field's name alone."""
    typed = {name for name, field in form.fields.items() if type(field) is forms.CharField}
    return "&".join(f"{name}={'…' if name in typed else value}" for name, value in form.chosen().items())


def view_chips(
    request: HttpRequest, opened: Opened, choices: Iterable[tuple[Any, dict[str, str]]], usual: dict[str, str]
) -> list[dict[str, Any]]:
    """(label, filters) pairs as chips; the one that the address asks for is active, `usual` where it asks for none."""
    listed = list(choices)
    names = {name for _label, want in listed for name in want}
    now = {name: request.GET[name] for name in names if request.GET.get(name)} or usual
    return [
        {"label": label, "url": f"?{encoded(want)}", "active": now == want and opened.chosen is None}
        for label, want in listed
    ]


def encoded(values: dict[str, str]) -> str:
    """Filters as an address carries them."""
    query = QueryDict(mutable=True)
    query.update(values)
    return query.urlencode()
