"""What a contract says about lateness, and an account that is thought up to see what it comes to. Shape only."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.forms.fields import UnitField, day_field, number_field
from billing.forms.payments import MoneyField
from helpdesk.estates.models import Estate


class LateFeeForm(forms.Form):
    """A rule for bills due from a day on; people say the rate in per cent a day."""

    rate_per_day = number_field(
        _("Per cent a day"),
        places=4,
        digits=6,
        max_value=Decimal(10),
        help_text=_("0.05 is five in ten thousand."),
    )
    grace_days = forms.IntegerField(label=_("Days of grace"), min_value=0, max_value=3650, initial=0)
    cap_percent = number_field(
        _("At most (per cent of the bill)"), places=2, digits=5, max_value=Decimal(100), initial=Decimal(100)
    )
    minimum_balance = MoneyField(label=_("From a balance of"), initial="0.00")
    unit = UnitField(
        label=_("Contract of one unit"), required=False, help_text=_("Empty: every unit of the estate.")
    )
    since = day_field(_("For bills due from"))
    until = day_field(_("Until"), required=False)

    def __init__(self, *args: Any, estate: Estate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].estate = estate  # type: ignore[attr-defined]

    def rule(self) -> dict[str, Any]:
        """The same as the service takes it: the rate as a part of one."""
        data = dict(self.cleaned_data)
        return data | {"rate_per_day": data["rate_per_day"] / 100}


class ExampleForm(forms.Form):
    """An account that is thought up."""

    principal = MoneyField(label=_("A bill of"), initial="1000.00")
    late_days = forms.IntegerField(label=_("paid so many days late"), min_value=1, max_value=3650, initial=60)
    part = MoneyField(label=_("of which"), initial="400.00", required=False)
    part_days = forms.IntegerField(
        label=_("after so many days"), min_value=0, max_value=3650, initial=30, required=False
    )
