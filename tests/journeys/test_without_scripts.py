"""The desk's work with JavaScript switched off."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys import moves
from tests.journeys.watching import Window

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("calls_at_any_hour")]


def test_a_complaint_is_taken_and_closed_without_scripts(opened: Callable[..., Window]) -> None:
    clerk = opened(scripts=False)
    page = clerk.log_in("clerk")
    page.locator("#box").fill("6021")
    with page.expect_navigation():
        page.locator("#box").press("Enter")
    moves.press(page, page.locator("main a.hit").first)
    expect(page.locator("main .caller-card")).to_contain_text("3-2-501")
    clerk.shoot("card-no-scripts")
    moves.press(page, page.locator('main .caller-card a[href*="/tickets/new/"]').first)
    page.locator("#id_description").fill("The letter box of 3-2-501 no longer locks.")
    moves.press(page, page.locator("#new-ticket .form-foot button"))
    ticket = moves.TICKET.search(page.url).group()  # type: ignore[union-attr]
    number = moves.number_on(page)
    moves.judge(page, "help_seeking")
    page.locator("label[for=tab-reply]").click()
    reply = page.locator(".composer-form.reply")
    reply.locator("textarea").fill("Thank you, somebody comes to look at it.")
    moves.press(page, reply.locator("button[value=public]"))
    expect(page.locator("#timeline")).to_contain_text("somebody comes to look at it")
    moves.give_to_department(page, "Engineering")
    moves.tick_hand_steps(clerk, ticket)
    moves.resolve(page, "New lock.")
    clerk.shoot("ticket-no-scripts", whole=True)
    visit = moves.follow_up_of(page)
    moves.wait_on_desk(clerk, visit, number)
    moves.record_visit(clerk, visit, 5)
    clerk.go(ticket)
    assert moves.is_closed(page)
