"""The list of tickets: filters as chips in the address, a pager that counts nothing."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from helpdesk.estates.models import Department
from helpdesk.lib.forms import FilterForm
from helpdesk.lib.moments import midnight
from helpdesk.staff.access import needs, require_here
from helpdesk.staff.kept_lists import KeptList, view_chips
from helpdesk.staff.lists import Opened
from helpdesk.staff.models import User
from helpdesk.staff.roles import role_in
from tickets.clocks import nearest_clock
from tickets.forms.bulk import BULK_ACTS
from tickets.forms.filters import TicketFilterForm
from tickets.models import OPEN, Ticket
from tickets.models.tickets import TicketQuerySet
from tickets.views.columns import COLUMNS, USUAL

SHOWN_WITH = ("unit", "resident", "responsible", "handler", "department")
# Long or sealed, and none of it stands in a list.
UNSEEN = (
    "search_text",
    "resolution",
    "closing_reason",
    "track_secret",
    "resident__identity_number",
)
GROUPS = {"open": OPEN, "resolved": ("resolved",), "closed": ("closed", "declined")}


@require_GET
@needs("tickets.view")
def ticket_list(request: HttpRequest) -> HttpResponseBase:
    """Tickets of this estate, newest first; open ones unless the address says otherwise."""
    user: User = request.user  # type: ignore[assignment]
    estate = request.estate  # type: ignore[attr-defined]
    return TICKETS.page(
        request,
        bulk=bulk_acts() if user.may("tickets.work", estate.pk) else [],
        may_take=user.may("tickets.take", estate.pk),
        crumbs=[{"label": _("Tickets")}],
    )


@require_GET
@needs("tickets.work")
def ticket_export(request: HttpRequest) -> HttpResponseBase:
    """The list as a file."""
    require_here(request, "tickets.work")
    return TICKETS.file(request)


def form_of(request: HttpRequest) -> TicketFilterForm:
    estate = request.estate  # type: ignore[attr-defined]
    return TicketFilterForm(
        request.GET, departments=list(Department.objects.filter(estate=estate, is_active=True))
    )


def filtered(request: HttpRequest, form: FilterForm, at: datetime) -> TicketQuerySet:
    """The tickets that the address asks for, among those that this person may see here."""
    rows = Ticket.objects.visible_to(request.user).filter(estate=request.estate)  # type: ignore[arg-type, attr-defined]
    rows = narrowed(rows, form.chosen(), request.user, at)  # type: ignore[arg-type]
    return rows.select_related(*SHOWN_WITH).defer(*UNSEEN)


def bulk_acts() -> list[dict[str, Any]]:
    """What can be done to the ticked rows; with whom and why is asked once it is chosen."""
    return [{"name": name, "label": form.label} for name, form in BULK_ACTS.items()]


def narrowed(rows: TicketQuerySet, chosen: dict[str, Any], user: User, at: datetime) -> TicketQuerySet:
    """The rows that the chosen filters leave."""
    group = chosen.get("status") or "open"
    if group in GROUPS:
        rows = rows.filter(status__in=GROUPS[group])
    if chosen.get("class"):
        rows = rows.filter(complaint_class="" if chosen["class"] == "none" else chosen["class"])
    for name in ("priority", "topic", "department"):
        if chosen.get(name):
            rows = rows.filter(**{name: chosen[name]})
    if chosen.get("unit"):
        rows = rows.filter(unit__code__iexact=chosen["unit"])
    if chosen.get("building"):
        rows = rows.filter(unit__building__code=chosen["building"])
    if chosen.get("taken_from"):
        rows = rows.filter(created_at__gte=midnight(chosen["taken_from"]))
    if chosen.get("taken_to"):
        rows = rows.filter(created_at__lt=midnight(chosen["taken_to"] + timedelta(days=1)))
    if chosen.get("who") == "mine":
        rows = rows.filter(Q(responsible=user) | Q(handler=user))
    if chosen.get("who") == "team":
        rows = rows.filter(
            department_id__in=[m.department_id for m in user.memberships_now if m.department_id]
        )
    if chosen.get("late"):
        rows = rows.overdue(at)
    if chosen.get("forwarded"):
        rows = rows.filter(forwarding__isnull=False)
    if chosen.get("paused"):
        rows = rows.filter(paused_since__isnull=False)
    return rows.search(chosen["q"]) if chosen.get("q") else rows


def views_of(request: HttpRequest, opened: Opened) -> list[dict[str, Any]]:
    """The views that one changes between all day."""
    views = [
        (_("Open"), {"status": "open"}),
        (_("Mine"), {"who": "mine"}),
        (_("Late"), {"late": "1"}),
        (_("Not judged"), {"class": "none"}),
        (_("Waiting for the follow-up visit"), {"status": "resolved"}),
        (_("Closed"), {"status": "closed"}),
        (_("All"), {"status": "all"}),
    ]
    membership = role_in(request.user, request.estate.pk)  # type: ignore[arg-type, attr-defined]
    if membership and membership.department_id:
        views.insert(2, (str(membership.department), {"who": "team"}))
    return view_chips(request, opened, views, {"status": "open"})


def row_of(ticket: Ticket, at: datetime, request: HttpRequest) -> dict[str, Any]:
    """One line, as components/table.html wants it."""
    clock = nearest_clock(ticket, at)
    may_work = request.user.may("tickets.work", ticket.estate_id)  # type: ignore[union-attr]
    return {
        "id": f"ticket-{ticket.pk}",
        "late": bool(clock and clock["state"] == "late"),
        # The version as it stood here: what a colleague changed meanwhile is refused, not overwritten.
        "pick": {"name": "ticket", "value": f"{ticket.pk}.{ticket.version}", "label": ticket.number}
        if may_work
        else None,
    }


TICKETS = KeptList(
    name="ticket_list",
    export="ticket_export",
    export_permission="tickets.work",
    noun="tickets",
    columns=COLUMNS,
    usual=USUAL,
    always="matter",
    field="created_at",
    form=form_of,
    rows=filtered,
    views=views_of,
    row=row_of,
    template="tickets/list.html",
)
