"""A moving day: a tenant with furniture and a lorry, arrears, the owner's word by telephone, two loads at the gate."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import moves
from tests.journeys.running import RunningDesk
from tests.journeys.watching import Window

pytestmark = pytest.mark.browser

GOODS = [("三人沙发", "灰色布面", 1), ("双门冰箱", "西门子，银色", 1), ("纸箱", "封口", 12)]
PLATE = "粤B·73K19"
# A let unit that owes, whose owner can be rung.
FIND = """
from django.utils import timezone
from billing.selectors import arrears_of
from helpdesk.desk.demo.passes import let_units
from helpdesk.estates.models import Estate
from residents.models import Occupancy

estate = Estate.objects.get(code="willow")
for tenancy in Occupancy.objects.filter(unit__estate=estate, relation="tenant", until__isnull=True).select_related("unit__estate"):
    owners = Occupancy.objects.filter(unit=tenancy.unit, relation="owner", until__isnull=True, resident__phones__is_working=True)
    if owners.exists() and arrears_of(tenancy.unit).amount > 0:
        print(tenancy.unit.code + "|" + tenancy.resident.name + "|" + owners.latest("pk").resident.name)
        break
"""


def write_down(clerk: Window, unit: str, tenant: str) -> None:
    """From the caller card by its key; what is known is filled in."""
    page = clerk.page
    clerk.go("/")
    moves.open_card(clerk, unit, unit)
    with page.expect_navigation():
        page.keyboard.press("p")
    assert not clerk.overflows()
    form = page.locator("#pass-form")
    expect(form.locator("[name=unit]")).to_have_value(unit)
    expect(page.locator("#pass-owing")).to_contain_text("¥")
    form.locator("[name=applicant_name]").fill(tenant)
    form.locator("[name=id_document_type]").select_option("identity_card")
    form.locator("[name=applicant_relation][value=tenant]").check()
    for n, (what, detail, pieces) in enumerate(GOODS):
        form.locator(f"[name=item-{n}-description]").fill(what)
        form.locator(f"[name=item-{n}-detail]").fill(detail)
        form.locator(f"[name=item-{n}-quantity]").fill(str(pieces))
    form.locator("[name=vehicle_plate]").fill(PLATE)
    clerk.shoot("pass-new", whole=True)
    moves.press(page, form.locator(".form-foot button"))


def issue(clerk: Window) -> str:
    """Ring the owner, see the figure, issue; returns the address of the gate's page."""
    page = clerk.page
    call = page.locator("#consent")
    call.locator("[name=note]").fill("同意租客搬走。 Agrees.")
    clerk.shoot("pass-consent", whole=True)
    moves.press(page, call.locator("button[value=given]"))
    clerk.expected = {409}
    moves.press(page, page.locator("#issue button"))
    expect(page.locator("main [data-form-errors]")).to_be_visible()
    page.locator("[name=acknowledge_arrears]").check()
    moves.press(page, page.locator("#issue button"))
    clerk.shoot("pass-issued", whole=True)
    moves.press(page, page.locator('a[href$="/print/"]'))
    clerk.shoot("pass-paper", whole=True)
    expect(page.locator("main")).not_to_contain_text("¥")
    code = page.locator(".pass-code").inner_text().replace("-", "")
    return f"/gate/{code}/"


def say_plate(page: Page) -> None:
    page.locator("input[name=plate_check][value=same]").check()


def release(page: Page) -> None:
    page.locator("[data-gate-go]").click()
    expect(page.locator("[data-state=done]")).to_be_visible()


def two_loads(guard: Window, gate: str) -> None:
    """The sofa, then without a network the rest: HOLD, until the answer is there."""
    page = guard.go(gate)
    expect(page.locator("[data-state=go]")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("¥")
    guard.shoot("gate-go")
    say_plate(page)
    where = page.locator("#release select[name=gate]")
    if where.count():  # said once, and remembered
        where.select_option(index=0)
    page.locator("input[name^=item-][type=checkbox]").first.check()
    release(page)
    guard.shoot("gate-first-load")
    moves.press(page, page.locator(".gate-body > a.btn").first)
    say_plate(page)
    page.locator("[data-gate-all]").click()
    guard.context.set_offline(True)
    page.locator("[data-gate-go]").click()
    expect(page.locator("[data-state=hold]")).to_be_visible()
    guard.shoot("gate-hold")
    guard.context.set_offline(False)
    expect(page.locator("[data-state=done]")).to_be_visible()
    guard.shoot("gate-last-load")
    guard.problems[:] = [said for said in guard.problems if "ERR_INTERNET_DISCONNECTED" not in said]
    page.reload()
    expect(page.locator("[data-state=released]")).to_be_visible()
    assert not guard.overflows()


@pytest.mark.parametrize(
    ("language", "phone"),
    [("en", False), ("zh-hans", False), ("zh-hant", True)],
    ids=["desk", "desk-zh-hans", "phone-zh-hant"],
)
def test_a_tenant_moves_out_with_a_lorry(
    opened: Callable[..., Window], desk: RunningDesk, language: str, phone: bool
) -> None:
    """The clerk at a desk or on a phone; the guard on a phone, or at the gatehouse's screen."""
    unit, tenant, _owner = desk.ask(FIND).split("|")
    clerk = opened("clerk", language=language, phone=phone)
    write_down(clerk, unit, tenant)
    gate = issue(clerk)
    assert not clerk.overflows()
    guard = opened("guard", language=language, phone=language != "en")
    two_loads(guard, gate)
    clerk.expected = set()
    clerk.go("/release-passes/?status=released")
    expect(clerk.page.locator("main")).to_contain_text(GOODS[0][0])


def test_the_counter_works_on_a_phone_and_what_differs_is_sent_back(
    opened: Callable[..., Window], desk: RunningDesk
) -> None:
    unit, _tenant, owner = desk.ask(FIND).split("|")
    clerk = opened("clerk", phone=True)
    page = clerk.go("/release-passes/new/")
    form = page.locator("#pass-form")
    form.locator("[name=unit]").fill(unit)
    form.locator("[name=applicant_name]").fill(owner)
    form.locator("[name=id_document_type]").select_option("passport")
    form.locator("[name=applicant_relation][value=owner]").check()
    form.locator("[name=item-0-description]").fill("Piano")
    assert not clerk.overflows()
    clerk.shoot("pass-new-phone", whole=True)
    moves.press(page, form.locator(".form-foot button"))
    page.locator("[name=acknowledge_arrears]").check()
    moves.press(page, page.locator("#issue button"))
    assert not clerk.overflows()
    moves.press(page, page.locator('a[href$="/print/"]'))
    code = page.locator(".pass-code").inner_text()
    guard = opened("guard", phone=True)
    gate = guard.go("/gate/")
    gate.locator("[name=code]").fill(code.lower())
    moves.press(gate, gate.locator("form.gate-code button"))
    gate.locator("a.gate-no").click()
    gate.locator("[name=reason]").fill("A safe is on the lorry as well.")
    moves.press(gate, gate.locator(".gate-mismatch form button"))
    expect(gate.locator("[data-state=revoked]")).to_be_visible()
    guard.shoot("gate-sent-back")
    clerk.go("/messages/")
    expect(clerk.page.locator("main")).to_contain_text("A safe is on the lorry as well.")
