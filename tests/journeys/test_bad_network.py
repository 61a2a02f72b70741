"""A technician and a contractor on a phone whose network comes and goes: nothing typed or chosen is lost."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

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
