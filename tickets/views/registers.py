"""The pages that belong to the registers, as tabs above each of them."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

PLACES = [
    ("contact_list", "contacts.view", _("Registers")),
    ("message_list", "messages.view", _("Messages")),
    ("praise_wall", "praise.view", _("Praise")),
    ("answer_list", "answers.view", _("Answers book")),
    ("script_list", "scripts.write", _("Scripts")),
]


def register_tabs(request: HttpRequest, active: str) -> list[dict[str, Any]]:
    """Those that this person may open in the estate chosen now; one alone needs no tabs."""
    user, estate = request.user, request.estate  # type: ignore[attr-defined]
    tabs = [
        {"label": label, "url": reverse(name), "active": name == active}
        for name, permission, label in PLACES
        if estate is not None and user.may(permission, estate.pk)
    ]
    return tabs if len(tabs) > 1 else []
