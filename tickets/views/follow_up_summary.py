"""The month's summary of follow-up visits 回访总结报告: on the screen, on paper, as CSV."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.sheets import as_file
from helpdesk.staff.access import needs
from helpdesk.staff.models import User
from helpdesk.staff.permissions import Role
from helpdesk.staff.roles import role_in
from tickets.follow_up_figures import Summary, Tally, summary_of
from tickets.models import ComplaintClass, FollowUp
from tickets.views.matters import matter_of, unit_of

MONTHS = 24


@require_GET
@needs("reports.view")
def summary(request: HttpRequest) -> HttpResponse:
    """Coverage, timeliness, satisfaction by department and class, and what residents suggested."""
    found = asked_for(request)
    query = f"?month={found.month:%Y-%m}"
    context = page(request, found) | {
        "months": months(request, found.month),
        "print_url": reverse("follow_up_summary_print") + query,
        "csv_url": reverse("follow_up_summary_csv") + query,
        "crumbs": [
            {"label": _("Follow-ups"), "url": reverse("follow_up_list")},
            {"label": _("Monthly summary")},
        ],
    }
    return render(request, "tickets/follow_up_summary.html", context)


@require_GET
@needs("reports.view")
def summary_print(request: HttpRequest) -> HttpResponse:
    """The same on paper."""
    return render(request, "tickets/follow_up_summary_print.html", page(request, asked_for(request)))


@require_GET
@needs("reports.view")
def summary_csv(request: HttpRequest) -> HttpResponseBase:
    """The same for a spreadsheet."""
    found = asked_for(request)
    header = [_("By"), _("Name"), *(label for label, _figure in cells())]
    return as_file(f"follow-ups-{found.month:%Y-%m}", "csv", header, lines(found))


def lines(found: Summary) -> Iterator[list[Any]]:
    yield [_("All"), "", *numbers(found.total)]
    for name, tally in found.by_department.items():
        yield [_("Department"), name or _("None"), *numbers(tally)]
    for name, tally in found.by_class.items():
        yield [_("Class"), class_label(name), *numbers(tally)]


def numbers(tally: Tally) -> list[Any]:
    return [figure(tally) for _label, figure in cells()]


def cells() -> list[tuple[str, Any]]:
    """What stands in a row, in order."""
    return [
        (_("Planned"), lambda t: t.planned),
        (_("Asked"), lambda t: t.asked),
        (_("Coverage %"), lambda t: t.coverage),
        (_("On time %"), lambda t: t.on_time_rate),
        (_("Satisfied"), lambda t: t.outcomes["satisfied"]),
        (_("So-so"), lambda t: t.outcomes["so_so"]),
        (_("Dissatisfied"), lambda t: t.outcomes["dissatisfied"]),
        (_("Satisfied %"), lambda t: t.satisfaction),
        (_("Mean score"), lambda t: t.average),
        (_("Nobody reached"), lambda t: t.unreachable),
        (_("Still to ask"), lambda t: t.waiting),
        (_("Not sampled"), lambda t: t.not_sampled),
    ]


def asked_for(request: HttpRequest) -> Summary:
    estate: Estate = request.estate  # type: ignore[attr-defined]
    user: User = request.user  # type: ignore[assignment]
    at = timezone.now()
    return summary_of(whose(user, estate), estate, month_in(request, estate, at), at=at)


def whose(user: User, estate: Estate) -> QuerySet[FollowUp]:
    """The whole estate for manager and administrator; a supervisor's own department's; nothing for anybody else."""
    member = role_in(user, estate.pk)
    if member is not None and member.role in {Role.MANAGER, Role.ADMIN}:
        return FollowUp.objects.all()
    if member is not None and member.role == Role.SUPERVISOR:
        return FollowUp.objects.visible_to(user)  # type: ignore[attr-defined, no-any-return]
    return FollowUp.objects.none()


def month_in(request: HttpRequest, estate: Estate, at: datetime) -> date:
    """The month of the address, or this one where there is none or it is no month."""
    today = local(estate, at).date()
    try:
        chosen = datetime.strptime(request.GET.get("month", ""), "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        return today.replace(day=1)
    return chosen if 2000 <= chosen.year <= today.year + 1 else today.replace(day=1)


def months(request: HttpRequest, chosen: date) -> list[dict[str, Any]]:
    """The last two years to choose from, the newest first."""
    estate: Estate = request.estate  # type: ignore[attr-defined]
    today = local(estate, timezone.now()).date()
    count = today.year * 12 + today.month - 1
    listed = [date((count - back) // 12, (count - back) % 12 + 1, 1) for back in range(MONTHS)]
    if chosen not in listed:
        listed.append(chosen)
    return [{"value": f"{m:%Y-%m}", "label": in_words(m), "chosen": m == chosen} for m in listed]


def in_words(month: date) -> str:
    return date_format(month, "YEAR_MONTH_FORMAT")


def page(request: HttpRequest, found: Summary) -> dict[str, Any]:
    total = found.total
    return {
        "estate": request.estate,  # type: ignore[attr-defined]
        "month": in_words(found.month),
        "kpis": kpis(total),
        "is_empty": not total.planned and not total.not_sampled,
        "columns": [
            {"label": _("What")},
            *({"label": label, "kind": "number"} for label, _figure in cells()),
        ],
        "tables": [
            table(
                _("By department"), {name or _("None"): t for name, t in found.by_department.items()}, total
            ),
            table(_("By class"), {class_label(name): t for name, t in found.by_class.items()}, total),
        ],
        "suggestions": [suggestion(visit) for visit in found.suggestions],
    }


def kpis(total: Tally) -> list[dict[str, Any]]:
    def share(value: int | None) -> dict[str, Any]:
        return {"figure": "–" if value is None else value, "unit": "" if value is None else "%"}

    asked = _("%(asked)d of %(planned)d") % {"asked": total.asked, "planned": total.planned}
    return [
        {
            "label": _("Coverage"),
            **share(total.coverage),
            "base": asked,
            "definition": _("Residents who said how it went, of the visits that were due in the month."),
        },
        {
            "label": _("On time"),
            **share(total.on_time_rate),
            "definition": _("Asked or closed in time, of those that were asked, closed or late."),
        },
        {
            "label": _("Satisfied"),
            **share(total.satisfaction),
            "base": _("so-so apart: %(count)d") % {"count": total.outcomes["so_so"]},
            "definition": _("Scores 4 and 5, of all who were asked."),
        },
        {
            "label": _("Nobody reached"),
            "figure": total.unreachable,
            "definition": _("Closed after three attempts; counted apart."),
        },
    ]


def table(caption: str, tallies: dict[str, Tally], total: Tally) -> dict[str, Any]:
    rows = [*tallies.items(), (_("All"), total)]
    return {"caption": caption, "rows": [table_row(name, tally) for name, tally in rows]}


def table_row(name: str, tally: Tally) -> dict[str, Any]:
    figures = [{"text": "–" if value is None else value, "kind": "number"} for value in numbers(tally)]
    return {"cells": [{"text": name}, *figures]}


def class_label(key: str) -> str:
    others = {
        "unjudged": _("Not judged"),
        "slip": _("Slip without a ticket"),
        "contact": _("Call-back"),
        "routine": _("Routine visit"),
    }
    return str(others.get(key) or dict(ComplaintClass.choices)[key])


def suggestion(visit: FollowUp) -> dict[str, Any]:
    unit = unit_of(visit)
    return {
        "plate": unit.code if unit else "",
        "url": reverse("follow_up_detail", args=[visit.pk]),
        "matter": matter_of(visit),
        "words": visit.suggestion,
        "outcome": f"{visit.get_outcome_display()} {visit.score}",
        "at": visit.recorded_at,
    }
