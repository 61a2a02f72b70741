"""The sheet of fixtures of a move: begun, looked at line by line, signed by both, on paper."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.attachments.models import Attachment
from helpdesk.attachments.services import serve
from helpdesk.lib.errors import Refused
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.staff.access import needs
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
        fixtures.look_at_fixtures(sheet, form.lines, actor=request.user, remarks=form.cleaned_data["remarks"])  # type: ignore[arg-type]
    except Refused as refused:
        form.add_error(None, str(refused.message))
        return show(request, move, forms={"sheet": form}, status=REFUSED)
    return done(request, _("Saved"), sheet_url(move))


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
    items = FixtureItem.objects.filter(handover__move=move).values("pk")
    found = Attachment.objects.filter(
        owner_type=FixtureItem._meta.label_lower, owner_id__in=items, pk=file_pk
    ).first()
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
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return show(request, move, forms={name: form}, status=REFUSED)
    return done(request, said, sheet_url(move))


def show(
    request: HttpRequest, move: Move, *, forms: dict[str, Any] | None = None, status: int = 200
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
            "lines": _lines(move, items, form),
            "forms": {
                "add": FixtureForm(),
                "sign_resident": SignForm(side="resident", initial={"name": _first_name(move)}),
                "sign_staff": SignForm(side="staff", initial={"name": str(request.user)}),
                "reopen": ReasonForm(auto_id="reopen_%s"),
            }
            | given,
        }
    return render(request, "residents/fixtures_detail.html", context, status=status)


def _first_name(move: Move) -> str:
    people = people_of_move(move)
    return str(people[0]["name"]) if people else ""


def _lines(move: Move, items: list[FixtureItem], form: SheetForm) -> list[dict[str, Any]]:
    found: dict[int, list[dict[str, Any]]] = {}
    label = FixtureItem._meta.label_lower
    for one in Attachment.objects.filter(owner_type=label, owner_id__in=[item.pk for item in items]):
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
