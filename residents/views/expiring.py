"""What runs out soon: papers and contracts, cards, workers' permits, vaccinations; as a list and as a file."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from helpdesk.estates.models import Estate
from helpdesk.lib.sheets import as_file
from helpdesk.staff.access import needs
from residents.expiring import DAYS, KINDS, Expiring, expiring
from residents.models import WorkerPermit
from residents.names_shown import full_name
from residents.views.shown import joined

SHOWN = 300


@require_safe
@needs("residents.view")
def expiring_list(request: HttpRequest) -> HttpResponse:
    """What has run out, and what will; by days ahead, kind and estate."""
    asked = Asked(request, "residents.view")
    found = asked.found()
    today = timezone.localdate()
    context = {
        "rows": [row_of(one, today) for one in found[:SHOWN]],
        "more": max(0, len(found) - SHOWN),
        "days_chips": [asked.chip("days", str(n), days_label(n)) for n in DAYS],
        "kind_chips": [
            asked.chip("kind", key, str(label)) for key, label in ({"": _("All kinds")} | KINDS).items()
        ],
        "estate_chips": [asked.chip("estate", str(e.pk), str(e)) for e in asked.estates]
        if len(asked.estates) > 1
        else [],
        "exports": [
            {"label": kind.upper(), "url": f"{reverse('expiring_export')}{asked.query(format=kind)}"}
            for kind in ("csv", "xlsx")
        ]
        if request.user.may("residents.write", asked.estate.pk)  # type: ignore[union-attr]
        else [],
    }
    return render(request, "residents/expiring.html", context)


@require_safe
@needs("residents.write")
def expiring_export(request: HttpRequest) -> HttpResponseBase:
    """The same as a file."""
    asked = Asked(request, "residents.write")
    today = timezone.localdate()
    header = [_("Runs out"), _("Kind"), _("What"), _("Unit"), _("Whose"), _("Estate"), _("State")]
    rows = (
        [
            row["day"].isoformat(),
            row["kind"],
            row["title"],
            row["plate"],
            row["name"],
            row["estate"],
            row["chip"]["label"],
        ]
        for row in (row_of(one, today) for one in asked.found())
    )
    return as_file("expiring", "xlsx" if request.GET.get("format") == "xlsx" else "csv", header, rows)


class Asked:
    """What the address asks for; whatever it does not say, or says wrong, is the usual."""

    def __init__(self, request: HttpRequest, permission: str) -> None:
        memberships = request.user.memberships_now  # type: ignore[union-attr]
        self.estates: list[Estate] = [
            m.estate
            for m in memberships
            if request.user.may(permission, m.estate_id)  # type: ignore[union-attr]
        ]
        by_pk = {str(estate.pk): estate for estate in self.estates}
        here = by_pk.get(str(request.estate.pk)) if request.estate else None  # type: ignore[attr-defined]
        self.estate = by_pk.get(request.GET.get("estate", "")) or here or self.estates[0]
        days = request.GET.get("days", "")
        self.days = int(days) if days in map(str, DAYS) else DAYS[0]
        kind = request.GET.get("kind", "")
        self.kind = kind if kind in KINDS else ""

    def found(self) -> list[Expiring]:
        kinds = [self.kind] if self.kind else list(KINDS)
        return expiring([self.estate.pk], timezone.localdate(), days=self.days, kinds=kinds)

    def query(self, **other: str) -> str:
        asked = QueryDict(mutable=True)
        now = {"days": str(self.days), "kind": self.kind, "estate": str(self.estate.pk)} | other
        asked.update({name: value for name, value in now.items() if value})
        return f"?{asked.urlencode()}"

    def chip(self, name: str, value: str, label: str) -> dict[str, Any]:
        now = {"days": str(self.days), "kind": self.kind, "estate": str(self.estate.pk)}
        return {"label": label, "url": self.query(**{name: value}), "active": now[name] == value}


def days_label(days: int) -> str:
    return ngettext("within %(count)d day", "within %(count)d days", days) % {"count": days}


def row_of(one: Expiring, today: Any) -> dict[str, Any]:
    """A line of the list: what, whose, when, and where it is put right."""
    left = (one.day - today).days
    if one.decoration_id:
        url = reverse("decoration_detail", args=[one.decoration_id])
    elif one.resident:
        url = reverse("resident_detail", args=[one.resident.pk])
    else:
        url = reverse("unit_detail", args=[one.unit.pk])  # type: ignore[union-attr]
    return {
        "day": one.day,
        "kind": kind_of(one),
        "title": one.title,
        "plate": one.unit.code if one.unit else "",
        "unit_url": reverse("unit_detail", args=[one.unit.pk]) if one.unit else "",
        "name": full_name(one.resident) if one.resident else "",
        "url": url if one.decoration_id else f"{url}#{ANCHORS[one.kind]}",
        "estate": str(one.estate),
        "chip": chip_of(left),
    }


def kind_of(one: Expiring) -> str:
    """Lease; or what runs out and of what: Worker's permit, carpenter."""
    if one.kind == "worker":
        return joined([str(WorkerPermit._meta.verbose_name).capitalize(), one.what])
    return joined([str(KINDS[one.kind]), one.what]) if one.kind == "vaccination" else one.what


ANCHORS = {"paper": "paper", "card": "card", "vaccination": "pet"}


def chip_of(left: int) -> dict[str, str]:
    if left < 0:
        return {"label": _("Run out"), "tone": "red", "icon": "warning"}
    if left == 0:
        return {"label": _("today"), "tone": "amber", "icon": "clock"}
    words = ngettext("%(count)d day left", "%(count)d days left", left) % {"count": left}
    return {"label": words, "tone": "amber" if left <= DAYS[0] else "plain", "icon": "clock"}
