"""The page of the API's documents: drawn by our own scripts, without the internet."""

import pytest

from tests.journeys.running import RunningDesk
from tests.journeys.watching import Window

pytestmark = pytest.mark.browser


def test_the_api_s_documents_are_drawn_without_the_internet(browser, desk: RunningDesk):
    window = Window(browser, desk.url(""))
    page = window.go("/api/v1/docs/")
    operation = page.locator("#operations-tickets-tickets_create .opblock-summary-control")
    page.locator(".opblock").first.wait_for(timeout=60_000)
    # The page draws only what stands in view.
    for _ in range(200):
        if operation.count():
            break
        page.mouse.wheel(0, 500)
        page.wait_for_timeout(120)
    operation.click()
    page.locator("#operations-tickets-tickets_create .opblock-body").wait_for()
    window.close()
    assert window.problems == []
