"""Which period, estate, building and department the address asks for; what is none of ours falls back to the usual."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.calendars import local
from helpdesk.estates.models import Department, Estate
from helpdesk.staff.models import User
from helpdesk.staff.roles import estates_where
from residents.models import Building
from tickets.period_figures import Scope

PERIODS = {"7": _("7 days"), "30": _("30 days"), "90": _("90 days"), "month": _("This month")}
DAYS = {"7": 7, "30": 30, "90": 90}


@dataclass(frozen=True)
class Asked:
    """The question, with what its controls offer; `last` is the last day, `scope.until` the midnight after it."""

    scope: Scope
    period: str
    first: date
    last: date
    estates: list[Estate]
    buildings: list[Building]

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @property
    def before_first(self) -> date:
        """The period before is as long and ends the day before this one."""
        return self.first - (self.last - self.first) - timedelta(days=1)

    @property
    def before_last(self) -> date:
        return self.first - timedelta(days=1)

    def query(self, **other: Any) -> str:
        """The same question as an address, with some of it changed."""
        now = {
            "period": self.period,
            "estate": self.scope.estate.pk,
            "building": self.scope.building_id or "",
            "department": self.scope.department_id or "",
        }
        return encoded(now | other)

    def tickets(self, **filters: Any) -> str:
        """Query of the list of tickets that shows the very rows."""
        building = next((b.code for b in self.buildings if b.pk == self.scope.building_id), "")
        return encoded({"building": building, "department": self.scope.department_id or ""} | filters)


def encoded(values: dict[str, Any]) -> str:
    query = QueryDict(mutable=True)
    query.update({name: str(value) for name, value in values.items() if value != ""})
    return "?" + query.urlencode()


def asked(request: HttpRequest, at: datetime) -> Asked:
    """What the address asks; 403 where the role shows no figures, 404 for an estate of others."""
    user: User = request.user  # type: ignore[assignment]
    allowed = estates_where(user, "reports.view")
    estates = list(Estate.objects.filter(pk__in=allowed)) if len(allowed) > 1 else []
    estate = _estate(request, estates, allowed)
    period = request.GET.get("period", "30")
    period = period if period in PERIODS else "30"
    last = local(estate, at).date()
    first = last.replace(day=1) if period == "month" else last - timedelta(days=DAYS[period] - 1)
    zone = local(estate, at).tzinfo
    buildings = list(Building.objects.filter(estate=estate, is_archived=False))
    building = _id(request, "building")
    scope = Scope(
        user,
        estate,
        datetime.combine(first, datetime.min.time(), zone),
        datetime.combine(last + timedelta(days=1), datetime.min.time(), zone),
        building if any(b.pk == building for b in buildings) else None,
        _id(request, "department"),
    )
    return Asked(scope, period, first, last, estates, buildings)


def _estate(request: HttpRequest, estates: list[Estate], allowed: list[int]) -> Estate:
    wanted = _id(request, "estate")
    here: Estate | None = request.estate  # type: ignore[attr-defined]
    if wanted is None or (here is not None and wanted == here.pk):
        if here is None or here.pk not in allowed:
            raise PermissionDenied
        return here
    found = next((estate for estate in estates if estate.pk == wanted), None)
    if found is None:
        raise Http404
    return found


def _id(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def offered(departments: list[Department], scope: Scope) -> list[Department]:
    """Departments to choose from; a supervisor's own is the only one there is."""
    if not scope.narrowed:
        return departments
    own = {m.department_id for m in scope.user.memberships_now if m.estate_id == scope.estate.pk}
    return [department for department in departments if department.pk in own]
