"""Upload fields. They check shape; what a file really is, helpdesk.attachments.inspection says."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.attachments.inspection import Inspected
from helpdesk.attachments.services import check_uploads
from helpdesk.lib.errors import Refused

ACCEPTED = "image/jpeg,image/png,image/webp,image/heic,application/pdf"


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files, or none; what they are is looked at by helpdesk.attachments."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"widget": ManyFilesInput(attrs={"accept": ACCEPTED})} | kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files: Sequence[Any] = data if isinstance(data, list | tuple) else [data]
        kept = [super(ManyFilesField, self).clean(one, initial) for one in files if one]
        if self.required and not kept:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return kept


def photos(label: Any = _("Photos")) -> ManyFilesField:
    """The optional upload of photos and papers."""
    return ManyFilesField(label=label, required=False)


def clean_files(files: list[Any]) -> list[Inspected]:
    """Every file looked at and written anew; a refusal stands beside the field."""
    try:
        return check_uploads(files)
    except Refused as refused:
        raise forms.ValidationError(str(refused.message)) from refused
