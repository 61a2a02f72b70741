"""Sending a bank's file in, and saying whose a line is."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.forms.fields import UnitField
from helpdesk.estates.models import Estate


class BankFileForm(forms.Form):
    """One file of the bank."""

    file = forms.FileField(
        label=_("File of the bank"),
        help_text=_("CSV or XLSX, up to 10,000 rows, with at least the columns “Date” and “Amount”."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
    )


class LineUnitForm(forms.Form):
    """Whose money a line is."""

    unit = UnitField()

    def __init__(self, *args: Any, estate: Estate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].estate = estate  # type: ignore[attr-defined]
