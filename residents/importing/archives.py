"""What an XLSX asks of its reader, counted before anything of it is laid out."""

import io
import zipfile
from pyexpat import ExpatError, ParserCreate
from typing import Any, NoReturn

from django.utils.translation import gettext as _
from openpyxl.utils.cell import range_boundaries

from helpdesk.lib.errors import Refused

MOST_INFLATED = 200 * 1024 * 1024
MOST_PARTS = 2000
MOST_CELLS = 2_000_000  # written cells of all sheets
MOST_ELEMENTS = 8_000_000  # of all parts: a cell, its value, its text
WIDEST_ROW = 16_384  # cells; no spreadsheet has more columns
MOST_MERGED = 500_000  # cells under merged ranges, of all sheets
AT_ONCE = 64 * 1024

# Left, top, right, bottom; columns and rows count from 1.
Range = tuple[int, int, int, int]


def guard_archive(data: bytes) -> dict[str, list[Range]]:
    """Part → its merged ranges, of each part that is XML; refused is what would take the memory or the day.

    A few hundred bytes of a file can ask for millions of cells, under whatever name and in whatever encoding. So every
    part is read as the reader itself reads it, and only what was counted here is opened there.
    Refused not_a_spreadsheet, file_too_large, macro_file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            _guard_names(parts)
            counted = _Counted()
            return {
                part.filename: merged for part in parts if (merged := counted.read(archive, part)) is not None
            }
    except (
        zipfile.BadZipFile,
        NotImplementedError,  # zipfile's word for a compression it does not know
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        TypeError,
    ) as error:
        raise no_spreadsheet() from error


def no_spreadsheet() -> Refused:
    return Refused("not_a_spreadsheet", _("This is no spreadsheet: send .xlsx or .csv."), field="file")


def _guard_names(parts: list[zipfile.ZipInfo]) -> None:
    if sum(part.file_size for part in parts) > MOST_INFLATED or len(parts) > MOST_PARTS:
        _too_much()
    names = {part.filename for part in parts}
    if any(name.endswith("vbaProject.bin") for name in names):
        raise Refused("macro_file", _("This file holds macros: save it as a plain .xlsx."), field="file")
    # Of two parts with one name the reader opens one, and it need not be the one that was counted.
    if "[Content_Types].xml" not in names or len(names) != len(parts):
        raise no_spreadsheet()


class _Counted:
    """The running counts over all parts of one file."""

    def __init__(self) -> None:
        self.elements = self.cells = self.in_row = self.covered = 0
        self.merged: list[Range] = []

    def read(self, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> list[Range] | None:
        """The merged ranges of a part; None for one that is no XML: a picture, or what the reader can't read either."""
        self.merged = []
        parser = ParserCreate()
        parser.ordered_attributes = True
        parser.StartElementHandler = self._element
        parser.StartDoctypeDeclHandler = _no_doctype
        try:
            with archive.open(part) as file:
                while block := file.read(AT_ONCE):
                    parser.Parse(block, False)
                parser.Parse(b"", True)
        except (ExpatError, LookupError):
            return None
        return self.merged

    def _element(self, name: str, attributes: list[str]) -> None:
        self.elements += 1
        name = name.rpartition(":")[2]
        if name == "c":
            self.cells += 1
            self.in_row += 1
        elif name == "row":
            self.in_row = 0
        elif name == "mergeCell":
            self._merge(dict(zip(attributes[::2], attributes[1::2], strict=True)))
        if (
            self.elements > MOST_ELEMENTS
            or self.cells > MOST_CELLS
            or self.in_row > WIDEST_ROW
            or self.covered > MOST_MERGED
        ):
            _too_much()

    def _merge(self, attributes: dict[str, str]) -> None:
        left, top, right, bottom = range_boundaries(attributes.get("ref", ""))
        if None in (left, top, right, bottom):  # whole columns or rows, which no spreadsheet writes here
            raise no_spreadsheet()
        self.covered += (right - left + 1) * (bottom - top + 1)
        self.merged.append((left, top, right, bottom))


def _no_doctype(*declared: Any) -> NoReturn:
    # No spreadsheet has one; it could define entities that grow.
    raise no_spreadsheet()


def _too_much() -> NoReturn:
    raise Refused("file_too_large", _("The file unpacks to far more than a list of units."), field="file")
