"""Every page in three languages, light and dark: nothing for axe to find, nothing from elsewhere, nothing heavy."""

import base64
import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Browser

from tests.access.test_pages import STAFF
from tests.journeys import moves
from tests.journeys.running import RunningDesk
from tests.journeys.watching import Window

pytestmark = pytest.mark.browser

LANGUAGES = ["en", "zh-hans", "zh-hant"]
# Not pages: files, and the answer of a form that only asks.
NO_PAGES = {"ticket_file", "slip_file", "lookup"}
EVERY_RULE = {"resultTypes": ["violations"]}
# The page is the same in the dark; its colours are not.
COLOURS = EVERY_RULE | {"runOnly": ["color-contrast", "link-in-text-block"]}
MISSING = {"/no-such-page/", "/p/nowhere/"}
FIRST_LOAD, LATER_LOAD = 150_000, 30_000  # bytes, compressed
# One object of each kind, and one ticket and slip of every state, as the demo estate has them.
FIND = """
import json
from residents.models import Occupancy, Unit
from tickets.models import Contact, FollowUp, Slip, Ticket
from tickets.services.links import track_path

def newest(rows):
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:1])

unit = Unit.objects.get(estate__code="willow", code="3-2-501")
tickets = Ticket.objects.filter(estate=unit.estate)
slips = Slip.objects.filter(estate=unit.estate, department__kind="engineering")
visits = FollowUp.objects.filter(estate=unit.estate)
states = [("new", ""), ("assigned", "valid"), ("in_progress", "venting"), ("resolved", "help_seeking"), ("closed", "inquiry")]
print(json.dumps({
    "": [],
    "estate": ["willow"],
    "unit": [unit.pk],
    "resident": [Occupancy.objects.filter(unit=unit, is_primary=True).get().resident_id],
    "ticket": newest(tickets.filter(unit=unit)),
    "slip": newest(slips),
    "follow_up": newest(visits.filter(status="scheduled")),
    "contact": newest(Contact.objects.filter(estate=unit.estate, call_back_at__isnull=False)),
    "tickets": [pk for s, c in states for pk in newest(tickets.filter(status=s, complaint_class=c))],
    "slips": [pk for s in Slip.Status.values for pk in newest(slips.filter(status=s))],
    "visits": [pk for s in FollowUp.Status.values for pk in newest(visits.filter(status=s))],
    "links": [track_path(t) for s in Ticket.Status.values for t in tickets.filter(status=s).order_by("-pk")[:1]],
}))
"""


@pytest.fixture(scope="module")
def objects(desk: RunningDesk) -> dict[str, Any]:
    return json.loads(desk.ask(FIND))


def desk_pages(objects: dict[str, Any]) -> list[str]:
    """Every address of staff that shows a page, and tickets and visits in their other states."""
    rows = [
        (name, of)
        for name, (method, _permission, of) in STAFF.items()
        if method == "GET" and name not in NO_PAGES
    ]
    pages = [reverse(name, args=objects[of]) for name, of in rows]
    pages += [reverse("ticket_detail", args=[pk]) for pk in objects["tickets"]]
    pages += [reverse("follow_up_detail", args=[pk]) for pk in objects["visits"]]
    return [*pages, f"{reverse('ticket_new')}?unit={objects['unit'][0]}&channel=phone", "/no-such-page/"]


def phone_pages(objects: dict[str, Any]) -> list[str]:
    """What a technician opens on a phone."""
    slips = [reverse("slip_detail", args=[pk]) for pk in objects["slips"]]
    return [reverse("desk"), reverse("slip_list"), *slips, reverse("messages")]


def public_pages(objects: dict[str, Any]) -> list[str]:
    """What a resident opens on a phone, and where staff log in."""
    return [reverse("login"), reverse("public_form", args=["willow"]), *objects["links"], "/p/nowhere/"]


WALKS: list[tuple[str, Callable[..., list[str]], bool]] = [
    ("clerk", desk_pages, False),
    ("technician", phone_pages, True),
    ("", public_pages, True),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("who", "pages", "phone"), WALKS, ids=["desk", "technician", "resident"])
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
    if not (page.locator("html").get_attribute("lang") or "").lower().startswith(language):
        complaints.append(f"{path} is not in {language}")
    if window.phone and window.overflows():
        complaints.append(f"{path} scrolls sideways in {language}")
    for theme, options in (("light", EVERY_RULE), ("dark", COLOURS)):
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
