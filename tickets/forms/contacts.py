"""An entry of a register: a call, a caller at the counter, a letter, a message."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from residents.models import Unit
from tickets.forms.fields import clean_phone, local_moment, one_time_token, text_area, unit_on_file
from tickets.models import Contact

QUICK = [("", _("None promised")), ("15", _("In 15 min")), ("30", _("In 30 min")), ("60", _("In 1 hour"))]


class ContactForm(forms.Form):
    """Who came, what about, and whether we ring back: two keys make a call-back."""

    kind = forms.ChoiceField(
        label=_("Register"), choices=Contact.Kind.choices, widget=forms.RadioSelect, initial="call"
    )
    unit = forms.CharField(label=_("Unit"), required=False, max_length=60)
    name = forms.CharField(label=_("Name"), required=False, max_length=80)
    phone = forms.CharField(
        label=_("Telephone"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    summary = text_area(_("What it was about"), draft_key="contact-new", required=False)
    ring_in = forms.ChoiceField(
        label=_("Ring back"), required=False, choices=QUICK, widget=forms.RadioSelect, initial=""
    )
    call_back_at = local_moment(_("Ring back at"))
    form_token = one_time_token()

    def __init__(self, *args: Any, estate: Estate, on_file: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.estate = estate
        # Whoever is on file has a number there.
        self.on_file = on_file
        self.unit_on_file: Unit | None = None

    def clean_phone(self) -> str:
        return clean_phone(self.cleaned_data["phone"], self.estate)

    def clean_unit(self) -> str:
        written: str = self.cleaned_data["unit"].strip()
        if written:
            self.unit_on_file = unit_on_file(written, self.estate)
            if self.unit_on_file is None:
                raise forms.ValidationError(
                    _("No unit of that number is on file; leave it empty and write it below.")
                )
        return written

    def clean(self) -> dict[str, Any]:
        """An exact time goes before the quick choice; a call-back to nobody's number is asked about."""
        data = super().clean() or {}
        data["call_back_at"] = data.get("call_back_at") or self.quick_time(data.get("ring_in") or "")
        if not (data.get("summary") or data.get("name") or data.get("phone") or self.on_file):
            self.add_error("summary", _("Write what it was about, or at least a name or a number."))
        if data["call_back_at"] and not (data.get("phone") or self.on_file or self.errors.get("phone")):
            self.add_error("phone", _("A call-back needs a number."))
        return data

    @staticmethod
    def quick_time(minutes: str) -> datetime | None:
        return timezone.now() + timedelta(minutes=int(minutes)) if minutes else None
