"""Exemptions and discounts 减免: for whom, how much less, who approved it, until when."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from billing.forms.charges import ExemptionForm, LastDayForm
from billing.models import Exemption
from billing.services import charges
from billing.views.acting import send, tabs_of, with_billed
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.pages import done
from helpdesk.lib.paging import Page
from helpdesk.staff.access import get_visible, needs, require_here
from residents.models import Unit


@require_http_methods(["GET", "POST"])
@needs("billing.see_rates")
def exemption_list(request: HttpRequest) -> HttpResponse:
    """Those in force and to come, or those that are over; POST grants one, approved by whoever sends it."""
    permission = "billing.waive" if request.method == "POST" else "billing.see_rates"
    require_here(request, permission)
    estate: Estate = request.estate  # type: ignore[attr-defined]
    if request.method != "POST":
        return _page(request, estate)
    form = ExemptionForm(request.POST, estate=estate)
    status = send(form, charges.grant_exemption, actor=request.user)
    if status:
        return _page(request, estate, status, form=form)
    data = form.cleaned_data
    said = with_billed(_("The exemption is granted"), estate, data["since"], data["until"])
    return done(request, said, reverse("exemption_list"))


@require_POST
@needs("billing.waive")
def exemption_end(request: HttpRequest, pk: int) -> HttpResponse:
    """An earlier last day."""
    rows = Exemption.objects.select_related("estate", "unit")
    exemption = get_visible(rows, request.user, "billing.waive", pk=pk)  # type: ignore[arg-type]
    form = LastDayForm(request.POST)
    status = send(form, charges.end_exemption, exemption=exemption, actor=request.user)
    if status:
        return _page(request, exemption.estate, status, ending=exemption.pk, last_day=form)
    return done(request, _("The exemption ends then"), reverse("exemption_list"))


def _page(request: HttpRequest, estate: Estate, status: int = 200, **sent: Any) -> HttpResponse:
    user: Any = request.user
    day = local(estate, timezone.now()).date()
    over = request.GET.get("show") == "over"
    rows = Exemption.objects.filter(estate=estate)
    rows = rows.filter(until__lt=day) if over else rows.filter(until__gte=day)
    rows = rows.select_related("unit", "charge_item", "approved_by")
    page: Page[Exemption] = Page(rows, request.GET, field="created_at")
    context = {
        "rows": page.rows,
        "pager": page.pager,
        "day": day,
        "over": over,
        "chips": [
            {"label": _("In force and to come"), "url": reverse("exemption_list"), "active": not over},
            {"label": _("Over"), "url": "?show=over", "active": over},
        ],
        "may_grant": user.may("billing.waive", estate.pk),
        "form": sent.get("form") or ExemptionForm(estate=estate, initial=_named(request, estate, day)),
        "last_day": sent.get("last_day") or LastDayForm(),
        "ending": sent.get("ending"),
        "tabs": tabs_of(request, "exemption_list"),
    }
    return render(request, "billing/exemption_list.html", context, status=status)


def _named(request: HttpRequest, estate: Estate, day: Any) -> dict[str, Any]:
    """A form that begins with the unit the address names, from the month's first day."""
    code = request.GET.get("unit", "")[:30]
    known = Unit.objects.filter(estate=estate, code=code).exists() if code else False
    return {"unit": code if known else "", "since": day.replace(day=1)}
