"""A unit change: shape only."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from helpdesk.lib.forms import CleanTextField, reason_field
from residents.forms.fields import OFF, DayField, UnitField
from residents.forms.residents import PhoneField
from residents.models import UnitChange


class UnitChangeForm(forms.Form):
    """What is asked for. The other unit belongs to an exchange, the new owner to a transfer."""

    kind = forms.ChoiceField(label=_("What"), choices=UnitChange.Kind.choices, widget=forms.RadioSelect)
    unit = UnitField()
    other_unit = UnitField(label=_("Other unit"), required=False, help_text=_("For an exchange."))
    owner_name = CleanTextField(
        label=_("New owner"), max_length=80, required=False, widget=forms.TextInput(attrs=OFF),
        help_text=_("For a transfer. The same name and number on file is the same person."),
    )  # fmt: skip
    owner_phone = PhoneField(label=_("Telephone of the new owner"), required=False)
    wanted_on = DayField(label=_("Wanted on"))
    reason = reason_field()

    def __init__(self, *args: Any, estate: Estate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("unit", "other_unit"):
            self.fields[name].estate = estate  # type: ignore[attr-defined]
        self.fields["owner_phone"].region = estate.phone_region  # type: ignore[attr-defined]


class CarryOutForm(forms.Form):
    """From which day on."""

    on = DayField(label=_("From this day on"))


class WordForm(forms.Form):
    """What the manager adds to a yes."""

    reason = reason_field(required=False, label=_("Remark"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="approve_%s", **kwargs)
