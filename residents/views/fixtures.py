"""The sheet of fixtures of a move: begun, looked at line by line, signed by both, on paper."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.attachments.services import serve
from helpdesk.lib.errors import Refused, Stale
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.staff.access import needs
from residents.files import files_of_move
from residents.forms.moves import FixtureForm, ReasonForm, SheetForm, SignForm
from residents.models import FixtureItem, FixturesHandover, Move
from residents.services import fixtures
from residents.views.moves import crumbs, move_for, page_of, people_of_move

SIDES = ("resident", "staff")


@require_http_methods(["GET", "POST"])
@needs("residents.view")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet; POST keeps what was looked at."""
    move = move_for(request, pk, "residents.write" if request.method == "POST" else "residents.view")
    sheet = sheet_of(move)
    if request.method == "GET" or sheet is None:
        return show(request, move)
    form = SheetForm(request.POST, request.FILES, sheet=sheet, items=list(sheet.items.all()))
    if not form.is_valid():
        return show(request, move, forms={"sheet": form}, status=INVALID)
    try:
        said = {name: form.cleaned_data[name] for name in ("remarks", "version")}
        fixtures.look_at_fixtures(sheet, form.lines, actor=request.user, **said)  # type: ignore[arg-type]
    except Stale as stale:
        return show_both(request, move, form, stale)
    except Refused as refused:
        form.add_error(None, str(refused.message))
        return show(request, move, forms={"sheet": form}, status=REFUSED)
    return done(request, _("Saved"), sheet_url(move))


def show_both(request: HttpRequest, move: Move, form: SheetForm, stale: Stale) -> HttpResponse:
    """The page with what was typed, and beside it what a colleague saved meanwhile; both seen, sending once more counts."""
    sheet = FixturesHandover.objects.get(move=move)
    items = list(sheet.items.all())
    data = form.data.copy()  # type: ignore[attr-defined]
    data["version"] = str(sheet.version)
    theirs: dict[int | str, str] = {}
    for item in items:
        if f"state-{item.pk}" not in data:
            data[f"state-{item.pk}"], data[f"note-{item.pk}"] = item.state, item.note
        elif (data[f"state-{item.pk}"], data.get(f"note-{item.pk}", "").strip()) != (item.state, item.note):
            words = [item.get_state_display() or "–", item.note]
            theirs[item.pk] = pgettext("between facts", ", ").join(filter(None, words))
    if data.get("remarks", "").strip() != sheet.remarks:
        theirs["remarks"] = sheet.remarks or "–"
    again = SheetForm(data, sheet=sheet, items=items)
    again.is_valid()
    again.add_error(None, str(stale.message))
    if request.FILES:
        again.add_error(None, _("Choose the photos once more."))
    return show(request, move, forms={"sheet": again}, theirs=theirs, status=REFUSED)


@require_POST
@needs("residents.write")
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """A sheet from the unit's last one, or from the usual list."""
    move = move_for(request, pk, "residents.write")
    fixtures.begin_fixtures(move, actor=request.user)  # type: ignore[arg-type]
    return done(request, _("Sheet begun"), sheet_url(move))


@require_POST
@needs("residents.write")
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """One more line."""
    move = move_for(request, pk, "residents.write")
    return acted(request, move, "add", FixtureForm(request.POST), _("Line added"), fixtures.add_fixture)


@require_POST
@needs("residents.write")
def remove(request: HttpRequest, pk: int, item_pk: int) -> HttpResponse:
    """A line that is none of this unit's."""
    move = move_for(request, pk, "residents.write")
    item = (
        FixtureItem.objects.select_related("handover__move").filter(handover__move=move, pk=item_pk).first()
    )
    if item is None:
        raise Http404
    fixtures.remove_fixture(item, actor=request.user)  # type: ignore[arg-type]
    return done(request, _("Line removed"), sheet_url(move))


@require_POST
@needs("residents.write")
def sign(request: HttpRequest, pk: int, side: str) -> HttpResponse:
    """One of the two signs."""
    move = move_for(request, pk, "residents.write")
    if side not in SIDES:
        raise Http404
    form = SignForm(request.POST, side=side)

    def act(sheet: FixturesHandover, **data: Any) -> Any:
        return fixtures.sign_fixtures(sheet, side=side, **data)

    return acted(request, move, f"sign_{side}", form, _("Signed"), act)


@require_POST
@needs("residents.write")
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Take both signatures back, with a reason."""
    move = move_for(request, pk, "residents.write")
    form = ReasonForm(request.POST, auto_id="reopen_%s")
    return acted(request, move, "reopen", form, _("Open again"), fixtures.reopen_fixtures)


@require_GET
@needs("residents.view")
def fixtures_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet on A4, with both signatures."""
    move = move_for(request, pk, "residents.view")
    sheet = sheet_of(move)
    if sheet is None:
        raise Http404
    context = {
        "move": move, "estate": move.estate, "sheet": sheet, "items": list(sheet.items.all()),
        "people": people_of_move(move),
    }  # fmt: skip
    return render(request, "residents/fixtures_print.html", context)


@require_GET
@needs("residents.view")
def file(request: HttpRequest, pk: int, file_pk: int) -> HttpResponseBase:
    """A photo of one of the sheet's lines; another record's file is a 404."""
    move = move_for(request, pk, "residents.view")
    found = files_of_move(move).filter(pk=file_pk).first()
    if found is None:
        raise Http404
    return serve(found, small="small" in request.GET)


def acted(request: HttpRequest, move: Move, name: str, form: Any, said: str, act: Any) -> HttpResponse:
    sheet = sheet_of(move)
    if sheet is None:
        return show(request, move, status=REFUSED)
    if not form.is_valid():
        return show(request, move, forms={name: form}, status=INVALID)
    try:
        act(sheet, actor=request.user, **form.cleaned_data)
    except Refused as refused:
        if isinstance(refused, Stale):
            form.data = form.data.copy()
            form.data["version"] = str(refused.extra["version"])
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return show(request, move, forms={name: form}, status=REFUSED)
    return done(request, said, sheet_url(move))


def show(
    request: HttpRequest,
    move: Move,
    *,
    forms: dict[str, Any] | None = None,
    theirs: dict[int | str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    sheet = sheet_of(move)
    may = request.user.may("residents.write", move.estate_id) and move.is_open  # type: ignore[union-attr]
    items = list(sheet.items.all()) if sheet else []
    given = forms or {}
    context: dict[str, Any] = {
        "move": move,
        "sheet": sheet,
        "may_write": may,
        "may_change": bool(may and sheet and not sheet.is_begun),
        "unseen": sum(not item.state for item in items),
        "card_url": reverse("unit_card", args=[move.unit_id]),
        "crumbs": [*crumbs(), {"label": _("Fixtures")}],
    }
    context["crumbs"][1:] = [
        {"label": _("Moves"), "url": reverse("move_list")},
        {"label": move.number, "url": page_of(move)},
        {"label": _("Fixtures")},
    ]
    if sheet:
        form = given.get("sheet") or SheetForm(sheet=sheet, items=items)
        context |= {
            "form": form,
            "lines": _lines(move, items, form, theirs or {}),
            "their_remarks": (theirs or {}).get("remarks", ""),
            "forms": {
                "add": FixtureForm(),
                "sign_resident": SignForm(
                    side="resident", initial={"name": _first_name(move), "version": sheet.version}
                ),
                "sign_staff": SignForm(
                    side="staff", initial={"name": str(request.user), "version": sheet.version}
                ),
                "reopen": ReasonForm(auto_id="reopen_%s"),
            }
            | given,
        }
    return render(request, "residents/fixtures_detail.html", context, status=status)


def _first_name(move: Move) -> str:
    people = people_of_move(move)
    return str(people[0]["name"]) if people else ""


def _lines(
    move: Move, items: list[FixtureItem], form: SheetForm, theirs: dict[int | str, str]
) -> list[dict[str, Any]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for one in files_of_move(move):
        url = reverse("fixtures_file", args=[move.pk, one.pk])
        thumb = f"{url}?small" if one.is_image else ""
        found.setdefault(one.owner_id, []).append({"url": url, "name": one.name, "thumb_url": thumb})
    return [
        {
            "item": item,
            "state": form[f"state-{item.pk}"],
            "note": form[f"note-{item.pk}"],
            "files_field": form[f"files-{item.pk}"],
            "files": found.get(item.pk, []),
            "theirs": theirs.get(item.pk, ""),
            "is_worse": bool(item.before and item.state and worse(item)),
        }
        for item in items
    ]


def worse(item: FixtureItem) -> bool:
    """Whether it is in a worse state than on the sheet before."""
    order = list(FixtureItem.State.values)
    return order.index(item.state) > order.index(item.before)


def sheet_of(move: Move) -> FixturesHandover | None:
    return FixturesHandover.objects.select_related("move", "staff").filter(move=move).first()


def sheet_url(move: Move) -> str:
    return reverse("fixtures_detail", args=[move.pk])
