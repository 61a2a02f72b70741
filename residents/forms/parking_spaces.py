"""A place in the car park, and whose it is."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from residents.forms.records import PlateField
from residents.models import ParkingSpace


class ParkingSpaceForm(forms.ModelForm):  # type: ignore[type-arg]
    unit = PlateField(required=False, help_text=_("Empty while it is free, or for everybody."))

    class Meta:
        model = ParkingSpace
        fields = ("code", "kind", "unit")

    def __init__(self, *args: Any, estate: Estate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].estate = estate  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["unit"] = self.instance.unit.code if self.instance.unit else ""

    def _post_clean(self) -> None:
        """The unit is a plate here, and the service guards the rest."""
