"""Moves and their fixtures: shape only."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.attachments.forms import ManyFilesField, clean_files
from helpdesk.estates.models import Estate
from helpdesk.lib.forms import CleanTextField, reason_field, version_field
from residents.forms.fields import OFF, DayField, UnitField
from residents.forms.residents import PhoneField
from residents.models import FixtureItem, FixturesHandover, MoveKind, Occupancy


class MoveForm(forms.Form):
    """Who is about to move, and when."""

    kind = forms.ChoiceField(label=_("What"), choices=MoveKind.choices, widget=forms.RadioSelect)
    unit = UnitField()
    planned_on = DayField(label=_("Planned for"))
    note = CleanTextField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, estate: Estate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].estate = estate  # type: ignore[attr-defined]


class MoveEditForm(forms.Form):
    """What may change while it is open."""

    planned_on = DayField(label=_("Planned for"))
    mailing_address = CleanTextField(label=_("New postal address"), max_length=200, required=False)
    note = CleanTextField(label=_("Note"), max_length=300, required=False)


class MovePersonForm(forms.Form):
    """One person more who moves in."""

    name = CleanTextField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs=OFF))
    phone = PhoneField(label=_("Telephone"), required=False)
    relation = forms.ChoiceField(
        label=_("Relation to the unit"), choices=Occupancy.Relation.choices, initial="tenant"
    )

    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="person_%s", **kwargs)
        self.fields["phone"].region = region  # type: ignore[attr-defined]


class CompleteForm(forms.Form):
    """The day on which it took place."""

    on = DayField(label=_("Day of the move"))
    version = version_field()

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="complete_%s", **kwargs)
        self.fields["on"].initial = today


class ReasonForm(forms.Form):
    """Why."""

    reason = reason_field()


class OverrideForm(ReasonForm):
    """Which of the open steps a manager lets pass, and why."""

    steps = forms.MultipleChoiceField(label=_("Let pass"), widget=forms.CheckboxSelectMultiple)
    field_order = ("steps", "reason")

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, auto_id="override_%s", **kwargs)
        self.fields["steps"].choices = choices  # type: ignore[attr-defined]
        self.fields["steps"].initial = [key for key, _title in choices]


class FixtureForm(forms.Form):
    """One more line of the sheet."""

    name = CleanTextField(label=_("Item"), max_length=80)
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=999, initial=1)


class SheetForm(forms.Form):
    """All lines of the sheet at once: state, remark and photos of each."""

    version = version_field()

    def __init__(self, *args: Any, sheet: FixturesHandover, items: list[FixtureItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = sheet.version
        self.items = items
        for item in items:
            self.fields[f"state-{item.pk}"] = forms.ChoiceField(
                label=_("State"),
                choices=[("", "–"), *FixtureItem.State.choices],
                required=False,
                initial=item.state,
            )
            self.fields[f"note-{item.pk}"] = CleanTextField(
                label=_("Remark"), max_length=200, required=False, initial=item.note
            )
            self.fields[f"files-{item.pk}"] = ManyFilesField(label=_("Photos"), required=False)
        self.fields["remarks"] = CleanTextField(
            label=_("Remarks"), max_length=500, required=False, initial=sheet.remarks,
            widget=forms.Textarea(attrs={"rows": 2}),
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for item in self.items:
            try:
                data[f"files-{item.pk}"] = clean_files(data.get(f"files-{item.pk}") or [])
            except forms.ValidationError as error:
                self.add_error(f"files-{item.pk}", error)
        return data

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The rows as look_at_fixtures takes them."""
        data = self.cleaned_data
        return [
            {
                "id": item.pk,
                "state": data[f"state-{item.pk}"],
                "note": data[f"note-{item.pk}"],
                "files": data[f"files-{item.pk}"],
            }
            for item in self.items
            # A line that a colleague added meanwhile is none of this page's.
            if self.add_prefix(f"state-{item.pk}") in self.data
        ]


class SignForm(forms.Form):
    """A name, and the strokes where it was drawn."""

    name = CleanTextField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs=OFF))
    strokes = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)
    version = version_field()

    def __init__(self, *args: Any, side: str, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"{side}_%s", **kwargs)


class MoveRuleForm(forms.Form):
    """A step of the estate's own, in three languages."""

    title = CleanTextField(label=_("Title"), max_length=60)
    title_zh_hans = CleanTextField(label=_("Title in Simplified Chinese"), max_length=60, required=False)
    title_zh_hant = CleanTextField(label=_("Title in Traditional Chinese"), max_length=60, required=False)
