"""A column from a spreadsheet pasted into the grid of readings: each reading lands in its own meter's box."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
SCRIPT = Path(__file__).parents[2] / "static" / "js" / "fees.js"
GRID = "<table data-paste-grid>{}</table>".format(
    "".join(f'<tr><td>W-{n}</td><td><input id="m{n}"></td></tr>' for n in (1, 2, 3))
)
PASTE = """text => {
  const data = new DataTransfer();
  data.setData("text", text);
  const box = document.querySelector("#m1");
  box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  return [...document.querySelectorAll("input")].map((field) => field.value);
}"""


@pytest.mark.parametrize(
    ("pasted", "boxes"),
    [
        ("88\n90\n92", ["88", "90", "92"]),
        ("读数\n88\n90\n92", ["88", "90", "92"]),
        # Headings of a month have digits: taken for a reading, they gave every meter its neighbour's.
        ("11月读数\n88\n90\n92", ["88", "90", "92"]),
        ("2026年11月\n88\n90\n92", ["88", "90", "92"]),
        ("Reading 11/2026\n88 m³\n90\n92", ["88 m³", "90", "92"]),
        ("2026-11\n88\n90\n92", ["88", "90", "92"]),
        # A slip of the finger is no heading: it stays with its meter and is refused there.
        ("12O\n90\n92", ["12O", "90", "92"]),
        ("88 units\n90 units\n92 units", ["88 units", "90 units", "92 units"]),
        ("W-3\t92\nW-1\t88", ["88", "", "92"]),
    ],
)
def test_a_heading_is_no_reading_whatever_digits_it_has(
    browser: Browser, pasted: str, boxes: list[str]
) -> None:
    page = browser.new_page()
    page.set_content(GRID)
    page.add_script_tag(path=SCRIPT)
    assert page.evaluate(PASTE, pasted) == boxes
    page.close()
