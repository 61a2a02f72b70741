"""Decorations: the list, an application, one job on one page with its act of the moment, and its papers."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.attachments.services import serve
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.lib.paging import Page
from helpdesk.staff.access import get_visible, needs, require_here
from residents.files import files_of_decoration
from residents.forms.decorations import ApproveForm, DecorationForm, FilesForm, ProlongForm
from residents.forms.moves import ReasonForm
from residents.models import Decoration
from residents.services import decorations as services
from residents.services.decorations import DECISIONS, DECORATION_STATES
from residents.views.decoration_page import ABOUT, context_of
from residents.views.moves import first_values

S = Decoration.Status
TABS = {
    "open": Decoration.OPEN,
    "applied": (S.APPLIED,),
    "at_work": Decoration.AT_WORK,
    "ended": (S.CLOSED, S.REFUSED, S.CANCELLED),
}


@require_GET
@needs("residents.view")
def decoration_list(request: HttpRequest) -> HttpResponse:
    """Jobs of the estate, the newest first."""
    require_here(request, "residents.view")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    chosen = request.GET.get("status", "open")
    chosen = chosen if chosen in TABS else "open"
    rows = Decoration.objects.filter(estate=estate, status__in=TABS[chosen]).select_related(
        "unit", "resident"
    )
    page = Page(rows.prefetch_related("violations"), request.GET, field="applied_at")
    today = local(estate, timezone.now()).date()
    words = {
        "open": _("Open jobs"),
        "applied": _("To be decided"),
        "at_work": _("At work"),
        "ended": _("Ended"),
    }
    context = {
        "rows": [
            {
                "job": job,
                "is_late": job.status in Decoration.AT_WORK and job.ends_on < today,
                "violations": sum(one.rectified_at is None for one in job.violations.all()),
            }
            for job in page.rows
        ],
        "pager": page.pager,
        "tabs": [
            {"label": words[key], "url": f"?status={key}", "active": key == chosen, "count": None}
            for key in TABS
        ],
        "may_write": request.user.may("residents.write", estate.pk),  # type: ignore[union-attr]
        "crumbs": crumbs(),
    }
    return render(request, "residents/decoration_list.html", context)


@require_http_methods(["GET", "POST"])
@needs("residents.write")
def new(request: HttpRequest) -> HttpResponse:
    """An application with its drawings."""
    require_here(request, "residents.write")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    if request.method == "GET":
        known = first_values(request, estate)
        form = DecorationForm(
            estate=estate, initial={"unit": known["unit"], "starts_on": known["planned_on"]}
        )
        return render(
            request, "residents/decoration_new.html", {"form": form, "crumbs": crumbs(_("Application"))}
        )
    form, status = DecorationForm(request.POST, request.FILES, estate=estate), INVALID
    if form.is_valid():
        try:
            job = services.apply_for_decoration(actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
            return done(request, _("On file as %(number)s") % {"number": job.number}, page_of(job))
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
            status = REFUSED
    context = {"form": form, "crumbs": crumbs(_("Application"))}
    return render(request, "residents/decoration_new.html", context, status=status)


@require_GET
@needs("residents.view")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One job: where it stands, what comes next."""
    return show(request, job_for(request, pk, "residents.view"))


@require_POST
@needs("decorations.decide")
def decide(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Approved with conditions, or refused with a reason."""
    job = job_for(request, pk, "decorations.decide")
    if action not in DECISIONS:
        raise Http404
    form: Any = ApproveForm(request.POST) if action == "approve" else _reason(request, action)
    return _move(request, job, action, form)


@require_POST
@needs("residents.write")
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Every other act of the table."""
    job = job_for(request, pk, "residents.write")
    if action in DECISIONS or action not in DECORATION_STATES.table:
        raise Http404
    return _move(request, job, action, _reason(request, action))


def _reason(request: HttpRequest, action: str) -> ReasonForm:
    form = ReasonForm(request.POST, auto_id=f"{action}_%s")
    form.fields["reason"].required = action in services.NEED_A_REASON
    return form


def _move(request: HttpRequest, job: Decoration, action: str, form: Any) -> HttpResponse:
    said = str(DECORATION_STATES.actions[action])
    return acted(
        request,
        job,
        action,
        form,
        said,
        lambda found, **data: services.move_decoration(found, action, **data),
    )


@require_POST
@needs("decorations.decide")
def prolong(request: HttpRequest, pk: int) -> HttpResponse:
    """Another last day, with a reason."""
    job = job_for(request, pk, "decorations.decide")
    return acted(
        request, job, "prolong", ProlongForm(request.POST), _("Prolonged"), services.prolong_decoration
    )


@require_POST
@needs("residents.write")
def files(request: HttpRequest, pk: int) -> HttpResponse:
    """More drawings."""
    job = job_for(request, pk, "residents.write")
    form = FilesForm(request.POST, request.FILES)
    return acted(
        request,
        job,
        "files",
        form,
        _("Drawings added"),
        lambda found, files, **data: services.add_drawings(found, files, **data),
    )


@require_GET
@needs("residents.view")
def file(request: HttpRequest, pk: int, file_pk: int) -> HttpResponseBase:
    """A drawing of the job, or a photo of one of its inspections and violations; another record's is a 404."""
    job = job_for(request, pk, "residents.view")
    found = files_of_decoration(job).filter(pk=file_pk).first()
    if found is None:
        raise Http404
    return serve(found, small="small" in request.GET)


@require_GET
@needs("residents.view")
def permit_print(request: HttpRequest, pk: int) -> HttpResponse:
    """装修许可证: the paper on the door of the unit. Refused not_approved before a manager agreed."""
    job = job_for(request, pk, "residents.view")
    if job.status not in (S.APPROVED, *Decoration.AT_WORK):
        raise Refused("not_approved", _("The permit is printed while approved work lasts."))
    context = {"job": job, "estate": job.estate, "workers": job.permits.filter(ended_at__isnull=True).count()}
    return render(request, "residents/decoration_print.html", context)


@require_GET
@needs("residents.view")
def cards_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The workers' cards, to be cut out."""
    job = job_for(request, pk, "residents.view")
    cards = list(job.permits.filter(ended_at__isnull=True))
    return render(
        request, "residents/decoration_cards.html", {"job": job, "estate": job.estate, "cards": cards}
    )


def acted(
    request: HttpRequest,
    job: Decoration,
    name: str,
    form: Any,
    said: str,
    act: Callable[..., Any],
    *,
    on: Any = None,
) -> HttpResponse:
    """`act` done to the job (or to `on`, a part of it), or the page again with what was wrong."""
    if not form.is_valid():
        return show(request, job, forms={name: form}, status=INVALID)
    try:
        act(on or job, actor=request.user, **form.cleaned_data)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return show(request, job, forms={name: form}, status=REFUSED)
    return done(request, said, page_of(job))


def show(
    request: HttpRequest, job: Decoration, *, forms: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    job = job_for(request, job.pk, "residents.view")
    context = context_of(request.user, job, forms or {}, timezone.now(), request.GET)  # type: ignore[arg-type]
    context["crumbs"] = crumbs(job.number)
    return render(request, "residents/decoration_detail.html", context, status=status)


def job_for(request: HttpRequest, pk: int, permission: str) -> Decoration:
    rows = Decoration.objects.select_related(*ABOUT)
    return get_visible(rows, request.user, permission, pk=pk)  # type: ignore[arg-type]


def page_of(job: Decoration) -> str:
    return reverse("decoration_detail", args=[job.pk])


def crumbs(*last: str) -> list[dict[str, str]]:
    here = [{"label": _("Residents"), "url": reverse("resident_list")}]
    if not last:
        return [*here, {"label": _("Decorations")}]
    listed = {"label": _("Decorations"), "url": reverse("decoration_list")}
    return [*here, listed, *({"label": word} for word in last)]
