"""The key book: what hangs at the desk, who has what, what is overdue."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helpdesk.lib.errors import Refused
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.staff.access import get_visible, needs, require_here
from residents.forms.records import KeyEditForm, KeyForm, LendForm
from residents.models import DeskKey, KeyLoan
from residents.services.keys import (
    add_key,
    archive_key,
    edit_key,
    find_key,
    lend_key,
    lose_key,
    take_key_back,
)
from residents.views.shown import history_of

MOST = 500
# Borrowers shown on the key's own page.
LOANS = 20


@require_safe
@needs("residents.view")
def key_list(request: HttpRequest) -> HttpResponse:
    """Keys of the estate by their tags, those that are out first told."""
    require_here(request, "residents.view")
    estate, at = request.estate, timezone.now()  # type: ignore[attr-defined]
    out = {
        loan.key_id: loan
        for loan in KeyLoan.objects.filter(estate=estate).out().select_related("department")  # type: ignore[attr-defined]
    }
    chosen = request.GET.get("show", "")
    keys = (
        DeskKey.objects.filter(estate=estate, is_archived=False)
        .select_related("unit")
        .order_by("code")[:MOST]
    )
    rows = [(key, out.get(key.pk), key.pk in out and out[key.pk].due_at < at) for key in keys]
    shown = {
        "": rows,
        "out": [row for row in rows if row[1]],
        "overdue": [row for row in rows if row[2]],
        "lost": [row for row in rows if row[0].is_lost],
    }
    chosen = chosen if chosen in shown else ""
    labels = {"": _("All keys"), "out": _("Lent"), "overdue": _("Overdue"), "lost": _("Lost")}
    context = {
        "rows": shown[chosen],
        "may_write": request.user.may("residents.write", estate.pk),  # type: ignore[union-attr]
        "chips": [
            {"label": label, "url": f"?show={key}", "active": key == chosen, "count": len(shown[key])}
            for key, label in labels.items()
        ],
    }
    return render(request, "residents/key_list.html", context)


@require_http_methods(["GET", "POST"])
@needs("residents.write")
def key_new(request: HttpRequest) -> HttpResponse:
    """A key comes to the desk."""
    require_here(request, "residents.write")
    estate = request.estate  # type: ignore[attr-defined]
    form = KeyForm(request.POST or None, estate=estate)
    return _done_or_shown(
        request,
        form,
        _("A key"),
        lambda data: add_key(estate=estate, actor=request.user, **data),  # type: ignore[arg-type]
    )


@require_http_methods(["GET", "POST"])
@needs("residents.write")
def key_lend(request: HttpRequest, pk: int) -> HttpResponse:
    """The key goes to somebody, until a moment."""
    key = _key(request, pk)
    form = LendForm(request.POST or None, estate=key.estate)
    title = _("Lend key %(code)s") % {"code": key.code}
    return _done_or_shown(request, form, title, lambda data: lend_key(key, actor=request.user, **data))  # type: ignore[arg-type]


@require_http_methods(["GET", "POST"])
@needs("residents.write")
def key_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """One key: its tag, its hook and what it opens; who has it now and had it before."""
    key = _key(request, pk)
    form = KeyEditForm(request.POST or None, instance=DeskKey.objects.get(pk=pk))
    version = request.POST.get("version", "")
    known = int(version) if version.isdecimal() and len(version) < 10 else None

    def change(data: dict[str, Any]) -> None:
        edit_key(key, actor=request.user, version=known, **data)  # type: ignore[arg-type]

    return _done_or_shown(request, form, _key_title(key), change, key)


@require_POST
@needs("residents.write")
def key_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The key is back, or (with a reason) lost."""
    loan = get_visible(KeyLoan.objects.all(), request.user, "residents.write", pk=pk)  # type: ignore[arg-type]
    note = request.POST.get("note", "").replace("\0", "")
    try:
        if request.POST.get("lost"):
            lose_key(loan, actor=request.user, note=note)  # type: ignore[arg-type]
        else:
            take_key_back(loan, actor=request.user, note=note)  # type: ignore[arg-type]
    except Refused as refused:
        key = _key(request, loan.key_id)
        shown = {"refusal": str(refused.message), "note": note}
        return _shown(request, KeyEditForm(instance=key), _key_title(key), REFUSED, key, **shown)
    return done(request, _("Written into the key book"), reverse("key_list"))


@require_POST
@needs("residents.write")
def key_found(request: HttpRequest, pk: int) -> HttpResponse:
    """A lost key has turned up."""
    return _acted(request, pk, find_key, _("Written into the key book"))


@require_POST
@needs("residents.write")
def key_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """The key leaves the desk."""
    return _acted(request, pk, archive_key, _("Put away"))


def _acted(request: HttpRequest, pk: int, act: Any, said: str) -> HttpResponse:
    key = _key(request, pk)
    try:
        act(key, actor=request.user)
    except Refused as refused:
        form = KeyEditForm(instance=key)
        return _shown(request, form, _key_title(key), REFUSED, key, refusal=str(refused.message))
    return done(request, said, reverse("key_list"))


def _key(request: HttpRequest, pk: int) -> DeskKey:
    rows = DeskKey.objects.select_related("estate", "unit")
    return get_visible(rows, request.user, "residents.write", pk=pk)  # type: ignore[arg-type]


def _key_title(key: DeskKey) -> str:
    return _("Key %(code)s") % {"code": key.code}


def _done_or_shown(
    request: HttpRequest, form: Any, title: str, do: Any, key: DeskKey | None = None
) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = INVALID
        if form.is_valid():
            try:
                do(form.cleaned_data)
            except Refused as refused:
                form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
                status = REFUSED
            else:
                return done(request, _("Written into the key book"), reverse("key_list"))
    return _shown(request, form, title, status, key)


def _shown(
    request: HttpRequest, form: Any, title: str, status: int, key: DeskKey | None, **more: str
) -> HttpResponse:
    context: dict[str, Any] = {"title": title, "owner": "", "back": reverse("key_list"), "form": form} | more
    if key is not None:
        loans = key.loans.select_related("department").order_by("-lent_at", "-id")[:LOANS]
        out = next((loan for loan in loans if loan.ended_at is None), None)
        context |= {
            "row": key,
            "owner": f"{key.unit.code} {key.label}" if key.unit else key.label,
            "away_url": "" if out else reverse("key_archive", args=[key.pk]),
            "entries": history_of(key),
            "loan": out,
            "is_late": out is not None and out.due_at < timezone.now(),
            "before": [loan for loan in loans if loan.ended_at is not None],
        }
    template = "residents/key_edit.html" if key else "residents/record_form.html"
    return render(request, template, context, status=status)
