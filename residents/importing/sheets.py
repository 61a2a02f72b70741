"""A spreadsheet as rows of cells, whatever wrote it: CSV in any usual encoding, or XLSX with its merged cells filled."""

import csv
import io
import re
import zipfile
from dataclasses import dataclass
from typing import Any

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from helpdesk.lib.errors import Refused

MOST_BYTES = 10 * 1024 * 1024
MOST_INFLATED = 200 * 1024 * 1024
MOST_ROWS = 50_000
MOST_COLUMNS = 100
LONGEST_CELL = 2000  # characters
MOST_MERGED = 500_000  # cells under merged ranges, of all sheets
MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*?\bref\s*=\s*[\"']([^\"']*)")

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
    _guard_archive(data)
    try:
        # A formula counts as what the spreadsheet last worked out.
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
        sheet = next(sheet for sheet in book.worksheets if sheet.sheet_state == "visible")
        return _cells_of(sheet)
    except Refused:
        raise
    except (
        InvalidFileException,
        KeyError,
        ValueError,
        TypeError,
        StopIteration,
        OSError,
        SyntaxError,
    ) as error:
        raise _no_spreadsheet() from error


def _cells_of(sheet: Any) -> list[tuple[int, Cells]]:
    if sheet.max_row > MOST_ROWS * 2:
        raise Refused("too_many_rows", _("More than 50,000 rows: cut the file in two."), field="file")
    columns = min(sheet.max_column, MOST_COLUMNS)
    rows = [list(row) for row in sheet.iter_rows(max_col=columns, values_only=True)]
    for merged in sheet.merged_cells.ranges:
        # What stands once over several rows is meant for each of them; across columns it is a title.
        if merged.min_col == merged.max_col and merged.min_col <= columns:
            for number in range(merged.min_row, min(merged.max_row, len(rows)) + 1):
                rows[number - 1][merged.min_col - 1] = rows[merged.min_row - 1][merged.min_col - 1]
    return [(number, [_short(cell) for cell in row]) for number, row in enumerate(rows, start=1)]


def _guard_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise _no_spreadsheet() from error
    if sum(part.file_size for part in parts) > MOST_INFLATED or len(parts) > 2000:
        raise Refused("file_too_large", _("The file unpacks to far more than a list of units."), field="file")
    names = {part.filename for part in parts}
    if any(name.endswith("vbaProject.bin") for name in names):
        raise Refused("macro_file", _("This file holds macros: save it as a plain .xlsx."), field="file")
    if "[Content_Types].xml" not in names:
        raise _no_spreadsheet()
    # The reader lays out a cell for each that a range covers: a few letters in the file can ask for the whole memory.
    if _merged_cells(data) > MOST_MERGED:
        raise Refused("file_too_large", _("The file unpacks to far more than a list of units."), field="file")


def _merged_cells(data: bytes) -> int:
    """How many cells the merged ranges of all sheets cover; a range that can't be read is no spreadsheet's."""
    covered = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for part in archive.infolist():
                for ref in MERGED.findall(archive.read(part)) if part.filename.endswith(".xml") else ():
                    left, top, right, bottom = range_boundaries(ref.decode())
                    covered += (right - left + 1) * (bottom - top + 1)
    except (zipfile.BadZipFile, ValueError, TypeError, NotImplementedError, RuntimeError) as error:
        raise _no_spreadsheet() from error
    return covered


def _from_csv(data: bytes) -> list[tuple[int, Cells]]:
    text = _decoded(data)
    if "\0" in text:
        raise _no_spreadsheet()
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


def _no_spreadsheet() -> Refused:
    return Refused("not_a_spreadsheet", _("This is no spreadsheet: send .xlsx or .csv."), field="file")
