"""Putting somebody on file, and another number of somebody who is."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from helpdesk.lib.phones import complain_about_phone
from residents.models import Occupancy, Resident


class PhoneField(forms.CharField):
    """A telephone number as people write it; what is wrong with it is said in the reader's words."""

    def __init__(self, *, region: str = "CN", **kwargs: Any) -> None:
        self.region = region
        widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})
        super().__init__(**{"max_length": 40, "widget": widget} | kwargs)

    def clean(self, value: Any) -> str:
        number: str = super().clean(value)
        if number and (complaint := complain_about_phone(number, self.region)):
            raise forms.ValidationError(complaint, code="phone_unreadable")
        return number


class NewPersonForm(forms.Form):
    """Somebody who belongs to a unit from a day on."""

    name = forms.CharField(label=_("Name"), max_length=80)
    other_name = forms.CharField(
        label=_("Name in another writing"),
        max_length=80,
        required=False,
        help_text=_("Wang Jianguo beside 王建国."),
    )
    salutation = forms.CharField(
        label=_("How to greet"),
        max_length=40,
        required=False,
        help_text=_("As it is spoken: Mr Wang, 王先生."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Resident.Kind.choices, initial=Resident.Kind.PERSON)
    relation = forms.ChoiceField(label=_("Relation to the unit"), choices=Occupancy.Relation.choices)
    since = forms.DateField(
        label=_("Since"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    phone = PhoneField(label=_("Telephone"), required=False)
    phone_label = forms.CharField(label=_("Label of the number"), max_length=40, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("not known")), *settings.LANGUAGES], required=False
    )
    is_primary = forms.BooleanField(label=_("First contact of the unit"), required=False)
    is_payer = forms.BooleanField(label=_("Pays the bills"), required=False)
    accepts_messages = forms.BooleanField(label=_("Agrees to messages"), required=False, initial=True)
    note = forms.CharField(label=_("Note for the desk"), max_length=300, required=False)

    def __init__(self, *args: Any, region: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].region = region  # type: ignore[attr-defined]
        self.fields["since"].initial = today


class NewPhoneForm(forms.Form):
    """Another number of a resident."""

    number = PhoneField(label=_("Telephone"))
    label = forms.CharField(
        label=_("Label of the number"),
        max_length=40,
        required=False,
        help_text=_("Mobile, office, evenings."),
    )
    is_primary = forms.BooleanField(label=_("Ring this number first"), required=False)

    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].region = region  # type: ignore[attr-defined]
