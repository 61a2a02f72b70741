"""Somebody who speaks for an organisation."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from residents.forms.residents import PhoneField


class ContactPersonForm(forms.Form):
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
    phone = PhoneField(label=_("Telephone"), required=False)
    phone_label = forms.CharField(label=_("Label of the number"), max_length=40, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("not known")), *settings.LANGUAGES], required=False
    )
    note = forms.CharField(
        label=_("Note for the desk"),
        max_length=300,
        required=False,
        help_text=_("What they look after: rent, deliveries, the keys."),
    )

    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].region = region  # type: ignore[attr-defined]
