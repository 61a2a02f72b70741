"""A move-out with everything open that can be open: it is refused, settled step by step, and completed (docs/domain.md §8)."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys import moves
from tests.journeys.running import RunningDesk
from tests.journeys.watching import Window

pytestmark = pytest.mark.browser

# A let unit in arrears with an unread meter; builders, a ticket, a guest and a pass come on top.
SET_UP = """
import json
from datetime import timedelta
from decimal import Decimal
from django.utils import timezone
from billing.models import ChargeItem
from billing.selectors import arrears_of
from billing.services.charges import add_charge_item
from billing.services.deposits import take_deposit
from helpdesk.staff.models import User
from residents.models import Decoration, Move, Occupancy
from residents.services.decorations import apply_for_decoration, move_decoration
from residents.services.decoration_site import add_violation, issue_worker_permit
from tickets.services.tickets import take_ticket
from tickets.models import Ticket
from visitors.models import ReleasePass, Visit
from visitors.services.pass_drafts import Goods, draft_pass
from visitors.services.release_passes import issue_pass
from visitors.services.visits import announce_visit

clerk, manager = User.objects.get(username="clerk"), User.objects.get(username="manager")
rows = Occupancy.objects.filter(unit__estate__code="willow", relation="tenant", until__isnull=True, unit__meters__isnull=False)
busy = [m.unit_id for m in Move.objects.all()] + [d.unit_id for d in Decoration.objects.all()] + [p.unit_id for p in ReleasePass.objects.all()]
busy += Visit.objects.filter(unit__isnull=False, status__in=["expected", "inside"]).values_list("unit", flat=True)
for tenancy in rows.exclude(unit__in=busy).exclude(unit__code="3-2-501").select_related("unit__estate", "resident").order_by("pk"):
    if arrears_of(tenancy.unit).amount > 0 and not Ticket.objects.filter(unit=tenancy.unit, status__in=["new", "assigned", "in_progress"]).exists():
        break
unit, estate, now = tenancy.unit, tenancy.unit.estate, timezone.now()
today = timezone.localdate(now)
item = ChargeItem.objects.filter(estate=estate, kind="deposit").first() or add_charge_item(estate=estate, actor=None, code="deco", name="Deposit", kind="deposit")
job = apply_for_decoration(unit, actor=clerk, contractor="Journey Builders", scope="Paint", starts_on=today, ends_on=today + timedelta(days=20))
job = move_decoration(job, "approve", actor=manager)
deposit = take_deposit(unit, actor=clerk, charge_item=item, amount=Decimal(500), method="cash", decoration=job)
job = move_decoration(job, "start", actor=clerk)
issue_worker_permit(job, actor=clerk, name="Cai")
add_violation(job, actor=clerk, what="Dust in the lift", rectify_by=today + timedelta(days=1))
ticket = take_ticket(estate=estate, channel="phone", description="The tap in the kitchen drips.", actor=clerk, unit=unit)
guest = announce_visit(estate=estate, actor=clerk, visitor_name="Zhou", unit=unit, purpose="Tea")
owner = unit.occupancies.filter(relation="owner", until__isnull=True).latest("pk").resident
draft = draft_pass(unit=unit, actor=clerk, resident=owner, applicant_name=owner.name, applicant_relation="owner", id_document_type="identity_card", items=[Goods("Sofa")], valid_until=now + timedelta(hours=3))
issued = issue_pass(draft, actor=clerk, acknowledge_arrears=True)
meter = unit.meters.get(removed_on__isnull=True)
shown = max([meter.billed_value, *meter.readings.values_list("value", flat=True)])
print(json.dumps({"reading": float(shown) + 3, "unit": unit.pk, "code": unit.code, "tenancy": tenancy.pk, "job": job.pk, "deposit": deposit.pk, "ticket": ticket.pk, "guest": guest.pk, "gate": issued.code, "meter": meter.pk}))
"""
OPEN = [
    *("fees", "meters", "deposits", "decoration", "tickets", "fixtures", "keys", "cards", "parking"),
    *("visitors", "release_pass", "mailing"),
]


def step(window: Window, key: str) -> Locator:
    return window.page.locator(f'[data-step="{key}"]')


def settle(window: Window, move: str, key: str) -> None:
    """Follow the link of a step that is open."""
    window.go(move)
    expect(step(window, key)).to_have_attribute("data-state", "open")
    moves.press(window.page, step(window, key).locator(".check-acts a"))


def is_done(window: Window, move: str, key: str) -> None:
    window.go(move)
    expect(step(window, key)).not_to_have_attribute("data-state", "open")


def open_checklist(clerk: Window, world: dict) -> str:
    page = clerk.go(f"/residents/units/{world['unit']}/")
    moves.press(page, page.locator('main a[href*="kind=move_out"]').first)
    expect(page.locator("[name=unit]")).to_have_value(world["code"])
    moves.press(page, page.locator("#move-form .form-foot button"))
    for key in OPEN:
        expect(step(clerk, key)).to_have_attribute("data-state", "open")
    clerk.shoot("move-out-open", whole=True)
    found = re.search(r"/residents/moves/\d+/", page.url)
    assert found
    return found.group()


def is_refused(clerk: Window, move: str) -> None:
    page = clerk.go(move)
    clerk.expected = {409}
    moves.press(page, page.locator('form[action$="/complete/"] button'))
    expect(page.locator("#complete [role=alert]")).to_be_visible()
    clerk.expected = set()


def pay(clerk: Window, move: str) -> None:
    settle(clerk, move, "fees")
    page = clerk.page
    page.locator("[data-fill-amount]").click()
    page.locator("form[data-pay] [name=method][value=cash]").check(force=True)
    moves.press(page, page.locator("form[data-pay] button.btn-primary"))
    is_done(clerk, move, "fees")


def read_meter(clerk: Window, move: str, meter: int, reading: float) -> None:
    settle(clerk, move, "meters")
    page = clerk.page
    page.locator(f"#m{meter}").fill(f"{reading:.1f}")
    moves.press(page, page.locator("form:has([data-paste-grid]) .form-foot button"))
    is_done(clerk, move, "meters")


def finish_decoration(clerk: Window, cashier: Window, move: str, world: dict) -> None:
    settle(clerk, move, "decoration")
    page, job = clerk.page, f"/residents/decorations/{world['job']}/"
    unfold = page.locator('details:has(form[action*="/violations/"])').first
    moves.unfold(unfold)
    unfold.locator("[name=how]").fill("Swept.")
    moves.press(page, unfold.locator("button.btn-primary"))
    page.locator("[name=kind]").select_option("acceptance")
    moves.press(page, page.locator('form[action$="/inspections/"] button'))
    record = page.locator('details:has(form[action*="/inspections/"])')
    moves.unfold(record)
    record.locator("[name=is_sound][value=yes]").check()
    moves.press(page, record.locator("button.btn-primary"))
    clerk.shoot("move-out-decoration", whole=True)
    moves.press(page, page.locator('form[action$="/act/accept/"] button'))
    clerk.expected = {409}
    moves.press(page, page.locator('form[action$="/act/close/"] button'))
    expect(page.locator("#acts [role=alert]")).to_be_visible()
    clerk.expected = set()
    moves.press(page, page.locator('form[action*="/permits/"][action$="/end/"] button'))
    drawer = cashier.go(f"/fees/deposits/{world['deposit']}/")
    moves.press(drawer, drawer.locator('form[action$="/give-back/"] button'))
    page = clerk.go(job)
    moves.press(page, page.locator('form[action$="/act/close/"] button'))
    is_done(clerk, move, "decoration")
    is_done(clerk, move, "deposits")


def resolve_ticket(clerk: Window, move: str) -> None:
    settle(clerk, move, "tickets")
    page = clerk.page
    ticket = re.search(r"/tickets/\d+/", page.url)
    assert ticket
    moves.judge(page, "help_seeking")
    moves.give_to_department(page, "Engineering")
    moves.tick_hand_steps(clerk, ticket.group())
    moves.resolve(page, "Washer replaced.")
    is_done(clerk, move, "tickets")


def hand_over_fixtures(phone: Window, move: str, photo: Path) -> None:
    """On the phone, in the flat: every line, a photo, both signatures, one of them drawn."""
    settle(phone, move, "fixtures")
    page = phone.page
    moves.press(page, page.locator('form[action$="/begin/"] button'))
    for choice in page.locator("#sheet select").all():
        choice.select_option("good")
    page.locator('#sheet input[type="file"]').first.set_input_files(str(photo))
    assert not phone.overflows()
    moves.press(page, page.locator("#sheet button.btn-primary"))
    expect(page.locator("#sheet img").first).to_be_visible()
    pad = page.locator('form[action$="/sign/resident/"] canvas')
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 60, steps=6)
    page.mouse.up()
    moves.press(page, page.locator('form[action$="/sign/resident/"] button.btn-primary'))
    expect(page.locator(".signature svg path")).to_have_count(1)
    phone.shoot("move-out-fixtures-phone", whole=True)
    moves.press(page, page.locator('form[action$="/sign/staff/"] button.btn-primary'))
    is_done(phone, move, "fixtures")


def tick(clerk: Window, move: str, key: str) -> None:
    clerk.go(move)
    moves.press(clerk.page, step(clerk, key).locator("button[value=done]"))
    expect(step(clerk, key)).to_have_attribute("data-state", "done")


def not_needed(clerk: Window, move: str, key: str, why: str) -> None:
    page = clerk.go(move)
    menu = step(clerk, key).locator("details")
    moves.unfold(menu)
    menu.locator("[name=reason]").fill(why)
    moves.press(page, menu.locator("button[value=not_needed]"))
    expect(step(clerk, key)).to_contain_text(why)


def turn_the_guest_away(clerk: Window, move: str) -> None:
    settle(clerk, move, "visitors")
    fold = clerk.page.locator('details:has(form[action$="/refuse/"])')
    moves.unfold(fold)
    fold.locator("[name=reason]").fill("The household is moving out.")
    moves.press(clerk.page, fold.locator("button.btn-danger"))
    is_done(clerk, move, "visitors")


def let_the_goods_out(guard: Window, clerk: Window, move: str, code: str) -> None:
    page = guard.go(f"/gate/{code}/")
    where = page.locator("#release select[name=gate]")
    if where.count():
        where.select_option(index=0)
    page.locator("[data-gate-all]").click()
    page.locator("[data-gate-go]").click()
    expect(page.locator("[data-state=done]")).to_be_visible()
    is_done(clerk, move, "release_pass")


def test_a_household_leaves_once_nothing_is_open(
    opened: Callable[..., Window], desk: RunningDesk, photo: Path
) -> None:
    world = json.loads(desk.ask(SET_UP))
    clerk = opened("clerk")
    move = open_checklist(clerk, world)
    is_refused(clerk, move)
    pay(clerk, move)
    read_meter(clerk, move, world["meter"], world["reading"])
    finish_decoration(clerk, opened("cashier"), move, world)
    resolve_ticket(clerk, move)
    hand_over_fixtures(opened("clerk", phone=True), move, photo)
    tick(clerk, move, "keys")
    tick(clerk, move, "cards")
    not_needed(clerk, move, "parking", "They have no car")
    turn_the_guest_away(clerk, move)
    is_refused(clerk, move)
    let_the_goods_out(opened("guard", phone=True), clerk, move, world["gate"])
    page = clerk.go(move)
    page.locator("#edit [name=mailing_address]").fill("深圳市南山区后海大道 8 号")
    moves.press(page, page.locator("#edit button"))
    is_done(clerk, move, "mailing")
    clerk.shoot("move-out-ready", whole=True)
    moves.press(page, page.locator('form[action$="/complete/"] button.btn-primary'))
    expect(page.locator('form[action$="/complete/"]')).to_have_count(0)
    clerk.shoot("move-out-done", whole=True)
    ended = desk.ask(
        "from residents.models import Occupancy; "
        f"row = Occupancy.objects.get(pk={world['tenancy']}); print(row.until is not None, row.unit.status)"
    )
    assert ended == "True vacant"
    moves.press(page, page.locator('main a[href$="/print/"]').first)
    expect(page.locator("main")).to_contain_text("They have no car")


def test_a_manager_lets_a_household_go_with_a_debt(opened: Callable[..., Window], desk: RunningDesk) -> None:
    world = json.loads(desk.ask(SET_UP))
    clerk = opened("clerk", language="zh-hans")
    move = open_checklist(clerk, world)
    manager = opened("manager")
    page = manager.go(move)
    menu = page.locator('details:has(form[action$="/override/"])')
    moves.unfold(menu)
    menu.locator("[name=reason]").fill("The owner answers for it in writing.")
    moves.press(page, menu.locator("button.btn-primary"))
    page = clerk.go(move)
    expect(page.locator("main")).to_contain_text("The owner answers for it in writing.")
    moves.press(page, page.locator('form[action$="/complete/"] button.btn-primary'))
    expect(page.locator('form[action$="/complete/"]')).to_have_count(0)


def test_the_map_is_walked_by_keys_and_opens_a_card(opened: Callable[..., Window]) -> None:
    clerk = opened("clerk")
    page = clerk.go("/residents/map/?ask=vacant")
    first = page.locator("a[data-map-card][tabindex='0']")
    expect(first).to_have_count(1)
    first.focus()
    before = first.get_attribute("title")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    here = page.locator("a[data-map-card]:focus")
    expect(here).to_have_count(1)
    assert here.get_attribute("title") != before
    plate = (here.get_attribute("title") or "").split(":")[0]
    page.keyboard.press("Enter")
    expect(page.locator("#map-panel .caller-card")).to_contain_text(plate)
    assert "unit=" in page.url
    clerk.shoot("map-card")
    page.reload()
    expect(page.locator("#map-panel .caller-card")).to_contain_text(plate)
    phone = opened("clerk", phone=True)
    phone.go("/residents/map/?ask=vacant")
    assert not phone.overflows()
    phone.shoot("map-phone")
