"""The empty file to fill in: headings in the reader's language, one row that shows how, words that are understood."""

import csv
import io

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from residents.importing.columns import BY_KEY

OFFERED = (
    "unit",
    "floor",
    "area_m2",
    "use",
    "status",
    "name",
    "relation",
    "phone",
    "phone2",
    "email",
    "language",
    "identity_number",
    "since",
    "until",
    "is_primary",
    "is_payer",
    "note",
)


def headings() -> list[str]:
    """The headings in the reader's language; each of them is understood when the file comes back."""
    return [str(BY_KEY[key].title) for key in OFFERED]


def example() -> list[str]:
    """One row as it should look."""
    said = {
        "unit": "3-2-501",
        "floor": "5",
        "area_m2": "89.40",
        "use": _("Residential"),
        "status": _("Occupied"),
        "relation": _("Owner"),
        "since": "2024-05-01",
        "is_primary": _("yes"),
        "is_payer": _("yes"),
    }
    return [said.get(key, "") for key in OFFERED]


def as_csv() -> bytes:
    """UTF-8 with a mark at the front, so that spreadsheets read Chinese right."""
    out = io.StringIO()
    csv.writer(out).writerows([headings(), example()])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx() -> bytes:
    """Columns formatted as text, so that no number loses its digits."""
    book = Workbook()
    sheet = book.active
    sheet.append(headings())
    sheet.append(example())
    for index in range(1, len(OFFERED) + 1):
        letter = get_column_letter(index)
        sheet.column_dimensions[letter].width = 18
        sheet.cell(1, index).font = Font(bold=True)
        for row in range(1, 1001):
            sheet.cell(row, index).number_format = "@"
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
