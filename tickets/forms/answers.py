"""An entry of the answers book, and an estate's own words for a script."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from helpdesk.staff.models import User
from tickets.forms.fields import ObjectField, text_area, version_field
from tickets.models import Answer

LANGUAGES = {"": "en", "_zh_hans": "zh-hans", "_zh_hant": "zh-hant"}


class AnswerForm(forms.Form):
    """The question and what is answered, in each language that there is."""

    keeper = ObjectField(label=_("Keeper"))
    checked_on = forms.DateField(
        label=_("Checked on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    version = version_field()

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keeper"].offer(people)  # type: ignore[attr-defined]
        for ending, code in LANGUAGES.items():
            attrs = {"lang": code}
            self.fields[f"question{ending}"] = forms.CharField(
                label=_("Question"), required=False, max_length=200, widget=forms.TextInput(attrs=attrs)
            )
            self.fields[f"answer{ending}"] = text_area(
                _("Answer"), required=False, draft_key=f"answer{ending}-{self.initial.get('pk', 'new')}"
            )
            self.fields[f"answer{ending}"].widget.attrs["lang"] = code

    @property
    def by_language(self) -> list[dict[str, Any]]:
        """For the page: the two fields of each language under its own name."""
        names = dict(settings.LANGUAGES)
        return [
            {
                "name": names[code],
                "lang": code,
                "question": self[f"question{e}"],
                "answer": self[f"answer{e}"],
            }
            for e, code in LANGUAGES.items()
        ]

    @staticmethod
    def values_of(answer: Answer) -> dict[str, Any]:
        """What stands in the form of an answer that there is."""
        names = [f"{field}{ending}" for field in ("question", "answer") for ending in LANGUAGES]
        return {name: getattr(answer, name) for name in names} | {
            "pk": answer.pk,
            "keeper": answer.keeper_id,
            "checked_on": answer.checked_on,
            "version": answer.version,
        }


class ScriptForm(forms.Form):
    """What to say and the hint, in three languages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, _name in settings.LANGUAGES:
            say = text_area(_("Say"), required=False)
            do = forms.CharField(label=_("Hint"), required=False, max_length=300)
            say.widget.attrs["lang"] = do.widget.attrs["lang"] = code
            self.fields[f"say_{code}"], self.fields[f"do_{code}"] = say, do

    @property
    def by_language(self) -> list[dict[str, Any]]:
        """For the page: the two fields of each language under its own name."""
        return [
            {"name": name, "lang": code, "say": self[f"say_{code}"], "do": self[f"do_{code}"]}
            for code, name in settings.LANGUAGES
        ]

    def texts(self) -> dict[str, tuple[str, str]]:
        """Language → (say, hint), as typed."""
        data = self.cleaned_data
        return {code: (data[f"say_{code}"], data[f"do_{code}"]) for code, _name in settings.LANGUAGES}
