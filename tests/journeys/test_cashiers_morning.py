"""A cashier's morning: the month is billed, paid in parts, a mistake is taken back, too much is kept, the day is closed."""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import moves
from tests.journeys.running import RunningDesk, eventually
from tests.journeys.watching import Window

pytestmark = pytest.mark.browser
UNIT = "3-2-502"


def next_period() -> str:
    """The month after this one, which the demo estate has not billed yet."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    return f"{today.year + today.month // 12}-{today.month % 12 + 1:02d}"


def bill_the_month(manager: Window) -> None:
    """Preview, confirm, and wait for the worker."""
    page = manager.go("/fees/runs/")
    page.locator("[name=period]").fill(next_period())
    moves.press(page, page.locator("main form button.btn-primary"))
    manager.shoot("billing-preview", whole=True)
    moves.press(page, page.locator('form[action$="/confirm/"] button'))
    path = page.url

    def is_done() -> bool:
        page.goto(path)
        return page.locator('form[action$="/confirm/"], [data-refresh-url]').count() == 0

    eventually(is_done, "the month is billed", patience=60)


def amount_in(text: str) -> Decimal:
    found = re.search(r"-?[\d,]+\.\d\d", text)
    assert found, text
    return Decimal(found.group().replace(",", ""))


def balance(page: Page) -> Decimal:
    """What stands under Balance due."""
    return amount_in(page.locator(".kpi dd").first.inner_text())


def take(page: Page, amount: Decimal, method: str = "cash", *, printed: bool = False) -> str:
    """Money at the counter, with the receipt on its roll or without; returns the address of the payment."""
    form = page.locator("form.pay")
    form.locator("[name=amount]").fill(str(amount))
    form.locator(f"[name=method][value={method}]").check(force=True)
    form.locator("[name=print]").set_checked(printed)
    moves.press(page, form.locator("button.btn-primary"))
    if printed:
        assert re.search(r"/fees/payments/\d+/receipt/", page.url), page.url
        expect(page.locator("main")).to_contain_text(f"{amount:,.2f}")
        expect(page.locator(".paper-copy")).to_have_count(0)
        page.goto(page.url.split("receipt/")[0])
    assert re.search(r"/fees/payments/\d+/$", page.url), page.url
    return page.url


def test_a_cashiers_morning(opened: Callable[..., Window], desk: RunningDesk) -> None:
    bill_the_month(opened("manager"))
    cashier = opened("cashier")
    account = desk.ask(
        f"from residents.models import Unit; print(Unit.objects.get(estate__code='willow', code='{UNIT}').pk)"
    )
    path = f"/fees/units/{account.strip()}/"
    page = cashier.go(path)
    owed = balance(page)
    assert owed > 0, "the month was billed"

    # In parts: what it settles is shown before it is taken.
    part = (owed / 2).quantize(Decimal("0.01"))
    page.locator("form.pay [name=amount]").press_sequentially(str(part))
    expect(page.locator("#allocation .allocation-after")).to_contain_text(f"{owed - part:,.2f}")
    cashier.shoot("account")
    expect(page.locator("#take-amount")).to_contain_text(f"{part:,.2f}")
    first = take(page, part, printed=True)
    cashier.shoot("payment", whole=True)
    cashier.go(path)
    assert balance(page) == owed - part

    # A mistake: taken, and taken back with its reason; what it settled is open again.
    take(page, Decimal("10.00"), "wechat")
    moves.unfold(page.locator('details:has(form[action$="/reverse/"])'))
    reverse = page.locator('form[action$="/reverse/"]')
    reverse.locator("[name=reason]").fill("错收，应为 3-2-503。 Wrong unit.")
    moves.press(page, reverse.locator("button"))
    assert balance(page) == owed - part
    expect(page.locator("main")).to_contain_text("Wrong unit.")

    sell_copies(cashier, path)

    # Too much is kept as credit.
    take(page, owed - part + Decimal("25.00"))
    cashier.go(path)
    expect(page.locator(".kpi").nth(2)).to_contain_text("25.00")
    cashier.shoot("account-credit", whole=True)
    page.goto(first)
    moves.press(page, page.locator('form[action$="/receipt/count/"] button').first)
    expect(page.locator(".paper-copy")).to_contain_text("2")
    cashier.shoot("receipt", whole=True)

    close_the_day(cashier)
    cashier.go(path)
    form = page.locator("form.pay")
    form.locator("[name=amount]").fill("1.00")
    cashier.expected = {409}
    moves.press(page, form.locator("button.btn-primary"))
    expect(page.locator("form.pay")).to_contain_text(re.compile("closed|结|結|关|關"))
    assert "The ledger agrees with itself." in desk.manage("verify_ledger")


def sell_copies(cashier: Window, path: str) -> None:
    """Six copies at the counter: billed, chosen for payment, paid."""
    page = cashier.go(path)
    moves.unfold(page.locator("#sell"))
    page.locator("#sell [name=quantity_0]").fill("6")
    cashier.shoot("sale", whole=True)
    moves.press(page, page.locator("#sell form button"))
    assert "?pay=" in page.url, page.url
    expect(page.locator("#allocation input:checked")).to_have_count(1)
    take(page, amount_in(page.locator("form.pay [name=amount]").input_value()))
    cashier.go(path)


def close_the_day(cashier: Window) -> None:
    """The drawer is counted, a coin short; the page asks once more, and the paper is printed."""
    page = cashier.go("/fees/closing/")
    books = amount_in(page.locator("main form tbody tr").first.locator("td.number").first.inner_text())
    page.locator("[name=counted_cash]").fill(str(max(books - 1, Decimal(0))))
    page.locator("[name=note]").fill("少一元。 One yuan short.")
    shown = page.locator("main form tbody tr").first.locator("[data-off]")
    expect(shown).to_have_text("-¥1.00")
    page.locator("[name=counted_cash]").fill(str(books + 1234))
    expect(shown).to_have_text("+¥1,234.00")
    page.locator("[name=counted_cash]").fill(str(max(books - 1, Decimal(0))))
    cashier.shoot("closing", whole=True)
    moves.press(page, page.locator("main form .btn-primary"))
    expect(page.locator(".closing-difference")).to_contain_text("1.00")
    expect(page.locator("[name=note]")).to_have_value("少一元。 One yuan short.")
    expect(page.locator("main form tbody tr").first.locator("[data-off]")).to_have_text("-¥1.00")
    cashier.shoot("closing-asked", whole=True)
    moves.press(page, page.locator("main form .btn-primary"))
    moves.press(page, page.locator('main a[href*="/closing/"][href$="/print/"]').first)
    expect(page.locator("main")).to_contain_text("One yuan short.")
    cashier.shoot("closing-print", whole=True)
