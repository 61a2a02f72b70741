"""An entry of a register: a call, a caller at the counter, a letter, a message; and the short form for a call-back."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Department, Estate
from helpdesk.lib.forms import FilterForm
from helpdesk.staff.models import User
from residents.models import Unit
from tickets.forms.fields import (
    ObjectField,
    clean_phone,
    local_moment,
    one_time_token,
    reason_field,
    text_area,
    unit_on_file,
)
from tickets.models import Contact, LetterClass, Slip, Ticket

SOON = [("15", _("In 15 min")), ("30", _("In 30 min")), ("60", _("In 1 hour"))]
QUICK = [("", _("None promised")), *SOON]
ANY = ("", _("Any"))
NEW_MATTER = "new"
# From this call on in thirty days the clerk says whether it is the same matter (docs/domain.md §3).
MUST_SAY = 3
# Which fields belong to one kind of entry only.
ONLY_IN = {
    "ring_in": ("call", "counter"),
    "call_back_at": ("call", "counter"),
    "same_as": ("call", "counter"),
    "letter_class": ("letter",),
    "source": ("letter",),
    "department": ("letter",),
    "praised": ("letter",),
    "addressee": ("message",),
}


class ContactForm(forms.Form):
    """Who came, what about, and whether we ring back; the kind decides which fields there are."""

    kind = forms.ChoiceField(choices=Contact.Kind.choices, widget=forms.HiddenInput, initial="call")
    addressee = ObjectField(label=_("For whom"))
    same_as = forms.ChoiceField(
        label=_("Same matter, or a new one?"), required=False, widget=forms.RadioSelect
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
    letter_class = forms.ChoiceField(
        label=_("Kind of letter"), choices=LetterClass.choices, widget=forms.RadioSelect
    )
    source = forms.ChoiceField(
        label=_("Came by"), choices=Contact.Source.choices, widget=forms.RadioSelect, initial="letter"
    )
    department = ObjectField(
        label=_("Department"),
        required=False,
        blank=_("the one the words point to"),
        help_text=_("Takes the slip of a repair or report, or the copy of praise."),
    )
    praised = ObjectField(
        label=_("Who is praised"), required=False, blank=_("nobody by name"), help_text=_("For praise only.")
    )
    ring_in = forms.ChoiceField(
        label=_("Ring back"), required=False, choices=QUICK, widget=forms.RadioSelect, initial=""
    )
    call_back_at = local_moment(_("Ring back at"))
    form_token = one_time_token()

    def __init__(
        self,
        *args: Any,
        estate: Estate,
        kind: str = "call",
        on_file: bool = False,
        calls: int = 1,
        matters: list[Ticket] | None = None,
        departments: list[Department] | None = None,
        people: list[User] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.estate = estate
        # Whoever is on file has a number there.
        self.on_file = on_file
        self.unit_on_file: Unit | None = None
        self._of_kind(kind)
        self._offer(calls, matters or [])
        for name, objects in (("department", departments), ("praised", people), ("addressee", people)):
            if name in self.fields:
                self.fields[name].offer(objects or [])  # type: ignore[attr-defined]

    def _of_kind(self, kind: str) -> None:
        for name, kinds in ONLY_IN.items():
            if kind not in kinds:
                del self.fields[name]
        if kind == Contact.Kind.LETTER:
            self.fields["summary"].label = _("What the letter says")
            self.fields["summary"].required = True

    def _offer(self, calls: int, matters: list[Ticket]) -> None:
        """The open matters of whoever is speaking; from the third call on one of them, or a new one, must be said."""
        if "same_as" not in self.fields:
            return
        if not matters:
            del self.fields["same_as"]
            return
        self.matters = {str(ticket.pk): ticket for ticket in matters}
        says = [(pk, f"{t.number} {t.subject or t.description[:60]}") for pk, t in self.matters.items()]
        field: Any = self.fields["same_as"]
        field.choices = [*says, (NEW_MATTER, _("A new one: open a ticket"))]
        field.required = calls >= MUST_SAY
        field.error_messages["required"] = _("Say whether it is the same matter or a new one.")

    def clean_same_as(self) -> Ticket | str:
        chosen: str = self.cleaned_data["same_as"]
        return self.matters.get(chosen, chosen)

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
        data["call_back_at"] = data.get("call_back_at") or quick_time(data.get("ring_in") or "")
        if not (data.get("summary") or data.get("name") or data.get("phone") or self.on_file):
            self.add_error("summary", _("Write what it was about, or at least a name or a number."))
        if data["call_back_at"] and not (data.get("phone") or self.on_file or self.errors.get("phone")):
            self.add_error("phone", _("A call-back needs a number."))
        return data


def quick_time(minutes: str) -> datetime | None:
    return timezone.now() + timedelta(minutes=int(minutes)) if minutes else None


class CallBackForm(forms.Form):
    """A number or a name, and when: as long as somebody stands at the counter, no more than that."""

    who = forms.CharField(
        label=_("Number or name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    ring_in = forms.ChoiceField(label=_("Ring back"), choices=SOON, widget=forms.RadioSelect, initial="15")
    ring_at = forms.TimeField(
        label=_("or at"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    form_token = one_time_token()

    def __init__(self, *args: Any, estate: Estate, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="quick_%s", **kwargs)
        self.estate = estate

    def due(self) -> datetime:
        """The time by the clock, today or else tomorrow; without one so many minutes from now."""
        at: time | None = self.cleaned_data["ring_at"]
        if at is None:
            return timezone.now() + timedelta(minutes=int(self.cleaned_data["ring_in"]))
        now = timezone.now().astimezone(ZoneInfo(self.estate.time_zone))
        today = now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
        return today if today > now else today + timedelta(days=1)


class ContactFilterForm(FilterForm):
    """What narrows a register; the address is the filter, and a value that is none of ours is left out."""

    q = forms.CharField(label=_("Words, name or number"), required=False, max_length=100)
    unit = forms.CharField(label=_("Unit"), required=False, max_length=30)
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[ANY, ("open", _("Something is still to be done")), ("done", _("Done"))],
    )
    letter_class = forms.ChoiceField(
        label=_("Kind of letter"), required=False, choices=[ANY, *LetterClass.choices]
    )
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    mine = forms.BooleanField(label=_("Taken by me"), required=False)


class LinkForm(forms.Form):
    """The ticket that this entry belongs to."""

    ticket = forms.CharField(label=_("Number of the ticket"), max_length=20)


class DoneForm(forms.Form):
    """What became of it, in a line."""

    outcome = reason_field(required=False, label=_("What became of it"))


class LetterForm(forms.Form):
    """The kind of a letter that came in without one."""

    letter_class = forms.ChoiceField(
        label=_("Kind of letter"), choices=LetterClass.choices, widget=forms.RadioSelect
    )
    department = ObjectField(label=_("Department"), required=False, blank=_("the one the words point to"))

    def __init__(self, *args: Any, departments: list[Department], **kwargs: Any) -> None:
        super().__init__(*args, auto_id="letter_%s", **kwargs)
        self.fields["department"].offer(departments)  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    """A slip, or none and why."""

    issue = forms.ChoiceField(
        label=_("Decision"),
        choices=[("slip", _("Issue a slip")), ("none", _("No slip"))],
        widget=forms.RadioSelect,
        initial="slip",
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=Slip.Kind.choices, initial=Slip.Kind.COORDINATION, required=False
    )
    department = ObjectField(label=_("Department"), required=False, blank=_("the one the words point to"))
    reason = reason_field(required=False)

    def __init__(self, *args: Any, departments: list[Department], **kwargs: Any) -> None:
        super().__init__(*args, auto_id="decide_%s", **kwargs)
        self.fields["department"].offer(departments)  # type: ignore[attr-defined]
