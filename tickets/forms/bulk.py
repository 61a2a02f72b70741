"""One act on the tickets that are ticked in a list."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Department
from helpdesk.staff.models import User
from tickets.forms.fields import ObjectField, one_time_token, reason_field, text_area
from tickets.models import SETTABLE_PRIORITIES


class Act(forms.Form):
    """The acts share one form element, so none of their fields is asked for by the browser itself."""

    use_required_attribute = False

    def __init__(
        self, data: Any = None, *, departments: list[Department], people: list[User], **kwargs: Any
    ) -> None:
        super().__init__(data, prefix=self.name, auto_id="bulk_%s", **kwargs)
        for field, objects in (("department", departments), ("handler", people), ("to", people)):
            if field in self.fields:
                self.fields[field].offer(objects)  # type: ignore[attr-defined]

    name = ""
    label: Any = ""


class BulkAssign(Act):
    name, label = "assign", _("Assign")
    department = ObjectField(label=_("Department"))
    handler = ObjectField(label=_("Handler"), required=False, blank=_("whoever signs for it"))


class BulkPriority(Act):
    name, label = "priority", _("Set the priority")
    priority = forms.ChoiceField(label=_("Priority"), choices=SETTABLE_PRIORITIES)
    reason = reason_field(required=False)


class BulkHandOver(Act):
    name, label = "hand_over", _("Hand over responsibility")
    to = ObjectField(label=_("Responsible from now on"))
    reason = reason_field()


class BulkNote(Act):
    name, label = "note", _("Add an internal note")
    body = text_area(_("Internal note"))
    form_token = one_time_token()


BULK_ACTS: dict[str, type[Act]] = {
    form.name: form for form in (BulkAssign, BulkPriority, BulkHandOver, BulkNote)
}
