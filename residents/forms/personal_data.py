"""Reasons, cases and corrections: shape only."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from helpdesk.lib.forms import CleanTextField, version_field


class ReasonForm(forms.Form):
    """A sentence that says why; it is kept."""

    reason = CleanTextField(label=_("Reason"), max_length=300)


class UnmaskForm(forms.Form):
    """What the field is needed for; who is no manager names an open matter too."""

    case = forms.ChoiceField(label=_("Open matter"), required=False)
    reason = CleanTextField(label=_("What is it needed for?"), max_length=180)

    def __init__(self, *args: Any, cases: list[str], needs_case: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if needs_case:
            self.fields["case"].choices = [(case, case) for case in cases]  # type: ignore[attr-defined]
        else:
            del self.fields["case"]


class CorrectionForm(forms.Form):
    """What a person says is wrong about them."""

    name = CleanTextField(label=_("Name"), max_length=80)
    other_name = CleanTextField(label=_("Name in another writing"), max_length=80, required=False)
    salutation = CleanTextField(label=_("How to greet"), max_length=40, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("not known")), *settings.LANGUAGES], required=False
    )
    accepts_messages = forms.BooleanField(label=_("Agrees to messages"), required=False)
    version = version_field()


class IdentityForm(forms.Form):
    """A new identity number in place of the old; empty takes it away."""

    identity_number = CleanTextField(
        label=_("Identity number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_(
            "Only where the law or a contract asks for it. Left empty, the one on file is taken away."
        ),
    )
