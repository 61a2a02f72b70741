"""Decorations: shape only."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.attachments.forms import clean_files, photos
from helpdesk.estates.models import Estate
from helpdesk.lib.forms import CleanTextField, reason_field, text_area, version_field
from residents.forms.fields import DayField, UnitField
from residents.forms.residents import PhoneField
from residents.models import Decoration, DecorationInspection


class WithFiles(forms.Form):
    """A form whose files are looked at before they go on."""

    def clean_files(self) -> Any:
        return clean_files(self.cleaned_data.get("files") or [])


class DecorationForm(WithFiles):
    """The application."""

    unit = UnitField()
    contractor = CleanTextField(label=_("Contractor"), max_length=120)
    foreman = CleanTextField(label=_("Foreman"), max_length=80, required=False)
    foreman_phone = PhoneField(label=_("Telephone of the foreman"), required=False)
    scope = CleanTextField(label=_("What is done"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Until"))
    files = photos(_("Drawings and papers"))

    def __init__(self, *args: Any, estate: Estate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].estate = estate  # type: ignore[attr-defined]
        self.fields["foreman_phone"].region = estate.phone_region  # type: ignore[attr-defined]


class ApproveForm(forms.Form):
    """On which conditions."""

    conditions = text_area(_("Conditions"), rows=2, required=False)
    needs_deposit = forms.BooleanField(label=_("A deposit is needed"), required=False, initial=True)
    version = version_field()

    def clean_conditions(self) -> str:
        words: str = self.cleaned_data["conditions"]
        return words[:500]


class ProlongForm(forms.Form):
    """Until when the work lasts instead, and why."""

    ends_on = DayField(label=_("New last day"))
    reason = reason_field()
    version = version_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="prolong_%s", **kwargs)


class PermitForm(forms.Form):
    """A worker's card."""

    name = CleanTextField(label=_("Worker"), max_length=80)
    trade = CleanTextField(label=_("Trade"), max_length=40, required=False)
    valid_from = DayField(label=_("Valid from"))
    valid_until = DayField(label=_("Valid until"))

    def __init__(self, *args: Any, job: Decoration, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="permit_%s", **kwargs)
        self.fields["valid_from"].initial = job.starts_on
        self.fields["valid_until"].initial = job.ends_on


class PlanForm(forms.Form):
    """An inspection to come."""

    due_on = DayField(label=_("Due on"))
    kind = forms.ChoiceField(label=_("Kind"), choices=DecorationInspection.Kind.choices)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="plan_%s", **kwargs)
        self.fields["due_on"].initial = today


class InspectForm(WithFiles):
    """What an inspection found."""

    is_sound = forms.TypedChoiceField(
        label=_("Result"),
        choices=[("yes", _("In order")), ("no", _("Not in order"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    findings = CleanTextField(label=_("What was found"), max_length=500, required=False)
    violation = CleanTextField(label=_("Violation"), max_length=300, required=False)
    rectify_by = DayField(label=_("To be put right by"), required=False)
    files = photos()


class ViolationForm(WithFiles):
    """Somebody broke the rules."""

    what = CleanTextField(label=_("What broke the rules"), max_length=300)
    rectify_by = DayField(label=_("To be put right by"))
    files = photos()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="violation_%s", **kwargs)


class RectifyForm(WithFiles):
    """How it was put right."""

    how = CleanTextField(label=_("How it was put right"), max_length=300)
    files = photos()


class FilesForm(WithFiles):
    """More drawings."""

    files = photos(_("Drawings and papers"))
