"""Fields that the forms of tickets, slips and follow-up visits share. They check shape; rules are the services'."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from helpdesk.attachments.inspection import Inspected
from helpdesk.attachments.services import check_uploads
from helpdesk.estates.models import Estate
from helpdesk.lib.door_plates import normalise_plate
from helpdesk.lib.errors import Refused
from helpdesk.lib.phones import complain_about_phone, parse_phone
from residents.models import Unit

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


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files, or none; what they are is looked at by helpdesk.attachments."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files: Sequence[Any] = data if isinstance(data, list | tuple) else [data]
        kept = [super(ManyFilesField, self).clean(one, initial) for one in files if one]
        if self.required and not kept:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return kept


def photos(label: Any = _("Photos")) -> ManyFilesField:
    """The optional upload of photos and papers."""
    accept = "image/jpeg,image/png,image/webp,image/heic,application/pdf"
    return ManyFilesField(label=label, required=False, widget=ManyFilesInput(attrs={"accept": accept}))


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


def local_moment(label: Any, *, required: bool = False, **kwargs: Any) -> forms.DateTimeField:
    """A day and time on the estate's clock, as the browser's own control sends it."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=required, widget=widget, **kwargs)


def clean_phone(written: str, estate: Estate) -> str:
    """The number as it is kept; one that can't be rung is an error that says why. Empty stays empty."""
    written = written.strip()
    if not written:
        return ""
    number = parse_phone(written, estate.phone_region)
    if number is None:
        raise forms.ValidationError(complain_about_phone(written, estate.phone_region) or "")
    return number


def clean_files(files: list[Any]) -> list[Inspected]:
    """Every file looked at and written anew; a refusal stands beside the field."""
    try:
        return check_uploads(files)
    except Refused as refused:
        raise forms.ValidationError(str(refused.message)) from refused


def unit_on_file(written: str, estate: Estate) -> Unit | None:
    """The door that these words name in whatever writing; None where it is not on file."""
    plate = normalise_plate(written) or written.strip()
    return Unit.objects.filter(estate=estate, code__iexact=plate[:30], is_archived=False).first()
