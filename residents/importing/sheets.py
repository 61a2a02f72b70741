"""A spreadsheet as rows of cells, whatever wrote it: CSV in any usual encoding, or XLSX with its merged cells filled."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

from helpdesk.lib.errors import Refused
from residents.importing.archives import Range, guard_archive, no_spreadsheet

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 50_000
MOST_COLUMNS = 100
LONGEST_CELL = 2000  # characters

Cells = list[Any]


@dataclass(frozen=True)
class Sheet:
    """Rows with the number each has in the file, counted from 1."""

    rows: list[tuple[int, Cells]]


def read_sheet(name: str, data: bytes) -> Sheet:
    """The first sheet of a file.

    Refused: file_too_large, file_empty, not_a_spreadsheet, old_spreadsheet, macro_file, too_many_rows, line_unreadable,
    encoding_unknown.
    """
    if len(data) > MOST_BYTES:
        raise Refused("file_too_large", _("The file is larger than 10 MB."), field="file")
    if not data.strip(b"\0 \r\n\t"):
        raise Refused("file_empty", _("There is nothing in this file."), field="file")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused("old_spreadsheet", _("Save the file as .xlsx or .csv and send that."), field="file")
    rows = _from_xlsx(data) if data.startswith(b"PK") else _from_csv(data)
    filled = [(number, cells) for number, cells in rows if any(cell not in (None, "") for cell in cells)]
    if not filled:
        raise Refused("file_empty", _("There is nothing in this file."), field="file")
    if len(filled) > MOST_ROWS:
        message = _("More than 50,000 rows: cut the file in two.")
        raise Refused("too_many_rows", message, field="file")
    return Sheet(filled)


def _from_xlsx(data: bytes) -> list[tuple[int, Cells]]:
    merged = guard_archive(data)
    try:
        # A formula counts as what the spreadsheet last worked out. Read row by row, blank ones cost nothing.
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = next(sheet for sheet in book.worksheets if sheet.sheet_state == "visible")
        return _cells_of(sheet, merged[sheet._worksheet_path])
    except Refused:
        raise
    except (
        InvalidFileException,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        StopIteration,
        OSError,
        SyntaxError,
    ) as error:
        raise no_spreadsheet() from error


def _cells_of(sheet: Any, merged: Iterable[Range]) -> list[tuple[int, Cells]]:
    sheet.reset_dimensions()  # what a file says of its own size may be anything
    rows: dict[int, Cells] = {}
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True), start=1):
        if number > MOST_ROWS * 2:
            raise Refused("too_many_rows", _("More than 50,000 rows: cut the file in two."), field="file")
        if row.count(None) < len(row):
            rows[number] = _trimmed(row)
    last = max(rows, default=0)
    for left, top, right, bottom in merged:
        _fill(rows, left, top, min(right, MOST_COLUMNS), min(bottom, last))
    return [(number, [_short(cell) for cell in cells]) for number, cells in sorted(rows.items())]


def _trimmed(row: Iterable[Any]) -> Cells:
    cells = list(row)
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def _fill(rows: dict[int, Cells], left: int, top: int, right: int, bottom: int) -> None:
    """What stands once over several rows is meant for each of them; across columns it is a title, and stands once."""
    first = rows.get(top, [])
    value = first[left - 1] if left <= len(first) else None
    for number in range(top, bottom + 1):
        cells = rows.setdefault(number, [])
        cells.extend([None] * (right - len(cells)))
        if left == right:
            cells[left - 1] = value
        else:
            for column in range(left, right + 1):
                if (number, column) != (top, left):
                    cells[column - 1] = None


def _from_csv(data: bytes) -> list[tuple[int, Cells]]:
    text = _decoded(data)
    if "\0" in text:
        raise no_spreadsheet()
    first = "\n".join(text.splitlines()[:10])
    delimiter = max(",;\t", key=first.count)
    rows: list[tuple[int, Cells]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        at = 1
        for cells in reader:
            rows.append((at, [_short(_unwrapped(cell)) for cell in cells[:MOST_COLUMNS]]))
            at = reader.line_num + 1
            if len(rows) > MOST_ROWS * 2:
                break
    except csv.Error as error:
        message = _("Line %(line)d can't be read: a quotation mark is open or stands in the wrong place.")
        raise Refused("line_unreadable", message % {"line": reader.line_num}, field="file") from error
    return rows


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in data:
        # No other encoding of a text has noughts; which half of a letter they are tells the order.
        encodings = ["utf-16-le" if data.index(b"\0") % 2 else "utf-16-be"]
    else:
        encodings = ["utf-8-sig", "gb18030", "big5hkscs"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    message = _("The letters of this file can't be read: save it as UTF-8.")
    raise Refused("encoding_unknown", message, field="file")


def _unwrapped(cell: str) -> str:
    """="0755…" is how people keep a spreadsheet from eating a number."""
    cell = cell.strip()
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') and len(cell) > 3 else cell


def _short(cell: Any) -> Any:
    return cell.strip()[: LONGEST_CELL + 1] if isinstance(cell, str) else cell
