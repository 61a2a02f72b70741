"""A notice that was handed over."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.lib.forms import local_moment, one_time_token


class NoticeForm(forms.Form):
    """Who took a bill's notice, and how it was handed over."""

    way = forms.ChoiceField(label=_("How"))
    received_by = forms.CharField(label=pgettext_lazy("a notice", "Taken by"), max_length=80, required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
    form_token = one_time_token()

    def __init__(self, *args: Any, ways: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="notice_%s", **kwargs)
        self.fields["way"].choices = ways  # type: ignore[attr-defined]


class NoticesForm(forms.Form):
    """How and when many notices were handed over."""

    way = forms.ChoiceField(label=_("How"))
    handed_at = local_moment(_("When"), help_text=_("Empty: now."))
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
    form_token = one_time_token()

    def __init__(self, *args: Any, ways: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="notices_%s", **kwargs)
        self.fields["way"].choices = ways  # type: ignore[attr-defined]
