"""Which complaint was named at the door: one that is open already, or a new one. Shape only."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.lib.forms import one_time_token, text_area
from tickets.forms.fields import ObjectField
from tickets.models import Ticket


class DoorComplaintForm(forms.Form):
    ticket = ObjectField(
        label=_("An open ticket of this unit"), required=False, blank=_("None of these: a new one")
    )
    description = text_area(_("What they complain of"), draft_key="door-complaint", required=False)
    form_token = one_time_token()

    def __init__(self, *args: Any, tickets: Iterable[Ticket], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ticket"].offer(tickets)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("ticket") and not data.get("description") and "ticket" not in self.errors:
            message = _("Choose a ticket, or write down what they complain of.")
            self.add_error("description", forms.ValidationError(message, code="required"))
        return data
