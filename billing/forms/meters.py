"""A meter put in, a meter taken out, and readings from a file."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.forms.fields import UnitField, day_field, number_field
from billing.models import ChargeItem
from helpdesk.estates.models import Estate

READING = {"places": 3, "digits": 12}


class MeterForm(forms.Form):
    """A new meter of a unit."""

    unit = UnitField()
    charge_item = forms.ModelChoiceField(ChargeItem.objects.none(), label=_("Item"), empty_label=None)
    number = forms.CharField(label=_("Meter number"), max_length=40)
    installed_on = day_field(_("Installed on"))
    initial_value = number_field(_("First reading"), **READING, initial=Decimal(0))
    digits = forms.IntegerField(
        label=_("Digits before the point"),
        min_value=3,
        max_value=9,
        initial=6,
        help_text=_("It goes on with zero after the last."),
    )
    multiplier = number_field(_("Multiplier"), places=3, initial=Decimal(1), min_value=Decimal("0.001"))

    def __init__(self, *args: Any, estate: Estate, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="meter_%s", **kwargs)
        self.fields["unit"].estate = estate  # type: ignore[attr-defined]
        items = ChargeItem.objects.filter(estate=estate, kind=ChargeItem.Kind.METERED, is_active=True)
        self.fields["charge_item"].queryset = items.order_by("code")  # type: ignore[attr-defined]


class ReplaceForm(forms.Form):
    """The last reading of the old meter, and the new one in its place."""

    replaced_on = day_field(_("Replaced on"))
    final_value = number_field(_("Last reading of the old meter"), **READING)
    number = forms.CharField(label=_("Number of the new meter"), max_length=40)
    initial_value = number_field(_("First reading of the new meter"), **READING, initial=Decimal(0))
    digits = forms.IntegerField(label=_("Digits before the point"), min_value=3, max_value=9, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="replace_%s", **kwargs)


class ReadingsFileForm(forms.Form):
    """A spreadsheet with a column of meter numbers and one of readings."""

    file = forms.FileField(
        label=_("Readings from a file"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        help_text=_("CSV or XLSX with the columns “Meter number” and “Reading”."),
    )
