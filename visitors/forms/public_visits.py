"""What a resident fills in to announce a visitor: shape only."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.lib.forms import CleanTextField, local_moment, one_time_token
from helpdesk.lib.phones import complain_about_phone
from visitors.services.visits import MOST_PEOPLE

TEL = {"inputmode": "tel", "type": "tel"}


class PublicVisitForm(forms.Form):
    """Who asks, for which unit; who comes, when."""

    name = CleanTextField(
        label=_("Your name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = CleanTextField(
        label=_("Your telephone"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "tel", **TEL})
    )
    unit = CleanTextField(
        label=_("Unit"), max_length=60, help_text=_("As on your door, 3-2-501 for instance.")
    )
    visitor_name = CleanTextField(
        label=_("Who is coming"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    visitor_phone = CleanTextField(
        label=_("Visitor's telephone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", **TEL}),
        help_text=_("The QR code is sent there once the visit is confirmed."),
    )
    expected_at = local_moment(_("When"), help_text=_("Left empty: some time today."))
    party_size = forms.IntegerField(
        label=_("How many people"),
        min_value=1,
        max_value=MOST_PEOPLE,
        initial=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    plate = CleanTextField(label=_("Plate of the vehicle"), max_length=20, required=False)
    website = forms.CharField(
        required=False,
        label=_("Leave this empty"),
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    form_token = one_time_token()

    def __init__(self, *args: Any, region: str = "CN", **kwargs: Any) -> None:
        self.region = region
        super().__init__(*args, **kwargs)

    def clean_phone(self) -> str:
        return self._ringable("phone")

    def clean_visitor_phone(self) -> str:
        return self._ringable("visitor_phone") if self.cleaned_data["visitor_phone"] else ""

    def _ringable(self, name: str) -> str:
        phone = str(self.cleaned_data[name])
        if complaint := complain_about_phone(phone, self.region):
            raise forms.ValidationError(complaint, code="phone_invalid")
        return phone
