"""The estate's own checklists of moving in and out."""

from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.staff.access import needs, require_here
from residents.clearances import is_answered
from residents.forms.moves import MoveRuleForm
from residents.models import MoveKind, MoveRule
from residents.move_steps import HOUSE, PlannedStep, title_of
from residents.services.move_rules import add_move_rule, change_move_rule

ACTS = ("remove", "put_back", "up", "down")


@require_GET
@needs("moves.set_up")
def rules(request: HttpRequest) -> HttpResponse:
    """Both lists of the estate that is chosen."""
    return show(request)


@require_POST
@needs("moves.set_up")
def add(request: HttpRequest, kind: str) -> HttpResponse:
    """A step of the estate's own, ticked by hand."""
    require_here(request, "moves.set_up")
    known(kind)
    form = MoveRuleForm(request.POST, auto_id=f"{kind}_%s")
    if not form.is_valid():
        return show(request, sent={kind: form}, status=INVALID)
    estate: Estate = request.estate  # type: ignore[attr-defined]
    try:
        add_move_rule(estate, kind, actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
    except Refused as refused:
        form.add_error(None, str(refused.message))
        return show(request, sent={kind: form}, status=REFUSED)
    return done(request, _("Step added: moves opened from now on get it"), reverse("move_rules"))


@require_POST
@needs("moves.set_up")
def change(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Take it out, put it back, move it up or down."""
    require_here(request, "moves.set_up")
    known(kind)
    act = request.POST.get("act", "")
    if act not in ACTS:
        raise BadRequest
    estate: Estate = request.estate  # type: ignore[attr-defined]
    change_move_rule(estate, kind, key, actor=request.user, act=act)  # type: ignore[arg-type]
    return done(request, _("List changed: moves opened from now on get it so"), reverse("move_rules"))


def known(kind: str) -> None:
    if kind not in MoveKind.values:
        raise Http404


def show(request: HttpRequest, *, sent: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    require_here(request, "moves.set_up")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    kept = list(MoveRule.objects.filter(estate=estate))
    groups = [
        {
            "kind": kind,
            "label": label,
            "steps": _steps(kind, [row for row in kept if row.kind == kind]),
            "form": (sent or {}).get(kind) or MoveRuleForm(auto_id=f"{kind}_%s"),
            "open": kind in (sent or {}),
        }
        for kind, label in MoveKind.choices
    ]
    crumbs = [{"label": _("Moves"), "url": reverse("move_list")}, {"label": _("Checklists")}]
    return render(request, "residents/move_rules.html", {"groups": groups, "crumbs": crumbs}, status=status)


def _steps(kind: str, rows: list[MoveRule]) -> list[dict[str, Any]]:
    steps: list[Any] = list(rows) or [PlannedStep(key) for key in HOUSE[kind]]
    return [
        {
            "key": step.key,
            "title": title_of(step, kind),
            "by_itself": is_answered(step.key, kind),
            "is_removed": getattr(step, "is_removed", False),
        }
        for step in steps
    ]
