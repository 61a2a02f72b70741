"""The estate's record of processing: what is kept of people and for how long, who looked, what is held, what was forgotten."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from helpdesk.audit.models import Entry
from helpdesk.estates.models import Estate
from helpdesk.lib.personal_data import PersonalField, Table, tables
from helpdesk.staff.access import needs, require_here
from residents.models import Erasure, LegalHold, RetentionRun
from residents.services.unmasking import VERB

NEEDED = "residents.data_protection"
LATEST = 50


@require_safe
@needs(NEEDED)
def data_protection(request: HttpRequest) -> HttpResponse:
    """The register of fields, and the latest of what was done with them in this estate."""
    require_here(request, NEEDED)
    estate: Estate = request.estate  # type: ignore[attr-defined]
    opens = request.user.may("residents.personal_data", estate.pk)  # type: ignore[union-attr]
    holds = LegalHold.objects.filter(resident__estate=estate, lifted_at__isnull=True)
    waiting = Erasure.objects.filter(resident__estate=estate, status=Erasure.Status.WAITING)
    context = {
        "views": _views(estate, opens),
        "held": [_held(each.resident_id, each.placed_at, each.reason, opens) for each in holds[:LATEST]],
        "waiting": [_held(each.resident_id, each.asked_at, each.reason, opens) for each in waiting[:LATEST]],
        "register": {
            "columns": [
                {"label": label}
                for label in (
                    _("Record"),
                    _("Fields"),
                    _("Class"),
                    _("What for"),
                    pgettext("how long", "Kept"),
                )
            ],
            "rows": [row for table in tables() for row in _rows(table)],
        },
        "runs": {
            "columns": [{"label": _("Done")}, {"label": _("Record")}, {"label": _("Rows"), "kind": "number"}],
            "rows": [_run(run) for run in RetentionRun.objects.all()[:LATEST]],
        },
    }
    return render(request, "residents/personal_register.html", context)


def _views(estate: Estate, opens: bool) -> dict[str, Any]:
    rows = Entry.objects.filter(estate=estate, verb=VERB).order_by("-at", "-id")[:LATEST]
    labels = (_("When"), _("Who"), _("Whose"), _("Field"), _("Matter and reason"))
    return {"columns": [{"label": label} for label in labels], "rows": [_view(row, opens) for row in rows]}


def _view(entry: Entry, opens: bool) -> dict[str, Any]:
    data = entry.data
    cells = [
        _moment(entry.at),
        {"text": entry.actor_name},
        {"text": f"#{entry.target_id}", "url": _page(entry.target_id) if opens else ""},
        {"text": data.get("field", "")},
        {"text": f"{data.get('case', '')} {data.get('reason', '')}".strip()},
    ]
    return {"id": f"view-{entry.pk}", "cells": cells}


def _held(resident_id: int, at: Any, reason: str, opens: bool) -> dict[str, Any]:
    url = _page(resident_id) if opens else ""
    return {"label": f"#{resident_id}", "url": url, "at": at, "reason": reason}


def _page(resident_id: int) -> str:
    return reverse("personal_data", args=[resident_id])


def _rows(table: Table) -> Iterator[dict[str, Any]]:
    """A line for each class, purpose and time of a table, with the columns it holds for."""
    grouped: dict[tuple[str, str, str], list[PersonalField]] = {}
    for field in table.fields:
        alike = (str(field.grade.label), str(field.purpose), str(field.keeping.words))
        grouped.setdefault(alike, []).append(field)
    for number, (alike, fields) in enumerate(grouped.items()):
        columns = (table.model._meta.get_field(field.name).verbose_name for field in fields)  # type: ignore[union-attr]
        words = [table.title, ", ".join(str(column) for column in columns), *alike]
        yield {
            "id": f"{table.label}-{number}".replace(".", "-"),
            "cells": [{"text": text} for text in words],
        }


def _run(run: RetentionRun) -> dict[str, Any]:
    table = next((table for table in tables() if table.label == run.table), None)
    title = table.title if table else run.table
    cells = [_moment(run.ran_at), {"text": title}, {"text": str(run.rows), "kind": "number"}]
    return {"id": f"run-{run.pk}", "cells": cells}


def _moment(at: Any) -> dict[str, Any]:
    return {"template": "components/cell_moment.html", "data": at}
