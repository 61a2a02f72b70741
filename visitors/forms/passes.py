"""What the clerk writes for a release pass: shape only, every rule is a service's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.attachments.forms import ManyFilesField, clean_files
from helpdesk.estates.models import Estate
from helpdesk.lib.door_plates import normalise_plate
from helpdesk.lib.forms import CleanTextField, FilterForm, local_moment, one_time_token
from residents.models import Phone, Resident, Unit
from visitors.models import ReleasePass, VisitorPolicy
from visitors.models.visits import DocumentType
from visitors.services.pass_drafts import MOST_ITEMS, Goods

MOST_PIECES = 9999
BLANK = ("", "–")
ANY = ("", _("Any"))
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class GoodsForm(forms.Form):
    """One line of goods; an empty line is none."""

    description = CleanTextField(label=_("Goods"), max_length=120, required=False)
    detail = CleanTextField(label=_("Colour, make, marks"), max_length=120, required=False)
    quantity = forms.IntegerField(
        label=_("Pieces"),
        required=False,
        min_value=1,
        max_value=MOST_PIECES,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    photos = ManyFilesField(label=_("Photo"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("description") and (data.get("detail") or data.get("quantity") or data.get("photos")):
            self.add_error("description", _("What is it?"))
        return data

    def clean_photos(self) -> list[Any]:
        return clean_files(self.cleaned_data["photos"])


GoodsFormSet = forms.formset_factory(
    GoodsForm, extra=3, max_num=MOST_ITEMS, absolute_max=MOST_ITEMS, validate_max=True
)


def goods_lines(
    data: Any = None, files: Any = None, *, goods: Iterable[dict[str, Any]] = ()
) -> forms.BaseFormSet[GoodsForm]:
    """The lines of a form, with what an older pass had on it."""
    lines: forms.BaseFormSet[GoodsForm] = GoodsFormSet(data, files, prefix="item", initial=list(goods))
    return lines


def goods_in(lines: forms.BaseFormSet[GoodsForm]) -> list[Goods]:
    """The lines that name something; one piece where no number was written."""
    rows = [form.cleaned_data for form in lines.forms if form.cleaned_data.get("description")]
    return [
        Goods(row["description"], row["quantity"] or 1, row["detail"], tuple(row["photos"])) for row in rows
    ]


class PassForm(forms.Form):
    """Who takes what out of which unit, until when."""

    applicant_name = CleanTextField(
        label=_("Applicant"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "pass-people"}),
    )
    applicant_relation = forms.ChoiceField(
        label=_("Who the applicant is"), choices=ReleasePass.Relation, widget=forms.RadioSelect
    )
    id_document_type = forms.ChoiceField(
        label=_("Identity document seen"), choices=[BLANK, *DocumentType.choices], required=False
    )
    has_letter = forms.BooleanField(label=_("Letter of authority seen"), required=False)
    letter = ManyFilesField(label=_("Photo of the letter"), required=False)
    unit = CleanTextField(
        label=_("Unit"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    vehicle_plate = CleanTextField(
        label=_("Plate of the vehicle"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = CleanTextField(label=_("What for"), max_length=200, required=False)
    valid_from = local_moment(_("Valid from"))
    valid_until = local_moment(_("Valid until"), help_text=_("Left empty: today, until midnight."))
    form_token = one_time_token()

    def __init__(self, *args: Any, estate: Estate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.estate = estate

    def clean_letter(self) -> list[Any]:
        return clean_files(self.cleaned_data["letter"])

    def clean_unit(self) -> Unit:
        plate = normalise_plate(self.cleaned_data["unit"]) or ""
        unit = (
            Unit.objects.filter(estate=self.estate, code=plate, is_archived=False)
            .select_related("estate")
            .first()
        )
        if unit is None:
            raise forms.ValidationError(_("There is no such unit in this estate."), code="unknown_unit")
        return unit


class DocumentForm(forms.Form):
    """Which document was seen."""

    id_document_type = forms.ChoiceField(
        label=_("Identity document seen"), choices=[BLANK, *DocumentType.choices]
    )
    has_letter = forms.BooleanField(label=_("Letter of authority seen"), required=False)
    letter = ManyFilesField(label=_("Photo of the letter"), required=False)

    def clean_letter(self) -> list[Any]:
        return clean_files(self.cleaned_data["letter"])


class OwnersNumberField(forms.ChoiceField):
    """One of the owners' numbers on file, or their e-mail address where `by_email`; cleaned to (owner, phone or None)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.known: dict[str, tuple[Resident, Phone | None]] = {}

    def offer(self, owners: Iterable[Resident], *, by_email: bool) -> None:
        choices = []
        for owner in owners:
            for phone in owner.phones.all():
                if phone.is_working:
                    self.known[f"{phone.pk}"] = (owner, phone)
                    choices.append((f"{phone.pk}", f"{owner.name}  {phone.number}"))
            if by_email and owner.email:
                self.known[f"email-{owner.pk}"] = (owner, None)
                choices.append((f"email-{owner.pk}", f"{owner.name}  {owner.email}"))
        self.choices = choices

    def clean(self, value: Any) -> tuple[Resident, Phone | None]:
        return self.known[super().clean(value)]


class ConsentForm(forms.Form):
    """A call to the owner: which number, what was said."""

    number = OwnersNumberField(label=_("Number on file"))
    note = CleanTextField(
        label=_("What was said"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, data: Any = None, *, owners: Iterable[Resident] = ()) -> None:
        super().__init__(data, auto_id="call_%s")
        self.fields["number"].offer(owners, by_email=False)  # type: ignore[attr-defined]


class LinkForm(forms.Form):
    """To which address on file the owner's link goes."""

    number = OwnersNumberField(label=_("Send to"))

    def __init__(self, data: Any = None, *, owners: Iterable[Resident] = ()) -> None:
        super().__init__(data, auto_id="link_%s")
        self.fields["number"].offer(owners, by_email=True)  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why: for an override, a refusal, a revocation."""

    reason = CleanTextField(label=_("Reason"), max_length=300)


class IssueForm(forms.Form):
    """The figure was looked at."""

    acknowledge_arrears = forms.BooleanField(label=_("I have seen what the unit owes"), required=False)


class PassFilterForm(FilterForm):
    """Passes: in what state, for which unit or vehicle, and when made."""

    STATES = [
        ("waiting", _("Waiting")),
        ("running", _("Issued, goods still inside")),
        *ReleasePass.Status.choices,
    ]
    q = forms.CharField(label=_("Number, name or goods"), required=False, max_length=100)
    unit = forms.CharField(label=_("Unit"), required=False, max_length=30)
    plate = forms.CharField(label=_("Plate"), required=False, max_length=20)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[ANY, *STATES])
    relation = forms.ChoiceField(
        label=_("Who the applicant is"), required=False, choices=[ANY, *ReleasePass.Relation.choices]
    )
    asked = forms.BooleanField(label=_("Asked for on the public form"), required=False)
    made_from = forms.DateField(label=_("Made from"), required=False, widget=DAY)
    made_to = forms.DateField(label=_("Made until"), required=False, widget=DAY)


class PolicyForm(forms.Form):
    """What the estate settles about goods and guests."""

    arrears = forms.ChoiceField(
        label=_("When the unit owes"), choices=VisitorPolicy.Arrears, widget=forms.RadioSelect
    )
    consent_relations = forms.MultipleChoiceField(
        label=_("Who needs the owner's consent"),
        required=False,
        choices=[choice for choice in ReleasePass.Relation.choices if choice[0] != "owner"],
        widget=forms.CheckboxSelectMultiple,
    )
    gates = CleanTextField(
        label=_("Gates"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line, as the guards call them."),
    )
    stay_minutes = forms.IntegerField(label=_("A guest may stay (minutes)"), min_value=15, max_value=60 * 24)
    identity_number_required = forms.BooleanField(
        label=_("Keep the last four of a visitor's identity number"), required=False
    )

    def clean_gates(self) -> list[str]:
        lines = [line.strip()[:40] for line in self.cleaned_data["gates"].splitlines()]
        return list(dict.fromkeys(filter(None, lines)))[:20]
