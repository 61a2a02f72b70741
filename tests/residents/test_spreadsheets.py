"""Spreadsheets that ask for far more than they hold: read or refused at once, whatever their parts are called."""

import io
import time
import zipfile

import pytest
from openpyxl import Workbook

from helpdesk.lib.errors import Refused
from residents.importing.archives import MOST_CELLS
from residents.importing.sheets import read_sheet

KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = "<?xml version='1.0'?>"
MERGED = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'


def sheet_of(rows: str = "", behind: str = "") -> str:
    first = '<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'
    return f'<worksheet xmlns="{MAIN}"><sheetData>{first}{rows}</sheetData>{behind}</worksheet>'


def book_of(sheet: str | bytes, name: str = "sheet1.xml") -> bytes:
    """The least workbook: one sheet, in a part of this name."""
    parts = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/{name}" ContentType="{KIND}.worksheet+xml"/></Types>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{LINK}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{LINK}">'
        '<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{LINK}/worksheet" Target="worksheets/{name}"/></Relationships>',
        f"xl/worksheets/{name}": sheet,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in parts.items():
            archive.writestr(part, text)
    return out.getvalue()


def in_utf_16(sheet: str) -> bytes:
    return ('<?xml version="1.0" encoding="UTF-16"?>' + sheet).encode("utf-16")


def test_the_least_workbook_is_read():
    assert read_sheet("a.xlsx", book_of(sheet_of())).rows == [(1, ["x"])]


@pytest.mark.parametrize("wide", ["CV", "XFD"])
def test_a_cell_far_away_costs_no_more_than_itself(wide):
    far = f'<row r="100000"><c r="{wide}100000" t="inlineStr"><is><t>y</t></is></c></row>'
    began = time.process_time()
    rows = read_sheet("a.xlsx", book_of(sheet_of(far))).rows
    assert time.process_time() - began < 1
    assert sum(len(cells) for _number, cells in rows) <= 101


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (book_of(sheet_of(behind=MERGED)), "file_too_large"),
        (book_of(sheet_of(behind=MERGED), "sheet1.bin"), "file_too_large"),
        (book_of(sheet_of(behind=MERGED), "sheet1.XML"), "file_too_large"),
        (book_of(in_utf_16(sheet_of(behind=MERGED))), "file_too_large"),
        (book_of(sheet_of(behind=MERGED).replace("<merge", "<m:merge").replace("</merge", "</m:merge")
                 .replace("xmlns=", f'xmlns:m="{MAIN}" xmlns=')), "file_too_large"),
        (book_of(sheet_of(behind=MERGED.replace("XFD1048576", "&#x58;FD1048576"))), "file_too_large"),
        (book_of(sheet_of(f'<row r="2">{"<c/>" * 16_385}</row>')), "file_too_large"),
        (book_of(sheet_of('<row r="100001"><c r="A100001"><v>1</v></c></row>')), "too_many_rows"),
        (book_of(sheet_of('<row r="999999999"><c r="A999999999"><v>1</v></c></row>')), "too_many_rows"),
        (book_of('<!DOCTYPE worksheet [<!ENTITY a "aaaa">]>' + sheet_of()), "not_a_spreadsheet"),
        (book_of(sheet_of(behind="<open>")), "not_a_spreadsheet"),
    ],
    ids=range(11),
)  # fmt: skip
def test_what_would_take_the_memory_is_refused_at_once(data, code):
    began = time.process_time()
    with pytest.raises(Refused) as refused:
        read_sheet("a.xlsx", data)
    assert (refused.value.code, refused.value.field) == (code, "file")
    assert time.process_time() - began < 1


def test_more_cells_than_a_list_has_are_not_read(monkeypatch):
    monkeypatch.setattr("residents.importing.archives.MOST_CELLS", 500)
    rows = "".join(f'<row r="{n}">{"<c/>" * 100}</row>' for n in range(2, 8))
    with pytest.raises(Refused) as refused:
        read_sheet("a.xlsx", book_of(sheet_of(rows)))
    assert refused.value.code == "file_too_large" and MOST_CELLS > 500


def test_merged_rows_are_filled_and_a_title_stands_once():
    book = Workbook()
    book.active.append(["Building 3", None, None])
    book.active.append(["3-2-501", "x", 0])
    book.active.append([None, "y", None])
    book.active.merge_cells("A1:C1")
    book.active.merge_cells("A2:A3")
    out = io.BytesIO()
    book.save(out)
    assert [(number, [cell for cell in cells if cell is not None])
            for number, cells in read_sheet("a.xlsx", out.getvalue()).rows] == [
        (1, ["Building 3"]), (2, ["3-2-501", "x", 0]), (3, ["3-2-501", "y"]),
    ]  # fmt: skip
