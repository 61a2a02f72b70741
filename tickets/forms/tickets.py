"""A new ticket, and what is typed on a ticket's page."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.attachments.inspection import Inspected
from helpdesk.estates.models import Department, Estate
from helpdesk.staff.models import User
from residents.models import Resident, Unit
from residents.selectors import residents_of
from tickets.forms.clocks import BesideFields
from tickets.forms.fields import (
    ObjectField,
    clean_files,
    clean_phone,
    local_moment,
    one_time_token,
    photos,
    reason_field,
    text_area,
    unit_on_file,
    version_field,
)
from tickets.models import (
    SETTABLE_PRIORITIES,
    Channel,
    ComplaintClass,
    Finding,
    Slip,
    Ticket,
    Topic,
)

LATER = ("", _("Judge later"))
AS_SUGGESTED = ("", _("As suggested"))
AT_THE_DESK = [c for c in Channel.choices if c[0] in {"phone", "counter", "letter", "email", "patrol"}]
# Declined is an act of its own, with its reason.


class NewTicketForm(BesideFields):
    """What a resident reported. Nobody on file is a path: then name, telephone and unit stand as they were said."""

    channel = forms.ChoiceField(
        label=_("Channel"), choices=AT_THE_DESK, widget=forms.RadioSelect, initial="phone"
    )
    description = text_area(_("What happened"), draft_key="ticket-new", rows=6)
    unit = forms.CharField(label=_("Unit"), required=False, max_length=60)
    reporter_name = forms.CharField(label=_("Name"), required=False, max_length=80)
    reporter_phone = forms.CharField(
        label=_("Telephone"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    subject = forms.CharField(label=_("Subject"), required=False, max_length=120)
    complaint_class = forms.ChoiceField(
        label=_("Class"), required=False, choices=[LATER, *ComplaintClass.choices]
    )
    topic = forms.ChoiceField(label=_("Topic"), required=False, choices=[AS_SUGGESTED, *Topic.choices])
    priority = forms.ChoiceField(
        label=_("Priority"), required=False, choices=[AS_SUGGESTED, *SETTABLE_PRIORITIES]
    )
    files = photos()
    form_token = one_time_token()

    def __init__(self, *args: Any, estate: Estate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.estate = estate
        self.unit_on_file: Unit | None = None
        for name in ("unit", "reporter_name", "reporter_phone"):
            self.fields[name].widget.attrs["data-draft-who"] = "ticket-new"

    def ask_while_typed(self, url: str) -> None:
        """Let the page fetch a suggestion from `url` while the text is typed."""
        who = [f"#id_{name}" for name in ("unit", "reporter_name", "reporter_phone")]
        who_changes = ", ".join(f"change from:{field}" for field in who)
        self.fields["description"].widget.attrs |= {
            "autofocus": True,
            "hx-post": url,
            "hx-trigger": f"input changed delay:400ms, load, {who_changes}",
            "hx-target": "#suggestion",
            "hx-include": ", ".join(who),
            "hx-params": "description,unit,reporter_name,reporter_phone",
        }

    def clean_reporter_phone(self) -> str:
        return clean_phone(self.cleaned_data["reporter_phone"], self.estate)

    def clean_unit(self) -> str:
        """The door plate as written; one that is on file is kept as `unit_on_file`."""
        written: str = self.cleaned_data["unit"].strip()
        if written:
            self.unit_on_file = unit_on_file(written, self.estate)
        return written

    def clean_files(self) -> list[Inspected]:
        return clean_files(self.cleaned_data["files"])


class ClassifyForm(forms.Form):
    """The clerk's judgement."""

    complaint_class = forms.ChoiceField(label=_("Class"), choices=ComplaintClass.choices)
    reason = reason_field(required=False, label=_("Reason for the change"))
    version = version_field()


class AssignForm(forms.Form):
    """Which department handles it, and who."""

    department = ObjectField(label=_("Department"))
    handler = ObjectField(label=_("Handler"), required=False, blank=_("whoever signs for it"))
    version = version_field()

    def __init__(self, *args: Any, departments: list[Department], people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].offer(departments)  # type: ignore[attr-defined]
        self.fields["handler"].offer(people)  # type: ignore[attr-defined]


class HandOverForm(forms.Form):
    """Who is responsible from now on."""

    to = ObjectField(label=_("Responsible from now on"))
    reason = reason_field()

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].offer(people)  # type: ignore[attr-defined]


class PriorityForm(forms.Form):
    """How fast it must be; the limits are counted anew."""

    priority = forms.ChoiceField(label=_("Priority"), choices=SETTABLE_PRIORITIES)
    reason = reason_field(required=False)


class EditForm(forms.Form):
    """What the matter is called, what it is about, and whose it is."""

    subject = forms.CharField(label=_("Subject"), required=False, max_length=120)
    topic = forms.ChoiceField(label=_("Topic"), choices=Topic.choices)
    unit = forms.CharField(
        label=_("Unit"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    resident = ObjectField(
        label=_("Resident"),
        required=False,
        blank=_("nobody on file"),
        help_text=_("People of this unit. Those of another one are offered once it is kept."),
    )
    # The unit for which it was asked already whether somebody from elsewhere stays the resident.
    asked_for = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    version = version_field()

    def __init__(self, *args: Any, ticket: Ticket, people: list[Resident], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ticket = ticket
        self.from_elsewhere: Resident | None = None
        self.fields["resident"].offer(people)  # type: ignore[attr-defined]
        if ticket.unit is None and ticket.unit_as_written:
            self.fields["unit"].help_text = f"{_('Unit as written:')} {ticket.unit_as_written}"

    def clean_unit(self) -> Unit | None:
        """The unit in whatever writing. It is read before the resident, who is chosen among its people."""
        written: str = self.cleaned_data["unit"].strip()
        if not written:
            return None
        before = self.ticket.unit
        if before is not None and written == before.code:
            return before  # also where the door was archived meanwhile
        unit = unit_on_file(written, self.ticket.estate)
        if unit is None:
            raise forms.ValidationError(_("No unit of that number is on file."))
        if unit != before:
            self._offer_people_of(unit)
        return unit

    def _offer_people_of(self, unit: Unit) -> None:
        """The new unit's people; who was chosen before stays among them, so that nothing chosen is lost."""
        field: Any = self.fields["resident"]
        chosen = field.objects.get(self.data.get("resident", ""))
        people = residents_of(unit, timezone.localdate())
        self.from_elsewhere = chosen if chosen not in people else None
        field.offer([*people, self.from_elsewhere] if self.from_elsewhere else people)

    def clean(self) -> dict[str, Any]:
        """Somebody of another unit is asked about once; saved again, they stay: they may have spoken for a neighbour."""
        data = super().clean() or {}
        unit, chosen = data.get("unit"), data.get("resident")
        if unit and chosen and chosen == self.from_elsewhere and data.get("asked_for") != str(unit.pk):
            says = _(
                "%(name)s does not belong to %(unit)s. Choose who it is, or keep it so by sending it again."
            )
            self.add_error("resident", says % {"name": chosen, "unit": unit})
            self.data: Any = self.data.copy()  # type: ignore[attr-defined]
            self.data[self.add_prefix("asked_for")] = str(unit.pk)
        return data

    def changes(self) -> dict[str, Any]:
        """What the service is to change; a page from before these fields leaves unit and resident alone."""
        kept = {"subject", "topic", "version"} | {"unit", "resident"} & set(self.data)
        return {name: value for name, value in self.cleaned_data.items() if name in kept}


class StepForm(forms.Form):
    """A step done by hand, with what was found on the spot; or not needed, and why."""

    finding = forms.ChoiceField(
        label=_("What was found"), required=False, choices=[("", "–"), *Finding.choices]
    )
    not_needed = forms.BooleanField(required=False)
    reason = reason_field(required=False)


class SlipForm(forms.Form):
    """A slip for this ticket."""

    department = ObjectField(label=_("Department"))
    kind = forms.ChoiceField(label=_("Kind"), choices=Slip.Kind.choices)
    instructions = text_area(_("What is to be done"))
    due_at = local_moment(_("Due"))
    form_token = one_time_token()

    def __init__(self, *args: Any, departments: list[Department], ticket_pk: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].offer(departments)  # type: ignore[attr-defined]
        self.fields["instructions"].widget.attrs["data-draft-key"] = f"ticket-{ticket_pk}-slip"


class ResolveForm(forms.Form):
    """What was done."""

    resolution = text_area(_("What was done"))
    version = version_field()

    def __init__(self, *args: Any, ticket_pk: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resolution"].widget.attrs["data-draft-key"] = f"ticket-{ticket_pk}-resolve"


class CloseForm(forms.Form):
    """A reason is asked for where a step is open."""

    reason = reason_field(required=False)


class ReasonForm(forms.Form):
    """An act that asks why: reopen, decline, withdraw."""

    reason = reason_field()


class MergeForm(forms.Form):
    """The ticket that the same matter already has."""

    into = forms.CharField(label=_("Number of the other ticket"), max_length=20)


class SplitForm(forms.Form):
    """The part that becomes a ticket of its own."""

    description = text_area(_("What this part is about"))
    topic = forms.ChoiceField(label=_("Topic"), required=False, choices=[AS_SUGGESTED, *Topic.choices])
    form_token = one_time_token()

    def __init__(self, *args: Any, ticket_pk: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["description"].widget.attrs["data-draft-key"] = f"ticket-{ticket_pk}-split"


class WordsForm(forms.Form):
    """An internal note or a reply; which of the two, the button says."""

    body = text_area(_("Text"))
    visibility = forms.ChoiceField(choices=[("internal", ""), ("public", "")], required=False)
    files = photos()
    form_token = one_time_token()

    def __init__(self, *args: Any, draft_key: str = "", check_url: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attrs = self.fields["body"].widget.attrs
        attrs["data-draft-key"] = draft_key
        if check_url:
            # A reply is looked through for promises while it is typed; sending it looks again.
            attrs |= {
                "hx-post": check_url,
                "hx-trigger": "input changed delay:500ms, load",
                "hx-target": "#promise-warning",
            }
            attrs["hx-params"] = "body"

    def clean_files(self) -> list[Inspected]:
        return clean_files(self.cleaned_data["files"])
