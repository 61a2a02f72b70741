"""Reminders: a notice on paper, handed over, and the ladder with its words."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.forms.reminders import LadderFormSet, ReminderTextForm
from billing.models import ReminderNotice, ReminderStep, ReminderText
from billing.reminder_words import fill, house_words
from billing.services.reminders import hand_over_notice, ladder_of, set_ladder, words_now, write_reminder_text
from billing.views.ladders import rung_words
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.lib.money import show_money
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.staff.access import get_visible, needs, require_here
from residents.names_shown import full_name

EXAMPLE = Decimal("1284.60")
# What reaches the household in words: a message, and the letter; a visit and a legal case have a paper of their own.
SPOKEN = (ReminderStep.Way.MESSAGE, ReminderStep.Way.DOOR, ReminderStep.Way.LETTER)
NAMES = {"en": "Wang Jianguo", "zh-hans": "王建国", "zh-hant": "王建國"}


@require_safe
@needs("reminders.view")
def reminder_print(request: HttpRequest, pk: int) -> HttpResponse:
    """A notice on paper, to be handed over in an envelope: never posted where others read it."""
    notice = _notice(request, pk)
    subject, body, total = words_now(notice)
    with translation.override(notice.language):
        context = {
            "notice": notice,
            "subject": subject,
            "body": body,
            "estate": notice.estate,
            "payer": full_name(notice.resident) if notice.resident else "",
            "total": show_money(total, notice.estate.currency),
        }
        return render(request, "billing/reminder_print.html", context)


@require_POST
@needs("reminders.view")
def reminder_done(request: HttpRequest, pk: int) -> HttpResponse:
    """It was handed over, sent off or passed on."""
    notice = _notice(request, pk)
    hand_over_notice(notice, actor=request.user, note=request.POST.get("note", ""))  # type: ignore[arg-type]
    return done(request, _("Handed over: %(unit)s") % {"unit": notice.unit.code}, reverse("reminder_list"))


@require_http_methods(["GET", "POST"])
@needs("reminders.settings")
def reminder_ladder(request: HttpRequest) -> HttpResponse:
    """The rungs: how many days after the due date, in which way."""
    require_here(request, "reminders.settings")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    rungs = [{"level": rung.level, "days": rung.days, "way": rung.way} for rung in ladder_of(estate)]
    forms = LadderFormSet(request.POST) if request.method == "POST" else LadderFormSet(initial=rungs)
    refused, status = "", 200
    if request.method == "POST":
        status = INVALID
        if forms.is_valid():
            try:
                _set_ladder(request, estate, forms)
            except Refused as refusal:
                refused, status = str(refusal.message), REFUSED
            else:
                return done(request, _("The ladder is set"), reverse("reminder_ladder"))
    context = {"forms": forms, "refused": refused, "texts": _texts(estate), "ways": ReminderStep.Way}
    return render(request, "billing/reminder_ladder.html", context, status=status)


@require_http_methods(["GET", "POST"])
@needs("reminders.settings")
def reminder_text(request: HttpRequest, level: int, language: str) -> HttpResponse:
    """The estate's own words for a rung in one language, with how it reads in all three; *Preview* keeps nothing."""
    require_here(request, "reminders.settings")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    initial = _words(estate, level, language) | {"level": level, "language": language}
    form = ReminderTextForm(request.POST) if request.method == "POST" else ReminderTextForm(initial=initial)
    status = 200
    if request.method == "POST":
        status = INVALID
        if form.is_valid() and request.POST.get("next") == "preview":
            status = 200
        elif form.is_valid():
            try:
                write_reminder_text(estate, actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
            except Refused as refusal:
                form.add_error(refusal.field, str(refusal.message))
                status = REFUSED
            else:
                return done(request, _("The words are kept"), reverse("reminder_ladder"))
    said = form.cleaned_data if form.is_bound and form.is_valid() else initial
    context = {
        "form": form,
        "level": level,
        "language": language,
        "previews": [
            _preview(estate, code, name, said if code == language else _words(estate, level, code))
            for code, name in settings.LANGUAGES
        ],
        "crumbs": [
            {"label": _("Reminders"), "url": reverse("reminder_list")},
            {"label": _("Ladder of reminders"), "url": reverse("reminder_ladder")},
            {"label": _("Words of rung %(level)s") % {"level": level}},
        ],
    }
    return render(request, "billing/reminder_text.html", context, status=status)


def _preview(estate: Estate, code: str, name: str, words: dict[str, Any]) -> dict[str, Any]:
    """How a rung reads in one language, for a household that is thought up."""
    with translation.override(code):
        known = _example(estate) | {"name": NAMES.get(code, NAMES["en"])}
        shown = {key: fill(str(words.get(key, "")), known) for key in ("subject", "body")}
    return {"code": code, "name": name, **shown}


def _set_ladder(request: HttpRequest, estate: Estate, forms: Any) -> None:
    known = {rung.level for rung in ladder_of(estate)}
    sent = [form.cleaned_data for form in forms if form.cleaned_data.get("days") is not None]
    steps = [(row["level"] if row["level"] in known else None, row["days"], row["way"]) for row in sent]
    set_ladder(estate, actor=request.user, steps=steps)  # type: ignore[arg-type]


def _texts(estate: Estate) -> list[dict[str, Any]]:
    own = set(ReminderText.objects.filter(estate=estate).values_list("level", "language"))
    return [
        {
            "rung": rung,
            "when": rung_words(rung.days),
            "way": "" if rung.way == ReminderStep.Way.MESSAGE else rung.way_label,
            "languages": [
                {
                    "name": name,
                    "url": reverse("reminder_text", args=[rung.level, code]),
                    "own": (rung.level, code) in own,
                }
                for code, name in settings.LANGUAGES
            ],
        }
        for rung in ladder_of(estate)
        if rung.way in SPOKEN
    ]


def _words(estate: Estate, level: int, language: str) -> dict[str, str]:
    own = ReminderText.objects.filter(estate=estate, level=level, language=language).first()
    if own:
        return {"subject": own.subject, "body": own.body}
    days = next((rung.days for rung in ladder_of(estate) if rung.level == level), 1)
    with translation.override(language):
        subject, body = house_words(days)
    return {"subject": subject, "body": body}


def _example(estate: Estate) -> dict[str, str]:
    return {
        "unit": "3-2-501",
        "bills": f"{timezone.localdate():%Y-%m} (B-{timezone.localdate():%Y}-000001): "
        + show_money(EXAMPLE, estate.currency),
        "total": show_money(EXAMPLE, estate.currency),
        "estate": estate.local_name,
        "telephone": estate.telephone,
    }


def _notice(request: HttpRequest, pk: int) -> ReminderNotice:
    rows = ReminderNotice.objects.select_related("estate", "unit", "resident")
    return get_visible(rows, request.user, "reminders.view", pk=pk)  # type: ignore[arg-type]
