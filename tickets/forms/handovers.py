"""Handovers and the day's log. Forms check shape; rules are the services'."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Department
from helpdesk.staff.models import User
from tickets.forms.fields import (
    ObjectField,
    local_moment,
    one_time_token,
    reason_field,
    text_area,
    version_field,
)
from tickets.models import Slip


class DraftForm(forms.Form):
    """Which shift of which day."""

    shift = ObjectField(label=_("Shift"))
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, shifts: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shift"].offer(shifts)  # type: ignore[attr-defined]


class LineForm(forms.Form):
    """A line by hand."""

    what = forms.CharField(label=_("What"), max_length=300)
    who = forms.CharField(label=_("Who"), required=False, max_length=120)
    due_at = local_moment(_("Until"), required=False)
    next_step = forms.CharField(label=_("Next step"), required=False, max_length=300)


class RemoveForm(forms.Form):
    reason = reason_field()


class NoteForm(forms.Form):
    note = forms.CharField(label=_("Note"), required=False, max_length=300)


class GiveForm(forms.Form):
    """The signature of who gives, with the closing list where it is the day's last."""

    none_said = forms.BooleanField(label=_("None: nothing is left over"), required=False)
    remarks = text_area(_("Remarks"), draft_key="handover-remarks", required=False)
    version = version_field()

    def __init__(self, *args: Any, closing: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.closing = closing
        for n, label in enumerate(closing):
            self.fields[f"closed_{n}"] = forms.BooleanField(label=label, required=False)
            self.fields[f"why_{n}"] = forms.CharField(
                label=_("%(item)s: why not") % {"item": label}, required=False, max_length=200
            )

    def closing_said(self) -> list[dict[str, Any]]:
        """The closing list as the service takes it."""
        data = self.cleaned_data
        return [
            {"label": label, "done": data[f"closed_{n}"], "note": data[f"why_{n}"]}
            for n, label in enumerate(self.closing)
        ]

    @property
    def closing_pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"closed_{n}"], self[f"why_{n}"]) for n in range(len(self.closing))]


class TakeForm(forms.Form):
    doubt = text_area(_("A doubt"), draft_key="handover-doubt", required=False)
    version = version_field()


class ClosingItemForm(forms.Form):
    label = forms.CharField(label=_("Item"), required=False, max_length=80)
    label_zh_hans = forms.CharField(label=_("In Simplified Chinese"), required=False, max_length=80)
    label_zh_hant = forms.CharField(label=_("In Traditional Chinese"), required=False, max_length=80)


ClosingListForm = forms.formset_factory(ClosingItemForm, extra=3, max_num=30)


class EntryForm(forms.Form):
    """An entry of the day's log."""

    text = text_area(_("Entry"), draft_key="day-log")
    form_token = one_time_token()


class SignLogForm(forms.Form):
    remark = text_area(_("Remark"), draft_key="day-log-remark", required=False)


class EntryTaskForm(forms.Form):
    """What becomes of an entry: a ticket, a slip for a department, or a message for a colleague."""

    kind = forms.ChoiceField(
        label=_("Make it"),
        choices=[("ticket", _("A ticket")), ("slip", _("A slip")), ("message", _("A message"))],
    )
    department = ObjectField(label=_("Department"), required=False)
    slip_kind = forms.ChoiceField(
        label=_("Kind of slip"), choices=Slip.Kind.choices, required=False, initial=Slip.Kind.COORDINATION
    )
    addressee = ObjectField(label=_("For whom"), required=False)

    def __init__(self, *args: Any, departments: list[Department], people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].offer(departments)  # type: ignore[attr-defined]
        self.fields["addressee"].offer(people)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == "slip" and not data.get("department"):
            self.add_error("department", _("Say which department the slip is for."))
        if data.get("kind") == "message" and not data.get("addressee"):
            self.add_error("addressee", _("Say whom it is for."))
        return data
