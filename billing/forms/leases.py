"""A contract by which a unit pays every month. Shape only."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.forms.fields import UnitField, day_field, number_field
from billing.forms.payments import MoneyField
from billing.models import ChargeItem
from helpdesk.estates.models import Estate


class LeaseForm(forms.Form):
    unit = UnitField(label=_("Unit that pays"))
    charge_item = forms.ModelChoiceField(ChargeItem.objects.none(), label=_("Charge item"), empty_label=None)
    subject = forms.CharField(
        label=_("What is let"),
        max_length=120,
        help_text=_("Storeroom B2-14, advertising place at the east gate"),
    )
    quantity = number_field(_("How many"), places=3, initial=Decimal(1))
    monthly_rent = MoneyField(label=_("Monthly rent of one"))
    since = day_field(_("From"))
    until = day_field(
        _("Until"), required=False, help_text=_("Empty: open. A month that is not whole is charged by days.")
    )

    def __init__(self, *args: Any, estate: Estate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].estate = estate  # type: ignore[attr-defined]
        items = ChargeItem.objects.filter(estate=estate, is_active=True, kind=ChargeItem.Kind.CONTRACT)
        self.fields["charge_item"].queryset = items  # type: ignore[attr-defined]
