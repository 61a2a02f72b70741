"""A canned reply, in each language that there is."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Department
from tickets.forms.fields import ObjectField, text_area, version_field
from tickets.models import SETTABLE_PRIORITIES, CannedReply, ComplaintClass, Reply, Topic

EVERY = ("", _("Any"))
UNCHANGED = ("", _("stays as it is"))


class CannedReplyForm(forms.Form):
    """Its name, its words, and what it does to the ticket."""

    name = forms.CharField(label=_("Name"), max_length=60)
    shared = forms.BooleanField(label=_("For everybody in the estate"), required=False)
    visibility = forms.ChoiceField(label=_("It is"), choices=Reply.Visibility.choices, initial="public")
    body = text_area(_("Text in English"), required=False)
    body_zh_hans = text_area(_("Text in Simplified Chinese"), required=False)
    body_zh_hant = text_area(_("Text in Traditional Chinese"), required=False)
    topic = forms.ChoiceField(label=_("Topic"), required=False, choices=[EVERY, *Topic.choices])
    complaint_class = forms.ChoiceField(
        label=_("Class"), required=False, choices=[EVERY, *ComplaintClass.choices]
    )
    department = ObjectField(label=_("Assigns to"), required=False, blank=_("nobody"))
    priority = forms.ChoiceField(
        label=_("Sets the priority"), required=False, choices=[UNCHANGED, *SETTABLE_PRIORITIES]
    )
    version = version_field()

    def __init__(self, *args: Any, departments: list[Department], may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].offer(departments)  # type: ignore[attr-defined]
        if not may_share:
            del self.fields["shared"]
        for name, code in (("body", "en"), ("body_zh_hans", "zh-hans"), ("body_zh_hant", "zh-hant")):
            self.fields[name].widget.attrs |= {
                "lang": code,
                "data-draft-key": f"canned-{self.initial.get('pk', 'new')}-{code}",
            }


def values_of(canned: CannedReply) -> dict[str, Any]:
    """What stands in the form of one that is changed."""
    names = ("pk", "name", "visibility", "body", "body_zh_hans", "body_zh_hant", "topic", "complaint_class")
    kept = {name: getattr(canned, name) for name in (*names, "priority", "version")}
    return kept | {"shared": canned.owner_id is None, "department": canned.department_id or ""}
