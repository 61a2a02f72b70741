"""Moves: the list by what is due, a new one, the checklist on one page and on paper, and every act on it."""

from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.lib.paging import Page
from helpdesk.staff.access import get_visible, needs, require_here
from helpdesk.staff.models import User
from residents.clearances import permission_of
from residents.forms.moves import (
    CompleteForm,
    MoveEditForm,
    MoveForm,
    MovePersonForm,
    OverrideForm,
    ReasonForm,
)
from residents.models import Move, MoveKind, MovePerson, Unit
from residents.names_shown import full_name
from residents.services import moves
from residents.services.moves import CheckedStep, checklist
from residents.views.procedure_history import events_of

S = Move.Status
ABOUT = ("estate", "unit__estate", "unit__building", "opened_by", "ended_by", "override_by")


@require_GET
@needs("residents.view")
def move_list(request: HttpRequest) -> HttpResponse:
    """Moves of the estate: the open ones by their day, the others the newest first."""
    require_here(request, "residents.view")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    chosen = request.GET.get("status", S.OPEN)
    chosen = chosen if chosen in S.values else S.OPEN
    kind = request.GET.get("kind", "")
    rows: QuerySet[Move] = Move.objects.filter(estate=estate, status=chosen).select_related("unit")
    if kind in MoveKind.values:
        rows = rows.filter(kind=kind)
    today = local(estate, timezone.now()).date()
    rows = rows.prefetch_related("people__resident")
    # Of the open ones whoever moves first stands first; who moved and is still open stands before them.
    by_day = chosen == S.OPEN
    page = Page(rows, request.GET, field="planned_on" if by_day else "opened_at", upwards=by_day)
    context = {
        "rows": [
            {
                "move": move,
                "names": [full_name(person.resident) for person in move.people.all()],
                "is_late": move.is_open and move.planned_on < today,
                "is_today": move.is_open and move.planned_on == today,
            }
            for move in page.rows
        ],
        "pager": page.pager,
        "by_day": by_day,
        "tabs": [
            {
                "label": label,
                "url": f"?status={status}" + (f"&kind={kind}" if kind else ""),
                "active": status == chosen,
                "count": None,
            }
            for status, label in S.choices
        ],
        "chips": _kinds(chosen, kind),
        "may_write": request.user.may("residents.write", estate.pk),  # type: ignore[union-attr]
        "may_set_up": request.user.may("moves.set_up", estate.pk),  # type: ignore[union-attr]
        "crumbs": crumbs(),
    }
    return render(request, "residents/move_list.html", context)


def _kinds(status: str, chosen: str) -> list[dict[str, Any]]:
    chips: list[dict[str, Any]] = [
        {"label": _("All moves"), "url": f"?status={status}", "active": chosen not in MoveKind.values}
    ]
    return chips + [
        {"label": label, "url": f"?status={status}&kind={kind}", "active": kind == chosen}
        for kind, label in MoveKind.choices
    ]


@require_http_methods(["GET", "POST"])
@needs("residents.write")
def new(request: HttpRequest) -> HttpResponse:
    """Open a checklist; from a unit's page everything known is filled in."""
    require_here(request, "residents.write")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    if request.method == "GET":
        form = MoveForm(estate=estate, initial=first_values(request, estate))
        return render(request, "residents/move_new.html", {"form": form, "crumbs": crumbs(_("A new move"))})
    form, status = MoveForm(request.POST, estate=estate), INVALID
    if form.is_valid():
        try:
            move = moves.open_move(actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
            return done(request, _("Opened as %(number)s") % {"number": move.number}, page_of(move))
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
            status = REFUSED
    context = {"form": form, "crumbs": crumbs(_("A new move"))}
    return render(request, "residents/move_new.html", context, status=status)


def first_values(request: HttpRequest, estate: Estate) -> dict[str, Any]:
    """What the address names, and today."""
    kind = request.GET.get("kind", "")
    written = request.GET.get("unit", "")
    unit = Unit.objects.filter(estate=estate, pk=int(written)).first() if _is_id(written) else None
    return {
        "kind": kind if kind in MoveKind.values else MoveKind.MOVE_OUT,
        "unit": unit.code if unit else "",
        "planned_on": local(estate, timezone.now()).date(),
    }


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


@require_GET
@needs("residents.view")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The checklist as it stands this minute."""
    return show(request, move_for(request, pk, "residents.view"))


@require_GET
@needs("residents.view")
def move_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The checklist on A4."""
    move = move_for(request, pk, "residents.view")
    context = {
        "move": move,
        "estate": move.estate,
        "steps": (steps := lines_of(request.user, move, timezone.now())),  # type: ignore[arg-type]
        "is_let_pass_whole": is_let_pass_whole(move, steps),
        "people": people_of_move(move),
    }
    return render(request, "residents/move_print.html", context)


@require_POST
@needs("residents.write")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another day, a note, the new postal address."""
    move = move_for(request, pk, "residents.write")
    form = MoveEditForm(request.POST)
    return acted(
        request,
        move,
        "edit",
        form,
        _("Saved"),
        lambda data: moves.edit_move(move, actor=request.user, **data),
    )  # type: ignore[arg-type]


@require_POST
@needs("residents.write")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody more moves in."""
    move = move_for(request, pk, "residents.write")
    form = MovePersonForm(request.POST, region=move.estate.phone_region)
    return acted(
        request,
        move,
        "person",
        form,
        _("Added"),
        lambda data: moves.add_move_person(move, actor=request.user, **data),
    )  # type: ignore[arg-type]


@require_POST
@needs("residents.write")
def person_remove(request: HttpRequest, pk: int, person_pk: int) -> HttpResponse:
    """Somebody does not move after all."""
    move = move_for(request, pk, "residents.write")
    gone = MovePerson.objects.select_related("move").filter(move=move, pk=person_pk).first()
    if gone is None:
        raise Http404
    moves.remove_move_person(gone, actor=request.user)  # type: ignore[arg-type]
    return done(request, _("Taken off"), page_of(move))


@require_POST
@needs("residents.write")
def step(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Tick one step, mark it as not needed with a reason, or open it again."""
    move = move_for(request, pk, "residents.write")
    act = request.POST.get("act", "")
    reason = request.POST.get("reason", "").replace("\0", "")[:300]
    try:
        moves.tick_move_step(
            move, key, actor=request.user, not_needed=act == "not_needed", undo=act == "undo", reason=reason
        )  # type: ignore[arg-type]
    except Refused as refused:
        return show(request, move, refusal=str(refused.message), at_step=key, status=REFUSED)
    said = {"not_needed": _("Marked as not needed"), "undo": _("Open again")}.get(act, _("Ticked"))
    return done(request, said, f"{page_of(move)}#step-{key}")


@require_POST
@needs("moves.override")
def override(request: HttpRequest, pk: int) -> HttpResponse:
    """A manager lets it pass with what is open."""
    move = move_for(request, pk, "moves.override")
    form = OverrideForm(request.POST, choices=in_the_way(move))
    return acted(
        request, move, "override", form, _("Let pass"),
        lambda data: moves.override_move(move, actor=request.user, **data),
    )  # type: ignore[arg-type]  # fmt: skip


@require_POST
@needs("residents.write")
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    """It took place."""
    move = move_for(request, pk, "residents.write")
    form = CompleteForm(request.POST, today=today_of(move))
    return acted(
        request,
        move,
        "complete",
        form,
        _("Completed"),
        lambda data: moves.complete_move(move, actor=request.user, **data),
    )  # type: ignore[arg-type]


@require_POST
@needs("residents.write")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """It does not take place."""
    move = move_for(request, pk, "residents.write")
    return acted(
        request, move, "cancel", ReasonForm(request.POST, auto_id="cancel_%s"), _("Cancelled"),
        lambda data: moves.cancel_move(move, actor=request.user, **data),
    )  # type: ignore[arg-type]  # fmt: skip


def acted(request: HttpRequest, move: Move, name: str, form: Any, said: str, act: Any) -> HttpResponse:
    """The act done, or the page again with what was wrong beside its button."""
    if not form.is_valid():
        return show(request, move, forms={name: form}, status=INVALID)
    try:
        act(form.cleaned_data)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return show(request, move, forms={name: form}, status=REFUSED)
    return done(request, said, page_of(move))


def show(
    request: HttpRequest,
    move: Move,
    *,
    forms: dict[str, Any] | None = None,
    refusal: str = "",
    at_step: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of one move."""
    user: User = request.user  # type: ignore[assignment]
    move = move_for(request, move.pk, "residents.view")
    steps = lines_of(user, move, timezone.now())
    open_count = sum(line["state"] == "open" for line in steps)
    barred = [(line["key"], line["title"]) for line in steps if line["is_in_the_way"]]
    may = user.may("residents.write", move.estate_id) and move.is_open
    context = {
        "move": move,
        "steps": steps,
        "open_count": open_count,
        "settled": len(steps) - open_count,
        "people": people_of_move(move),
        "may_write": may,
        "may_override": user.may("moves.override", move.estate_id) and move.is_open and bool(barred),
        "is_ready": not barred,
        "is_let_pass_whole": is_let_pass_whole(move, steps),
        "forms": all_forms(move, barred) | (forms or {}),
        "sent": next(iter(forms or {}), ""),
        "refusal": refusal,
        "at_step": at_step,
        "history": events_of(move, request.GET),
        "card_url": reverse("unit_card", args=[move.unit_id]),
        "fixtures": getattr(move, "fixtures", None),
        "crumbs": crumbs(move.number),
    }
    return render(request, "residents/move_detail.html", context, status=status)


def in_the_way(move: Move) -> list[tuple[str, str]]:
    """Key and title of the steps with which it can't be completed yet."""
    steps = checklist(move, timezone.now())
    return [(checked.step.key, checked.title) for checked in steps if checked.is_in_the_way]


def all_forms(move: Move, barred: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        "edit": MoveEditForm(
            initial={
                "planned_on": move.planned_on,
                "mailing_address": move.mailing_address,
                "note": move.note,
            }
        ),
        "person": MovePersonForm(region=move.estate.phone_region),
        "complete": CompleteForm(today=today_of(move), initial={"version": move.version}),
        "override": OverrideForm(choices=barred),
        "cancel": ReasonForm(auto_id="cancel_%s"),
    }


def lines_of(user: User, move: Move, at: datetime) -> list[dict[str, Any]]:
    """The steps for the page: sums are shown to those who may see accounts."""
    return [_line(user, move, checked) for checked in checklist(move, at)]


def _line(user: User, move: Move, checked: CheckedStep) -> dict[str, Any]:
    permission = permission_of(checked.step.key, move.kind)
    may_read = not permission or user.may(permission, move.estate_id)
    answer, mine = checked.answer, checked.step
    is_waived = mine.state == "not_needed"
    says = mine.note if is_waived or answer is None else answer.says
    return {
        "key": mine.key,
        "title": checked.title,
        "state": checked.state,
        "says": says if may_read or is_waived else "",
        "url": answer.url if answer is not None and answer.is_open and may_read and not is_waived else "",
        "by_itself": answer is not None,
        "by": mine.by,
        "at": mine.at,
        "is_waived": is_waived,
        "is_in_the_way": checked.is_in_the_way,
        "let_pass_by": mine.let_pass_by,
        "let_pass_at": mine.let_pass_at,
        "let_pass_reason": mine.let_pass_reason,
        "may_undo": mine.state in {"done", "not_needed"},
    }


def is_let_pass_whole(move: Move, steps: list[dict[str, Any]]) -> bool:
    """Of moves from before a manager named the steps."""
    return move.override_at is not None and not any(line["let_pass_at"] for line in steps)


def people_of_move(move: Move) -> list[dict[str, Any]]:
    rows = move.people.select_related("resident")
    return [{"row": row, "name": full_name(row.resident)} for row in rows]


def today_of(move: Move) -> date:
    return local(move.estate, timezone.now()).date()


def move_for(request: HttpRequest, pk: int, permission: str) -> Move:
    rows = Move.objects.select_related(*ABOUT)
    return get_visible(rows, request.user, permission, pk=pk)  # type: ignore[arg-type]


def page_of(move: Move) -> str:
    return reverse("move_detail", args=[move.pk])


def crumbs(*last: str) -> list[dict[str, str]]:
    """Where a page of moves stands."""
    here = [{"label": _("Residents"), "url": reverse("resident_list")}]
    if not last:
        return [*here, {"label": _("Moves")}]
    return [*here, {"label": _("Moves"), "url": reverse("move_list")}, *({"label": word} for word in last)]
