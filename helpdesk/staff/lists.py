"""How people keep lists: saved views, lent ones, the columns they want, the view a list opens with."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from django.db import IntegrityError, transaction
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import ListChoice, SavedView, User

# Page of a list → who may open it. A list that is not named here keeps no views.
LISTS = {
    "ticket_list": "tickets.view",
    "slip_table": "slips.view",
    "follow_up_table": "follow_ups.view",
    "contact_list": "contacts.view",
    "resident_list": "residents.view",
    "bill_list": "billing.view",
    "payment_list": "billing.view",
    "reminder_list": "reminders.view",
    "visit_list": "visits.view",
    "pass_list": "passes.view",
}
# What belongs to a moment and not to a view.
PASSING = ("before", "after", "view", "csrfmiddlewaretoken", "format")
MOST_VIEWS = 50
OUR_NUMBERS = re.compile(r"\d{4}-\d\d-\d\d|[A-Za-z]{1,4}-\d{4}(\d\d)?-\d{1,8}")


@dataclass(frozen=True)
class Opened:
    """A list as this person opens it now: its views, the chosen one, the columns in their order."""

    list_name: str
    views: list[SavedView]
    chosen: SavedView | None
    default: SavedView | None
    columns: list[str]
    # Where to go instead: an address without filters opens the default view. Empty: stay.
    elsewhere: str


def open_list(request: HttpRequest, list_name: str, columns: Sequence[str], usual: Sequence[str]) -> Opened:
    """What the address and this person's choices make of a list; columns that are no longer there are left out."""
    user: User = request.user  # type: ignore[assignment]
    estate: Estate = request.estate  # type: ignore[attr-defined]
    views = list(SavedView.objects.offered_to(user, estate.pk).filter(list_name=list_name)[:MOST_VIEWS])
    choice = ListChoice.objects.filter(user=user, estate=estate, list_name=list_name).first()
    by_pk = {str(view.pk): view for view in views}
    chosen = by_pk.get(request.GET.get("view", ""))
    default = by_pk.get(str(choice.default_view_id)) if choice else None
    wanted = (chosen and chosen.columns) or (choice and choice.columns) or usual
    kept = [key for key in columns if key in wanted] or list(usual)
    elsewhere = address_of(default) if default and not request.GET else ""
    return Opened(list_name, views, chosen, default, kept, elsewhere)


def address_of(view: SavedView) -> str:
    """The view as the part of an address behind the page."""
    query = QueryDict(view.query, mutable=True)
    query["view"] = str(view.pk)
    return "?" + query.urlencode()


def query_kept(query: QueryDict) -> str:
    """The filters of an address, without what belongs to the moment."""
    kept = query.copy()
    for name in PASSING:
        kept.pop(name, None)
    return kept.urlencode()


def _is_somebodys_number(value: str) -> bool:
    """Seven digits or more, as telephones have them; days and the desk's own numbers (T-2026-000001) are none."""
    return not OUR_NUMBERS.fullmatch(value.strip()) and sum(c.isdecimal() for c in value) >= 7


@transaction.atomic
def save_view(
    *,
    actor: User,
    estate: Estate,
    list_name: str,
    name: str,
    query: str,
    columns: Iterable[str],
    shared: str = "",
) -> SavedView:
    """Keep filters and columns under a name; the same name again is the same view, changed.

    Refused reason_required (no name), personal_number (a telephone number among the filters), no_department (lent to a
    department by somebody who is in none), too_many, too_long.
    """
    name = name.strip()[:60]
    if not name:
        raise Refused("reason_required", _("Give it a name."), field="name")
    if len(query) > 500:
        raise Refused("too_long", _("These are more filters than a view can keep."))
    if any(_is_somebodys_number(value) for _name, value in parse_qsl(query)):
        message = _("A view keeps no telephone number: take it out of the filters first.")
        raise Refused("personal_number", message, field="name")
    department = next((m.department for m in actor.memberships_now if m.estate_id == estate.pk), None)
    if shared == SavedView.Shared.DEPARTMENT and department is None:
        raise Refused("no_department", _("You belong to no department here."), field="shared")
    mine = SavedView.objects.filter(owner=actor, estate=estate, list_name=list_name)
    if not mine.filter(name=name).exists() and mine.count() >= MOST_VIEWS // 2:
        raise Refused("too_many", _("These are as many views as one person can keep. Take one away first."))
    values: dict[str, Any] = {
        "query": query,
        "columns": list(columns),
        "shared": shared,
        "department": department if shared == SavedView.Shared.DEPARTMENT else None,
    }
    try:
        with transaction.atomic():
            view, _new = mine.update_or_create(
                name=name,
                defaults=values,
                create_defaults=values | {"owner": actor, "estate": estate, "list_name": list_name},
            )
    except IntegrityError:
        return mine.get(name=name)
    record("saved_view.kept", view, actor=actor, list=list_name, shared=shared)
    return view


@transaction.atomic
def drop_view(view: SavedView, *, actor: User) -> None:
    """Take a view away; one that is lent can be taken back by its owner or by who may change settings. Refused not_yours."""
    if view.owner_id != actor.pk and not actor.may("settings.change", view.estate_id):
        raise Refused("not_yours", _("This view belongs to a colleague."))
    record("saved_view.dropped", view, actor=actor, list=view.list_name)
    view.delete()


@transaction.atomic
def choose_columns(*, actor: User, estate: Estate, list_name: str, columns: Iterable[str]) -> None:
    """Which columns this person wants in this list; none means the list's own."""
    ListChoice.objects.update_or_create(
        user=actor, estate=estate, list_name=list_name, defaults={"columns": [c[:30] for c in columns][:40]}
    )


@transaction.atomic
def open_with(*, actor: User, estate: Estate, list_name: str, view: SavedView | None) -> None:
    """With which view the list opens for this person; None opens it as it is."""
    ListChoice.objects.update_or_create(
        user=actor, estate=estate, list_name=list_name, defaults={"default_view": view}
    )
