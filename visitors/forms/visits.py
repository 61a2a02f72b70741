"""What is written down of a visit: shape only, every rule is a service's."""

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Department, Estate
from helpdesk.lib.forms import CleanTextField, FilterForm, local_moment, one_time_token, reason_field
from residents.models import Unit
from tickets.forms.fields import ObjectField, clean_phone, unit_on_file
from visitors.models import Visit
from visitors.models.visits import DocumentType
from visitors.services.visits import MOST_PEOPLE

ANY = ("", _("Any"))
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
OFF = {"autocomplete": "off"}
# While the number is typed, the rest of the form is filled in from the last visit.
FILLS_IN = {
    "hx-post": reverse_lazy("visit_repeat"),
    "hx-trigger": "input changed delay:300ms",
    "hx-target": "#visit-fields",
    "hx-swap": "innerHTML",
}
# Where the visitor goes, and whether they stand here or come later: the three short forms.
PATHS = ("guest", "caller", "later")
ONLY_IN = {
    "unit": ("guest", "later"),
    "department": ("caller", "later"),
    "expected_at": ("later",),
    "comes_until": ("later",),
    "carries": ("guest", "caller"),
    "id_document_type": ("guest", "caller"),
    "id_number": ("guest", "caller"),
    "badge": ("guest", "caller"),
    "reason": ("guest", "caller"),
    "acknowledge_watch_list": ("guest", "caller"),
}


def documents() -> list[tuple[str, Any]]:
    """The kinds of document, the usual one first."""
    return list(DocumentType.choices)


class IdentityFields(forms.Form):
    """What is seen and handed out at the door."""

    id_document_type = forms.ChoiceField(
        label=_("Identity document seen"), choices=documents, required=False, initial="identity_card"
    )
    id_number = CleanTextField(
        label=_("Number of the document"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs=OFF),
        help_text=_("Only its last four and a keyed mark are kept."),
    )
    badge = CleanTextField(label=_("Badge"), max_length=20, required=False, widget=forms.TextInput(attrs=OFF))
    acknowledge_watch_list = forms.BooleanField(
        label=_("I have read the note and admit them"), required=False
    )

    def keep_identity(self, estate_requires_number: bool, *, warned: bool) -> None:
        """Without the number where the estate keeps none, and without the tick while there is nothing to read."""
        if not estate_requires_number:
            self.fields.pop("id_number", None)
        if not warned:
            self.fields.pop("acknowledge_watch_list", None)


class VisitForm(IdentityFields):
    """A visitor: telephone first, as it fills in the rest of whoever has been here before."""

    visitor_phone = forms.CharField(
        label=_("Telephone"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autofocus": True, **OFF, **FILLS_IN}),
    )
    visitor_name = CleanTextField(label=_("Visitor"), max_length=80, widget=forms.TextInput(attrs=OFF))
    unit = forms.CharField(
        label=_("To which unit"), max_length=60, required=False, widget=forms.TextInput(attrs=OFF)
    )
    department = ObjectField(label=_("To which department"), required=False)
    purpose = CleanTextField(label=_("Purpose"), max_length=200, required=False)
    party_size = forms.IntegerField(
        label=_("How many people"),
        min_value=1,
        max_value=MOST_PEOPLE,
        initial=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    plate = CleanTextField(label=_("Plate"), max_length=20, required=False, widget=forms.TextInput(attrs=OFF))
    carries = CleanTextField(
        label=_("Goods carried in"), max_length=120, required=False, widget=forms.TextInput(attrs=OFF)
    )
    expected_at = local_moment(_("Expected"), help_text=_("Left empty: some time today."))
    comes_until = forms.DateField(
        label=_("Contractor's pass until"),
        required=False,
        widget=DAY,
        help_text=_("In and out each day until then, with the same code. Left empty: once."),
    )
    reason = reason_field(required=False, label=_("Why they are not admitted"))
    # The earlier visit that filled this in.
    known = forms.CharField(required=False, max_length=19, widget=forms.HiddenInput)
    form_token = one_time_token()

    def __init__(
        self,
        *args: Any,
        estate: Estate,
        path: str,
        departments: list[Department],
        asks_number: bool,
        warned: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.estate, self.path = estate, path
        for name, paths in ONLY_IN.items():
            if path not in paths:
                del self.fields[name]
        self.keep_identity(asks_number, warned=warned)
        if "department" in self.fields:
            self.fields["department"].offer(departments)  # type: ignore[attr-defined]
        if path == "guest":
            self.fields["unit"].required = True

    def clean_visitor_phone(self) -> str:
        return clean_phone(self.cleaned_data["visitor_phone"], self.estate)

    def clean_unit(self) -> Unit | None:
        written: str = self.cleaned_data["unit"].strip()
        if not written:
            return None
        unit = unit_on_file(written, self.estate)
        if unit is None:
            raise forms.ValidationError(_("There is no such unit in this estate."), code="unknown_unit")
        return unit


class CheckInForm(IdentityFields):
    """Somebody who was expected stands at the door."""

    stay_until = local_moment(_("May stay until"), help_text=_("Left empty: as long as the estate allows."))

    def __init__(self, *args: Any, asks_number: bool, warned: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="check_in_%s", **kwargs)
        self.keep_identity(asks_number, warned=warned)


class StayForm(forms.Form):
    """Until when somebody may stay now."""

    until = local_moment(_("May stay until"), required=True)


class RefuseForm(forms.Form):
    """Why somebody is not admitted."""

    reason = reason_field(label=_("Why they are not admitted"))


class SuspiciousForm(forms.Form):
    """What was seen, for security."""

    note = CleanTextField(label=_("What you saw"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    form_token = one_time_token()


class StrangerForm(forms.Form):
    """Somebody suspicious who is no visitor of the register: what was seen, and where."""

    note = CleanTextField(
        label=_("What you saw"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
        help_text=_("Security, managers and whoever is on duty are told at once. The person learns nothing."),
    )
    unit = forms.CharField(
        label=_("At which unit"), max_length=60, required=False, widget=forms.TextInput(attrs=OFF)
    )
    form_token = one_time_token()

    def __init__(self, *args: Any, estate: Estate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.estate = estate

    def clean_unit(self) -> Unit | None:
        """No unit of ours is no reason to keep security waiting."""
        return unit_on_file(self.cleaned_data["unit"].strip(), self.estate)


class VisitFilterForm(FilterForm):
    """Visits: in what state, where, when. Never by name or number: those belong in no address."""

    q = forms.CharField(label=_("Number, badge or purpose"), required=False, max_length=100)
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[ANY, ("over", _("Stayed too long")), *Visit.Status.choices],
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ANY, *Visit.Kind.choices])
    unit = forms.CharField(label=_("Unit"), required=False, max_length=30)
    plate = forms.CharField(label=_("Plate"), required=False, max_length=20)
    asked = forms.BooleanField(label=_("Asked for and not confirmed"), required=False)
    came_from = forms.DateField(label=_("From"), required=False, widget=DAY)
    came_to = forms.DateField(label=_("To"), required=False, widget=DAY)
