"""What is sold at the counter by the piece: copies, a fax, a print. Shape only; prices and the bill are the service's."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.forms.fields import number_field
from billing.models import ChargeItem, Rate
from billing.rate_words import price
from helpdesk.lib.forms import one_time_token

ROWS = 3
SMALLEST = Decimal("0.001")


class SaleForm(forms.Form):
    """A few rows of an item at today's price and how many; a row left empty counts for nothing."""

    form_token = one_time_token()

    def __init__(self, *args: Any, rates: Iterable[Rate], currency: str, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="sale_%s", **kwargs)
        rates = list(rates)
        self.items: dict[str, ChargeItem] = {str(rate.charge_item_id): rate.charge_item for rate in rates}
        choices = [("", "–")] + [
            (
                str(rate.charge_item_id),
                f"{rate.charge_item} {price(rate.amount, currency, rate.charge_item.measure)}",
            )
            for rate in rates
        ]
        for row in range(ROWS):
            first = next(iter(self.items), "") if row == 0 else ""
            self.fields[f"item_{row}"] = forms.ChoiceField(
                label=_("Item"), choices=choices, required=False, initial=first
            )
            self.fields[f"quantity_{row}"] = number_field(
                _("How many"), places=3, required=False, min_value=SMALLEST
            )

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"item_{row}"], self[f"quantity_{row}"]) for row in range(ROWS)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for row in range(ROWS):
            item, count = f"item_{row}", f"quantity_{row}"
            if data.get(count) and not data.get(item) and item not in self.errors:
                self.add_error(item, _("Choose what is sold."))
        if not self.errors and not self.pieces():
            self.add_error("quantity_0", _("Write how many."))
        return data

    def pieces(self) -> list[tuple[ChargeItem, Decimal]]:
        """Each item with how many of it."""
        rows = [
            (self.cleaned_data.get(f"item_{n}"), self.cleaned_data.get(f"quantity_{n}")) for n in range(ROWS)
        ]
        return [(self.items[item], count) for item, count in rows if item and count]
