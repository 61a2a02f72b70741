"""Money from a bank's file: send it in, look through what does not match, post the rest."""

from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.bank_reasons import reason_in_words
from billing.forms.bank_files import BankFileForm, LineUnitForm
from billing.models import BankFile, BankLine
from billing.services import bank_files
from billing.views.acting import refusing, send
from billing.waiting import TO_REVIEW
from helpdesk.estates.models import Estate
from helpdesk.lib.money import round_money, show_money
from helpdesk.lib.pages import INVALID, SeeOther, done
from helpdesk.lib.sheets import FORMATS, as_file
from helpdesk.staff.access import get_visible, needs, require_here

LISTED = 30
LINES = 50  # on a page
# Words that billing/bank_sheets.py understands when the file comes back.
HEADS = {
    "en": ["Date", "Amount", "Bank reference", "Payer", "Unit", "Bill number", "Message"],
    "zh": ["日期", "金额", "流水号", "付款人", "房号", "账单号", "附言"],
}
STATUS, STATE = BankFile.Status, BankLine.State
# What is shown under each chip; the first of them that holds a line opens.
SHOWS = {
    "open": TO_REVIEW,
    "matched": (STATE.MATCHED,),
    "posted": (STATE.POSTED,),
    "left": (STATE.LEFT,),
}


@require_http_methods(["GET", "POST"])
@needs("billing.bank_files")
def bank_file_list(request: HttpRequest) -> HttpResponse:
    """The files sent in so far, and a form for another."""
    require_here(request, "billing.bank_files")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    form, status = BankFileForm(), 200
    if request.method == "POST":
        form, status = BankFileForm(request.POST, request.FILES), INVALID
        if form.is_valid():
            sent = form.cleaned_data["file"]
            made: dict[str, BankFile] = {}
            status = refusing(
                form,
                lambda: made.update(
                    file=bank_files.send_bank_file(
                        estate,
                        actor=request.user,
                        name=sent.name,
                        data=sent.read(),  # type: ignore[arg-type]
                    )
                ),
            )
            if not status:
                return SeeOther(reverse("bank_file_detail", args=[made["file"].pk]))
    counts = {
        f"n_{name}": Count("lines", filter=Q(lines__state__in=states)) for name, states in SHOWS.items()
    }
    files = BankFile.objects.filter(estate=estate).select_related("sent_by").annotate(**counts)
    context = {"form": form, "files": files[:LISTED], "crumbs": _crumbs()}
    return render(request, "billing/bank_file_list.html", context, status=status)


@require_safe
@needs("billing.bank_files")
def bank_file_template(request: HttpRequest, kind: str) -> HttpResponseBase:
    """An empty file with the headings that are understood; an example row would be posted."""
    if kind not in FORMATS:
        raise Http404
    heads = HEADS["zh" if (get_language() or "en").startswith("zh") else "en"]
    return as_file("bank-file", kind, heads, [])


@require_safe
@needs("billing.bank_files")
def bank_file_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What a file holds: what waits for somebody who knows, what is matched, what was posted, and how far it is."""
    return _detail(request, _file(request, pk))


@require_POST
@needs("billing.bank_files")
def bank_line_match(request: HttpRequest, pk: int) -> HttpResponse:
    """This line is that unit's."""
    line = _line(request, pk)
    form = LineUnitForm(request.POST, estate=line.estate)
    status = send(form, bank_files.match_line, line=line, actor=request.user)
    if status:
        return _detail(request, line.file, status, picking=line.pk, form=form)
    return done(request, _("Row %(row)d is matched") % {"row": line.row}, _address(line.file))


@require_POST
@needs("billing.bank_files")
def bank_line_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """This line is no unit's money."""
    line = _line(request, pk)
    bank_files.leave_line(line, actor=request.user)  # type: ignore[arg-type]
    return done(request, _("Row %(row)d is left out") % {"row": line.row}, _address(line.file))


@require_POST
@needs("billing.bank_files")
def bank_file_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Post what is matched, in the background."""
    file = bank_files.confirm_bank_file(_file(request, pk), actor=request.user)  # type: ignore[arg-type]
    return SeeOther(_address(file))


@require_POST
@needs("billing.bank_files")
def bank_file_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it away; nothing of it was posted."""
    bank_files.drop_bank_file(_file(request, pk), actor=request.user)  # type: ignore[arg-type]
    return done(request, _("The file was dropped; nothing was posted."), reverse("bank_file_list"))


def _detail(request: HttpRequest, file: BankFile, status: int = 200, **picked: Any) -> HttpResponse:
    rows = file.lines.order_by()
    sums = {row["state"]: row for row in rows.values("state").annotate(n=Count("id"), sum=Sum("amount"))}
    counts = {show: sum(sums[s]["n"] for s in states if s in sums) for show, states in SHOWS.items()}
    usual = next((show for show, count in counts.items() if count), "open")
    show = request.GET.get("show", usual)
    show = show if show in SHOWS else usual
    lines = file.lines.filter(state__in=SHOWS[show]).select_related("unit", "bill", "payment__receipt")
    page = Paginator(lines.order_by("row"), LINES).get_page(request.GET.get("page"))
    ready = sums.get(STATE.MATCHED, {"n": 0, "sum": 0})
    context = {
        "file": file,
        "lines": [_shown(line, file.estate) for line in page],
        "page": page,
        "show": show,
        "chips": [
            {"label": label, "url": f"?show={key}", "active": key == show, "count": counts[key]}
            for key, label in _labels().items()
        ],
        "ready": ready["n"],
        "ready_sum": show_money(round_money(ready["sum"]), file.estate.currency) if ready["n"] else "",
        "set_aside": [
            row | {"amount": show_money(Decimal(row["amount"]), file.estate.currency)}
            for row in file.set_aside
        ],
        "unreadable": [
            {"row": row["row"], "why": reason_in_words(row.get("code", ""), row.get("data", {}), row["why"])}
            for row in file.unreadable
        ],
        "posted": counts["posted"],
        "total": counts["posted"] + ready["n"],
        "waits": file.status == STATUS.POSTING,
        "may_drop": file.status == STATUS.READ and not counts["posted"],
        "picking": picked.get("picking"),
        "form": picked.get("form") or LineUnitForm(estate=file.estate),
        "crumbs": [*_crumbs(), {"label": file.file_name}],
    }
    return render(request, "billing/bank_file_detail.html", context, status=status)


def _shown(line: BankLine, estate: Estate) -> dict[str, Any]:
    late = line.payment is not None and line.payment.received_on != line.received_on
    return {
        "line": line,
        "why": reason_in_words(line.why_code, line.why_data, line.why),
        "amount": show_money(line.amount, estate.currency),
        "by": line.get_matched_by_display() if line.matched_by else "",
        "booked_on": line.payment.received_on if late and line.payment else None,
        "waits": line.state in SHOWS["open"],
    }


def _labels() -> dict[str, str]:
    return {"open": _("To look at"), "matched": _("Matched"), "posted": _("Posted"), "left": _("Left out")}


def _address(file: BankFile) -> str:
    return reverse("bank_file_detail", args=[file.pk])


def _crumbs() -> list[dict[str, str]]:
    return [
        {"label": _("Fees"), "url": reverse("fees_home")},
        {"label": _("Bank files"), "url": reverse("bank_file_list")},
    ]


def _file(request: HttpRequest, pk: int) -> BankFile:
    rows = BankFile.objects.select_related("estate", "sent_by")
    return get_visible(rows, request.user, "billing.bank_files", pk=pk)  # type: ignore[arg-type]


def _line(request: HttpRequest, pk: int) -> BankLine:
    rows = BankLine.objects.select_related("estate", "file__estate", "file__sent_by")
    return get_visible(rows, request.user, "billing.bank_files", pk=pk)  # type: ignore[arg-type]
