"""Many bills' notices at once: handed over by one form, printed one after the other by the door."""

from typing import Any

from django.contrib import messages
from django.db.models.functions import Length
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from billing.forms.notices import NoticesForm
from billing.models import Bill
from billing.models.bills import Handover
from billing.notice_papers import notices_of
from billing.services.notices import MOST, hand_over_bills
from billing.views.acting import send
from billing.views.bill_list import form_of, rows_of
from billing.views.papers import paper
from helpdesk.lib.pages import SeeOther, done
from helpdesk.staff.access import needs, require_here

ON_PAPER = 200  # notices on one paper: a PDF of more lets people wait for minutes


@require_http_methods(["GET", "POST"])
@needs("billing.view")
def bill_notices(request: HttpRequest) -> HttpResponse:
    """The notices of the ticked bills, or of those that the address filters: how, when, a note; each gets its history."""
    require_here(request, "billing.take" if request.POST.get("act") == "hand" else "billing.view")
    bills = _ticked(request) if request.method == "POST" else _by_door(_filtered(request))
    if not bills:
        ticks = request.method == "POST"
        messages.error(request, _("Tick bills of the list first.") if ticks else _("No bill fits."))
        return SeeOther(_back(request))
    if request.POST.get("act") == "print":
        return SeeOther(
            f"{reverse('bill_notices_print')}?ids={'-'.join(str(bill.pk) for bill in bills[:MOST])}"
        )
    handing = request.POST.get("act") == "hand"
    form = NoticesForm(request.POST if handing else None, ways=Handover.Way.choices)
    status = 200
    if handing:
        made: list[Handover] = []
        status = send(
            form,
            lambda **data: made.extend(hand_over_bills(request.estate, bills, **data)),  # type: ignore[attr-defined]
            actor=request.user,
        )
        if not status:
            return done(request, _said(len(made), len(bills) - len(made)), _back(request))
    return render(request, "billing/bill_notices.html", _page(request, form, bills), status=status)


@require_safe
@needs("billing.view")
def bill_notices_print(request: HttpRequest) -> HttpResponse:
    """A page for each notice, by the door: of the bills that the address names, or of those that it filters."""
    require_here(request, "billing.view")
    ids = request.GET.get("ids", "")
    page = int(given) if (given := request.GET.get("page", "")).isdecimal() and len(given) < 6 else 1
    first = max(page - 1, 0) * ON_PAPER
    bills = _by_door(_named(request, ids.split("-")) if ids else _filtered(request), first, ON_PAPER)
    context = {
        "notices": notices_of(bills[:ON_PAPER], timezone.now()),
        "first": first + 1,
        "last": first + len(bills[:ON_PAPER]),
        "earlier_url": _page_url(request, page - 1) if first else "",
        "later_url": _page_url(request, page + 1) if len(bills) > ON_PAPER else "",
        "estate": request.estate,  # type: ignore[attr-defined]
    }
    return paper(
        request, "billing/bill_notices_print.html", context, name=f"notices-{timezone.localdate():%Y%m%d}"
    )


def _page(request: HttpRequest, form: NoticesForm, bills: list[Bill]) -> dict[str, Any]:
    query = request.POST.get("query", "")[:2000] if request.method == "POST" else request.GET.urlencode()
    return {
        "form": form if request.user.may("billing.take", request.estate.pk) else None,  # type: ignore[attr-defined, union-attr]
        "bills": bills[:MOST],
        "left": max(len(bills) - MOST, 0),
        "most": MOST,
        "query": query,
        "back": _back(request),
        "crumbs": [
            {"label": _("Fees"), "url": reverse("fees_home")},
            {"label": _("Bills"), "url": reverse("bill_list")},
            {"label": pgettext("a bill's notice", "Notices")},
        ],
    }


def _page_url(request: HttpRequest, page: int) -> str:
    query = request.GET.copy()
    query.pop("as", None)
    query["page"] = str(page)
    return f"?{query.urlencode()}"


def _said(handed: int, left_out: int) -> str:
    said = ngettext("%(count)d notice is handed over", "%(count)d notices are handed over", handed) % {
        "count": handed
    }
    if not left_out:
        return said
    more = ngettext("%(count)d reversed bill left out", "%(count)d reversed bills left out", left_out)
    return _("%(first)s; %(second)s") % {"first": said, "second": more % {"count": left_out}}


def _ticked(request: HttpRequest) -> list[Bill]:
    return _by_door(_named(request, request.POST.getlist("bill")))


def _named(request: HttpRequest, ids: list[str]) -> Any:
    """Bills of this estate; one more than may be done at once, so that too many are refused and not cut off unseen."""
    wanted = {int(pk) for pk in ids[: MOST + 1] if pk.isdecimal() and len(pk) < 19}
    return Bill.objects.filter(estate=request.estate, pk__in=wanted)  # type: ignore[attr-defined]


def _filtered(request: HttpRequest) -> Any:
    return rows_of(request, form_of(request), timezone.now()).exclude(status=Bill.Status.REVERSED)


def _by_door(rows: Any, first: int = 0, most: int = MOST) -> list[Bill]:
    """By building, entrance, floor and plate, as one walks; one more than asked for where there are more."""
    rows = rows.select_related("unit__building", "estate")
    doors = (
        Length("unit__building__code"),
        "unit__building__code",
        "unit__entrance",
        "unit__floor",
        "unit__code",
        "id",
    )
    return list(rows.order_by(*doors)[first : first + most + 1])


def _back(request: HttpRequest) -> str:
    """The list as it was."""
    query = request.POST.get("query", "") if request.method == "POST" else request.GET.urlencode()
    query = query[:2000].replace("\0", "").replace("\n", "").replace("\r", "")
    return f"{reverse('bill_list')}?{query or 'view=0'}"
