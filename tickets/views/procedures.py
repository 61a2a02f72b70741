"""The estate's procedures: the steps of a valid and of a communication complaint, retitled, reordered, added to."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.staff.access import needs, require_here
from tickets.forms.procedures import ProcedureStepForm
from tickets.models import ProcedureStep
from tickets.procedures import OWN, PlannedStep, is_sound, plan_of, title_of
from tickets.services.procedures import (
    add_procedure_step,
    change_procedure_step,
    move_procedure_step,
    remove_procedure_step,
)
from tickets.views.answers import INVALID, REFUSED, done

# What ticks a step, in words.
TICKED_BY = {
    "create": gettext_lazy("ticked when the ticket is opened"),
    "judge": gettext_lazy("ticked when the class is set"),
    "assign": gettext_lazy("ticked when the department is told"),
    "resolve": gettext_lazy("ticked when it is resolved"),
    "follow_up": gettext_lazy("ticked by the recorded visit"),
    "hand": gettext_lazy("ticked by hand"),
}
ADD = ""


@require_GET
@needs("procedures.change")
def procedures(request: HttpRequest) -> HttpResponse:
    """Both procedures of the estate that is chosen."""
    return show(request, estate_of(request))


@require_POST
@needs("procedures.change")
def add(request: HttpRequest, group: str) -> HttpResponse:
    """A step of the estate's own."""
    estate = estate_of(request)
    known(group)
    form = ProcedureStepForm(request.POST, own=True, auto_id=f"{group}-new_%s")
    if not form.is_valid():
        return show(request, estate, sent=(group, ADD, form), status=INVALID)
    try:
        add_procedure_step(estate, group, actor=request.user, **form.values)  # type: ignore[arg-type]
    except Refused as refused:
        return show(request, estate, sent=(group, ADD, told(form, refused)), status=REFUSED)
    return done(request, _("Step added: tickets judged from now on get it"), reverse("procedures"))


@require_POST
@needs("procedures.change")
def edit(request: HttpRequest, group: str, key: str) -> HttpResponse:
    """Other titles; for an own step also whether it is always needed."""
    estate = estate_of(request)
    known(group)
    form = ProcedureStepForm(request.POST, own=key.startswith(OWN), auto_id=f"{group}-{key}_%s")
    if not form.is_valid():
        return show(request, estate, sent=(group, key, form), status=INVALID)
    try:
        change_procedure_step(estate, group, key, actor=request.user, **form.values)  # type: ignore[arg-type]
    except Refused as refused:
        return show(request, estate, sent=(group, key, told(form, refused)), status=REFUSED)
    return done(request, _("Step changed: tickets judged from now on show it"), reverse("procedures"))


@require_POST
@needs("procedures.change")
def move(request: HttpRequest, group: str, key: str) -> HttpResponse:
    """One place up, or down."""
    estate = estate_of(request)
    known(group)
    up = request.POST.get("to") == "up"
    move_procedure_step(estate, group, key, actor=request.user, up=up)  # type: ignore[arg-type]
    return done(request, _("Step moved"), reverse("procedures"))


@require_POST
@needs("procedures.change")
def remove(request: HttpRequest, group: str, key: str) -> HttpResponse:
    """Take an own step out; tickets that have it keep it."""
    estate = estate_of(request)
    known(group)
    remove_procedure_step(estate, group, key, actor=request.user)  # type: ignore[arg-type]
    return done(request, _("Step removed: tickets that have it keep it"), reverse("procedures"))


def estate_of(request: HttpRequest) -> Estate:
    """The estate that is chosen; 403 where this person has no such role there."""
    require_here(request, "procedures.change")
    return request.estate  # type: ignore[attr-defined, no-any-return]


def known(group: str) -> None:
    if group not in ProcedureStep.Group.values:
        raise Http404


def told(form: ProcedureStepForm, refused: Refused) -> ProcedureStepForm:
    form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
    return form


def show(
    request: HttpRequest,
    estate: Estate,
    *,
    sent: tuple[str, str, ProcedureStepForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page; a form that came back stands open with what was typed."""
    came_back = {(group, key): form for group, key, form in [sent]} if sent else {}  # type: ignore[misc]
    groups = [
        {
            "key": group,
            "label": label,
            "steps": steps_of(estate, group, came_back),
            "add_url": reverse("procedure_add", args=[group]),
            "form": came_back.get((group, ADD)) or ProcedureStepForm(own=True, auto_id=f"{group}-new_%s"),
            "open": (group, ADD) in came_back,
        }
        for group, label in ProcedureStep.Group.choices
    ]
    return render(request, "tickets/procedures.html", {"groups": groups}, status=status)


def steps_of(
    estate: Estate, group: str, came_back: dict[tuple[str, str], ProcedureStepForm]
) -> list[dict[str, Any]]:
    plan = plan_of(estate.pk, group)
    keys = [step.key for step in plan]
    return [
        {
            "key": step.key,
            "title": step.title,
            "house_title": "" if step.is_own or step.title == str(title_of(step.key)) else title_of(step.key),
            "ticked_by": TICKED_BY[step.by],
            "is_own": step.is_own,
            "is_required": step.is_required,
            "may_up": may_move(keys, at, at - 1, group),
            "may_down": may_move(keys, at, at + 1, group),
            "form": came_back.get((group, step.key)) or form_of(step, group),
            "open": (group, step.key) in came_back,
            "edit_url": reverse("procedure_edit", args=[group, step.key]),
            "move_url": reverse("procedure_move", args=[group, step.key]),
            "remove_url": reverse("procedure_remove", args=[group, step.key]) if step.is_own else "",
        }
        for at, step in enumerate(plan)
    ]


def may_move(keys: list[str], at: int, to: int, group: str) -> bool:
    """Whether exchanging the two leaves an order that makes sense."""
    if not 0 <= to < len(keys):
        return False
    order = list(keys)
    order[at], order[to] = order[to], order[at]
    return is_sound(order, group)


def form_of(step: PlannedStep, group: str) -> ProcedureStepForm:
    titles = step.titles
    initial = {
        "title": titles.get("en", ""),
        "title_zh_hans": titles.get("zh-hans", ""),
        "title_zh_hant": titles.get("zh-hant", ""),
        "is_required": step.is_required,
    }
    return ProcedureStepForm(own=step.is_own, initial=initial, auto_id=f"{group}-{step.key}_%s")
