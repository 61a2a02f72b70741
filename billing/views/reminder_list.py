"""All notices as a list: what is to be handed over first; filtered, kept as a view, taken out as a file."""

from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_safe

from billing.forms.list_filters import ReminderFilterForm
from billing.models import ReminderNotice
from billing.views.ladders import channel_words
from billing.views.list_columns import UNIT, day, figure, money
from helpdesk.estates.calendars import local
from helpdesk.estates.models import Estate
from helpdesk.lib.forms import FilterForm
from helpdesk.notifications.models import Message
from helpdesk.staff.access import needs, require_here
from helpdesk.staff.kept_lists import Cell, Column, KeptList, view_chips, words
from helpdesk.staff.lists import Opened
from residents.models import Building

STATUS = Message.Status
# State → what it looks for. What is to be handed over is looked for where nothing is said; what is held back, apart.
STATES: dict[str, dict[str, Any]] = {
    "done": {"done_at__isnull": False},
    "waiting": {"message__status__in": (STATUS.WAITING, STATUS.SENDING)},
    "sent": {"message__status": STATUS.SENT},
    "failed": {"message__status__in": (STATUS.FAILED, STATUS.UNKNOWN)},
    "withdrawn": {"withdrawn_at__isnull": False},
    "all": {},
}


@require_safe
@needs("reminders.view")
def reminder_list(request: HttpRequest) -> HttpResponseBase:
    """Notices, newest first; those that somebody has to hand over unless the address asks for others."""
    require_here(request, "reminders.view")
    may_set = request.user.may("reminders.settings", request.estate.pk)  # type: ignore[union-attr,attr-defined]
    acts = [
        {"label": _("Who stands where"), "url": reverse("reminder_overview"), "icon": "list"},
        {"label": _("Collection at the door"), "url": reverse("collection_route")},
        *([{"label": _("Ladder and words"), "url": reverse("reminder_ladder")}] if may_set else []),
    ]
    return REMINDERS.page(
        request,
        title=_("Reminders"),
        empty={
            "says": _("Nothing is to be handed over."),
            "hint": _(
                "Households that take no messages get their reminder on paper; "
                "it stands here until somebody has handed it over."
            ),
        },
        acts=acts,
        crumbs=[{"label": _("Fees"), "url": reverse("fees_home")}, {"label": _("Reminders")}],
    )


@require_safe
@needs("billing.close_day")
def reminder_export(request: HttpRequest) -> HttpResponseBase:
    """The list as a file."""
    require_here(request, "billing.close_day")
    return REMINDERS.file(request)


def form_of(request: HttpRequest) -> ReminderFilterForm:
    buildings = Building.objects.filter(estate=request.estate, is_archived=False).order_by("code")  # type: ignore[attr-defined]
    return ReminderFilterForm(request.GET, buildings=list(buildings))


def rows_of(request: HttpRequest, form: FilterForm, at: datetime) -> QuerySet[ReminderNotice]:
    """The notices that the address asks for."""
    estate: Estate = request.estate  # type: ignore[attr-defined]
    rows = narrowed(ReminderNotice.objects.filter(estate=estate), form.chosen(), local(estate, at).date())
    return rows.select_related("unit", "resident", "done_by", "message")  # type: ignore[no-any-return]


def narrowed(rows: Any, chosen: dict[str, Any], today: date) -> Any:
    """The rows that the chosen filters leave, each with whether it is held back today."""
    held = ReminderNotice.objects.filter(pk=OuterRef("pk")).held(today)  # type: ignore[attr-defined]
    rows = _in_state(rows.annotate(is_held=Exists(held)), chosen.get("state", ""))
    fits = {"unit": "unit__code__iexact", "building": "unit__building", "way": "way", "level": "level"}
    for name, lookup in (fits | {"day_from": "day__gte", "day_to": "day__lte"}).items():
        if chosen.get(name):
            rows = rows.filter(**{lookup: chosen[name]})
    return rows


def _in_state(rows: Any, state: str) -> Any:
    if state in STATES:
        return rows.filter(**STATES[state])
    return rows.to_hand_over().filter(is_held=state == "held")


def views_of(request: HttpRequest, opened: Opened) -> list[dict[str, Any]]:
    choices: list[tuple[str, dict[str, str]]] = [
        (_("To hand over"), {}),
        (pgettext("reminders", "Paused"), {"state": "held"}),
        (_("Legal list"), {"way": "legal"}),
        (_("Not sent"), {"state": "failed"}),
        (_("All"), {"state": "all"}),
    ]
    return view_chips(request, opened, choices, {})


def row_of(notice: ReminderNotice, at: datetime, request: HttpRequest) -> dict[str, Any]:
    return {"id": f"notice-{notice.pk}", "late": False}


def is_to_do(notice: Any) -> bool:
    """As `NoticeQuerySet.to_hand_over`, of one that is read already."""
    failed = notice.message is not None and notice.message.status == STATUS.FAILED
    by_hand = notice.channel == "print" or failed
    return by_hand and not (notice.done_at or notice.withdrawn_at or notice.is_held)


def state_of(notice: Any) -> str:
    """Handed over, taken back or held; else how far its message is."""
    if notice.withdrawn_at:
        return pgettext("a notice", "Taken back")
    if notice.done_at:
        return pgettext("a notice", "Handed over")
    if notice.is_held and notice.channel == "print":
        return pgettext("reminders", "Paused")
    return str(notice.message.get_status_display()) if notice.message else _("To hand over")


def state_cell(notice: ReminderNotice, at: datetime) -> Cell:
    """What is to be done is done from here."""
    if not is_to_do(notice):
        return {"text": state_of(notice)}
    return {"template": "billing/_cell_notice_act.html", "data": notice, "kind": "act"}


def done_on(notice: ReminderNotice) -> str:
    return f"{localtime(notice.done_at):%Y-%m-%d}" if notice.done_at else ""


COLUMNS: list[Column[ReminderNotice]] = [
    UNIT,
    day("day", gettext_lazy("Day"), lambda n: n.day),
    words(
        "to", pgettext_lazy("whom a notice goes to", "To"), lambda n: n.resident.name if n.resident else ""
    ),
    words("how", gettext_lazy("How"), lambda n: channel_words(n.channel, n.way)),
    figure("level", gettext_lazy("Level"), lambda n: n.level),
    money("total", gettext_lazy("Total"), lambda n: n.total),
    Column("state", gettext_lazy("State"), state_cell, lambda n: (state_of(n),)),
    words("done_on", gettext_lazy("Handed over on"), done_on),
    words("done_by", gettext_lazy("Handed over by"), lambda n: str(n.done_by or "")),
    words("note", gettext_lazy("Note"), lambda n: n.done_note),
    words("subject", gettext_lazy("Subject"), lambda n: n.subject),
]

REMINDERS = KeptList(
    name="reminder_list",
    export="reminder_export",
    export_permission="billing.close_day",
    noun="reminders",
    columns=COLUMNS,
    usual=["unit", "day", "to", "how", "level", "total", "state"],
    always="unit",
    field="created_at",
    form=form_of,
    rows=rows_of,
    views=views_of,
    row=row_of,
)
