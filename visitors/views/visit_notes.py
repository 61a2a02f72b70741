"""What the watch list says of a visitor: to the clerk alone, and who looked is kept (docs/domain.md §6)."""

from typing import Any

from django.http import HttpRequest

from helpdesk.audit.services import log_access
from helpdesk.estates.models import Estate
from helpdesk.lib.addresses import ip_of
from visitors.models import Visit, WatchEntry
from visitors.services.watching import matches


def notes_on(request: HttpRequest, visit: Visit) -> list[dict[str, Any]]:
    """The notes that fit this visitor."""
    found = matches(visit.estate, visit.visitor_name, visit.visitor_phone, visit.plate)
    return notes_about(request, visit.estate, [entry.pk for entry in found])


def notes_about(request: HttpRequest, estate: Estate, entries: list[int]) -> list[dict[str, Any]]:
    """Reason, source and last day of these entries, as they are shown now."""
    notes = []
    for entry in WatchEntry.objects.filter(estate=estate, pk__in=entries).order_by("pk"):
        log_access(
            entry,
            "reason",
            actor=request.user,  # type: ignore[arg-type]
            estate_id=estate.pk,
            reason="at the door",
            address=ip_of(request),
        )
        notes.append({"reason": entry.reason, "source": entry.source, "ends_on": entry.ends_on})
    return notes
