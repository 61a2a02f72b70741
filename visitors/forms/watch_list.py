"""Whom to look at twice: shape only, every rule is a service's."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from helpdesk.lib.forms import CleanTextField, reason_field
from tickets.forms.fields import clean_phone

OFF = {"autocomplete": "off"}


class WatchForm(forms.Form):
    """Who, why, by whose word, until when."""

    name = CleanTextField(label=_("Name"), max_length=80, required=False, widget=forms.TextInput(attrs=OFF))
    phone = CleanTextField(
        label=_("Telephone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", **OFF}),
        help_text=_("Only a keyed mark of it is kept: it finds the person, and can't be read back."),
    )
    plate = CleanTextField(label=_("Plate"), max_length=20, required=False, widget=forms.TextInput(attrs=OFF))
    reason = CleanTextField(
        label=_("What the clerk should know"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    source = CleanTextField(
        label=_("Who says so"),
        max_length=120,
        help_text=_("A police notice, an incident's number, a decision."),
    )
    ends_on = forms.DateField(
        label=_("Until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("A year at most. On the day after, the entry is deleted."),
    )

    def __init__(self, *args: Any, estate: Estate, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.estate = estate
        self.fields["ends_on"].widget.attrs["min"] = today.isoformat()

    def clean_phone(self) -> str:
        return clean_phone(self.cleaned_data["phone"], self.estate)


class EndForm(forms.Form):
    """Why it warns nobody any more."""

    reason = reason_field(label=_("Why it ends"))
