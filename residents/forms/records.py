"""Changing a unit, a resident and who lived where; lending a key."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Department, Estate
from residents.forms.household import DAY
from residents.models import DeskKey, Occupancy, Resident, Unit
from residents.selectors import unit_on_file


class UnitForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Unit
        fields = ("use", "status", "area_m2", "net_area_m2", "entrance", "floor")

    def validate_constraints(self) -> None:
        """The service guards them."""


class ResidentForm(forms.ModelForm):  # type: ignore[type-arg]
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("not known")), *settings.LANGUAGES], required=False
    )

    class Meta:
        model = Resident
        fields = (
            "name", "other_name", "salutation", "email", "language", "accepts_messages", "do_not_disturb", "note",
        )  # fmt: skip


class OccupancyForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Occupancy
        fields = ("relation", "since", "until", "is_primary", "is_payer")
        widgets = {"since": DAY, "until": DAY}

    def validate_unique(self) -> None:
        """The service says what is there already."""

    def validate_constraints(self) -> None:
        """The service guards them."""


class PlateField(forms.CharField):
    """A unit by its door plate, in any usual writing."""

    def __init__(self, *, estate: Estate | None = None, **kwargs: Any) -> None:
        self.estate = estate
        super().__init__(**{"max_length": 60, "label": _("Unit")} | kwargs)

    def clean(self, value: Any) -> Unit | None:
        written = super().clean(value)
        if not written:
            return None
        unit = unit_on_file(written, self.estate) if self.estate else None
        if unit is None:
            raise forms.ValidationError(
                _("This unit is not on file. Write it as 3-2-501."), code="unit_unknown"
            )
        return unit


class HomeForm(OccupancyForm):
    """A resident comes to one more unit."""

    unit = PlateField()
    field_order = ("unit", "relation", "since", "until", "is_primary", "is_payer")

    def __init__(self, *args: Any, estate: Estate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].estate = estate  # type: ignore[attr-defined]
        self.fields["since"].initial = timezone.localdate()


class KeyForm(forms.ModelForm):  # type: ignore[type-arg]
    unit = PlateField(required=False, help_text=_("Empty for a public key."))

    class Meta:
        model = DeskKey
        fields = ("code", "label", "kind", "unit", "place")

    def __init__(self, *args: Any, estate: Estate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].estate = estate  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """The unit is a plate here, and the service guards the rest."""


class KeyEditForm(forms.ModelForm):  # type: ignore[type-arg]
    """What may change of a key: whose it is stays."""

    class Meta:
        model = DeskKey
        fields = ("code", "label", "place")

    def _post_clean(self) -> None:
        """The service guards the rest."""


class LendForm(forms.Form):
    borrower = forms.CharField(label=_("Lent to"), max_length=80)
    department = forms.ModelChoiceField(
        label=_("Department"), queryset=Department.objects.none(), required=False
    )
    due_at = forms.DateTimeField(
        label=_("Back by"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    purpose = forms.CharField(label=_("What for"), max_length=200, required=False)

    def __init__(self, *args: Any, estate: Estate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.filter(estate=estate)  # type: ignore[attr-defined]
        self.fields["due_at"].initial = timezone.localtime() + timedelta(hours=8)
