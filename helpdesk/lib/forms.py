"""Fields that forms of every app share. They check shape; rules are the services'."""

import uuid
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from helpdesk.lib.moments import on_a_calendar
from helpdesk.lib.text import clean_text


class CleanTextField(forms.CharField):
    """Text as it was typed, without control characters."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        # The length is the field's own to check, beside the field.
        return clean_text(text, max_length=len(text))


def one_time_token() -> forms.CharField:
    """Hidden; a form sent twice carries the same one and counts once."""
    return forms.CharField(
        widget=forms.HiddenInput, required=False, max_length=64, initial=lambda: uuid.uuid4().hex
    )


def text_area(
    label: Any, *, draft_key: str = "", rows: int = 3, required: bool = True, **kwargs: Any
) -> forms.CharField:
    """A text of some length, kept as a draft under `draft_key`."""
    attrs = {"rows": rows} | ({"data-draft-key": draft_key} if draft_key else {})
    return forms.CharField(
        label=label, required=required, widget=forms.Textarea(attrs=attrs), max_length=8000, **kwargs
    )


def reason_field(*, required: bool = True, label: Any = _("Reason")) -> forms.CharField:
    """A sentence that says why; the models keep 300 characters."""
    return forms.CharField(label=label, required=required, max_length=300)


def version_field() -> forms.IntegerField:
    """Which version the page showed; a colleague's change in between is refused as stale."""
    return forms.IntegerField(widget=forms.HiddenInput, required=False)


class LocalMomentField(forms.DateTimeField):
    """A moment on the estate's clock, in times that a calendar may show."""

    def to_python(self, value: Any) -> datetime | None:
        try:
            at = super().to_python(value)
        except OverflowError:
            at = datetime.min  # noqa: DTZ901 - refused below
        if at is not None and not on_a_calendar(at):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return at


def local_moment(label: Any, *, required: bool = False, **kwargs: Any) -> forms.DateTimeField:
    """A day and time on the estate's clock, as the browser's own control sends it."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return LocalMomentField(label=label, required=required, widget=widget, **kwargs)


class FilterForm(forms.Form):
    """What narrows a list, by GET: the address is the filter, and a value that is none of ours is left out."""

    def __init__(self, data: Any, **kwargs: Any) -> None:
        super().__init__(data, auto_id="filter_%s", **kwargs)

    def chosen(self) -> dict[str, Any]:
        """Name → value of what is chosen and valid."""
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value}
        return {n: value for n, value in found.items() if not isinstance(value, date) or on_a_calendar(value)}

    def in_words(self) -> list[tuple[str, str]]:
        """(name, label) of each chosen filter: Topic: Lifts."""
        told = []
        for name, value in self.chosen().items():
            field = self.fields[name]
            words = str(dict(getattr(field, "choices", ())).get(value, value))
            told.append((name, str(field.label) if value is True else f"{field.label}: {words}"))
        return told
