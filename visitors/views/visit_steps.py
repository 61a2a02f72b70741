"""The five steps with a caller on the office, as one strip (docs/domain.md §6)."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from tickets.clocks import day_and_time
from visitors.models import Visit

S = Visit.Status


def steps_of(visit: Visit, *, works: bool) -> list[dict[str, Any]]:
    """As components/steps.html wants them; none for a guest of a unit. The last two are ticked together."""
    if visit.kind != Visit.Kind.CALLER:
        return []
    document = visit.get_id_document_type_display() if visit.id_document_type else ""
    told = day_and_time(visit.host_told_at) if visit.host_told_at else ""
    seated = day_and_time(visit.seated_at) if visit.seated_at else ""
    rows = [
        (_("Purpose"), bool(visit.purpose), visit.purpose),
        (_("Identity"), bool(visit.id_document_type), document),
        (_("Department told"), bool(visit.host_told_at), told),
        (_("Waiting area"), bool(visit.seated_at), seated),
        (_("Tea"), bool(visit.seated_at), seated),
    ]
    seats = visit.status == S.INSIDE and not visit.seated_at
    return [
        {
            "number": number,
            "title": title,
            "line": line,
            "state": "done" if is_done else "current" if seats and number == 4 else "open",
            "act": seat_act(visit) if seats and works and number == 4 else None,
        }
        for number, (title, is_done, line) in enumerate(rows, 1)
    ]


def seat_act(visit: Visit) -> dict[str, Any]:
    return {"label": _("Seated, tea offered"), "url": reverse("visit_seat", args=[visit.pk]), "post": True}
