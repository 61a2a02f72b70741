"""What a guard says at the gate: shape only."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.lib.forms import CleanTextField, one_time_token
from visitors.models import ReleaseItem, ReleasePass

SAME, OTHER = "same", "other"


def gate_field(gates: Iterable[str]) -> forms.Field:
    """At which gate: one of the estate's, or a word of one's own where it has named none."""
    known = list(gates)
    if known:
        return forms.ChoiceField(label=_("Gate"), choices=[(name, name) for name in known])
    return CleanTextField(label=_("Gate"), max_length=40)


class CodeForm(forms.Form):
    """A code read from paper, and where the guard stands."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        help_text=_("Ten letters and digits below the square; or point the camera at the square."),
    )

    def __init__(self, *args: Any, gates: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["gate"] = gate_field(gates)


class ReleaseForm(forms.Form):
    """What leaves now: lines ticked, pieces of each, and the plate."""

    plate_check = forms.ChoiceField(
        label=_("Plate"),
        choices=[(SAME, _("The same")), (OTHER, _("Another, or none"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Look at the plate.")},
    )
    plate = CleanTextField(
        label=_("What stands there"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    acknowledge_plate = forms.BooleanField(label=_("Release it on this vehicle all the same"), required=False)
    scan_key = one_time_token()

    def __init__(
        self,
        data: Any = None,
        *,
        release_pass: ReleasePass,
        items: Iterable[ReleaseItem],
        gates: Iterable[str],
        initial: Any = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.fields["gate"] = gate_field(gates)
        # What another gate let out meanwhile was still on the page that comes in: the service says so.
        self.items = [item for item in items if item.left or data is not None]
        if not release_pass.vehicle_plate:
            del self.fields["plate_check"], self.fields["plate"]
        for item in self.items:
            self.fields[f"item-{item.pk}"] = forms.BooleanField(required=False, label=item.description)
            self.fields[f"pieces-{item.pk}"] = forms.IntegerField(
                required=False,
                initial=item.left,
                min_value=1,
                max_value=item.quantity,
                label=_("Pieces of %(goods)s") % {"goods": item.description},
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("plate_check") == OTHER and not data.get("plate"):
            self.add_error("plate", _("Write the plate that you see, or “none”."))
        if not self.errors and not self.chosen():
            self.add_error(None, _("Tick what leaves."))
        return data

    def chosen(self) -> dict[int, int]:
        """{item's id: pieces} of the ticked lines."""
        said = self.cleaned_data
        return {
            item.pk: said.get(f"pieces-{item.pk}") or item.left
            for item in self.items
            if said.get(f"item-{item.pk}")
        }

    def plate_seen(self) -> str:
        """What stands there, where it is another one."""
        return self.cleaned_data.get("plate", "") if self.cleaned_data.get("plate_check") == OTHER else ""

    def lines(self) -> list[dict[str, Any]]:
        """Each line as the page draws it: its tick, its pieces."""
        return [
            {"item": item, "tick": self[f"item-{item.pk}"], "pieces": self[f"pieces-{item.pk}"]}
            for item in self.items
            if item.left
        ]


class MismatchForm(forms.Form):
    """What does not match."""

    reason = CleanTextField(
        label=_("What does not match"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
