"""What came for whom: shape only, every rule is a service's."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from helpdesk.lib.forms import CleanTextField, one_time_token
from residents.models import Unit
from tickets.forms.fields import unit_on_file
from visitors.models import Parcel

OFF = {"autocomplete": "off"}


class ParcelForm(forms.Form):
    """One line, by the keyboard: unit, who brought it, shelf."""

    unit = forms.CharField(label=_("Unit"), max_length=60, widget=forms.TextInput(attrs=OFF))
    carrier = CleanTextField(label=_("Brought by"), max_length=60, required=False)
    shelf = CleanTextField(label=_("Shelf"), max_length=30, required=False, widget=forms.TextInput(attrs=OFF))
    reference = CleanTextField(
        label=_("Number on it"), max_length=60, required=False, widget=forms.TextInput(attrs=OFF)
    )
    kind = forms.ChoiceField(label=_("What it is"), choices=Parcel.Kind)
    form_token = one_time_token()

    def __init__(self, *args: Any, estate: Estate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.estate = estate

    def clean_unit(self) -> Unit:
        unit = unit_on_file(self.cleaned_data["unit"].strip(), self.estate)
        if unit is None:
            raise forms.ValidationError(_("There is no such unit in this estate."), code="unknown_unit")
        return unit
