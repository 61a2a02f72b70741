"""Forms of staff about themselves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.staff.models import User
from helpdesk.staff.roles import scopes_of


class TokenForm(forms.Form):
    """A new API token: a name to know it by, what it opens, how long it lives."""

    name = forms.CharField(label=_("Token's name"), max_length=80, help_text=_("Which program will use it."))
    days = forms.IntegerField(label=_("Days it lives"), min_value=1, max_value=730, initial=90)
    scopes = forms.MultipleChoiceField(
        label=_("What it opens"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked means all that your role may do."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(s, s) for s in scopes_of(user)]  # type: ignore[attr-defined]
