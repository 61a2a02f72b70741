"""The page of the API's documents: drawn by our own scripts, without the internet."""

import pytest

from tests.journeys.running import RunningDesk
from tests.journeys.watching import Window

pytestmark = pytest.mark.browser


def test_the_api_s_documents_are_drawn_without_the_internet(browser, desk: RunningDesk):
    window = Window(browser, desk.url(""))
    page = window.go("/api/v1/docs/")
    page.locator("#operations-tickets-tickets_create .opblock-summary-control").click()
    page.locator("#operations-tickets-tickets_create .opblock-body").wait_for()
    window.close()
    assert window.problems == []
