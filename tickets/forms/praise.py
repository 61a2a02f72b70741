"""Praise that came by telephone, at the counter or in a chat."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Department, Estate
from helpdesk.staff.models import User
from residents.models import Unit
from tickets.forms.fields import ObjectField, one_time_token, text_area, unit_on_file


class PraiseForm(forms.Form):
    """Who is praised, by whom, in which words."""

    praised = ObjectField(label=_("Who is praised"), required=False, blank=_("nobody by name"))
    department = ObjectField(label=_("Department"), required=False, blank=_("that of whoever is praised"))
    words = text_area(_("Words of praise"), draft_key="praise-new")
    from_name = forms.CharField(label=_("From"), required=False, max_length=80)
    unit = forms.CharField(label=_("Unit"), required=False, max_length=60)
    form_token = one_time_token()

    def __init__(
        self, *args: Any, estate: Estate, people: list[User], departments: list[Department], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.estate = estate
        self.fields["praised"].offer(people)  # type: ignore[attr-defined]
        self.fields["department"].offer(departments)  # type: ignore[attr-defined]

    def clean_unit(self) -> Unit | None:
        written: str = self.cleaned_data["unit"].strip()
        unit = unit_on_file(written, self.estate) if written else None
        if written and unit is None:
            raise forms.ValidationError(_("No unit of that number is on file."))
        return unit
