"""Fields that the forms of tickets, slips and follow-up visits share. They check shape; rules are the services'."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from helpdesk.attachments.forms import ManyFilesField, ManyFilesInput, clean_files, photos
from helpdesk.estates.models import Estate
from helpdesk.lib.forms import local_moment, one_time_token, reason_field, text_area, version_field
from helpdesk.lib.phones import complain_about_phone, parse_phone
from residents.selectors import unit_on_file

__all__ = [
    "ManyFilesField",
    "ManyFilesInput",
    "ObjectField",
    "clean_files",
    "clean_phone",
    "local_moment",
    "one_time_token",
    "photos",
    "reason_field",
    "text_area",
    "unit_on_file",
    "version_field",
]

BLANK = ("", "–")


class ObjectField(forms.ChoiceField):
    """One of the objects that the page has read already; no query of its own."""

    default_error_messages = {"invalid_choice": _("Choose one from the list.")}

    def __init__(self, objects: Iterable[Model] = (), *, blank: str = "–", **kwargs: Any) -> None:
        self.blank = blank
        super().__init__(**kwargs)
        self.offer(objects)

    def offer(self, objects: Iterable[Model]) -> None:
        """Offer these objects from now on."""
        self.objects = {str(o.pk): o for o in objects}
        self.choices = [("", self.blank), *((pk, str(o)) for pk, o in self.objects.items())]

    def clean(self, value: Any) -> Model | None:
        return self.objects.get(super().clean(value))


def clean_phone(written: str, estate: Estate) -> str:
    """The number as it is kept; one that can't be rung is an error that says why. Empty stays empty."""
    written = written.strip()
    if not written:
        return ""
    number = parse_phone(written, estate.phone_region)
    if number is None:
        raise forms.ValidationError(complain_about_phone(written, estate.phone_region) or "")
    return number
