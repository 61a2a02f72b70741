"""Two people on one ticket, by the keyboard: who is looking, a stale save, and a text that nothing loses."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import moves
from tests.journeys.running import RunningDesk
from tests.journeys.watching import Window

pytestmark = pytest.mark.browser

TICKET = """
from helpdesk.staff.models import User
from residents.models import Unit
from tickets.services.tickets import take_ticket
unit = Unit.objects.get(estate__code="willow", code="3-2-502")
clerk = User.objects.get(username="clerk")
print(take_ticket(estate=unit.estate, unit=unit, channel="phone", description="Two look at this one", actor=clerk).pk)
"""
WORDS = "Somebody of Engineering comes to look at it this afternoon."


@pytest.fixture(scope="module")
def ticket(desk: RunningDesk) -> str:
    return f"/tickets/{desk.ask(TICKET)}/"


def subject_of(page: Page) -> None:
    """Unfold the form of the subject behind More."""
    moves.unfold(page.locator("details.act-menu", has=page.locator('form[action$="/edit/"]')))
    moves.unfold(page.locator("details.fold", has=page.locator('form[action$="/edit/"]')))


def test_who_looks_is_shown_and_a_stale_save_keeps_both_texts(
    opened: Callable[..., Window], ticket: str
) -> None:
    first, second = opened("clerk"), opened("hemin")
    second.expected = {409}
    second.go(ticket)
    first.go(ticket)
    expect(first.page.locator(".watching")).to_contain_text("何敏")
    for window, words in ((first, "Written first"), (second, "Written too late")):
        subject_of(window.page)
        window.page.locator('form[action$="/edit/"] [name=subject]').fill(words)
        moves.press(window.page, window.page.locator('form[action$="/edit/"] button'))
    refused = second.page.locator("main")
    expect(refused).to_contain_text("A colleague changed this ticket meanwhile")
    expect(refused).to_contain_text("Written first")
    expect(second.page.locator('form[action$="/edit/"] [name=subject]')).to_have_value("Written too late")
    second.shoot("ticket-stale")
    first.go(ticket)
    expect(first.page.locator("h1")).to_have_text("Written first")


def test_a_reply_outlives_a_reload_and_a_lost_session(opened: Callable[..., Window], ticket: str) -> None:
    # By the form: whose session is lost must not be the one that other journeys share.
    clerk = opened()
    page = clerk.log_in("liuyang")
    clerk.go(ticket)
    page.locator("label[for=tab-reply]").click()
    reply = page.locator(".composer-form.reply textarea")
    reply.press_sequentially(WORDS)
    expect(page.locator("#composer")).to_contain_text("Draft kept")
    page.reload()
    expect(reply, "back, and under the open tab").to_be_visible()
    expect(reply).to_have_value(WORDS)

    clerk.context.clear_cookies(name=re.compile("session"))
    moves.press(page, page.locator(".composer-form.reply button[value=public]"))
    page.locator("input[name=username]").fill("liuyang")
    page.locator("input[name=password]").fill("demo")
    moves.press(page, page.locator("main form:has(input[name=password]) button"))
    clerk.go(ticket)
    expect(reply).to_have_value(WORDS)
    moves.press(page, page.locator(".composer-form.reply button[value=public]"))
    expect(page.locator("#timeline")).to_contain_text(WORDS)
    clerk.go(ticket)
    expect(page.locator(".composer-form.reply textarea"), "what was sent is let go").to_have_value("")


def test_a_list_is_walked_by_its_keys(opened: Callable[..., Window]) -> None:
    clerk = opened("clerk")
    page = clerk.go("/tickets/")
    second = page.locator("main tbody tr [data-open]").nth(1)
    leads_to = second.get_attribute("href") or ""
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(second).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_contain_text("down and up a list")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    with page.expect_navigation():
        page.keyboard.press("o")
    assert page.url.endswith(leads_to)
