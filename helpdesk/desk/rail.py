"""The left rail: the pages this person may open, with a count where something waits."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.desk.figures import figures_of, shift_of
from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from helpdesk.staff.roles import may


@dataclass(frozen=True)
class Place:
    """One word of the rail; `count` None shows no figure."""

    key: str
    label: str
    url: str
    icon: str
    count: int | None
    alert: bool
    active: bool


# key, permission, url name, icon, word, further url names under which it stays lit
PLACES = [
    ("desk", "desk.view", "desk", "o-desk", gettext_lazy("Desk"), ()),
    ("tickets", "tickets.view", "ticket_list", "o-ticket", gettext_lazy("Tickets"), ("ticket_",)),
    ("slips", "slips.view", "slip_list", "o-slip", gettext_lazy("Slips"), ("slip_",)),
    (
        "follow_ups",
        "follow_ups.view",
        "follow_up_list",
        "o-follow-up",
        gettext_lazy("Follow-ups"),
        ("follow_up_",),
    ),
    (
        "contacts",
        "contacts.view",
        "contact_list",
        "o-phone",
        gettext_lazy("Registers"),
        ("contact_", "message_", "praise_", "answer_", "call_back"),
    ),
    ("incidents", "incidents.view", "incident_list", "megaphone", gettext_lazy("Incidents"), ("incident_",)),
    (
        "visits",
        "visits.view",
        "visit_board",
        "o-visitor",
        gettext_lazy("Visitors"),
        ("visit_", "watch_", "parcel_"),
    ),
    ("passes", "passes.view", "pass_list", "o-pass", gettext_lazy("Release passes"), ("pass_",)),
    ("gate", "gate.release", "gate", "o-shield", gettext_lazy("Gate"), ("gate_",)),
    (
        "residents",
        "residents.view",
        "resident_list",
        "o-building",
        gettext_lazy("Residents"),
        (
            *("resident_", "unit_detail", "unit_new_person", "import_", "personal_", "data_protection"),
            *(
                "move_",
                "fixtures_",
                "unit_change_",
                "decoration_",
                "units_map",
                "unit_edit",
                "occupancy_edit",
            ),
            *("kept_", "key_", "parking_", "organisation_", "expiring_", "record_gaps", "duplicates"),
        ),
    ),
    (
        "fees",
        "billing.view",
        "fees_home",
        "o-cash",
        gettext_lazy("Fees"),
        (
            *("unit_account", "bill_", "payment_", "receipt_", "run_", "meter_", "closing", "day_money"),
            *("bank_", "credit_", "deposit_", "invoice_", "statement_"),
            *("collection_", "reminder_", "allocation_", "fee_figures"),
            *("charge_", "rate_", "shared_cost_", "exemption_", "lease_", "late_fee_"),
        ),
    ),
    (
        "fee_settings",
        "billing.set_rates",
        "charge_list",
        "o-cash",
        gettext_lazy("Fees"),
        ("charge_", "rate_", "shared_cost_", "exemption_", "late_fee_", "reminder_"),
    ),
    ("classes", "classes.learn", "agreement", "o-chart", gettext_lazy("Classes"), ("procedure",)),
    (
        "handovers",
        "handovers.view",
        "handover_list",
        "o-swap",
        gettext_lazy("Handovers"),
        ("handover_", "day_log"),
    ),
    ("scripts", "scripts.write", "script_list", "o-book", gettext_lazy("Scripts"), ("script_",)),
    ("policy", "settings.change", "visitor_policy", "o-settings", gettext_lazy("Goods and guests"), ()),
    ("dashboard", "reports.view", "dashboard", "o-chart", gettext_lazy("Dashboard"), ()),
]


def rail_of(request: HttpRequest) -> list[Place]:
    """The places of the current estate that the user's role opens."""
    user, estate = request.user, request.estate  # type: ignore[attr-defined]
    if estate is None:
        return []
    counts = figures_of(user, estate, timezone.now()).counts
    here = request.resolver_match.url_name or "" if request.resolver_match else ""
    places = []
    for key, permission, name, icon, label, lit in PLACES:
        if may(user, permission, estate.pk):
            count, alert = counts.get(key, (None, False))
            active = here == name or here.startswith(lit)
            places.append(Place(key, str(label), reverse(name), icon, count, alert, active))
    return places


def shift_line(user: User, estate: Estate) -> str:
    """Until when this person's shift lasts today, where the duty list names one."""
    shift = shift_of(user, estate, timezone.now())
    return _("%(shift)s to %(end)s") % {"shift": shift[0], "end": shift[1]} if shift else ""
