"""Fields that the forms of moves, changes and decorations share. Shape only; rules are the services'."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from helpdesk.lib.moments import on_a_calendar
from residents.models import Unit
from residents.selectors import unit_on_file

OFF = {"autocomplete": "off"}


class DayField(forms.DateField):
    """A day that a calendar may show, by the browser's own control."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(**{"widget": widget} | kwargs)

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day is not None and not on_a_calendar(day):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class UnitField(forms.CharField):
    """A unit in any usual writing; the form sets `estate`."""

    estate: Estate

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{"max_length": 60, "widget": forms.TextInput(attrs=OFF), "label": _("Unit")} | kwargs
        )

    def clean(self, value: Any) -> Unit | None:
        written: str = super().clean(value).replace("\0", "").strip()
        if not written:
            return None
        unit = unit_on_file(written, self.estate)
        if unit is None:
            raise ValidationError(_("There is no such unit in this estate."), code="unknown_unit")
        return unit
