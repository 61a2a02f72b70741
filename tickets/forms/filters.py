"""What narrows the list of tickets; a value that is none of ours is left out rather than refused."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Department
from helpdesk.lib.forms import FilterForm
from tickets.models import ComplaintClass, Priority, Topic

ANY = ("", _("Any"))
STATUSES = [
    ("open", _("Open")),
    ("resolved", _("Waiting for the follow-up visit")),
    ("closed", _("Closed")),
    ("all", _("All")),
]
WHO = [ANY, ("mine", _("Mine")), ("team", _("My department's"))]
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
CLASSES = [ANY, ("none", _("Not judged")), *ComplaintClass.choices]


class TicketFilterForm(FilterForm):
    """GET only: the address is the filter."""

    q = forms.CharField(label=_("Words or number"), required=False, max_length=100)
    unit = forms.CharField(label=_("Unit"), required=False, max_length=30)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=STATUSES)
    complaint_class = forms.ChoiceField(label=_("Class"), required=False, choices=CLASSES)
    priority = forms.ChoiceField(label=_("Priority"), required=False, choices=[ANY, *Priority.choices])
    topic = forms.ChoiceField(label=_("Topic"), required=False, choices=[ANY, *Topic.choices])
    department = forms.ChoiceField(label=_("Department"), required=False)
    who = forms.ChoiceField(label=_("Whose"), required=False, choices=WHO)
    late = forms.BooleanField(label=_("Late only"), required=False)
    forwarded = forms.BooleanField(label=_("Forwarded only"), required=False)
    paused = forms.BooleanField(label=_("Paused only"), required=False)
    building = forms.CharField(label=_("Building"), required=False, max_length=20)
    taken_from = forms.DateField(label=_("Taken from"), required=False, widget=DAY)
    taken_to = forms.DateField(label=_("Taken until"), required=False, widget=DAY)

    def __init__(self, data: Any, *, departments: list[Department]) -> None:
        super().__init__(data)
        self.fields["status"].initial = "open"
        self.fields["department"].choices = [ANY, *((str(d.pk), str(d)) for d in departments)]  # type: ignore[attr-defined]
        # A word that Python keeps for itself, and short in the address.
        self.fields["class"] = self.fields.pop("complaint_class")
