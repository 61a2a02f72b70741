"""The ladder and its words, as an administrator sets them."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from billing.models import ReminderStep


class StepForm(forms.Form):
    """One rung; an empty day takes it off the ladder."""

    # Which rung it was; a new one has none.
    level = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=999)
    days = forms.IntegerField(
        label=_("Days after the due date"), required=False, min_value=-60, max_value=720
    )
    way = forms.ChoiceField(label=_("How"), choices=ReminderStep.Way.choices)


LadderFormSet = forms.formset_factory(StepForm, extra=2, max_num=12, absolute_max=12)


class ReminderTextForm(forms.Form):
    """An estate's own words for one rung in one language."""

    level = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=999)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    subject = forms.CharField(label=_("Subject"), max_length=120)
    body = forms.CharField(
        label=_("Text"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "Filled in: %(name)s, %(unit)s, %(bills)s, %(total)s, %(estate)s, %(telephone)s. "
            "Nothing may threaten to cut water or power."
        ),
    )

    def clean_body(self) -> Any:
        return self.cleaned_data["body"].replace("\r\n", "\n")
