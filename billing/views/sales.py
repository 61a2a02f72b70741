"""What a unit buys at the counter by the piece: billed at once, and then paid like any bill."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from billing.models import Bill
from billing.services.bills import make_bill
from billing.views.account_page import shown
from billing.views.accounts import account_page, payment_form, sale_of, unit_for
from billing.views.acting import refusing
from helpdesk.lib.pages import INVALID, done
from helpdesk.staff.access import needs


@require_POST
@needs("billing.take")
def sale_make(request: HttpRequest, pk: int) -> HttpResponse:
    """A bill of pieces; the account follows with that bill chosen. The same form again is the same bill."""
    unit = unit_for(request, pk, "billing.take")
    form, status = sale_of(unit, request.POST), INVALID
    made: list[Bill] = []
    if form.is_valid():
        told = {"pieces": form.pieces(), "form_token": form.cleaned_data["form_token"] or None}
        make = partial(make_bill, unit, actor=request.user, **told)
        status = refusing(form, lambda: made.append(make()))
    if status:
        context = account_page(request, unit, payment_form(unit), sale=form)
        return render(request, "billing/account.html", context, status=status)
    bill = made[0]
    said = _("Bill %(number)s of %(amount)s is made") % {
        "number": bill.number,
        "amount": shown(bill.total, unit),
    }
    return done(request, said, f"{reverse('unit_account', args=[unit.pk])}?pay={bill.pk}")
