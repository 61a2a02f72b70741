"""What a resident fills in to ask for a pass, and an owner to answer: shape only."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.lib.forms import CleanTextField, one_time_token
from helpdesk.lib.phones import complain_about_phone
from visitors.models import ReleasePass

MOST_LINES = 20


class PublicGoodsForm(forms.Form):
    """One line of goods; an empty line is none."""

    description = CleanTextField(label=_("Goods"), max_length=120, required=False)
    quantity = forms.IntegerField(
        label=_("Pieces"),
        required=False,
        min_value=1,
        max_value=9999,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


PublicGoodsFormSet = forms.formset_factory(
    PublicGoodsForm, extra=3, max_num=MOST_LINES, absolute_max=MOST_LINES, validate_max=True
)


class PublicPassForm(forms.Form):
    """A request: who, which unit, on which day, on which vehicle."""

    name = CleanTextField(
        label=_("Your name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = CleanTextField(
        label=_("Telephone"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
    )
    unit = CleanTextField(
        label=_("Unit"), max_length=60, help_text=_("As on your door, 3-2-501 for instance.")
    )
    relation = forms.ChoiceField(label=_("You are the"), choices=ReleasePass.Relation)
    date = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        initial=timezone.localdate,
    )
    vehicle_plate = CleanTextField(label=_("Plate of the vehicle"), max_length=20, required=False)
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
        phone = str(self.cleaned_data["phone"])
        if complaint := complain_about_phone(phone, self.region):
            raise forms.ValidationError(complaint, code="phone_invalid")
        return phone


class AnswerForm(forms.Form):
    """Yes or no, and a word if they like."""

    answer = forms.ChoiceField(choices=[("given", _("Yes")), ("refused", _("No"))])
    note = CleanTextField(label=_("Anything we should know"), max_length=300, required=False)
