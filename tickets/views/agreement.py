"""How far suggestions and clerks agree, what was learnt from it, and the button that learns anew."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from helpdesk.estates.models import Estate
from helpdesk.staff.access import needs, require_here
from tickets.agreement import Agreement, Share, agreement_of
from tickets.classification.patterns import CLASSES
from tickets.clocks import day_and_time
from tickets.figures import ConversionRate, conversion_rate, findings, steps_waived
from tickets.models import ComplaintClass, Finding, LearnedModel, Refit
from tickets.services.learning import ask_refit, confirmed_since_last_time, model_in_use
from tickets.views.answers import done

PERIODS = {
    "30": gettext_lazy("30 days"),
    "90": gettext_lazy("90 days"),
    "365": gettext_lazy("12 months"),
}
FIRST = "365"
VERSIONS_SHOWN = 10


@require_GET
@needs("classes.learn")
def agreement(request: HttpRequest) -> HttpResponse:
    """The report of one estate over the days that the address names."""
    require_here(request, "classes.learn")
    estate: Estate = request.estate  # type: ignore[attr-defined]
    days = request.GET.get("days", FIRST)
    days = days if days in PERIODS else FIRST
    until = timezone.now()
    since = until - timedelta(days=int(days))
    found = agreement_of([estate.pk], since, until, ZoneInfo(estate.time_zone))
    refit = Refit.objects.select_related("model").first()
    context = {
        "periods": chips(days),
        "may_read_how": request.user.may("tickets.view", estate.pk),  # type: ignore[union-attr]
        "kpis": kpis(found, conversion_rate([estate.pk], since, until)),
        "has_any": found.whole.decided > 0,
        "confusion": confusion(found),
        "months": months(found),
        "models": models_table(found),
        "waived": waived_table(estate, since, until),
        "findings": findings_table(estate, since, until),
        "refit": shown(refit) if refit else None,
        "new_confirmed": confirmed_since_last_time(),
        "refresh_url": request.get_full_path() if refit and refit.is_open else "",
    }
    return render(request, "tickets/agreement.html", context)


@require_POST
@needs("classes.learn")
def learn(request: HttpRequest) -> HttpResponse:
    """Ask to learn from what was confirmed; the worker does it."""
    require_here(request, "classes.learn")
    ask_refit(actor=request.user)  # type: ignore[arg-type]
    return done(request, _("Learning begins shortly"), reverse("agreement"))


def chips(days: str) -> list[dict[str, Any]]:
    return [{"label": str(PERIODS[key]), "url": f"?days={key}", "active": key == days} for key in PERIODS]


def percent(share: Share) -> str:
    """85 % (17 of 20); a dash where nothing was decided."""
    return "–" if share.rate is None else f"{round(share.rate * 100)} %"


def of_how_many(share: Share) -> str:
    return _("%(n)s of %(all)s") % {"n": share.agreed, "all": share.decided}


def kpis(found: Agreement, converted: ConversionRate) -> list[dict[str, Any]]:
    return [
        {
            "label": _("Decided as suggested"),
            "figure": percent(found.whole),
            "base": of_how_many(found.whole),
            "definition": _("Share of the tickets decided in these days whose class is the one suggested."),
        },
        {
            "label": _("Valid ones flagged"),
            "figure": percent(found.flagged),
            "base": of_how_many(found.flagged),
            "definition": _(
                "Share of the valid complaints that had been flagged as possible valid complaints."
            ),
        },
        {
            "label": _("Conversion rate"),
            "figure": percent(Share(converted.converted, converted.grumbles)),
            "base": of_how_many(Share(converted.converted, converted.grumbles)),
            "definition": _(
                "Share of the communication complaints taken in these days that have become valid ones."
            ),
        },
    ]


def label_of(key: str) -> str:
    return str(ComplaintClass(key).label)


def confusion(found: Agreement) -> dict[str, Any]:
    """One row a decided class, one column a suggested one."""
    columns = [{"label": _("Decided")}, *({"label": label_of(k), "kind": "number"} for k in CLASSES)]
    rows = [
        {
            "id": f"decided-{name}",
            "cells": [
                {"text": label_of(name)},
                *({"text": str(found.count(name, given)), "kind": "number"} for given in CLASSES),
                {"text": percent(found.of_class(name)), "kind": "number"},
            ],
        }
        for name in CLASSES
    ]
    return {"columns": [*columns, {"label": _("Agreed"), "kind": "number"}], "rows": rows}


def months(found: Agreement) -> dict[str, Any]:
    """One row a month, the newest first; agreed share by decided class."""
    keys = [*CLASSES, ""]
    columns = [{"label": _("Month")}]
    columns += [{"label": label_of(key) if key else _("All"), "kind": "number"} for key in keys]
    rows = [
        {
            "id": f"month-{month:%Y-%m}",
            "cells": [
                {"text": date_format(month, _("F Y"))},
                *({"text": month_cell(cells[key]), "kind": "number"} for key in keys),
            ],
        }
        for month, cells in found.months.items()
    ]
    return {"columns": columns, "rows": rows}


def month_cell(share: Share) -> str:
    return "–" if share.rate is None else f"{percent(share)} ({share.decided})"


def models_table(found: Agreement) -> dict[str, Any]:
    """The model in use, those before it, and those that did not come into use."""
    agreed = dict(found.versions)
    in_use = model_in_use()
    labels = [_("Version"), _("Examples"), _("Confirmed"), _("Macro-F1"), _("Before"), _("Guarding part")]
    columns = [{"label": label, "kind": "number" if at else ""} for at, label in enumerate(labels)]
    columns += [{"label": _("Decided as suggested"), "kind": "number"}, {"label": _("State")}]
    rows = [model_row(model, agreed) for model in LearnedModel.objects.all()[:VERSIONS_SHOWN]]
    known = {row["id"] for row in rows}
    for version in dict.fromkeys([in_use.version, *agreed]):
        if version and f"model-{version}" not in known:
            share = agreed.get(version, Share(0, 0))
            state = _("in use") if version == in_use.version else ""
            texts = [version, str(in_use.examples) if state else "", "", "", "", "", month_cell(share), state]
            rows.append({"id": f"model-{version}", "cells": cells_of(texts)})
    return {"columns": columns, "rows": rows}


def model_row(model: LearnedModel, agreed: dict[str, Share]) -> dict[str, Any]:
    state = _("in use") if model.is_active else "" if model.was_used else _("not better, never used")
    texts = [
        model.version,
        str(model.examples),
        str(model.confirmed),
        f"{model.macro_f1:.3f}",
        f"{model.macro_f1_before:.3f}",
        f"{model.guard_macro_f1:.3f}",
        month_cell(agreed.get(model.version, Share(0, 0))),
        listed_state(state, model.made_at),
    ]
    return {"id": f"model-{model.version}", "cells": cells_of(texts)}


def listed_state(state: str, made_at: datetime) -> str:
    return f"{day_and_time(made_at)} {state}".strip()


def cells_of(texts: list[str]) -> list[dict[str, str]]:
    last = len(texts) - 1
    return [{"text": text, "kind": "" if at in {0, last} else "number"} for at, text in enumerate(texts)]


def waived_table(estate: Estate, since: datetime, until: datetime) -> dict[str, Any]:
    """Steps that were marked as not needed, the most often waived first."""
    columns = [
        {"label": _("Step")},
        {"label": _("Not needed"), "kind": "number"},
        {"label": _("Share"), "kind": "number"},
    ]
    rows = [
        {
            "id": f"waived-{step.key}",
            "cells": [
                {"text": step.title},
                {"text": of_how_many(Share(step.not_needed, step.laid)), "kind": "number"},
                {"text": percent(Share(step.not_needed, step.laid)), "kind": "number"},
            ],
        }
        for step in steps_waived([estate.pk], since, until)
    ]
    return {"columns": columns, "rows": rows}


def findings_table(estate: Estate, since: datetime, until: datetime) -> dict[str, Any]:
    """What was found of the valid complaints."""
    found = findings([estate.pk], since, until)
    words = dict(Finding.choices) | {"": _("Nothing recorded")}
    columns = [{"label": _("Finding")}, {"label": _("Valid complaints"), "kind": "number"}]
    rows = [
        {
            "id": f"finding-{key or 'none'}",
            "cells": [{"text": str(words[key])}, {"text": str(n), "kind": "number"}],
        }
        for key, n in found.items()
    ]
    return {"columns": columns, "rows": rows if any(found.values()) else []}


def shown(refit: Refit) -> dict[str, Any]:
    """How the last request to learn stands."""
    return {
        "open": refit.is_open,
        "label": refit.get_status_display(),
        "done": refit.done,
        "total": refit.total or 1,
        "at": refit.finished_at or refit.asked_at,
    }
