"""The watch list 关注名单: who is on it, why, until when, and who has looked (docs/domain.md §6)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.audit.models import AccessEntry
from helpdesk.audit.services import log_access
from helpdesk.estates.calendars import local
from helpdesk.lib.addresses import ip_of
from helpdesk.lib.errors import Refused
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.lib.sealed import clear
from helpdesk.staff.access import get_visible, needs, require_here
from helpdesk.staff.models import User
from visitors.forms.watch_list import EndForm, WatchForm
from visitors.models import WatchEntry
from visitors.services.watching import add_watch_entry, end_watch_entry

SHOWN, LOOKS = 200, 50


@require_GET
@needs("watch_list.write")
def watch_list(request: HttpRequest) -> HttpResponse:
    """Who is on it today. The reasons stand on each entry's own page, where looking is kept."""
    require_here(request, "watch_list.write")
    estate = request.estate  # type: ignore[attr-defined]
    rows = WatchEntry.objects.running(local(estate, timezone.now()).date()).filter(estate=estate)
    context = {
        "rows": list(rows.select_related("created_by").order_by("ends_on", "pk")[:SHOWN]),
        "crumbs": [{"label": _("Visitors"), "url": reverse("visit_board")}, {"label": _("Watch list")}],
    }
    return private(render(request, "visitors/watch_list.html", context))


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("name", "phone")
@needs("watch_list.write")
def new(request: HttpRequest) -> HttpResponse:
    """One more entry."""
    require_here(request, "watch_list.write")
    estate = request.estate  # type: ignore[attr-defined]
    today = local(estate, timezone.now()).date()
    form = WatchForm(request.POST or None, estate=estate, today=today)
    status = 200
    if request.method == "POST":
        status = INVALID
        if form.is_valid():
            try:
                entry = add_watch_entry(estate=estate, actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
                return done(request, _("On the watch list"), reverse("watch_detail", args=[entry.pk]))
            except Refused as refused:
                form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
                status = REFUSED
    context = {"form": form, "crumbs": crumbs(_("New entry"))}
    return private(render(request, "visitors/watch_new.html", context, status=status))


@require_GET
@needs("watch_list.write")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry with its reason; that one has looked is kept, and shown."""
    return show(request, entry_for(request, pk), EndForm())


@require_POST
@needs("watch_list.write")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """It warns nobody any more."""
    entry = entry_for(request, pk)
    form = EndForm(request.POST)
    if not form.is_valid():
        return show(request, entry, form, status=INVALID)
    end_watch_entry(entry, actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
    return done(request, _("No longer on the watch list"), reverse("watch_list"))


def entry_for(request: HttpRequest, pk: int) -> WatchEntry:
    rows = WatchEntry.objects.select_related("estate", "created_by")
    return get_visible(rows, request.user, "watch_list.write", pk=pk)  # type: ignore[arg-type]


def show(request: HttpRequest, entry: WatchEntry, form: EndForm, *, status: int = 200) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    log_access(
        entry, "name", actor=user, estate_id=entry.estate_id, reason="watch list", address=ip_of(request)
    )
    looks = AccessEntry.objects.filter(subject_type="visitors.watchentry", subject_id=entry.pk)
    context = {
        "entry": entry,
        "name": clear(entry.name),
        "facts": facts_of(entry),
        "is_running": entry.ends_on >= local(entry.estate, timezone.now()).date(),
        "looks": list(looks.select_related("actor").order_by("-pk")[:LOOKS]),
        "form": form,
        "crumbs": crumbs(f"#{entry.pk}"),
    }
    return private(render(request, "visitors/watch_detail.html", context, status=status))


def facts_of(entry: WatchEntry) -> list[dict[str, Any]]:
    """Label and value, as components/facts.html wants them."""
    rows = [
        (_("Plate"), entry.plate),
        (_("Telephone"), _("known by a keyed mark") if entry.phone_hash else ""),
        (_("Who says so"), entry.source),
        (_("Until"), entry.ends_on.isoformat()),
        (_("Written down by"), f"{entry.created_by} {local(entry.estate, entry.created_at):%Y-%m-%d}"),
    ]
    return [{"label": label, "value": value, "url": ""} for label, value in rows if value]


def crumbs(here: str) -> list[dict[str, str]]:
    return [
        {"label": _("Visitors"), "url": reverse("visit_board")},
        {"label": _("Watch list"), "url": reverse("watch_list")},
        {"label": here},
    ]


def private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
