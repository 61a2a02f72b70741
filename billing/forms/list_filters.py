"""What narrows the lists of bills, of payments and of reminders."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.calculation import PERIOD
from billing.models import Bill, Method, Payment, ReminderStep
from helpdesk.lib.forms import FilterForm
from helpdesk.lib.keys import BIGGEST_ID
from residents.models import Building

ANY = ("", _("Any"))
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class BillFilterForm(FilterForm):
    """Bills: whose, of which month, how they stand, when due."""

    q = forms.CharField(label=_("Number"), required=False, max_length=40)
    unit = forms.CharField(label=_("Unit"), required=False, max_length=30)
    building = forms.ChoiceField(label=_("Building"), required=False)
    period = forms.RegexField(
        rf"^{PERIOD.pattern}\Z",
        label=_("Period"),
        required=False,
        error_messages={"invalid": _("Write the period as 2026-11.")},
    )
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[ANY, ("unpaid", _("Unpaid")), ("overdue", _("Overdue")), *Bill.Status.choices],
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ANY, *Bill.Kind.choices])
    disputed = forms.BooleanField(label=_("Disputed only"), required=False)
    unhanded = forms.BooleanField(label=_("Notice not handed over yet"), required=False)
    run = forms.IntegerField(
        label=_("Billing run"), required=False, min_value=1, max_value=BIGGEST_ID, widget=forms.HiddenInput()
    )
    due_from = forms.DateField(label=_("Due from"), required=False, widget=DAY)
    due_to = forms.DateField(label=_("Due until"), required=False, widget=DAY)

    def __init__(self, data: Any, *, buildings: list[Building]) -> None:
        super().__init__(data)
        self.fields["building"].choices = [ANY, *((str(b.pk), str(b)) for b in buildings)]  # type: ignore[attr-defined]


class PaymentFilterForm(FilterForm):
    """Payments: whose, how, when, by whom."""

    q = forms.CharField(label=_("Number or reference"), required=False, max_length=80)
    unit = forms.CharField(label=_("Unit"), required=False, max_length=30)
    method = forms.ChoiceField(label=_("Method"), required=False, choices=[ANY, *Method.choices])
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=[ANY, *Payment.Channel.choices])
    reversed = forms.BooleanField(label=_("Taken back only"), required=False)
    with_credit = forms.BooleanField(label=_("With credit left"), required=False)
    mine = forms.BooleanField(label=_("Taken by me"), required=False)
    received_from = forms.DateField(label=_("Received from"), required=False, widget=DAY)
    received_to = forms.DateField(label=_("Received until"), required=False, widget=DAY)


class ReminderFilterForm(FilterForm):
    """Notices: whose, at which rung, in which way, and what became of them."""

    unit = forms.CharField(label=_("Unit"), required=False, max_length=30)
    building = forms.ChoiceField(label=_("Building"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("To hand over")),
            ("done", pgettext_lazy("a notice", "Handed over")),
            ("waiting", _("Waiting to be sent")),
            ("sent", _("Sent")),
            ("failed", _("Not sent")),
            ("held", pgettext_lazy("reminders", "Paused")),
            ("withdrawn", pgettext_lazy("a notice", "Taken back")),
            ("all", _("All")),
        ],
    )
    way = forms.ChoiceField(label=_("How"), required=False, choices=[ANY, *ReminderStep.Way.choices])
    level = forms.IntegerField(label=_("Level"), required=False, min_value=1, max_value=999)
    day_from = forms.DateField(label=_("From day"), required=False, widget=DAY)
    day_to = forms.DateField(label=_("To day"), required=False, widget=DAY)

    def __init__(self, data: Any, *, buildings: list[Building]) -> None:
        super().__init__(data)
        self.fields["building"].choices = [ANY, *((str(b.pk), str(b)) for b in buildings)]  # type: ignore[attr-defined]
