"""What is under way for one unit: moves, changes, decorations, for the unit's page."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from residents.models import Decoration, Move, Unit, UnitChange

SHOWN = 5


def procedures_of(unit: Unit) -> list[dict[str, Any]]:
    """The open ones of each kind, the newest first: {icon, label, status, url}."""
    rows: list[dict[str, Any]] = []
    for move in Move.objects.filter(unit=unit, status=Move.Status.OPEN).order_by("-pk")[:SHOWN]:
        url = reverse("move_detail", args=[move.pk])
        label = f"{move.get_kind_display()} {move.number}"
        rows.append({"icon": "truck", "label": label, "status": move.planned_on, "url": url, "is_day": True})
    waits = UnitChange.objects.filter(status__in=[UnitChange.Status.REQUESTED, UnitChange.Status.APPROVED])
    for change in waits.filter(Q(unit=unit) | Q(other_unit=unit)).order_by("-pk")[:SHOWN]:
        url = reverse("unit_change_detail", args=[change.pk])
        label = f"{change.get_kind_display()} {change.number}"
        rows.append({"icon": "swap", "label": label, "status": change.get_status_display(), "url": url})
    for job in Decoration.objects.filter(unit=unit, status__in=Decoration.OPEN).order_by("-pk")[:SHOWN]:
        url = reverse("decoration_detail", args=[job.pk])
        label = _("Decoration %(number)s") % {"number": job.number}
        rows.append({"icon": "brush", "label": label, "status": job.get_status_display(), "url": url})
    return rows
