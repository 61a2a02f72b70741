"""An incident, its callers, its timeline and the notice to all who reported it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from residents.models import Building, Unit
from tickets.forms.fields import (
    ObjectField,
    clean_phone,
    one_time_token,
    reason_field,
    text_area,
    unit_on_file,
    version_field,
)
from tickets.models import Incident, Topic

AS_KIND = ("", _("As the kind says"))
# Each label in its own language: the writer sees which text is whose.
LANGUAGES = [("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English")]


class IncidentForm(forms.Form):
    """What happened and where."""

    title = forms.CharField(label=_("What happened"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=Incident.Kind.choices)
    building = ObjectField(label=_("Building"), required=False, blank=_("the whole estate"))
    place = forms.CharField(label=_("Where exactly"), required=False, max_length=120)
    topic = forms.ChoiceField(label=_("Topic"), required=False, choices=[AS_KIND, *Topic.choices])
    details = text_area(_("Details"), draft_key="incident-new", required=False)
    form_token = one_time_token()

    def __init__(self, *args: Any, buildings: list[Building], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["building"].offer(buildings)  # type: ignore[attr-defined]


class EditIncidentForm(IncidentForm):
    """The same words once more, while it is open."""

    form_token = None  # type: ignore[assignment]
    topic = forms.ChoiceField(label=_("Topic"), choices=Topic.choices)
    version = version_field()


class CallerForm(forms.Form):
    """One caller more: a unit, a name or a number is enough."""

    unit = forms.CharField(label=_("Unit"), required=False, max_length=60)
    name = forms.CharField(label=_("Name"), required=False, max_length=80)
    phone = forms.CharField(
        label=_("Telephone"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    summary = forms.CharField(label=_("What they said"), required=False, max_length=300)
    with_ticket = forms.BooleanField(label=_("Open a ticket for them too"), required=False)
    form_token = one_time_token()

    def __init__(self, *args: Any, estate: Estate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.estate = estate
        self.unit_on_file: Unit | None = None

    def clean_phone(self) -> str:
        return clean_phone(self.cleaned_data["phone"], self.estate)

    def clean_unit(self) -> str:
        written: str = self.cleaned_data["unit"].strip()
        if written:
            self.unit_on_file = unit_on_file(written, self.estate)
            if self.unit_on_file is None:
                raise forms.ValidationError(_("No unit of that number is on file; write the name instead."))
        return written


class JoinForm(forms.Form):
    """A ticket that belongs to this incident."""

    ticket = forms.CharField(label=_("Number of the ticket"), max_length=20)


class NoteForm(forms.Form):
    """A line of the timeline; with a name it says who was told."""

    body = text_area(_("What happened next"), required=False, rows=2)
    whom = forms.CharField(
        label=_("Who was told"),
        required=False,
        max_length=120,
        help_text=_("Somebody outside the house: fire brigade, water works, lift company."),
    )
    form_token = one_time_token()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not (data.get("body") or data.get("whom")):
            self.add_error("body", _("Write something first."))
        return data


class NoticeForm(forms.Form):
    """One text a language; a household reads its own, or else the estate's."""

    form_token = one_time_token()

    def __init__(self, *args: Any, estate: Estate, check_url: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["form_token"])
        for code, label in sorted(LANGUAGES, key=lambda pair: pair[0] != estate.language):
            field = text_area(label, required=False, rows=2)
            field.widget.attrs["lang"] = code
            self.fields[self.name_of(code)] = field

    @staticmethod
    def name_of(code: str) -> str:
        return f"text_{code.replace('-', '_')}"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["texts"] = {code: data.get(self.name_of(code), "") for code, _label in LANGUAGES}
        if not any(text.strip() for text in data["texts"].values()):
            self.add_error(
                next(name for name in self.fields if name != "form_token"), _("Write something first.")
            )
        return data


class CloseIncidentForm(forms.Form):
    """How it ended."""

    summary = text_area(_("What happened and what was done"))
    version = version_field()


class ReopenIncidentForm(forms.Form):
    reason = reason_field()
