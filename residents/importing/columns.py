"""Which column is which: headings in Chinese or English, in any order, a title above them or not."""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.lib.errors import Refused
from helpdesk.lib.names import fold
from residents.importing.sheets import Sheet

SEARCHED = 15  # rows, for the one with the headings


@dataclass(frozen=True)
class Column:
    """One column that can be read; `words` are headings it may have, folded (small letters, simplified)."""

    key: str
    title: Promise | str
    words: tuple[str, ...]


COLUMNS = [
    Column(
        "unit",
        gettext_lazy("Unit"),
        (
            "unit",
            "unit code",
            "unit no",
            "door plate",
            "flat",
            "房号",
            "房屋",
            "房屋编号",
            "门牌",
            "门牌号",
            "房间号",
            "户号",
            "单位",
        ),
    ),
    Column(
        "building",
        gettext_lazy("Building"),
        (
            "building",
            "block",
            "tower",
            "楼栋",
            "栋",
            "楼号",
            "栋号",
            "座",
            "楼宇",
            "楼",
            "幢",
            "楼栋号",
            "楼栋/座",
        ),
    ),
    Column("entrance", gettext_lazy("Entrance"), ("entrance", "staircase", "单元", "单元号", "门洞")),
    Column("room", gettext_lazy("Room"), ("room", "room no", "室", "室号", "房间")),
    Column("floor", gettext_lazy("Floor"), ("floor", "level", "楼层", "层", "所在楼层")),
    Column(
        "area_m2",
        gettext_lazy("Floor area (m²)"),
        ("floor area", "area", "gross floor area", "建筑面积", "面积", "房屋面积", "计费面积"),
    ),
    Column("use", gettext_lazy("Use"), ("use", "type", "用途", "房屋用途", "房屋类型", "性质", "类型")),
    Column("status", gettext_lazy("Status"), ("status", "状态", "房屋状态", "使用状态")),
    Column(
        "name",
        gettext_lazy("Name"),
        (
            "name",
            "resident",
            "owner",
            "owner name",
            "resident name",
            "姓名",
            "业主",
            "业主姓名",
            "住户",
            "住户姓名",
            "客户名称",
            "名称",
            "户主",
        ),
    ),
    Column(
        "other_name",
        gettext_lazy("Name in another writing"),
        ("name in another writing", "other name", "english name", "英文名", "另一写法", "别名"),
    ),
    Column("kind", gettext_lazy("Kind"), ("kind", "种类", "客户类型", "客户性质")),
    Column(
        "relation",
        gettext_lazy("Relation to the unit"),
        (
            "relation to the unit",
            "relation",
            "relationship",
            "关系",
            "与房屋关系",
            "身份",
            "住户类型",
            "与业主关系",
        ),
    ),
    Column(
        "phone",
        gettext_lazy("Telephone"),
        (
            "telephone",
            "phone",
            "phones",
            "mobile",
            "tel",
            "phone number",
            "电话",
            "手机",
            "手机号",
            "手机号码",
            "联系电话",
            "联系方式",
            "电话号码",
        ),
    ),
    Column(
        "phone2",
        gettext_lazy("Second telephone"),
        ("second telephone", "phone 2", "telephone 2", "其他电话", "备用电话", "电话2", "第二电话"),
    ),
    Column(
        "email", gettext_lazy("E-mail"), ("e-mail", "email", "mail", "邮箱", "电子邮箱", "电邮", "电子邮件")
    ),
    Column("language", gettext_lazy("Language"), ("language", "语言")),
    Column(
        "identity_number",
        gettext_lazy("Identity number"),
        ("identity number", "id number", "id no", "身份证", "身份证号", "身份证号码", "证件号", "证件号码"),
    ),
    Column(
        "since",
        gettext_lazy("Since"),
        (
            "since",
            "from",
            "move-in",
            "move in date",
            "入住日期",
            "入住时间",
            "起始日期",
            "开始日期",
            "迁入日期",
            "交房日期",
            "自",
        ),
    ),
    Column(
        "until",
        gettext_lazy("Until"),
        ("until", "to", "end", "move-out", "迁出日期", "结束日期", "退租日期", "截止日期", "到期日", "至"),
    ),
    Column(
        "is_primary",
        gettext_lazy("First contact of the unit"),
        ("first contact of the unit", "primary", "primary contact", "first contact", "主要联系人"),
    ),
    Column("is_payer", gettext_lazy("Pays the bills"), ("pays the bills", "payer", "缴费人", "交费人")),
    Column("salutation", gettext_lazy("How to greet"), ("how to greet", "salutation", "称呼")),
    Column(
        "note",
        gettext_lazy("Note for the desk"),
        ("note for the desk", "note", "notes", "remark", "remarks", "备注", "说明"),
    ),
]
BY_KEY = {column.key: column for column in COLUMNS}


@dataclass(frozen=True)
class Headings:
    """Where the headings stand: their row's number, column index by key, and headings nobody knows."""

    row: int
    places: dict[str, int]
    unknown: list[str]


def find_headings(sheet: Sheet) -> Headings:
    """The row of headings. Refused: no_headings, heading_twice, no_unit_column."""
    best = max(sheet.rows[:SEARCHED], key=lambda row: len(_known(row[1])))
    number, cells = best
    known = _known(cells)
    if len(known) < 2:
        message = _("No headings were found: the first row names the columns, such as Unit, Name, Telephone.")
        raise Refused("no_headings", message, field="file")
    places: dict[str, int] = {}
    for index, key in known:
        # A second column of telephone numbers is nothing unusual; anything else twice can't be told apart.
        key = "phone2" if key == "phone" and key in places and "phone2" not in places else key
        if key in places:
            message = _("Two columns are called “%(title)s”.") % {"title": BY_KEY[key].title}
            raise Refused("heading_twice", message, field="file")
        places[key] = index
    if not {"unit", "room"} & set(places):
        message = _("No column says which unit: call it “Unit”, or give “Building” and “Room”.")
        raise Refused("no_unit_column", message, field="file")
    used = {index for index, _key in known}
    unknown = [str(cell) for index, cell in enumerate(cells) if cell and index not in used]
    return Headings(number, places, unknown[:20])


def _known(cells: list[object]) -> list[tuple[int, str]]:
    return [
        (index, key) for index, cell in enumerate(cells) if isinstance(cell, str) and (key := _key_of(cell))
    ]


def _key_of(heading: str) -> str:
    plain = _plain(heading)
    return _by_word().get(plain, "") or _by_word().get(plain.replace(" ", ""), "")


def _plain(heading: str) -> str:
    bare = re.sub(r"[（(\[【].*?[)）\]】]", "", heading)  # 建筑面积（㎡）
    return re.sub(r"[\s*:：_]+", " ", fold(bare)).strip(" .")


@lru_cache(maxsize=1)
def _by_word() -> dict[str, str]:
    """The column by every heading it may have: usual words, and our own titles in every language we speak."""
    found: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= {_plain(str(column.title)): column.key for column in COLUMNS}
    return found | {word: column.key for column in COLUMNS for word in column.words}
