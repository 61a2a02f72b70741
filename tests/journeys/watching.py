"""A browser window that notices what must never happen, and the small moves that journeys are made of."""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# What a browser asks of its own accord for a page that it may not keep.
HARMLESS = re.compile(r"favicon\.ico")


class Window:
    """One person's browser: own cookies, own language, own screen."""

    def __init__(
        self,
        browser: Browser,
        base: str,
        *,
        language: str = "en",
        phone: bool = False,
        dark: bool = False,
        scripts: bool = True,
        storage: Any = None,
    ) -> None:
        self.base, self.phone = base, phone
        self.problems: list[str] = []
        self.expected: set[int] = set()
        locales = {"en": "en-GB", "zh-hans": "zh-CN", "zh-hant": "zh-HK"}
        self.context: BrowserContext = browser.new_context(
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            locale=locales[language],
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            storage_state=storage,
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(15_000)
        self.context.set_default_navigation_timeout(30_000)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        self.page.on("request", self._request)
        self.page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # A refused Content-Security-Policy is reported here too.
        if message.type in {"error", "warning"} and not HARMLESS.search(message.location.get("url", "")):
            if any(f"status of {status}" in message.text for status in self.expected):
                return
            self.problems.append(f"console on {urlsplit(self.page.url).path}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.problems.append(f"request to another host: {request.url}")

    def _response(self, response: Response) -> None:
        if (
            response.status >= 400
            and response.status not in self.expected
            and not HARMLESS.search(response.url)
        ):
            self.problems.append(f"{response.status} {response.request.method} {urlsplit(response.url).path}")

    def go(self, path: str) -> Page:
        self.page.goto(path if path.startswith("http") else self.base + path)
        return self.page

    def log_in(self, username: str) -> Page:
        """By the form, as a person does."""
        self.go("/login/")
        self.page.locator("input[name=username]").fill(username)
        self.page.locator("input[name=password]").fill("demo")
        self.page.locator("main form:has(input[name=password]) button").click()
        self.page.wait_for_url(lambda url: "/login/" not in url)
        return self.page

    def read_in(self, language: str) -> None:
        """Chooses the language as a person does, by its button."""
        self.page.locator(f"button[name=language][value={language}]").first.click()
        self.page.wait_for_load_state()
        assert self.page.locator("html").get_attribute("lang").lower().startswith(language[:7]), language

    def shoot(self, name: str, *, whole: bool = False) -> None:
        """A picture into the folder JOURNEY_SHOTS, if one is named."""
        if folder := os.environ.get("JOURNEY_SHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=whole)

    def overflows(self) -> bool:
        """Whether the page can be scrolled sideways."""
        root = "document.scrollingElement"
        return bool(self.page.evaluate(f"() => {root}.scrollWidth > {root}.clientWidth"))

    def close(self) -> None:
        self.context.close()
