"""Every page in three languages, light and dark: nothing for axe to find, nothing from elsewhere, nothing heavy."""

import base64
import gzip
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Browser

from helpdesk.staff.permissions import PERMISSIONS
from tests.access.test_pages import STAFF
from tests.journeys import moves
from tests.journeys.running import RunningDesk
from tests.journeys.watching import Window

pytestmark = pytest.mark.browser

LANGUAGES = ["en", "zh-hans", "zh-hant"]
# Not pages: files, and the answer of a form that only asks.
NO_PAGES = {
    *("fee_figure_rows", "fee_figures_export", "slip_export", "follow_up_export", "contact_export"),
    *("ticket_file", "slip_file", "lookup", "ticket_export", "ticket_canned", "slip_pdf", "ticket_sheet_pdf"),
    *("follow_up_summary_csv", "allocation_preview", "import_template", "import_problems"),
    *("bank_file_template", "bill_export", "payment_export", "reminder_export", "visit_notice_file"),
}
NO_PAGES |= {"pass_export", "pass_pdf", "pass_file", "pass_owing"}
NO_PAGES |= {"visit_code", "visit_export", "visit_badge_pdf", "visit_headcount_pdf"}
NO_PAGES |= {"fixtures_file", "decoration_file", "paper_file", "expiring_export", "reminder_export"}
EVERY_RULE = {"resultTypes": ["violations"]}
# The page is the same in the dark, its colours are not; in another language its colours are the same, all else is not.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
COLOURS = EVERY_RULE | {"runOnly": COLOUR_RULES}
NO_COLOURS = EVERY_RULE | {"rules": {rule: {"enabled": False} for rule in COLOUR_RULES}}
LETTERS = r"/fees/(reminders|bills)/\d+/print/"
MISSING = {"/no-such-page/", "/p/nowhere/"}
FIRST_LOAD, LATER_LOAD = 150_000, 30_000  # bytes, compressed
# One object of each kind, and one ticket and slip of every state, as the demo estate has them.
FIND = """
import json
from datetime import date, timedelta
from decimal import Decimal
from django.utils import timezone
from residents.models import Decoration, DeskKey, Move, Occupancy, ParkingSpace, Resident, Unit, UnitChange, Vehicle
from billing.models import Bill, BillingRun, ChargeItem, CollectionVisit, Meter, Payment, Refund, ReminderNotice
from helpdesk.staff.models import User
from residents.models import ImportJob
from billing.services.bank_files import send_bank_file
from billing.services.charges import add_charge_item
from billing.services.closings import close_day
from billing.services.deposits import take_deposit
from tickets.services.contacts import take_contact
from tickets.models import Answer, CannedReply, Contact, FollowUp, Handover, Incident, Praise, Slip, Ticket
from tickets.services.links import track_path
from helpdesk.lib.sealed import clear
from helpdesk.notifications.models import Message
from residents.services.residents import add_resident
from visitors.models import Parcel, ReleasePass, WatchEntry
from visitors.pass_selectors import owners_of
from visitors.services.consents import ask_by_link
from visitors.services.visits import announce_visit, receive_walk_in

def newest(rows):
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:1])

clerk = User.objects.get(username="clerk")
unit = Unit.objects.get(estate__code="willow", code="3-2-501")
resident = Occupancy.objects.filter(unit=unit, is_primary=True).get().resident
tickets = Ticket.objects.filter(estate=unit.estate)
slips = Slip.objects.filter(estate=unit.estate).visible_to(User.objects.get(username="technician"))
visits = FollowUp.objects.filter(estate=unit.estate)
passes = ReleasePass.objects.filter(estate=unit.estate)
coded = passes.exclude(code=None)
waiting = passes.filter(status="awaiting_consent").first()
owner = owners_of(waiting, timezone.now())[0]
ask_by_link(waiting, actor=clerk, owner=owner, phone=owner.phones.first())
states = [("new", ""), ("assigned", "valid"), ("in_progress", "venting"), ("resolved", "help_seeking"), ("closed", "inquiry")]
print(json.dumps({
    "": [],
    "estate": ["willow"],
    "expected_visit": [announce_visit(estate=unit.estate, actor=clerk, visitor_name="Li Zhiming", unit=unit, purpose="Tea").pk],
    "inside_visit": [receive_walk_in(estate=unit.estate, actor=clerk, visitor_name="Gao Zhipeng", unit=unit, plate="B12345",
        id_document_type="passport").pk],
    "watched": newest(WatchEntry.objects.filter(estate=unit.estate)),
    "parcel": newest(Parcel.objects.filter(estate=unit.estate)),
    "handover": newest(Handover.objects.filter(estate=unit.estate)),
    "day": [str(timezone.localdate())],
    "unit": [unit.pk],
    "move": newest(Move.objects.filter(estate=unit.estate, status="open", fixtures__isnull=False)),
    "unit_change": newest(UnitChange.objects.filter(estate=unit.estate, status="requested")),
    "decoration": newest(Decoration.objects.filter(estate=unit.estate, status="running")),
    "resident": [resident.pk],
    "unit_kind": [unit.pk, "pet"],
    "parking": newest(ParkingSpace.objects.filter(estate=unit.estate, is_archived=False)),
    "organisation": newest(Resident.objects.filter(estate=unit.estate, kind="organisation", is_archived=False)),
    "resident_kind": [resident.pk, "vehicle"],
    "kept": ["vehicle", *newest(Vehicle.objects.filter(estate=unit.estate, is_archived=False))],
    "desk_key": newest(DeskKey.objects.filter(estate=unit.estate, is_lost=False).exclude(loans__ended_at__isnull=True, loans__isnull=False)),
    "occupancy": newest(resident.occupancies.all()),
    "two_residents": [resident.pk, add_resident(estate=unit.estate, actor=clerk, name=resident.name).pk],
    "masked": [resident.pk, f"phone-{resident.phones.first().pk}"],
    "ticket": newest(tickets.filter(unit=unit)),
    "slip": newest(slips),
    "follow_up": newest(visits.filter(status="scheduled")),
    "canned": [CannedReply.objects.create(estate=unit.estate, owner=clerk, name="Thanks", body="Thank you.").pk],
    "incident": newest(Incident.objects.filter(estate=unit.estate)),
    "message": [take_contact(estate=unit.estate, kind="message", actor=User.objects.get(username="hemin"), addressee=clerk,
        name="Wang", summary="Ring back").pk],
    "praise": newest(Praise.objects.filter(estate=unit.estate)),
    "answer": newest(Answer.objects.filter(estate=unit.estate)),
    "script": ["call"],
    "pass": newest(passes.filter(status="partly_released")),
    "gate_code": [passes.get(status="partly_released").code],
    "passes": list(passes.values_list("pk", flat=True)),
    "codes": list(coded.values_list("code", flat=True)),
    "consent": clear(Message.objects.filter(template="consent_asked").latest("pk").link),
    "door_visit": newest(CollectionVisit.objects.filter(estate=unit.estate)),
    "refund": newest(Refund.objects.filter(estate=unit.estate)),
    "payment": newest(Payment.objects.filter(estate=unit.estate, reverses__isnull=True)),
    "bill": newest(Bill.objects.filter(estate=unit.estate)),
    # Tomorrow: a journey may have closed today.
    "deposit": [take_deposit(unit, actor=clerk, amount=Decimal(200), method="cash", at=timezone.now() + timedelta(days=1),
        charge_item=add_charge_item(estate=unit.estate, actor=None, code="every", name="Keys", kind="deposit")).pk],
    "closing": [close_day(unit.estate, actor=None, day=date(2020, 1, 3), counted={}).pk],
    "bank_file": [send_bank_file(unit.estate, actor=clerk, name="bank.csv",
        data=("Date,Amount,Unit,Payer\\n%s,5,3-2-501,Wang\\n%s,7,,Li\\nx,y,," % ((timezone.localdate() - timedelta(days=9),) * 2)).encode()).pk],
    "meter": newest(Meter.objects.filter(estate=unit.estate)),
    "run": newest(BillingRun.objects.filter(estate=unit.estate)),
    "notice": newest(ReminderNotice.objects.filter(estate=unit.estate)),
    "rung": [1, "zh-hans"],
    "charge_item": list(ChargeItem.objects.filter(estate=unit.estate, code="water").values_list("pk", flat=True)),
    "import": [ImportJob.objects.create(estate=unit.estate, by=clerk, file_name="list.xlsx", status="checked", rows=2,
        problems=[{"row": 2, "column": "phone", "code": "phone_unreadable", "reason": "Too many digits."}]).pk],
    "contact": newest(Contact.objects.filter(estate=unit.estate, call_back_at__isnull=False)),
    "tickets": [pk for s, c in states for pk in newest(tickets.filter(status=s, complaint_class=c))],
    "slips": [pk for s in Slip.Status.values for pk in newest(slips.filter(status=s))],
    "visits": [pk for s in FollowUp.Status.values for pk in newest(visits.filter(status=s))],
    "links": [path for s in Ticket.Status.values for t in tickets.filter(status=s).order_by("-pk")[:1] if (path := track_path(t))],
}))
"""


@pytest.fixture(scope="module")
def objects(desk: RunningDesk) -> dict[str, Any]:
    return json.loads(desk.ask(FIND))


def pages_of(objects: dict[str, Any], role: str, *others: str) -> list[str]:
    """Every address that shows a page to a role, but for those that `others` see too."""
    return [
        reverse(name, args=objects[of])
        for name, (method, permission, of) in STAFF.items()
        if method == "GET"
        and name not in NO_PAGES
        and role in PERMISSIONS[permission]
        and not set(others) & PERMISSIONS[permission]
    ]


def desk_pages(objects: dict[str, Any]) -> list[str]:
    """Every page of a clerk, and tickets and visits in their other states."""
    pages = pages_of(objects, "clerk")
    pages += [reverse("ticket_detail", args=[pk]) for pk in objects["tickets"]]
    pages += [reverse("follow_up_detail", args=[pk]) for pk in objects["visits"]]
    pages += [reverse("pass_detail", args=[pk]) for pk in objects["passes"]]
    return [*pages, f"{reverse('ticket_new')}?unit={objects['unit'][0]}&channel=phone", "/no-such-page/"]


def guards_pages(objects: dict[str, Any]) -> list[str]:
    """What a guard opens on a phone."""
    return [reverse("gate"), *(reverse("gate_pass", args=[code]) for code in objects["codes"])]


def managers_pages(objects: dict[str, Any]) -> list[str]:
    return pages_of(objects, "manager", "clerk")


def administrators_pages(objects: dict[str, Any]) -> list[str]:
    return pages_of(objects, "admin", "clerk", "manager")


def phone_pages(objects: dict[str, Any]) -> list[str]:
    """What a technician opens on a phone."""
    slips = [reverse("slip_detail", args=[pk]) for pk in objects["slips"]]
    return [reverse("desk"), reverse("slip_list"), *slips, reverse("messages")]


def public_pages(objects: dict[str, Any]) -> list[str]:
    """What a resident opens on a phone, and where staff log in."""
    return [
        reverse("login"),
        reverse("public_form", args=["willow"]),
        reverse("public_pass", args=["willow"]),
        reverse("public_visit", args=["willow"]),
        objects["consent"],
        *objects["links"],
        "/p/nowhere/",
    ]


WALKS: list[tuple[str, Callable[..., list[str]], bool]] = [
    ("clerk", desk_pages, False),
    ("manager", managers_pages, False),
    ("admin", administrators_pages, False),
    ("technician", phone_pages, True),
    ("guard", guards_pages, True),
    ("", public_pages, True),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("who", "pages", "phone"), WALKS, ids=["desk", "manager", "admin", "technician", "guard", "resident"]
)
def test_axe_finds_nothing_on_any_page(
    opened: Callable[..., Window],
    objects: dict[str, Any],
    who: str,
    pages: Callable[..., list[str]],
    phone: bool,
    language: str,
) -> None:
    window = opened(who, language=language, phone=phone)
    found = []
    for path in pages(objects):
        found += look_at(window, path, language)
    assert found == [], "\n".join(found)


def look_at(window: Window, path: str, language: str) -> list[str]:
    """What is wrong with one page, in light and in dark, one sentence each."""
    window.expected = {404} if path in MISSING else set()
    page = window.go(path)
    page.wait_for_function("() => !document.querySelector('.htmx-request')")
    complaints = []
    lang = (page.locator("html").get_attribute("lang") or "").lower()
    # A letter is in the language of who gets it.
    if not lang.startswith(language) and not re.fullmatch(LETTERS, path):
        complaints.append(f"{path} is not in {language}")
    if window.phone and window.overflows():
        complaints.append(f"{path} scrolls sideways in {language}")
    in_full = [("light", EVERY_RULE), ("dark", COLOURS)]
    themes = in_full if language == LANGUAGES[0] else [("light", NO_COLOURS)]
    for theme, options in themes:
        page.emulate_media(color_scheme=theme)
        violations = Axe().run(page, options=options).response["violations"]
        complaints += [f"{path} {language} {theme}: {say(violation)}" for violation in violations]
        where = path.split("?")[0].strip("/").replace("/", "_")[:30]
        window.shoot(f"page-{where}-{'phone-' if window.phone else ''}{language}-{theme}")
    page.emulate_media(color_scheme="light")
    return complaints


def test_axe_finds_nothing_in_what_opens(opened: Callable[..., Window], objects: dict[str, Any]) -> None:
    window = opened("clerk")
    window.expected = {400, 422}
    page = window.go("/")
    moves.look_up(window, "wjg")
    found = axe_says(window, "the one box")
    page.keyboard.press("Escape")
    moves.unfold(page.locator("details.new"))
    found += axe_says(window, "New")
    window.go(f"{reverse('ticket_new')}?unit={objects['unit'][0]}")
    page.locator("#id_description").press_sequentially("The guard shouted, and water drips from the ceiling.")
    page.locator("#suggestion .bars").wait_for()
    found += axe_says(window, "the suggestion")
    window.go(reverse("ticket_new"))
    page.locator("#id_description").fill("")  # the draft of a moment ago is back
    moves.press(page, page.locator("#new-ticket .form-foot button"))
    found += axe_says(window, "a new ticket with mistakes")
    page.locator(".field-error").first.wait_for()
    for act in ("assign", "slips", "resolve", "priority"):
        window.go(reverse("ticket_detail", args=objects["ticket"]))
        for holder in page.locator(f'details:has(form[action$="/{act}/"])').all():
            moves.unfold(holder)
        found += axe_says(window, act)
    assert found == [], "\n".join(found)


def axe_says(window: Window, where: str) -> list[str]:
    window.shoot(f"open-{where.replace(' ', '-')}")
    violations = Axe().run(window.page, options=EVERY_RULE).response["violations"]
    return [f"{where}: {say(violation)}" for violation in violations]


def say(violation: dict[str, Any]) -> str:
    nodes = "; ".join(f"{node['target']} {node['html'][:140]}" for node in violation["nodes"][:3])
    return f"{violation['id']}: {violation['help']} ({len(violation['nodes'])}: {nodes})"


@pytest.fixture
def weighed(
    browser: Browser, desk: RunningDesk, logins: Callable[[str], Any]
) -> Iterator[Callable[[str, str], tuple[int, int]]]:
    """Bytes of a page on the first load and on the second, each answer compressed as a proxy would."""
    windows: list[Window] = []

    def weigh(username: str, path: str) -> tuple[int, int]:
        windows.append(Window(browser, desk.url(""), storage=logins(username) if username else None))
        window = windows[-1]
        return load(window, path), load(window, path)

    yield weigh
    for window in windows:
        window.close()


def load(window: Window, path: str) -> int:
    """Bytes that this load brings over the wire, compressed; what the browser had kept costs nothing."""
    wire = window.context.new_cdp_session(window.page)
    kept: set[str] = set()
    came: list[str] = []
    wire.on("Network.requestServedFromCache", lambda event: kept.add(event["requestId"]))
    wire.on(
        "Network.responseReceived",
        lambda e: kept.add(e["requestId"]) if e["response"].get("fromDiskCache") else None,
    )
    wire.on("Network.loadingFinished", lambda event: came.append(event["requestId"]))
    wire.send("Network.enable")
    window.go(path).wait_for_load_state("networkidle")
    total = sum(
        compressed(wire.send("Network.getResponseBody", {"requestId": key}))
        for key in came
        if key not in kept
    )
    wire.detach()
    return total


def compressed(answer: dict[str, Any]) -> int:
    body = base64.b64decode(answer["body"]) if answer["base64Encoded"] else answer["body"].encode()
    return len(gzip.compress(body, 6))


def test_a_page_weighs_little(
    weighed: Callable[[str, str], tuple[int, int]], objects: dict[str, Any]
) -> None:
    heavy = []
    for who, path in [
        ("clerk", "/"),
        ("clerk", "/tickets/"),
        ("clerk", reverse("ticket_detail", args=objects["ticket"])),
        ("clerk", f"/tickets/new/?unit={objects['unit'][0]}"),
        ("technician", reverse("slip_detail", args=objects["slip"])),
        ("", "/p/willow/"),
        ("", objects["links"][0]),
    ]:
        first, later = weighed(who, path)
        print(f"{path}: {first} bytes, then {later}")
        if not 0 < first <= FIRST_LOAD or not 0 < later <= LATER_LOAD:
            heavy.append(f"{path}: {first} bytes at first, {later} afterwards")
    assert heavy == []
