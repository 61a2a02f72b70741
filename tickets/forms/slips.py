"""What somebody writes on a slip: shape only."""

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.lib.phones import complain_about_phone
from tickets.forms.public import CleanTextField, FilesField
from tickets.services.slips import MOST_PARTS, Part

LONGEST_JOB = 60 * 24 * 30  # minutes: nobody reports a month as one job


class PartForm(forms.Form):
    """One line of what was used up; an empty line is none."""

    name = CleanTextField(label=_("Part"), max_length=120, required=False)
    quantity = forms.DecimalField(
        label=_("Quantity"),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=9,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    )
    unit = CleanTextField(label=pgettext_lazy("of a quantity", "Unit"), max_length=20, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("name") and data.get("quantity") is None and "quantity" not in self.errors:
            self.add_error("quantity", _("How many?"))
        if data.get("quantity") is not None and not data.get("name"):
            self.add_error("name", _("Of what?"))
        return data


PartFormSet = forms.formset_factory(PartForm, extra=2, max_num=MOST_PARTS, absolute_max=MOST_PARTS)


class StartForm(forms.Form):
    """Work begins; photos show how it was found."""

    before = FilesField(label=_("Photos before"), required=False, help_text=_("How you found it, up to 5."))


class ReportForm(forms.Form):
    """Done: what was done, what was used up, how long it took, with photos before and after."""

    report = CleanTextField(
        label=_("What was done"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    minutes_spent = forms.IntegerField(
        label=_("Time spent (minutes)"),
        required=False,
        min_value=1,
        max_value=LONGEST_JOB,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    before = FilesField(label=_("Photos before"), required=False, help_text=_("How you found it, up to 5."))
    files = FilesField(label=_("Photos after"), required=False, help_text=_("How you left it, up to 5."))
    form_token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, data: Any = None, files: Any = None, *, slip_pk: int = 0) -> None:
        super().__init__(data, files)
        self.fields["report"].widget.attrs["data-draft-key"] = f"slip-{slip_pk}-report"
        self.fields["form_token"].initial = uuid.uuid4().hex
        # A client that knows nothing of parts sends none of their fields.
        sent = data if data is None or "part-TOTAL_FORMS" in data else None
        self.parts = PartFormSet(sent, prefix="part")

    def is_valid(self) -> bool:
        return super().is_valid() and (not self.parts.is_bound or self.parts.is_valid())

    def parts_used(self) -> list[Part]:
        """The lines that name something."""
        rows = [form.cleaned_data for form in self.parts.forms] if self.parts.is_bound else []
        return [Part(row["name"], row["quantity"], row["unit"]) for row in rows if row.get("name")]


class CancelForm(forms.Form):
    """Why a slip is made void."""

    reason = CleanTextField(label=_("Reason"), max_length=300)


class ContractorForm(forms.Form):
    """Who signs by the link."""

    name = CleanTextField(
        label=_("Your name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = CleanTextField(
        label=_("Telephone"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
    )

    def __init__(self, *args: Any, region: str = "CN", **kwargs: Any) -> None:
        self.region = region
        super().__init__(*args, **kwargs)

    def clean_phone(self) -> str:
        phone = str(self.cleaned_data["phone"])
        complaint = complain_about_phone(phone, self.region)
        if complaint:
            raise forms.ValidationError(complaint)
        return phone
