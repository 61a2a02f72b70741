"""A morning's visitors: announced, back again, refused, staying too long, with a badge, and out; at a desk and on a phone."""

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import SHANGHAI
from tests.journeys import moves
from tests.journeys.running import RunningDesk
from tests.journeys.watching import Window

pytestmark = pytest.mark.browser

UNIT = "3-2-501"
VISIT = re.compile(r"/visitors/(\d+)/")
# As the clock would have it: somebody has been inside for three hours.
THREE_HOURS_AGO = """
from datetime import timedelta
from django.utils import timezone
from visitors.models import Visit
late = timezone.now() - timedelta(hours=3)
print(Visit.objects.filter(pk=%s).update(arrived_at=late, stay_until=late + timedelta(hours=2)))
"""


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"#visit-form [name={name}]").fill(value)


def press_act(page: Page, act: str) -> None:
    moves.press(page, page.locator(f"#visit-form button[name=act][value={act}]"))


def visit_on(page: Page) -> int:
    found = VISIT.search(page.url)
    assert found, page.url
    return int(found[1])


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_a_mornings_visitors(opened: Callable[..., Window], desk: RunningDesk, phone: bool) -> None:
    window = opened("clerk", phone=phone)
    window.expected = {409}
    number = "139 0013 9102" if phone else "139 0013 9101"
    page = window.go("/visitors/")

    # Somebody rings: a guest comes this afternoon.
    window.go("/visitors/new/?path=later")
    fill(page, visitor_name="Tom Whitfield", unit=UNIT, purpose="Dinner", party_size="2")
    press_act(page, "announce")
    announced = visit_on(page)
    expect(page.locator("svg[role=img]").first).to_be_visible()
    window.shoot(f"visit-announced-{phone}", whole=True)

    # A walk-in, and the same person once more: the number alone fills in the rest.
    window.go("/visitors/new/")
    fill(page, visitor_phone=number, visitor_name="孙雪", unit=UNIT, purpose="量尺")
    press_act(page, "check_in")
    first = visit_on(page)
    moves.press(page, page.locator('form[action$="/check-out/"] button'))
    window.go("/visitors/new/")
    began = time.monotonic()
    page.locator("[name=visitor_phone]").press_sequentially(number)
    expect(page.locator("[name=visitor_name]")).to_have_value("孙雪")
    expect(page.locator("[name=unit]")).to_have_value(UNIT)
    page.locator("[name=badge]").fill(f"J-{first}")
    window.shoot(f"visit-repeat-{phone}", whole=True)
    press_act(page, "check_in")
    again = visit_on(page)
    # From the empty form to inside, typing included.
    assert time.monotonic() - began < 10
    assert again != first

    # One whom nobody expects is not admitted.
    window.go("/visitors/new/")
    fill(page, visitor_name="Insurance", unit=UNIT)
    moves.unfold(page.locator("details:has([name=reason])"))
    fill(page, reason="Nobody expects them")
    press_act(page, "refuse")
    expect(page.locator("main")).to_contain_text("Nobody expects them")

    # The badge, and who stays too long.
    window.go(f"/visitors/{again}/badge/")
    expect(page.locator(".badge-where")).to_have_text(UNIT)
    assert desk.ask(THREE_HOURS_AGO % again) == "1"
    window.go("/visitors/")
    late = page.locator(f"#lane-inside #visit-{again}")
    expect(late.locator(".clock.late")).to_be_visible()
    window.shoot(f"visitors-{phone}", whole=True)
    assert not window.overflows()
    expect(page.locator("main")).not_to_contain_text("Whitfield")

    # In by one click, out by one click.
    moves.press(page, page.locator(f"#lane-expected #visit-{announced} .act > form button"))
    expect(page.locator(f"#lane-inside #visit-{announced}")).to_be_visible()
    for visit in (again, announced):
        moves.press(page, page.locator(f"#lane-inside #visit-{visit} form button"))
        expect(page.locator(f"#lane-left #visit-{visit}")).to_be_visible()
    window.go("/visitors/headcount/")
    assert page.locator("main").inner_text().count(f"J-{first}") == 0

    # A contractor's pass: out in the evening, and the same code is expected again.
    window.go("/visitors/new/?path=later")
    laying = f"铺砖 {first}"  # the same desk serves both sizes
    fill(page, visitor_name="赵铁", unit=UNIT, purpose=laying)
    page.locator("[name=comes_until]").fill(f"{datetime.now(SHANGHAI) + timedelta(days=3):%Y-%m-%d}")
    press_act(page, "announce")
    fitter = visit_on(page)
    code = page.locator('a[href*="/p/i/"]').get_attribute("href")
    window.go("/visitors/")
    moves.press(page, page.locator(f"#lane-expected #visit-{fitter} .act > form button"))
    moves.press(page, page.locator(f"#lane-inside #visit-{fitter} form button"))
    again_expected = page.locator("#lane-expected [id^=visit-]", has_text=laying)
    again_expected.locator("a", has_text="赵").click()
    expect(page.locator('a[href*="/p/i/"]')).to_have_attribute("href", code or "")

    # Somebody strange, who is no visitor: one form, and security knows.
    window.go("/visitors/")
    moves.press(page, page.locator('a[href$="/visitors/suspicious/"]'))
    page.locator("[name=note]").fill("Tries the doors of the garage")
    moves.press(page, page.locator("main form .btn-danger"))
    expect(page.locator("main")).to_contain_text("Tries the doors of the garage")
    assert not window.overflows()
