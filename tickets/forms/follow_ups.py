"""What is written down about a follow-up visit."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.forms.fields import local_moment, text_area
from tickets.models import FollowUp

# The rating link and messages are the resident's own ways, not the desk's.
BY_THE_DESK = [v for v in FollowUp.Via.choices if v[0] in {"phone", "visit", "counter"}]
# 4–5 is satisfied, 3 so-so, 1–2 dissatisfied (docs/domain.md §5): one choice says both.
MARKS = [
    ("5", _("5 – satisfied")),
    ("4", _("4 – satisfied")),
    ("3", _("3 – so-so")),
    ("2", _("2 – dissatisfied")),
    ("1", _("1 – dissatisfied")),
]
OUTCOMES = {5: "satisfied", 4: "satisfied", 3: "so_so", 2: "dissatisfied", 1: "dissatisfied"}


class RecordForm(forms.Form):
    """How the resident found it."""

    score = forms.TypedChoiceField(label=_("Score"), choices=MARKS, coerce=int, widget=forms.RadioSelect)
    suggestion = text_area(_("What should be better"), required=False)
    via = forms.ChoiceField(label=_("Channel"), choices=BY_THE_DESK, initial="phone")

    def __init__(self, *args: Any, follow_up_pk: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["suggestion"].widget.attrs["data-draft-key"] = f"follow-up-{follow_up_pk}"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "score" in data:
            data["outcome"] = OUTCOMES[data["score"]]
        return data


class AttemptForm(forms.Form):
    """A try at which nobody was reached, or at which the moment was bad."""

    via = forms.ChoiceField(label=_("Channel"), choices=BY_THE_DESK, initial="phone")
    note = forms.CharField(label=_("What happened"), required=False, max_length=300)


class WishForm(forms.Form):
    """A better time that the resident named."""

    wished_at = local_moment(_("The resident's own time"), required=True)
