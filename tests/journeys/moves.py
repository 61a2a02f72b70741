"""What people do at the desk, move by move; every journey is made of these."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.journeys.running import eventually
from tests.journeys.watching import Window

TICKET = re.compile(r"/tickets/(\d+)/")


def press(page: Page, what: Locator) -> None:
    """Press a button that leads to another page, or to this one anew."""
    what.scroll_into_view_if_needed()
    with page.expect_navigation():
        what.click()


def unfold(holder: Locator) -> None:
    """Open a menu or a fold that may stand open already."""
    if holder.get_attribute("open") is None:
        holder.locator("> summary").click()


def look_up(window: Window, words: str) -> Locator:
    """Type into the one box; returns its list once something stands in it."""
    box = window.page.locator("#box")
    box.click()
    box.fill("")
    box.press_sequentially(words)
    hits = window.page.locator("#box-hits")
    expect(hits.locator("[data-hit]").first).to_be_visible()
    return hits


def open_card(window: Window, words: str, unit: str) -> None:
    """By the box and Enter, to the caller card of who lives in a unit."""
    expect(look_up(window, words).locator("[data-hit]", has_text=unit).first).to_be_visible()
    expect(window.page.locator("#box-card .caller-card")).to_contain_text(unit)
    press_enter(window.page)
    expect(window.page.locator("main .caller-card")).to_contain_text(unit)


def press_enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def take_ticket(window: Window, words: str) -> str:
    """From the caller card by its key: type, see the suggestion, open the ticket. Returns the ticket's path."""
    page = window.page
    with page.expect_navigation():
        page.keyboard.press("t")
    text = page.locator("#id_description")
    text.fill(words[:-8])
    text.press_sequentially(words[-8:])
    expect(page.locator("#suggestion .bars")).to_be_visible()
    window.shoot(f"new-ticket-{lang(page)}")
    press(page, page.locator("#new-ticket .form-foot button"))
    path = TICKET.search(page.url)
    assert path, page.url
    return path.group()


def judge(page: Page, complaint_class: str) -> None:
    """The clerk decides."""
    press(page, page.locator(f"#judge button[name=complaint_class][value={complaint_class}]"))
    expect(page.locator(".ticket-line, .steps").first).to_be_visible()


def issue_slip(page: Page, department: str, words: str) -> str:
    """Returns the path of the slip."""
    menu = page.locator('details:has(form[action$="/slips/"])')
    unfold(menu)
    option = menu.locator("select[name=department] option", has_text=re.compile(department)).first
    menu.locator("select[name=department]").select_option(value=option.get_attribute("value"))
    menu.locator("textarea[name=instructions]").fill(words)
    press(page, menu.locator("form button.btn-primary"))
    return newest(page, r"/tickets/slips/\d+/")


def newest(page: Page, pattern: str) -> str:
    """The last link on the page whose address has this form."""
    links = page.locator("main a").evaluate_all("links => links.map(a => a.getAttribute('href'))")
    found = [link for link in links if link and re.fullmatch(pattern, link)]
    assert found, f"no link like {pattern} on {page.url}"
    return max(found, key=lambda link: int(re.findall(r"\d+", link)[-1]))


def do_slip(phone: Window, path: str, photo: Path) -> None:
    """The technician, on a phone: find it, sign, start, report it done with a photo."""
    page = phone.go("/tickets/slips/")
    phone.shoot(f"slips-phone-{lang(page)}")
    press(page, page.locator(f'main a[href="{path}"]').first)
    phone.shoot(f"slip-issued-phone-{lang(page)}", whole=True)
    press(page, page.locator('form[action$="/sign/"] button'))
    press(page, page.locator('form[action$="/start/"] button'))
    form = page.locator('form[action$="/complete/"]')
    if not form.is_visible():
        unfold(page.locator('details:has(form[action$="/complete/"])'))
    form.locator("[name=report]").fill(
        "更换软管并紧固接头，试水十分钟无渗漏。 Hose replaced, tested for ten minutes."
    )
    form.locator("[name=files]").set_input_files(str(photo))
    phone.shoot(f"slip-report-phone-{lang(page)}", whole=True)
    press(page, form.locator("button.btn-primary, button[type=submit], button").last)
    expect(page.locator("main img").first).to_be_visible()
    assert (
        page.locator("main img").first.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    )
    phone.shoot(f"slip-done-phone-{lang(page)}", whole=True)
    assert not phone.overflows()


def verify_slip(page: Page) -> None:
    press(page, page.locator('form[action$="/verify/"] button').first)


def tick_hand_steps(window: Window, ticket: str) -> None:
    """Every step that waits for a hand, one after the other."""
    page = window.go(ticket)
    for _ in range(6):
        holder = page.locator("details.hand-steps")
        forms = holder.locator('form[action*="/steps/"]:not(:has([name=not_needed]))')
        if not holder.count() or not forms.count():
            return
        unfold(holder)
        finding = forms.first.locator("select[name=finding]")
        if finding.count():
            finding.select_option(value="borne_out")
        press(page, forms.first.locator("button"))
    raise AssertionError("steps are still open after six rounds")


def resolve(page: Page, words: str) -> None:
    menu = page.locator('details:has(form[action$="/resolve/"])')
    unfold(menu)
    menu.locator("textarea[name=resolution]").fill(words)
    press(page, menu.locator("form button.btn-primary"))
    expect(page.locator('form[action$="/resolve/"]')).to_have_count(0)


def follow_up_of(page: Page) -> str:
    """The path of the visit that the current step leads to."""
    return newest(page, r"/tickets/follow-ups/\d+/")


def times_told(window: Window, number: str) -> int:
    """How often the person was told that a follow-up visit of this ticket is due: those messages begin with its number."""
    window.go("/messages/")
    return window.page.locator(".inbox-body", has_text=re.compile(rf"^\s*{number}")).count()


def wait_on_desk(window: Window, visit: str, number: str, *, round: int = 1) -> None:
    """Beat brings the visit up: the assignee is told, and the Desk offers to ring."""
    page = window.page
    eventually(lambda: times_told(window, number) >= round, f"visit {round} of {number} is told", patience=45)
    window.go("/")
    expect(page.locator(f'main a[href^="{visit}"]').first).to_be_visible()


def record_visit(window: Window, visit: str, score: int, words: str = "") -> None:
    page = window.go(visit)
    form = page.locator('form[action$="/record/"]')
    form.locator(f'input[name=score][value="{score}"]').check()
    if words:
        form.locator("textarea[name=suggestion]").fill(words)
    window.shoot(f"follow-up-{lang(page)}-{score}")
    press(page, form.locator(".form-foot button"))


def number_on(page: Page) -> str:
    """The number of the ticket whose page this is."""
    return re.search(r"T-\d{4}-\d{6}", page.title()).group()  # type: ignore[union-attr]


def is_closed(page: Page) -> bool:
    return (
        page.locator('form[action$="/resolve/"]').count() == 0
        and page.locator('form[action$="/reopen/"]').count() == 1
    )


def is_open(page: Page) -> bool:
    return page.locator('form[action$="/resolve/"]').count() == 1


def lang(page: Page) -> str:
    return page.locator("html").get_attribute("lang") or ""


def give_to_department(page: Page, department: str) -> None:
    """Assign it, which tells the department."""
    menu = page.locator('details:has(form[action$="/assign/"])').first
    unfold(menu)
    option = menu.locator("select[name=department] option", has_text=re.compile(department)).first
    menu.locator("select[name=department]").select_option(value=option.get_attribute("value"))
    press(page, menu.locator("form button.btn-primary"))


def renew_notify(page: Page) -> None:
    """Opened again, a communication complaint's department is told once more."""
    if page.locator('.step.current a[href="#assign"]').count():
        give_to_department(page, "Engineering|工程")
