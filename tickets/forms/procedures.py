"""A step of an estate's procedure, and the answer to a class that was put up again."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.forms.fields import reason_field

LONGEST_TITLE = 40


class ProcedureStepForm(forms.Form):
    """What a step is called in three languages; an own one needs a name, a standard one may keep the house's."""

    title = forms.CharField(label=_("Title"), required=False, max_length=LONGEST_TITLE)
    title_zh_hans = forms.CharField(
        label=_("Title in Simplified Chinese"), required=False, max_length=LONGEST_TITLE
    )
    title_zh_hant = forms.CharField(
        label=_("Title in Traditional Chinese"), required=False, max_length=LONGEST_TITLE
    )
    is_required = forms.BooleanField(label=_("Always needed: can't be waived"), required=False)

    def __init__(self, *args: Any, own: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].required = own
        if not own:
            del self.fields["is_required"]

    @property
    def values(self) -> dict[str, Any]:
        """As the services take them."""
        told = self.cleaned_data
        titles = {
            "en": told["title"],
            "zh-hans": told["title_zh_hans"],
            "zh-hant": told["title_zh_hant"],
        }
        return {"titles": titles, "is_required": told.get("is_required", False)}


class ClassReviewForm(forms.Form):
    """Does a grumble that was handled badly become a valid complaint, and why."""

    answer = forms.ChoiceField(choices=[("becomes_valid", ""), ("stays", "")])
    reason = reason_field()
