"""Leases: places, storerooms and parking by contract, charged every month by the run."""

from decimal import Decimal
from typing import Any

from django.db.models import F, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from billing.forms.charges import LastDayForm
from billing.forms.leases import LeaseForm
from billing.models import Lease
from billing.services import charges
from billing.views.acting import send, tabs_of
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.money import round_money, show_money
from helpdesk.lib.pages import done
from helpdesk.lib.paging import Page
from helpdesk.staff.access import get_visible, needs, require_here


@require_http_methods(["GET", "POST"])
@needs("billing.view")
def lease_list(request: HttpRequest) -> HttpResponse:
    """Contracts in force and to come, or those that are over; POST adds one."""
    require_here(request, "billing.run" if request.method == "POST" else "billing.view")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    if request.method != "POST":
        return _page(request, estate)
    form = LeaseForm(request.POST, estate=estate)
    status = send(form, charges.add_lease, actor=request.user)
    if status:
        return _page(request, estate, status, form=form)
    return done(request, _("The contract is kept"), reverse("lease_list"))


@require_POST
@needs("billing.run")
def lease_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The contract's last day; a month that is not whole is charged by days."""
    rows = Lease.objects.select_related("estate", "unit")
    lease = get_visible(rows, request.user, "billing.run", pk=pk)  # type: ignore[arg-type]
    form = LastDayForm(request.POST)
    status = send(form, charges.end_lease, lease=lease, actor=request.user)
    if status:
        return _page(request, lease.estate, status, ending=lease.pk, last_day=form)
    return done(request, _("The contract ends then"), reverse("lease_list"))


def _page(request: HttpRequest, estate: Estate, status: int = 200, **sent: Any) -> HttpResponse:
    user: Any = request.user
    day = local(estate, timezone.now()).date()
    over = request.GET.get("show") == "over"
    everything = Lease.objects.filter(estate=estate)
    rows = everything.filter(until__lt=day) if over else everything.exclude(until__lt=day)
    page: Page[Lease] = Page(
        rows.select_related("unit", "charge_item", "tenant"), request.GET, field="created_at"
    )
    monthly = everything.on(day).aggregate(sum=Sum(F("monthly_rent") * F("quantity")))["sum"]  # type: ignore[attr-defined]
    form = sent.get("form") or LeaseForm(estate=estate, initial={"since": day.replace(day=1)})
    context = {
        "rows": [
            {
                "lease": lease,
                "rent": show_money(round_money(lease.monthly_rent * lease.quantity), estate.currency),
            }
            for lease in page.rows
        ],
        "pager": page.pager,
        "monthly": show_money(round_money(monthly or Decimal(0)), estate.currency),
        "over": over,
        "chips": [
            {"label": _("In force and to come"), "url": reverse("lease_list"), "active": not over},
            {"label": _("Over"), "url": "?show=over", "active": over},
        ],
        "may_set": user.may("billing.run", estate.pk),
        "has_item": form.fields["charge_item"].queryset.exists(),
        "form": form,
        "last_day": sent.get("last_day") or LastDayForm(),
        "ending": sent.get("ending"),
        "tabs": tabs_of(request, "lease_list"),
    }
    return render(request, "billing/lease_list.html", context, status=status)
