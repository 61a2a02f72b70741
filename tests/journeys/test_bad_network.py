"""A technician, a contractor and a guard on a phone whose network comes and goes: nothing typed or chosen is lost."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.running import RunningDesk
from tests.journeys.watching import Window

pytestmark = pytest.mark.browser

SLIP = """
from helpdesk.estates.models import Department
from helpdesk.staff.models import User
from tickets.models import Slip
from tickets.services import slip_links, slips
department = Department.objects.get(estate__code="willow", kind="{kind}")
slip = slips.issue_slip(actor=User.objects.get(username="clerk"), department=department, instructions="Bad network")
if "{kind}" == "contractor":
    print(slip_links.link_path(slip_links.open_link_of(slip)))
else:
    slips.sign_slip(slip, actor=User.objects.get(username="technician"))
    print(f"/tickets/slips/{{slip.pk}}/")
"""

PASS = """
from datetime import timedelta
from django.utils import timezone
from helpdesk.staff.models import User
from residents.models import Occupancy
from visitors.services.pass_drafts import Goods, draft_pass
from visitors.services.release_passes import issue_pass
clerk = User.objects.get(username="clerk")
home = Occupancy.objects.filter(unit__estate__code="willow", relation="owner", until__isnull=True).select_related("unit", "resident").first()
draft = draft_pass(unit=home.unit, actor=clerk, resident=home.resident, applicant_name=home.resident.name, applicant_relation="owner", id_document_type="passport", items=[Goods("Sofa", 1)], vehicle_plate="{plate}", valid_until=timezone.now() + timedelta(hours=6))
found = issue_pass(draft, actor=clerk, acknowledge_arrears=True)
print(found.code, found.number, sep="|")
"""
REVOKE = """
from helpdesk.staff.models import User
from visitors.models import ReleasePass
from visitors.services.release_passes import revoke_pass
revoke_pass(ReleasePass.objects.get(code="{code}"), actor=User.objects.get(username="clerk"), reason="Changed plans")
print("done")
"""


def fill_report(page: Page, photo: Path) -> None:
    form = page.locator('form[action$="/complete/"]')
    form.locator("[name=report]").fill("Valve replaced, no drip for ten minutes.")
    form.locator("[name=part-0-name]").fill("Valve")
    form.locator("[name=part-0-quantity]").fill("2")
    form.locator("[name=minutes_spent]").fill("45")
    form.locator("[name=files]").set_input_files(str(photo))
    page.wait_for_timeout(600)  # it is kept a moment after the last key


def send(page: Page) -> None:
    page.locator('form[action$="/complete/"] button.btn-big').click()


def test_what_waits_goes_by_itself_when_the_network_is_back(
    opened: Callable[..., Window], desk: RunningDesk, photo: Path
) -> None:
    phone = opened("technician", phone=True)
    page = phone.go(desk.ask(SLIP.format(kind="engineering")))
    fill_report(page, photo)
    page.context.set_offline(True)
    send(page)
    expect(page.locator("[data-keepsafe-says]")).to_contain_text("No connection")
    phone.shoot("slip-waits-phone")
    page.context.set_offline(False)
    expect(page.locator("main")).to_contain_text("Valve × 2", timeout=30_000)
    expect(page.locator("main")).to_contain_text("45 minutes of work")
    expect(page.locator(".slip-sides img")).to_have_count(1)


def test_after_a_reload_words_parts_and_photos_are_back_and_go(
    opened: Callable[..., Window], desk: RunningDesk, photo: Path
) -> None:
    phone = opened("technician", phone=True)
    page = phone.go(desk.ask(SLIP.format(kind="engineering")))
    fill_report(page, photo)
    page.reload()
    expect(page.locator("[data-keepsafe-says]")).to_contain_text("is back, with 1 photos")
    expect(page.locator("[name=part-0-name]")).to_have_value("Valve")
    expect(page.locator("[name=report]")).to_have_value("Valve replaced, no drip for ten minutes.")
    send(page)
    expect(page.locator("main")).to_contain_text("Valve × 2", timeout=30_000)
    expect(page.locator(".slip-sides img")).to_have_count(1)


def test_a_contractor_is_kept_from_losing_anything_too(
    opened: Callable[..., Window], desk: RunningDesk, photo: Path
) -> None:
    phone = opened(phone=True)
    page = phone.go(desk.ask(SLIP.format(kind="contractor")))
    page.locator("[name=name]").fill("Lin Guodong")
    page.locator("[name=phone]").fill("13800138000")
    page.locator('form[action$="/sign/"] button.btn-big').click()
    expect(page.locator("main")).to_contain_text("Signed for by Lin Guodong", timeout=30_000)
    fill_report(page, photo)
    page.context.set_offline(True)
    send(page)
    expect(page.locator("[data-keepsafe-says]")).to_contain_text("No connection")
    page.context.set_offline(False)
    expect(page.locator("main")).to_contain_text("Valve × 2", timeout=30_000)
    phone.shoot("slip-link-done-phone", whole=True)


# --- the gate


def scan(guard: Window, code: str) -> Page:
    """The pass is open, its goods are ticked."""
    page = guard.go(f"/gate/{code}/")
    where = page.locator("#release select[name=gate]")
    if where.count():  # said once, and remembered
        where.select_option(index=0)
    page.locator("[data-gate-all]").click()
    return page


def press_without_a_network(guard: Window, code: str) -> Page:
    """Pressed and held; the network is back only for other addresses than the pass's own."""
    page = scan(guard, code)
    page.route("**/release/", lambda route: route.abort())
    page.locator("[data-gate-go]").click()
    expect(page.locator("[data-state=hold]")).to_be_visible()
    expect(page.locator("[data-hold-line]")).to_contain_text("sent again")
    return page


def forget_the_network(guard: Window) -> None:
    guard.problems[:] = [said for said in guard.problems if "ERR_FAILED" not in said]


def test_what_was_scanned_without_a_network_goes_from_another_page_of_the_gate(
    opened: Callable[..., Window], desk: RunningDesk
) -> None:
    (one, first), (two, second) = (desk.ask(PASS.format(plate="")).split("|") for _ in range(2))
    guard = opened("guard", phone=True)
    press_without_a_network(guard, one)
    page = press_without_a_network(guard, two)
    waits = page.locator("#gate-waits")
    expect(waits).to_contain_text(first)
    page = guard.go("/gate/")
    expect(waits).to_contain_text("2 waits")
    expect(waits).to_contain_text(second)
    guard.shoot("gate-waits-phone")
    desk.ask(REVOKE.format(code=two))
    guard.expected = {409}
    page.unroute("**/release/")
    expect(waits.locator("li.pine")).to_contain_text(f"{first} was let out", timeout=30_000)
    expect(waits.locator("li.red")).to_contain_text(f"{second} was not let out", timeout=30_000)
    expect(waits.locator("[data-waits-line]")).to_be_empty()
    guard.shoot("gate-went-phone")
    assert not guard.overflows()
    # It was sent once and for all: the next page says nothing of it.
    waits.locator("li.pine a").click()
    expect(page.locator("[data-state=released]")).to_be_visible()
    expect(waits.locator("li")).to_have_count(0)
    forget_the_network(guard)


def test_the_plate_is_asked_for_before_anything_is_sent(
    opened: Callable[..., Window], desk: RunningDesk
) -> None:
    code, _number = desk.ask(PASS.format(plate="粤B·73K19")).split("|")
    guard = opened("guard", phone=True)
    page = scan(guard, code)
    sent: list[Route] = []
    page.route("**/release/", lambda route: (sent.append(route), route.continue_()))
    page.locator("[data-gate-go]").click()
    expect(page.locator("[data-gate-ask=plate_check]")).to_be_visible()
    expect(page.locator("[name=plate_check]").first).to_be_focused()
    guard.shoot("gate-asks-phone")
    page.locator("[name=plate_check][value=other]").check()
    page.locator("[data-gate-go]").click()
    expect(page.locator("[data-gate-ask=plate]")).to_be_visible()
    expect(page.locator("[data-gate-ask=plate_check]")).to_be_hidden()
    page.locator("[name^=item-]").first.uncheck()
    page.locator("[name=plate_check][value=same]").check()
    page.locator("[data-gate-go]").click()
    expect(page.locator("[data-gate-ask=items]")).to_be_visible()
    assert sent == []
    page.locator("[data-gate-all]").click()
    page.locator("[data-gate-go]").click()
    expect(page.locator("[data-state=done]")).to_be_visible()
    assert len(sent) == 1


def test_a_scan_that_waited_too_long_is_not_sent_and_that_is_said(
    opened: Callable[..., Window], desk: RunningDesk
) -> None:
    code, number = desk.ask(PASS.format(plate="")).split("|")
    guard = opened("guard", phone=True)
    page = press_without_a_network(guard, code)
    page.evaluate(
        """() => {
          const name = Object.keys(localStorage).find((name) => name.startsWith("gate:"));
          const entry = JSON.parse(localStorage.getItem(name));
          localStorage.setItem(name, JSON.stringify({ ...entry, at: entry.at - 31 * 60000 }));
        }"""
    )
    page.unroute("**/release/")
    page = guard.go("/gate/")
    expect(page.locator("#gate-waits li.amber")).to_contain_text(f"{number} had no answer for 30 minutes")
    page.locator("#gate-waits li a").click()
    expect(page.locator("[data-state=go]")).to_be_visible()
    forget_the_network(guard)


def test_from_the_press_until_the_answer_the_gate_says_hold(
    opened: Callable[..., Window], desk: RunningDesk
) -> None:
    code, _number = desk.ask(PASS.format(plate="")).split("|")
    guard = opened("guard", phone=True)
    page = scan(guard, code)
    waiting: list[Route] = []
    page.route("**/release/", lambda route: waiting.append(route))
    page.locator("[data-gate-go]").click()
    expect(page.locator("[data-state=hold]")).to_be_visible()
    expect(page.locator("[data-state=go]")).to_have_count(0)
    expect(page.locator("[data-hold-line]")).to_have_text("Sending …")
    expect(page.locator("[data-hold-now]")).to_be_disabled()
    waiting[0].continue_()
    expect(page.locator("[data-state=done]")).to_be_visible()
