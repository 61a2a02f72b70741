"""Money that goes back or is given up, deposits, and invoices. Shape only; what is allowed is the services'."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.forms.payments import MoneyField
from billing.models import ChargeItem, InvoiceRequest, Method
from helpdesk.estates.models import Estate
from helpdesk.lib.forms import one_time_token, reason_field
from residents.models import Decoration, Unit


def method_field() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Method"), choices=Method.choices, initial=Method.CASH)


class RefundForm(forms.Form):
    """Credit given back: how much, how, why."""

    amount = MoneyField(label=_("Amount"))
    method = method_field()
    reason = reason_field()
    form_token = one_time_token()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="refund_%s", **kwargs)


class GiveUpForm(forms.Form):
    """What is written off or waived: all of it, or a part, and why."""

    amount = MoneyField(label=_("Amount"), required=False, help_text=_("Empty: all that is open."))
    reason = reason_field()
    form_token = one_time_token()


class DepositForm(forms.Form):
    """A deposit taken: for what, how much, how."""

    charge_item = forms.ModelChoiceField(ChargeItem.objects.none(), label=_("Item"), empty_label=None)
    amount = MoneyField(label=_("Amount"))
    method = method_field()
    subject = forms.CharField(label=_("For what"), max_length=200, required=False)
    decoration = forms.ModelChoiceField(Decoration.objects.none(), label=_("Decoration"), required=False)
    form_token = one_time_token()

    def __init__(self, *args: Any, estate: Estate, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="deposit_%s", **kwargs)
        jobs = Decoration.objects.filter(unit=unit, status__in=Decoration.OPEN)
        self.fields["decoration"].queryset = jobs.order_by("-pk")  # type: ignore[attr-defined]
        items = ChargeItem.objects.filter(estate=estate, kind=ChargeItem.Kind.DEPOSIT, is_active=True)
        self.fields["charge_item"].queryset = items.order_by("code")  # type: ignore[attr-defined]


class GiveBackForm(forms.Form):
    """A deposit given back: how much goes back, how much is kept and why."""

    amount = MoneyField(
        label=_("Give back"), required=False, help_text=_("Empty: all that is held, less what is kept.")
    )
    deduct = MoneyField(label=pgettext_lazy("of a deposit", "Keep"), required=False)
    method = method_field()
    reason = reason_field(required=False, label=_("Why it is kept"))
    form_token = one_time_token()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="back_%s", **kwargs)


class InvoiceForm(forms.Form):
    """In whose name the invoice is asked for."""

    title = forms.CharField(label=_("Title of the invoice"), max_length=120)
    tax_number = forms.CharField(label=_("Tax number"), max_length=30, required=False)
    amount = MoneyField(label=_("Amount"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="invoice_%s", **kwargs)


class InvoiceAnswerForm(forms.Form):
    """What the tax system answered."""

    state = forms.ChoiceField(
        label=_("Status"),
        choices=[choice for choice in InvoiceRequest.State.choices if choice[0] != "requested"],
    )
    number = forms.CharField(label=_("Invoice number"), max_length=40, required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="answer_%s", **kwargs)
