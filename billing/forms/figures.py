"""Which days and which building the figures are asked for, by GET; what is none of ours falls back to the usual."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.figures import AGES, Span
from billing.forms.fields import day_field
from billing.models import ChargeItem
from helpdesk.estates.models import Estate
from residents.models import Building

PERIODS = {"month": _("This month"), "last": _("Last month"), "90": _("90 days"), "365": _("12 months")}
LONGEST = timedelta(days=3660)


class FiguresForm(forms.Form):
    """From one day to another, all of the estate or one building."""

    building = forms.ModelChoiceField(
        Building.objects.none(), label=_("Building"), required=False, empty_label=_("All buildings")
    )
    to = day_field(_("To"), required=False)
    field_order = ["from", "to", "building"]

    def __init__(self, data: Any, *, estate: Estate, today: date) -> None:
        # `from` is a word that Python keeps for itself.
        self.base_fields = {"from": day_field(_("From"), required=False), **self.base_fields}
        super().__init__(data, auto_id="filter_%s")
        self.estate, self.today = estate, today
        for name, field in self.fields.items():
            look = "form-select form-select-sm" if name == "building" else "form-control form-control-sm"
            field.widget.attrs["class"] = look
        self.fields["building"].queryset = Building.objects.filter(estate=estate, is_archived=False)  # type: ignore[attr-defined]

    def span(self) -> tuple[str, Span]:
        """Which of the usual periods it is (empty for days of one's own), and the days."""
        self.is_valid()
        data = self.cleaned_data
        building = data["building"].pk if data.get("building") else None
        first, last = data.get("from"), data.get("to")
        if first and last and date(2000, 1, 1) <= first <= last and last - first < LONGEST:
            return "", Span(self.estate, first, last, building)
        period = self.data.get("period", "month")
        period = period if period in PERIODS else "month"
        return period, Span(self.estate, *days_of(period, self.today), building)


def days_of(period: str, today: date) -> tuple[date, date]:
    """First and last day of a usual period."""
    if period == "month":
        return today.replace(day=1), today
    if period == "last":
        last = today.replace(day=1) - timedelta(days=1)
        return last.replace(day=1), last
    return today - timedelta(days=int(period) - 1), today


class RowsForm(forms.Form):
    """Which bills behind a figure."""

    of = forms.ChoiceField(choices=[("late", ""), ("billed", "")])
    age = forms.TypedChoiceField(
        choices=[(str(age), "") for age in (*AGES, 0)], coerce=int, required=False, empty_value=None
    )
    item = forms.ModelChoiceField(ChargeItem.objects.none(), required=False)

    def __init__(self, data: Any, *, estate: Estate) -> None:
        super().__init__(data)
        self.fields["item"].queryset = ChargeItem.objects.filter(estate=estate)  # type: ignore[attr-defined]
