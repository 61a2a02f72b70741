"""Forms of what is kept of a household: who of the unit it belongs to is chosen among those who live there."""

from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.attachments.forms import clean_files, photos
from residents.forms.residents import PhoneField
from residents.models import (
    AccessCard,
    EmergencyContact,
    Note,
    Occupancy,
    Paper,
    ParkingSpace,
    Pet,
    Resident,
    Unit,
    Vehicle,
)

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class HouseholdForm(forms.ModelForm):  # type: ignore[type-arg]
    """`owner` is the unit or resident whose page it stands on; the other one is offered where there is a choice."""

    def __init__(self, *args: Any, owner: Unit | Resident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner
        today = timezone.localdate()
        here = Occupancy.objects.current(today)  # type: ignore[attr-defined]
        if isinstance(owner, Unit):
            self.fields.pop("unit", None)
            people = Resident.objects.filter(
                pk__in=here.filter(unit=owner).values("resident"), is_archived=False
            )
            self._offer("resident", people)
        else:
            self.fields.pop("resident", None)
            self._offer("unit", Unit.objects.filter(pk__in=here.filter(resident=owner).values("unit")))
        if "space" in self.fields:
            spaces = ParkingSpace.objects.filter(estate=owner.estate_id, is_archived=False)
            cast(forms.ModelChoiceField, self.fields["space"]).queryset = spaces  # type: ignore[type-arg]

    def _offer(self, name: str, rows: Any) -> None:
        if name in self.fields:
            cast(forms.ModelChoiceField, self.fields[name]).queryset = rows  # type: ignore[type-arg]

    def validate_unique(self) -> None:
        """The service says what is there already, in its own words."""

    def validate_constraints(self) -> None:
        """The service guards them."""


class VehicleForm(HouseholdForm):
    class Meta:
        model = Vehicle
        fields = ("plate", "kind", "description", "space", "resident", "unit", "note")


class PetForm(HouseholdForm):
    class Meta:
        model = Pet
        fields = ("kind", "name", "breed", "licence", "vaccinated_until", "resident", "unit", "note")
        widgets = {"vaccinated_until": DAY}


class CardForm(HouseholdForm):
    class Meta:
        model = AccessCard
        fields = ("kind", "number", "issued_on", "valid_until", "resident", "unit", "note")
        widgets = {"issued_on": DAY, "valid_until": DAY}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["issued_on"].initial = timezone.localdate()


class PaperForm(HouseholdForm):
    files = photos(_("Pages"))

    class Meta:
        model = Paper
        fields = ("kind", "title", "number", "signed_on", "expires_on", "resident", "unit", "note")
        widgets = {"signed_on": DAY, "expires_on": DAY}

    def clean_files(self) -> list[Any]:
        return clean_files(self.cleaned_data["files"])


class EmergencyContactForm(HouseholdForm):
    phone = PhoneField(label=_("Telephone"), help_text=_("Stays as it is where nothing is written."))

    class Meta:
        model = EmergencyContact
        fields = ("name", "relationship", "note")

    field_order = ("name", "relationship", "phone", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].region = self.owner.estate.phone_region  # type: ignore[attr-defined]
        if self.instance.pk:
            self.fields["phone"].required = False
        else:
            self.fields["phone"].help_text = ""


class NoteForm(HouseholdForm):
    class Meta:
        model = Note
        fields = ("audience", "body")
        widgets = {"body": forms.Textarea(attrs={"rows": 4})}
