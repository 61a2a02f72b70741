"""What a resident fills in: shape only, every rule is the service's."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.attachments.forms import ManyFilesField as FilesField
from helpdesk.lib.forms import CleanTextField
from helpdesk.lib.phones import complain_about_phone
from residents.services.consents import CURRENT


class PublicForm(forms.Form):
    """The web form: name, telephone and what happened are needed; the rest may stay empty."""

    name = CleanTextField(
        label=_("Your name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = CleanTextField(
        label=_("Telephone"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
    )
    unit = CleanTextField(
        label=_("Unit"),
        max_length=60,
        required=False,
        help_text=_("As on your door, 3-2-501 for instance."),
    )
    description = CleanTextField(
        label=_("What happened"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5, "data-draft-key": "public-description"}),
        help_text=_("Where, and since when."),
    )
    files = FilesField(label=_("Photos"), required=False, help_text=_("Up to 5, of 10 MB at most."))
    # A person never sees this field; a program fills it in.
    website = forms.CharField(
        required=False, label=_("Leave this empty"), widget=forms.TextInput(attrs={"tabindex": "-1"})
    )
    form_token = forms.CharField(widget=forms.HiddenInput, max_length=64)
    # Of the text above the button, as it stood when the page was opened.
    consent_version = forms.CharField(
        widget=forms.HiddenInput, max_length=20, required=False, initial=CURRENT
    )

    def __init__(self, *args: Any, region: str = "CN", **kwargs: Any) -> None:
        self.region = region
        super().__init__(*args, **kwargs)
        self.fields["form_token"].initial = uuid.uuid4().hex
        self.fields["website"].widget.attrs["autocomplete"] = "off"

    def clean_phone(self) -> str:
        phone = str(self.cleaned_data["phone"])
        complaint = complain_about_phone(phone, self.region)
        if complaint:
            raise forms.ValidationError(complaint, code="phone_invalid")
        return phone


class PublicReplyForm(forms.Form):
    """A few lines from the resident on the matter."""

    body = CleanTextField(
        label=_("Write to us"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 1, "data-draft-key": "public-reply"}),
    )
    files = FilesField(label=_("Add a photo"), required=False)
    form_token = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form_token"].initial = uuid.uuid4().hex


class RatingForm(forms.Form):
    """How it went, from 1 to 5, and what should be better."""

    SCORES = [
        (5, _("5, very satisfied")),
        (4, _("4, satisfied")),
        (3, _("3, so-so")),
        (2, _("2, dissatisfied")),
        (1, _("1, very dissatisfied")),
    ]
    score = forms.TypedChoiceField(
        label=_("How did it go?"), choices=SCORES, coerce=int, widget=forms.RadioSelect
    )
    comment = CleanTextField(
        label=_("What should be better?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
