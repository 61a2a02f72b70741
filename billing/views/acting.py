"""What the settings of the fees share: their tabs, and sending a form to its service."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.forms import Form
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.services.runs import billed_between
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.lib.pages import INVALID, REFUSED

# url name, what it shows, who may open it
TABS = [
    ("charge_list", _("Charge items"), "billing.see_rates"),
    ("exemption_list", _("Exemptions"), "billing.see_rates"),
    ("lease_list", _("Leases"), "billing.view"),
    ("late_fee_rules", _("Late fees"), "billing.see_rates"),
]


def tabs_of(request: HttpRequest, here: str) -> list[dict[str, Any]]:
    """The settings of the fees that this person may open."""
    estate_id = request.estate.pk  # type: ignore[attr-defined]
    return [
        {"label": label, "url": reverse(name), "active": name == here, "count": None}
        for name, label, permission in TABS
        if request.user.may(permission, estate_id)  # type: ignore[union-attr]
    ]


def with_billed(said: str, estate: Estate, since: date, until: date | None) -> str:
    """What was done, and which bills it no longer changes: a wrong one is reversed and made anew."""
    periods = billed_between(estate, since, until)
    if not periods:
        return said
    told = periods[0] if len(periods) == 1 else f"{periods[0]} – {periods[-1]}"
    words = _(
        "%(said)s. Bills of %(periods)s are made and stay as they are; a wrong one is reversed and made anew."
    )
    return str(words) % {"said": said, "periods": told}


def send(form: Form, act: Callable[..., Any], **more: Any) -> int:
    """Calls `act` with what a valid form says; 0 once it is done, else the status of the page that says what is wrong."""
    return refusing(form, lambda: act(**form.cleaned_data, **more)) if form.is_valid() else INVALID


def refusing(form: Form, act: Callable[[], Any]) -> int:
    """0 once `act` is done; a refusal stands in the form, beside its field where it has one."""
    try:
        act()
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
        return REFUSED
    return 0
