"""A ticket from the API and one from the public form stand on the Desk to be judged, and go the same way."""

import json
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys import moves
from tests.journeys.running import RunningDesk
from tests.journeys.watching import Window

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("calls_at_any_hour")]


def by_api(desk: RunningDesk) -> str:
    """Returns the number of the new ticket."""
    token = desk.manage("create_token", "clerk").strip().splitlines()[-1]
    estate = read(desk, "/api/v1/estates/", token)["results"][0]
    body = {
        "estate": estate["id"],
        "channel": "api",
        "description": "The gate of the bicycle shed no longer closes. Journey.",
    }
    return str(read(desk, "/api/v1/tickets/", token, body)["number"])


def by_form(desk: RunningDesk) -> str:
    body = {
        "estate_code": "willow",
        "name": "Ivy Lau",
        "phone": "13900137799",
        "description": "No hot water in the gym showers since Friday. Journey.",
    }
    return str(read(desk, "/api/v1/public/tickets/", "", body)["number"])


def read(desk: RunningDesk, path: str, token: str, body: dict | None = None) -> dict:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(desk.url(path), json.dumps(body).encode() if body else None, headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


@pytest.mark.parametrize("door", [by_api, by_form])
def test_a_ticket_of_another_door_is_judged_on_the_desk_and_goes_the_same_way(
    opened: Callable[..., Window], desk: RunningDesk, door: Callable[[RunningDesk], str]
) -> None:
    number = door(desk)
    clerk = opened("clerk")
    page = clerk.go("/")
    expect(moves.look_up(clerk, number).locator("[data-hit]").first).to_contain_text(number)
    path = page.locator("#box-hits [data-hit]").first.get_attribute("href") or ""
    page.keyboard.press("Escape")
    expect(page.locator(f'main .lane a[href^="{path}"]').first).to_be_visible()
    moves.press(page, page.locator(f'main .lane a[href^="{path}"]').first)
    moves.judge(page, "help_seeking")
    moves.give_to_department(page, "Engineering")
    moves.tick_hand_steps(clerk, path)
    moves.resolve(page, "Done.")
    visit = moves.follow_up_of(page)
    moves.wait_on_desk(clerk, visit, number)
    moves.record_visit(clerk, visit, 4)
    clerk.go(path)
    assert moves.is_closed(page)
