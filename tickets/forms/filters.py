"""What narrows the list of tickets; a value that is none of ours is left out rather than refused."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Department
from tickets.models import ComplaintClass, Priority, Topic

ANY = ("", _("Any"))
STATUSES = [
    ("", _("Open")),
    ("resolved", _("Waiting for the follow-up visit")),
    ("closed", _("Closed")),
    ("all", _("All")),
]
WHO = [ANY, ("mine", _("Mine")), ("team", _("My department's"))]
CLASSES = [ANY, ("none", _("Not judged")), *ComplaintClass.choices]


class TicketFilterForm(forms.Form):
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

    def __init__(self, data: Any, *, departments: list[Department]) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.fields["department"].choices = [ANY, *((str(d.pk), str(d)) for d in departments)]  # type: ignore[attr-defined]
        # A word that Python keeps for itself, and short in the address.
        self.fields["class"] = self.fields.pop("complaint_class")

    def chosen(self) -> dict[str, Any]:
        """Name → value of what is chosen and valid."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def in_words(self) -> list[tuple[str, str]]:
        """(name, label) of each chosen filter: Topic: Lifts."""
        told = []
        for name, value in self.chosen().items():
            field = self.fields[name]
            choices = dict(getattr(field, "choices", ()))
            words = str(choices.get(value, value))
            told.append((name, str(field.label) if value is True else f"{field.label}: {words}"))
        return told
