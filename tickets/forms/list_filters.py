"""What narrows the tables of slips and of follow-up visits."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Department
from helpdesk.lib.forms import FilterForm
from tickets.models import FollowUp, Slip

ANY = ("", _("Any"))
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
RUNNING = ("running", _("Open"))


class SlipFilterForm(FilterForm):
    """Slips: in what state, of which department, where, and when issued."""

    q = forms.CharField(label=_("Words or number"), required=False, max_length=100)
    unit = forms.CharField(label=_("Unit"), required=False, max_length=30)
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[ANY, RUNNING, *Slip.Status.choices]
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ANY, *Slip.Kind.choices])
    department = forms.ChoiceField(label=_("Department"), required=False)
    late = forms.BooleanField(label=_("Late only"), required=False)
    mine = forms.BooleanField(label=_("Signed for by me"), required=False)
    issued_from = forms.DateField(label=_("Issued from"), required=False, widget=DAY)
    issued_to = forms.DateField(label=_("Issued until"), required=False, widget=DAY)

    def __init__(self, data: Any, *, departments: list[Department]) -> None:
        super().__init__(data)
        self.fields["department"].choices = [ANY, *((str(d.pk), str(d)) for d in departments)]  # type: ignore[attr-defined]


class FollowUpFilterForm(FilterForm):
    """Follow-up visits: waiting or recorded, how it was found, and when due."""

    unit = forms.CharField(label=_("Unit"), required=False, max_length=30)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[ANY, *FollowUp.Status.choices])
    outcome = forms.ChoiceField(label=_("Outcome"), required=False, choices=[ANY, *FollowUp.Outcome.choices])
    building = forms.CharField(label=_("Building"), required=False, max_length=20)
    department = forms.ChoiceField(label=_("Department"), required=False)
    due = forms.BooleanField(label=_("Due now"), required=False)
    late = forms.BooleanField(label=_("Late only"), required=False)
    mine = forms.BooleanField(label=_("Mine"), required=False)
    due_from = forms.DateField(label=_("Due from"), required=False, widget=DAY)
    due_to = forms.DateField(label=_("Due until"), required=False, widget=DAY)

    def __init__(self, data: Any, *, departments: list[Department]) -> None:
        super().__init__(data)
        self.fields["department"].choices = [ANY, *((str(d.pk), str(d)) for d in departments)]  # type: ignore[attr-defined]
