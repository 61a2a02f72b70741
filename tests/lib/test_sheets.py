"""Files for a spreadsheet: no cell is ever a formula, Chinese stays Chinese, numbers stay numbers."""

import csv
import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from helpdesk.lib.sheets import as_file, harmless

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\0=1",
    "＝1",
    "＋1",
    "－1",
    "＠SUM",
    '=HYPERLINK("http://x")',
    "=cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    " =1+1",
    "\u3000=1",
    "\ufeff=1",
    "\u00a0@x",
]


def read(kind: str, rows: list[list]) -> list[list]:
    answer = as_file("list", kind, ["Head"], rows)
    body = b"".join(answer.streaming_content)
    if kind == "csv":
        assert body.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    sheet = load_workbook(io.BytesIO(body)).active
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_begins_as_a_formula(kind, text):
    cell = read(kind, [[text]])[1][0]
    assert cell.startswith("'")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("text", ["漏水", "3-2-501", "a=b", "'quoted'", "", "a\nb", '"x",y'])
def test_other_text_stays_as_it_is(kind, text):
    assert (read(kind, [[text]])[1][0] or "") == text


@pytest.mark.parametrize("number", [-5, 0, Decimal("-12.30"), 1.5])
def test_numbers_stay_numbers(number):
    assert harmless(number) == number
    assert float(read("xlsx", [[number]])[1][0]) == float(number)


def test_signs_that_no_sheet_may_hold_are_left_out():
    assert read("xlsx", [["a\x0bb\x00c"]])[1][0] == "abc"
