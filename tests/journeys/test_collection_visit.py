"""An evening's doors on a phone: the route, what to say, a promise with its day, a photo of the notice, and what waits."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.journeys import moves
from tests.journeys.running import RunningDesk
from tests.journeys.watching import Window

pytestmark = pytest.mark.browser
# A household that owes, that nothing pauses, and whose door nobody has knocked at.
WHO_OWES = """
from django.utils import timezone
from billing.models import Bill, CollectionVisit
from billing.services.reminders import pauses_of
day = timezone.localdate()
late = Bill.objects.filter(estate__code="willow").overdue(day).exclude(unit__in=CollectionVisit.objects.values("unit"))
late = late.select_related("unit").order_by("due_on", "id")
print(next(bill.unit_id for bill in late if not pauses_of(bill.unit, day)))
"""


def test_a_visit_at_the_door(opened: Callable[..., Window], desk: RunningDesk, photo: Path) -> None:
    unit = int(desk.ask(WHO_OWES).strip().splitlines()[-1])
    window = opened("clerk", phone=True)
    window.expected = {409}
    page = window.go("/fees/collection/")
    window.shoot("collection-route", whole=True)
    door = f"/fees/collection/{unit}/"
    window.go(door)
    expect(page.locator("main")).to_contain_text(re.compile("Hello, I am .+|您好，我是"))
    window.shoot("collection-door", whole=True)

    # Who was met must have given a reason; what was typed stays.
    page.locator("[name=met][value=owner]").check()
    page.locator("[name=said]").fill("出差，周五来缴。 Will come on Friday.")
    moves.press(page, page.locator("form[data-keepsafe] .btn-primary"))
    expect(page.locator(".field-error").first).to_be_visible()
    expect(page.locator("[name=said]")).to_have_value("出差，周五来缴。 Will come on Friday.")

    promised = datetime.now(ZoneInfo("Asia/Shanghai")).date() + timedelta(days=4)
    page.locator("[name=met][value=owner]").check()
    page.locator("[name=reason]").select_option("away")
    page.locator("[name=promised_for]").fill(promised.isoformat())
    page.locator("[name=left_notice]").check()
    page.locator("[name=files]").set_input_files(photo)
    moves.press(page, page.locator("form[data-keepsafe] .btn-primary"))
    expect(page.locator("main")).to_contain_text("Will come on Friday.")

    # The household is left alone until then, and the photo is kept with the visit.
    window.go(door)
    expect(page.locator("main")).to_contain_text(promised.isoformat())
    expect(page.locator("main .files img").first).to_be_visible()
    window.shoot("collection-promise", whole=True)
    account = opened("cashier")
    account.go(f"/fees/units/{unit}/")
    expect(account.page.locator(".pause-line").first).to_contain_text(promised.isoformat())
