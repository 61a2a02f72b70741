"""Fields that the forms of the fees share: an amount, a day, a door, a price."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from helpdesk.lib.moments import FIRST_DAY, LAST_DAY
from residents.models import Building, Unit
from residents.selectors import unit_on_file

DAY_BOUNDS = _("Write a day from 1990 on.")


def day_field(label: Any, *, required: bool = True, **kwargs: Any) -> forms.DateField:
    """A day that books may hold, as the browser's own control sends it."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    bounds = [MinValueValidator(FIRST_DAY, DAY_BOUNDS), MaxValueValidator(LAST_DAY, DAY_BOUNDS)]
    return forms.DateField(label=label, required=required, widget=widget, validators=bounds, **kwargs)


def number_field(label: Any, *, places: int, digits: int = 9, **kwargs: Any) -> forms.DecimalField:
    """A number with so many places, typed on a telephone as well."""
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    kwargs = {"min_value": Decimal(0), "widget": widget} | kwargs
    return forms.DecimalField(label=label, max_digits=digits, decimal_places=places, **kwargs)


class UnitField(forms.CharField):
    """A unit by its door plate in any writing; `estate` is set by the form."""

    estate: Estate | None = None
    default_error_messages = {"unknown_unit": _("No unit of this plate is on file here.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 60, "label": _("Unit")} | kwargs)

    def clean(self, value: Any) -> Unit | None:  # type: ignore[override]
        written = super().clean(value)
        if not written:
            return None
        unit = unit_on_file(written, self.estate) if self.estate else None
        if unit is None:
            raise forms.ValidationError(self.error_messages["unknown_unit"], code="unknown_unit")
        return unit


class BuildingField(forms.ModelChoiceField):
    """A building of the estate, or all of it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Building.objects.none(),
            **{"label": _("Building"), "required": False, "empty_label": _("The whole estate")} | kwargs,
        )

    def of(self, estate: Estate) -> None:
        """Offer this estate's buildings."""
        self.queryset = Building.objects.filter(estate=estate, is_archived=False).order_by("code")
