"""What stops a clock or sets one of its own: pauses, forwarded matters, warranty."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.forms.fields import local_moment, reason_field, text_area, version_field
from tickets.models import Forwarding, Pause

NOBODY = ("", _("nobody"))
# Field of the form → what services call it.
FORWARDED = {
    "forwarded_by": "sender",
    "forwarded_name": "sender_name",
    "forwarded_number": "number",
    "answer_due_at": "answer_due_at",
}


class PauseForm(forms.Form):
    """What the desk waits for, and until when if that is known."""

    reason = forms.ChoiceField(label=_("Waiting for what"), choices=Pause.Reason.choices)
    note = forms.CharField(label=_("What for exactly"), required=False, max_length=300)
    until = local_moment(_("Ends by itself at"))
    version = version_field()


class ForwardForm(forms.Form):
    """Who sent the matter, under which number, and when they want an answer."""

    sender = forms.ChoiceField(label=_("Forwarded by"), choices=Forwarding.Sender.choices)
    sender_name = forms.CharField(label=_("Name of the sender"), required=False, max_length=80)
    number = forms.CharField(label=_("Their number"), required=False, max_length=60)
    answer_due_at = local_moment(_("Answer due"))


class BesideFields(forms.Form):
    """The same on the form of a new ticket, where most matters were forwarded by nobody and have no warranty."""

    forwarded_by = forms.ChoiceField(
        label=_("Forwarded by"), required=False, choices=[NOBODY, *Forwarding.Sender.choices]
    )
    forwarded_name = forms.CharField(label=_("Name of the sender"), required=False, max_length=80)
    forwarded_number = forms.CharField(label=_("Their number"), required=False, max_length=60)
    answer_due_at = local_moment(_("Answer due"))
    builder = forms.CharField(label=_("Under warranty: builder"), required=False, max_length=120)
    warranty_until = forms.DateField(
        label=_("Warranty until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def forwarding(self) -> dict[str, Any] | None:
        """What services take, once the form is valid; None where nobody forwarded it."""
        data = self.cleaned_data
        if not data.get("forwarded_by"):
            return None
        return {name: data[field] for field, name in FORWARDED.items()}

    def is_about_more(self) -> bool:
        """Whether one of these came back filled in, so that they have to be seen."""
        return any(self[name].value() for name in (*FORWARDED, "builder", "warranty_until"))


class AnswerBackForm(forms.Form):
    """When, how and in what words the sender was answered."""

    answer = text_area(_("What they were told"))
    via = forms.ChoiceField(label=_("By way of"), choices=Forwarding.Via.choices)
    answered_at = local_moment(_("When, if not just now"))


class SeriousForm(forms.Form):
    reason = reason_field(label=_("Why it is serious"))


class WarrantyForm(forms.Form):
    """The builder who stands for the defect, and until when."""

    builder = forms.CharField(label=_("Builder"), required=False, max_length=120)
    warranty_until = forms.DateField(
        label=_("Warranty until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    version = version_field()
