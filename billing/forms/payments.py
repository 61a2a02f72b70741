"""Money at the counter. Shape only; what an amount settles is the service's."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.forms.fields import day_field
from billing.models import Bill, Method
from helpdesk.lib.errors import Refused
from helpdesk.lib.forms import one_time_token, reason_field
from helpdesk.lib.money import parse_money, without_thousands


class MoneyField(forms.CharField):
    """Plain digits with at most two places; commas between thousands are forgiven."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(**{"max_length": 16, "widget": widget} | kwargs)

    def clean(self, value: Any) -> Decimal | None:
        text = without_thousands(super().clean(value).strip())
        if not text:
            return None
        try:
            return parse_money(text)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal.message), code=refusal.code) from refusal


class CountField(MoneyField):
    """What was counted: below nothing, as -40.00, where more went out than came in."""

    def clean(self, value: Any) -> Decimal | None:
        text = str(value or "").strip()
        if not text.startswith(("-", "−")):
            return super().clean(value)
        amount = super().clean(text[1:])
        return -amount if amount is not None else None


class PaymentForm(forms.Form):
    """An amount, how it was paid, and which bills it is for (none chosen: the oldest first)."""

    amount = MoneyField(label=_("Amount"))
    method = forms.ChoiceField(
        label=_("Method"), choices=Method.choices, initial=Method.CASH, widget=forms.RadioSelect
    )
    bills = forms.MultipleChoiceField(
        label=_("For these bills"), required=False, widget=forms.CheckboxSelectMultiple
    )
    reference = forms.CharField(label=_("Note on the receipt"), max_length=80, required=False)
    print = forms.BooleanField(label=_("Print the receipt (80 mm)"), required=False, initial=True)
    form_token = one_time_token()

    def __init__(self, *args: Any, bills: Iterable[Bill], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.open_bills = {str(bill.pk): bill for bill in bills}
        self.fields["bills"].choices = [(pk, bill.number) for pk, bill in self.open_bills.items()]  # type: ignore[attr-defined]

    def chosen(self) -> list[Bill]:
        """The bills that were ticked, as they were offered."""
        return [self.open_bills[pk] for pk in self.cleaned_data["bills"]]


class WhyForm(forms.Form):
    """A reason, for what is taken back."""

    reason = reason_field()


class ReverseBillForm(WhyForm):
    """Why a bill is wrong, whether a new one is made at once, and when that is due."""

    make_anew = forms.BooleanField(label=_("Make a new one at once"), required=False)
    due_on = day_field(
        _("The new one is due on"),
        required=False,
        help_text=_("Empty: as the old one, and no earlier than the usual days from today on."),
    )


class DisputeForm(forms.Form):
    """What the resident contests."""

    reason = reason_field(label=_("What is contested"))


class SettleDisputeForm(forms.Form):
    """How a dispute ended."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[
            ("upheld", _("The resident was right")),
            ("rejected", _("The bill stands")),
            ("withdrawn", _("Withdrawn")),
        ],
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class ClosingForm(forms.Form):
    """The count of a day by method."""

    # Chosen above the count, so that the books beside it are that day's.
    day = forms.DateField(label=_("Day"), widget=forms.HiddenInput)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    # The differences that the page showed when it asked once more.
    confirmed = forms.CharField(max_length=300, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, methods: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.methods = list(methods)
        for method in self.methods:
            self.fields[f"counted_{method}"] = CountField(label=Method(method).label, required=False)

    def counted(self) -> dict[str, Decimal]:
        """The figures that somebody wrote."""
        found = {method: self.cleaned_data[f"counted_{method}"] for method in self.methods}
        return {method: amount for method, amount in found.items() if amount is not None}
