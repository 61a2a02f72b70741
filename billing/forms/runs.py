"""The monthly run. Shape only; which periods and days may be billed is the service's."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.forms.fields import UnitField, day_field
from helpdesk.estates.models import Estate


class RunForm(forms.Form):
    """The period to bill, and the day it is due where that is not the usual one."""

    period = forms.RegexField(
        r"^\d{4}-(0[1-9]|1[0-2])$",
        label=gettext_lazy("Period"),
        help_text=gettext_lazy("A month, such as 2026-11."),
        widget=forms.TextInput(attrs={"type": "month", "pattern": r"\d{4}-\d{2}"}),
        error_messages={"invalid": gettext_lazy("Write the period as 2026-11.")},
    )
    due_on = day_field(gettext_lazy("Due on"), required=False)

    def tell_due(self, period: str, due_on: date, due_day: int) -> None:
        """Says beside the field what is taken where it stays empty."""
        self.fields["due_on"].help_text = _(
            "Empty: %(due_on)s for %(period)s. Otherwise day %(day)s of the month, and later where bills are made late."
        ) % {"due_on": f"{due_on:%Y-%m-%d}", "period": period, "day": due_day}


class BillUnitForm(forms.Form):
    """A unit that got no bill with the others."""

    unit = UnitField()

    def __init__(self, *args: Any, estate: Estate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].estate = estate  # type: ignore[attr-defined]
