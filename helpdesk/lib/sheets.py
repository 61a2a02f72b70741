"""Rows as a file for a spreadsheet: CSV with a BOM, or XLSX; no cell of it is ever taken for a formula."""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a spreadsheet takes for the beginning of a formula, also in the full width that some readers fold.
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
LONGEST_CELL = 32_000
IN_MEMORY = 2_000_000  # bytes; a larger XLSX waits in a temporary file
FORMATS = ("csv", "xlsx")


def harmless(value: Any) -> Any:
    """The cell as it may be written: text that could be a formula gets an apostrophe, a moment becomes local text.

    Numbers stay numbers; a blank before a sign hides nothing from a spreadsheet, so it counts as none.
    """
    if value is None:
        return ""
    if isinstance(value, bool | int | float | Decimal):
        return value
    if isinstance(value, datetime):
        value = timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    text = str(value)[:LONGEST_CELL]
    dangerous = text.startswith(STARTS_A_FORMULA) or text.lstrip(" \u00a0\u3000\ufeff").startswith(
        STARTS_A_FORMULA
    )
    text = text.replace("\0", "")
    return f"'{text}" if dangerous else text


def as_file(name: str, kind: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponseBase:
    """The answer that brings `name`.csv or .xlsx; CSV leaves row by row, XLSX is written once, in a temporary file."""
    lines: Iterator[list[Any]] = ([harmless(cell) for cell in row] for row in chain([header], rows))
    if kind == "xlsx":
        return _xlsx(f"{name}.xlsx", lines)
    response = StreamingHttpResponse(_csv(lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["Cache-Control"] = "no-store"
    return response


class _Echo:
    """A file that hands back what is written into it."""

    def write(self, text: str) -> str:
        return text


def _csv(lines: Iterable[list[Any]]) -> Iterator[bytes]:
    writer = csv.writer(_Echo())
    # Without it a spreadsheet reads Chinese as something else.
    yield b"\xef\xbb\xbf"
    for line in lines:
        yield str(writer.writerow(line)).encode()


def _xlsx(name: str, lines: Iterable[list[Any]]) -> HttpResponseBase:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    for line in lines:
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", c) if isinstance(c, str) else c for c in line])
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # the answer closes it
    book.save(file)
    file.seek(0)
    response = FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
    response["Cache-Control"] = "no-store"
    return response
