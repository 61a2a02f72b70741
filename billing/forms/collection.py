"""What is written at the door, on a phone. Shape only; the rules are the service's."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.forms.payments import MoneyField
from billing.models import Bill, CollectionVisit
from billing.services.collection import Promised
from helpdesk.attachments.forms import photos
from helpdesk.lib.forms import one_time_token, text_area


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class VisitForm(forms.Form):
    """One visit: whom one met, what they said, why they do not pay, and what they promised."""

    way = forms.ChoiceField(
        label=_("How"),
        choices=CollectionVisit.Way.choices,
        initial=CollectionVisit.Way.DOOR,
        widget=forms.RadioSelect,
    )
    met = forms.ChoiceField(label=_("Met"), choices=CollectionVisit.Met.choices, widget=forms.RadioSelect)
    reason = forms.ChoiceField(
        label=_("Why they do not pay"),
        choices=[("", "–"), *CollectionVisit.Reason.choices],
        required=False,
    )
    doubted = forms.MultipleChoiceField(
        label=_("Which bills they doubt"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only these wait; where none is ticked, all reminders do."),
    )
    said = text_area(_("What was said"), draft_key="collection", required=False)
    passed_to = forms.CharField(
        label=_("To be answered by"),
        max_length=80,
        required=False,
        help_text=_("What you can't answer at the door, a colleague will. Promise nothing for the company."),
    )
    promised_for = _day(_("They promise to pay by"))
    promised_amount = MoneyField(label=_("How much"), required=False, help_text=_("Empty means all of it."))
    promised_by = forms.CharField(label=_("Who promised"), max_length=80, required=False)
    left_notice = forms.BooleanField(label=_("A notice was left, in an envelope"), required=False)
    files = photos(_("Photo of the notice"))
    form_token = one_time_token()

    def __init__(self, *args: Any, bills: Iterable[Bill] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bills = {str(bill.pk): bill for bill in bills}
        choices = [(pk, f"{bill.number} ({bill.period})") for pk, bill in self.bills.items()]
        self.fields["doubted"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Who promises, or how much, without a day is no promise yet: it would be gone unseen."""
        data = super().clean() or {}
        told = data.get("promised_amount") is not None or data.get("promised_by")
        if told and not data.get("promised_for") and "promised_for" not in self.errors:
            field = self.fields["promised_for"]
            self.add_error("promised_for", str(field.error_messages["required"]))
        return data

    def doubts(self) -> list[Bill]:
        """The bills that were ticked."""
        return [self.bills[pk] for pk in self.cleaned_data["doubted"]]

    def promise(self) -> Promised | None:
        """What was promised, None where no day was named."""
        data = self.cleaned_data
        if not data["promised_for"]:
            return None
        who = data["promised_by"] or str(CollectionVisit.Met(data["met"]).label)
        return Promised(who, data["promised_for"], data["promised_amount"])


class DeferralForm(forms.Form):
    """A manager lets a household wait."""

    until = _day(_("Until"))
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].required = True
