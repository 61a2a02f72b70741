"""Units and people from a spreadsheet: send in, read the report, confirm."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.lib.sheets import as_file
from helpdesk.staff.access import get_visible, needs, require_here
from residents.forms.imports import ImportForm
from residents.importing.records import title_of
from residents.importing.template import as_csv, as_xlsx
from residents.models import ImportJob
from residents.services.imports import confirm_import, drop_import, progress_of, send_import

SHOWN = 200  # problems on the page; the file has them all
LISTED = 30
TEMPLATES = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@require_http_methods(["GET", "POST"])
@needs("residents.import")
def import_list(request: HttpRequest) -> HttpResponse:
    """The files sent in so far, and a form for another."""
    require_here(request, "residents.import")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            job = send_import(estate, actor=request.user, name=sent.name, data=sent.read())  # type: ignore[arg-type]
        except Refused as refusal:
            form.add_error("file", str(refusal.message))
        else:
            return HttpResponseRedirect(reverse("import_detail", args=[job.pk]), status=303)
    rows = ImportJob.objects.filter(estate=estate).select_related("by").defer("content", "problems")
    context = {"form": form, "jobs": list(rows[:LISTED]), "estate": estate}
    return render(request, "residents/import_list.html", context, status=422 if form.errors else 200)


@require_safe
@needs("residents.import")
def import_template(request: HttpRequest, kind: str) -> HttpResponse:
    """The empty file to fill in."""
    if kind not in TEMPLATES:
        raise Http404
    make, content_type = TEMPLATES[kind]
    headers = {"Content-Disposition": f'attachment; filename="units-and-people.{kind}"'}
    return HttpResponse(make(), content_type=content_type, headers=headers)


@require_safe
@needs("residents.import")
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What a file would change, or every row that can't be taken; while it is written, how far it is."""
    job = _job(request, pk)
    done, total = progress_of(job)
    waits = job.status in {ImportJob.Status.UPLOADED, ImportJob.Status.CONFIRMED}
    context = {
        "job": job,
        "counts": _said(job.counts),
        "problems": [
            {"row": problem["row"], "column": title_of(problem["column"]), "reason": problem["reason"]}
            for problem in job.problems[:SHOWN]
        ],
        "more": max(0, len(job.problems) - SHOWN),
        "waits": waits,
        "done": done,
        "total": total,
        "may_confirm": job.status == ImportJob.Status.CHECKED
        and not job.problems
        and any(job.counts.values()),
    }
    return render(request, "residents/import_detail.html", context)


@require_safe
@needs("residents.import")
def import_problems(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Every row that can't be taken, as a file to work through."""
    job = _job(request, pk)
    rows = [(problem["row"], title_of(problem["column"]), problem["reason"]) for problem in job.problems]
    return as_file(f"import-{job.pk}-problems", "csv", [_("Row"), _("Column"), _("Reason")], rows)


@require_POST
@needs("residents.import")
def import_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Write it."""
    job = confirm_import(_job(request, pk), actor=request.user)  # type: ignore[arg-type]
    return HttpResponseRedirect(reverse("import_detail", args=[job.pk]), status=303)


@require_POST
@needs("residents.import")
def import_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it away unwritten."""
    drop_import(_job(request, pk), actor=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The file was dropped; nothing was written."))
    return HttpResponseRedirect(reverse("import_list"), status=303)


def _job(request: HttpRequest, pk: int) -> ImportJob:
    rows = ImportJob.objects.select_related("estate", "by").defer("content")
    return get_visible(rows, request.user, "residents.import", pk=pk)  # type: ignore[arg-type]


def _said(counts: dict[str, Any]) -> list[dict[str, Any]]:
    labels = {
        "buildings": _("new buildings"),
        "units": _("new units"),
        "units_changed": _("units changed"),
        "people": _("new people"),
        "people_changed": _("people changed"),
        "occupancies": _("new occupancies"),
        "phones": _("new telephone numbers"),
    }
    return [{"label": label, "count": counts.get(key, 0)} for key, label in labels.items()] if counts else []
