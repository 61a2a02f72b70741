"""What is charged for, at which rate, and for whom less. Shape only; the rules are the services'."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.forms.fields import BuildingField, UnitField, day_field, number_field
from billing.forms.payments import MoneyField
from billing.models import ChargeItem
from helpdesk.estates.models import Estate
from helpdesk.lib.forms import reason_field
from residents.models import Unit

NAMES = ("name", "name_zh_hans", "name_zh_hant", "measure")


class ChangeItemForm(forms.Form):
    """What may change of an item: its names, its measure, whether it bears a late fee, whether it is charged at all."""

    name = forms.CharField(label=pgettext_lazy("a thing", "Name"), max_length=80)
    name_zh_hans = forms.CharField(label=_("Name in Simplified Chinese"), max_length=80, required=False)
    name_zh_hant = forms.CharField(label=_("Name in Traditional Chinese"), max_length=80, required=False)
    measure = forms.CharField(
        label=_("Unit of measure"), max_length=20, required=False, help_text=_("m², m³, kWh, a place, a page")
    )
    bears_late_fee = forms.BooleanField(
        label=_("Bears a late fee where the contract has one"), required=False, initial=True
    )
    is_active = forms.BooleanField(label=_("Is charged"), required=False, initial=True)


class NewItemForm(ChangeItemForm):
    """A new item; its code and kind stand for good."""

    code = forms.SlugField(
        label=_("Code"), max_length=30, help_text=_("Letters, digits and hyphens; it can't be changed later.")
    )
    kind = forms.ChoiceField(label=_("How the amount is found"), choices=ChargeItem.Kind.choices)
    is_active = None  # type: ignore[assignment]  # a new item is charged
    field_order = ["code", "kind", *NAMES, "bears_late_fee"]


class RateForm(forms.Form):
    """A price from a day on, for the estate or for a part of it."""

    amount = number_field(_("Rate"), places=4)
    building = BuildingField()
    use = forms.ChoiceField(label=_("Use"), choices=[("", _("Every use")), *Unit.Use.choices], required=False)
    unit = UnitField(label=_("One unit"), required=False)
    since = day_field(_("From"))
    until = day_field(_("Until"), required=False, help_text=_("Empty: until another rate begins."))

    def __init__(self, *args: Any, estate: Estate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["building"].of(estate)  # type: ignore[attr-defined]
        self.fields["unit"].estate = estate  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if sum(bool(data.get(name)) for name in ("building", "use", "unit")) > 1:
            message = _("A rate is for a building, a use or one unit: choose one of them.")
            self.add_error("unit", forms.ValidationError(message, code="one_scope"))
        return data


class TierForm(forms.Form):
    """One step of a metered tariff; an empty row is no step."""

    up_to = number_field(_("Up to"), places=3, digits=12, required=False)
    rate = number_field(_("Rate"), places=4, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, other in (("up_to", "rate"), ("rate", "up_to")):
            if data.get(name) is not None and data.get(other) is None and other not in self.errors:
                self.add_error(other, forms.ValidationError(_("A step has an end and a rate."), code="half"))
        return data


TierFormSet = forms.formset_factory(TierForm, extra=4, max_num=8, absolute_max=8)


def tiers_in(forms_: Any) -> list[dict[str, Any]]:
    """The steps that were typed, in their order."""
    typed = [form.cleaned_data for form in forms_ if form.cleaned_data.get("rate") is not None]
    return [{"up_to": row["up_to"], "rate": row["rate"]} for row in typed]


class LastDayForm(forms.Form):
    """When something ends."""

    until = day_field(_("Last day"))


class SharedCostForm(forms.Form):
    """What a shared use cost in a period."""

    period = forms.CharField(label=_("Period"), max_length=7, widget=forms.TextInput(attrs={"type": "month"}))
    amount = MoneyField(label=_("Cost"))
    building = BuildingField(label=_("Borne by"))

    def __init__(self, *args: Any, estate: Estate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["building"].of(estate)  # type: ignore[attr-defined]


class ExemptionForm(forms.Form):
    """Less for one unit, with a last day and a reason; whoever sends it approves it."""

    unit = UnitField()
    charge_item = forms.ModelChoiceField(
        ChargeItem.objects.none(), label=_("Charge item"), required=False, empty_label=_("Every item")
    )
    percent = number_field(_("Percent off"), places=2, digits=5, max_value=Decimal(100))
    since = day_field(_("From"))
    until = day_field(_("Until"))
    reason = reason_field()

    def __init__(self, *args: Any, estate: Estate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].estate = estate  # type: ignore[attr-defined]
        items = ChargeItem.objects.filter(estate=estate, is_active=True).exclude(kind=ChargeItem.Kind.DEPOSIT)
        self.fields["charge_item"].queryset = items  # type: ignore[attr-defined]
