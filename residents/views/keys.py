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
from residents.forms.records import KeyForm, LendForm
from residents.models import DeskKey, KeyLoan
from residents.services.keys import add_key, archive_key, lend_key, lose_key, take_key_back

MOST = 500


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
    wanted = {"out": lambda row: row[1], "overdue": lambda row: row[2]}.get(chosen, lambda row: True)
    counts = {"": len(rows), "out": len(out), "overdue": sum(late for _key, _loan, late in rows)}
    labels = {"": _("All keys"), "out": _("Lent"), "overdue": _("Overdue")}
    context = {
        "rows": [row for row in rows if wanted(row)],
        "may_write": request.user.may("residents.write", estate.pk),  # type: ignore[union-attr]
        "chips": [
            {"label": label, "url": f"?show={key}", "active": key == chosen, "count": counts[key]}
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
    rows = DeskKey.objects.select_related("estate", "unit")
    key = get_visible(rows, request.user, "residents.write", pk=pk)  # type: ignore[arg-type]
    form = LendForm(request.POST or None, estate=key.estate)
    title = _("Lend key %(code)s") % {"code": key.code}
    return _done_or_shown(request, form, title, lambda data: lend_key(key, actor=request.user, **data))  # type: ignore[arg-type]


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
        return HttpResponse(str(refused.message), status=REFUSED, content_type="text/plain; charset=utf-8")
    return done(request, _("Written into the key book"), reverse("key_list"))


@require_POST
@needs("residents.write")
def key_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """The key leaves the desk."""
    key = get_visible(DeskKey.objects.all(), request.user, "residents.write", pk=pk)  # type: ignore[arg-type]
    try:
        archive_key(key, actor=request.user)  # type: ignore[arg-type]
    except Refused as refused:
        return HttpResponse(str(refused.message), status=REFUSED, content_type="text/plain; charset=utf-8")
    return done(request, _("Put away"), reverse("key_list"))


def _done_or_shown(request: HttpRequest, form: Any, title: str, do: Any) -> HttpResponse:
    context = {"title": title, "owner": "", "back": reverse("key_list"), "form": form}
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
    return render(request, "residents/record_form.html", context, status=status)
