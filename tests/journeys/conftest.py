"""One running desk for all journeys, one Chromium, and windows that report what must never happen."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.journeys.running import RunningDesk
from tests.journeys.watching import Window

QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
ALL_DAY = json.dumps({str(day): [["00:00", "00:00"]] for day in range(7)})

expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The cashier closes the day, and nothing is posted into it any more: that journey goes last, as at any desk."""
    items.sort(key=lambda item: "cashiers_morning" in item.nodeid)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium of the machine's own; where there is none, the journeys say so."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("No Chromium is installed: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """A fresh demo estate that is open; it leaves nothing behind."""
    running = RunningDesk(tmp_path_factory.mktemp("desk"))
    running.manage("setup_embedded")
    try:
        running.start()
        yield running
    finally:
        left, log = running.stop(), running.log.read_text()
        shutil.rmtree(running.folder, ignore_errors=True)
    assert left == [], f"still running after the desk was asked to stop: {left}"
    assert "Internal Server Error" not in log, log[log.index("Internal Server Error") :][:6000]


@pytest.fixture(scope="session")
def logins(browser: Browser, desk: RunningDesk) -> Callable[[str], Any]:
    """The session of a member of staff, logged in once for all journeys."""
    kept: dict[str, Any] = {}

    def session_of(username: str) -> Any:
        if username not in kept:
            window = Window(browser, desk.url(""))
            window.log_in(username)
            kept[username] = window.context.storage_state()
            window.close()
        return kept[username]

    return session_of


@pytest.fixture(scope="session")
def calls_at_any_hour(browser: Browser, desk: RunningDesk) -> None:
    """The administrator's settings: a follow-up visit is due at once and people may be rung all day."""
    window = Window(browser, desk.url(""))
    page = window.log_in("admin")
    window.go("/admin/estates/estate/")
    page.locator("#result_list th a", has_text="willow").click()
    page.locator("[name=follow_up_delay_hours]").fill("0")
    page.locator("[name=calling_windows]").fill(ALL_DAY)
    page.locator("[name=_save]").click()
    page.wait_for_url("**/admin/estates/estate/")
    window.close()


@pytest.fixture
def opened(
    browser: Browser, desk: RunningDesk, logins: Callable[[str], Any]
) -> Iterator[Callable[..., Window]]:
    """Opens windows: opened("clerk", language="zh-hans", phone=True). At the end none of them may have a problem."""
    windows: list[Window] = []

    def open_window(username: str = "", **kwargs: Any) -> Window:
        storage = logins(username) if username else None
        windows.append(Window(browser, desk.url(""), storage=storage, **kwargs))
        return windows[-1]

    yield open_window
    problems = [problem for window in windows for problem in window.problems]
    for window in windows:
        window.close()
    assert problems == []


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo as a telephone takes it: JPEG, larger than a screen, saying where it was taken."""
    from PIL import Image

    path = tmp_path_factory.mktemp("photo") / "IMG_2041.jpg"
    picture = Image.effect_noise((1600, 1200), 40).convert("RGB")
    exif = picture.getexif()
    exif[0x010F] = "Telephone maker"
    picture.save(path, exif=exif, quality=80)
    return path
