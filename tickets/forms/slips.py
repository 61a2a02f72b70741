"""What somebody writes on a slip: shape only."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.forms.public import CleanTextField, FilesField


class ReportForm(forms.Form):
    """Done: what was done, with photos."""

    report = CleanTextField(
        label=_("What was done"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    files = FilesField(label=_("Photos"), required=False, help_text=_("Before and after, up to 5."))

    def __init__(self, *args: Any, slip_pk: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["report"].widget.attrs["data-draft-key"] = f"slip-{slip_pk}-report"


class CancelForm(forms.Form):
    """Why a slip is made void."""

    reason = CleanTextField(label=_("Reason"), max_length=300)
