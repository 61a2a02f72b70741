"""The site of a decoration: workers' cards, inspections, violations."""

from typing import Any, TypeVar

from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.estates.calendars import local
from helpdesk.lib.keys import BIGGEST_ID
from helpdesk.staff.access import needs
from residents.forms.decorations import InspectForm, PermitForm, PlanForm, RectifyForm, ViolationForm
from residents.forms.moves import ReasonForm
from residents.models import Decoration, DecorationInspection, DecorationViolation, WorkerPermit
from residents.services import decoration_site as services
from residents.views.decorations import acted, job_for

M = TypeVar("M", bound=Model)


@require_POST
@needs("residents.write")
def permit_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """A worker's card."""
    job = job_for(request, pk, "residents.write")
    form = PermitForm(request.POST, job=job)
    return acted(request, job, "permit", form, _("Card issued"), services.issue_worker_permit)


@require_POST
@needs("residents.write")
def permit_end(request: HttpRequest, pk: int, permit_pk: int) -> HttpResponse:
    """The card came back, or was taken away."""
    job = job_for(request, pk, "residents.write")
    form = ReasonForm(request.POST)
    found = part_of(job, WorkerPermit, permit_pk)
    return acted(
        request, job, f"card-{permit_pk}", form, _("Card ended"), services.end_worker_permit, on=found
    )


@require_POST
@needs("decorations.inspect")
def inspection_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody is to look at the site by a day."""
    job = job_for(request, pk, "decorations.inspect")
    form = PlanForm(request.POST, today=local(job.estate, timezone.now()).date())
    return acted(request, job, "plan", form, _("Inspection planned"), services.plan_inspection)


@require_POST
@needs("decorations.inspect")
def inspection_record(request: HttpRequest, pk: int, inspection_pk: int) -> HttpResponse:
    """What was found."""
    job = job_for(request, pk, "decorations.inspect")
    found = part_of(job, DecorationInspection, inspection_pk)
    name = f"inspect-{inspection_pk}"
    form = InspectForm(request.POST, request.FILES, auto_id=f"inspect{inspection_pk}_%s")
    return acted(request, job, name, form, _("Inspection on file"), services.record_inspection, on=found)


@require_POST
@needs("decorations.inspect")
def violation_add(request: HttpRequest, pk: int) -> HttpResponse:
    """The rules were broken."""
    job = job_for(request, pk, "decorations.inspect")
    form = ViolationForm(request.POST, request.FILES)
    return acted(request, job, "violation", form, _("Violation on file"), services.add_violation)


@require_POST
@needs("decorations.inspect")
def violation_rectify(request: HttpRequest, pk: int, violation_pk: int) -> HttpResponse:
    """It was put right."""
    job = job_for(request, pk, "decorations.inspect")
    found = part_of(job, DecorationViolation, violation_pk)
    name = f"rectify-{violation_pk}"
    form = RectifyForm(request.POST, request.FILES, auto_id=f"rectify{violation_pk}_%s")
    return acted(request, job, name, form, _("Put right"), services.rectify_violation, on=found)


def part_of(job: Decoration, model: type[M], pk: int) -> Any:
    """A card, inspection or violation of this very job; another job's is a 404."""
    found = model._default_manager.filter(decoration=job, pk=pk).first() if pk <= BIGGEST_ID else None
    if found is None:
        raise Http404
    return found
