"""Units and people from a spreadsheet: every row is checked, then all of a file is written, or nothing (docs/domain.md §8)."""

import io
import zipfile
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone, translation
from openpyxl import Workbook

from helpdesk.audit.models import Entry
from helpdesk.lib.errors import Refused
from residents import tasks
from residents.importing import template
from residents.importing.columns import find_headings
from residents.importing.sheets import read_sheet
from residents.models import Building, ImportJob, Occupancy, Phone, Resident, Unit
from residents.services import imports
from residents.services.imports import confirm_import, run_due, send_import

pytestmark = pytest.mark.django_db

HEAD = "房号,建筑面积（㎡）,业主姓名,联系电话,关系,入住日期"


def csv_of(*rows: str, head: str = HEAD, encoding: str = "utf-8") -> bytes:
    return "\n".join([head, *rows]).encode(encoding)


def xlsx_of(rows: list[list[Any]], merged: tuple[str, ...] = ()) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def check(estate, manager):
    def run(data: bytes, name: str = "list.csv") -> ImportJob:
        job = send_import(estate, actor=manager, name=name, data=data)
        run_due(timezone.now())
        job.refresh_from_db()
        return job

    return run


@pytest.fixture
def write(check, manager):
    def run(data: bytes, name: str = "list.csv") -> ImportJob:
        job = check(data, name)
        assert job.problems == [], job.problems
        confirm_import(job, actor=manager)
        run_due(timezone.now())
        job.refresh_from_db()
        assert job.status == "done", job.failure
        return job

    return run


def codes(job: ImportJob) -> list[tuple[int, str, str]]:
    return [(problem["row"], problem["column"], problem["code"]) for problem in job.problems]


def test_units_people_numbers_and_homes_come_in_with_their_history(write, estate):
    job = write(csv_of("3栋2单元501,89.40,王建国,13800136021,业主,2014-05-01", "3-2-502,,,,,"))
    unit = Unit.objects.get(estate=estate, code="3-2-501")
    home = Occupancy.objects.select_related("resident").get(unit=unit)
    assert (str(unit.area_m2), unit.floor, unit.entrance, unit.building.code) == ("89.40", 5, "2", "3")
    assert (home.resident.name, home.relation, home.since) == ("王建国", "owner", date(2014, 5, 1))
    assert Phone.objects.get(resident=home.resident).number == "+8613800136021"
    assert home.resident.name_keys.filter(key="wjg").exists()
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {"unit.added", "resident.added", "import.sent", "import.confirmed", "import.done"} <= verbs
    assert (job.counts["units"], job.counts["people"], job.content) == (2, 1, "")


def test_nothing_is_written_before_it_is_confirmed(check):
    job = check(csv_of("3-2-501,89.40,王建国,13800136021,业主,2014-05-01"))
    assert job.status == "checked" and job.counts["people"] == 1
    assert not Unit.objects.exists() and not Resident.objects.exists() and not Building.objects.exists()


def test_the_same_file_twice_changes_nothing(write, check, manager):
    data = csv_of("3-2-501,89.40,王建国,13800136021,业主,", "3-2-502,77,王建国,13800136021,业主,")
    write(data)
    before = [model.objects.count() for model in (Unit, Resident, Phone, Occupancy)]
    again = check(data)
    assert not any(again.counts.values())
    with pytest.raises(Refused) as refused:
        confirm_import(again, actor=manager)
    assert refused.value.code == "nothing_to_import"
    assert [model.objects.count() for model in (Unit, Resident, Phone, Occupancy)] == before == [2, 1, 1, 2]


def test_what_differs_is_changed_and_what_is_missing_is_filled(write, unit, resident):
    job = write(csv_of("3-2-501,90.00,Wang Jianguo,13800136021 / 0755-82263100,业主,"))
    unit.refresh_from_db()
    assert str(unit.area_m2) == "90.00" and unit.version == 2
    assert resident.phones.count() == 2 and resident.phones.get(is_primary=True).number == "+8613800136021"
    assert (job.counts["units_changed"], job.counts["people_changed"], job.counts["people"]) == (1, 1, 0)


def test_somebody_in_two_units_is_one_person_and_two_of_a_name_are_two(write):
    write(
        csv_of(
            "3-2-501,,王建国,13800136021,业主,",
            "3-2-601,,王建国,13800136021,业主,",
            "3-2-701,,王建国,13912345678,业主,",
        )
    )
    assert sorted(r.occupancies.count() for r in Resident.objects.all()) == [1, 2]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16", "utf-16-le"])
def test_a_file_is_read_in_whatever_letters_it_was_saved(write, encoding):
    write(csv_of("3-2-501,89.40,王建国,13800136021,业主,2014-05-01", encoding=encoding))
    assert Resident.objects.get().name == "王建国"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_stand_in_any_order_parted_by_any_usual_sign(write, delimiter):
    head = delimiter.join(["手机", "说不清", "Owner name", "房间号", "楼栋", "单元"])
    row = delimiter.join(["１３８００１３６０２１", "x", "王建国", "501室", "3栋", "2单元"])
    job = write("\n".join([head, row]).encode())
    assert Unit.objects.get().code == "3-2-501" and job.unknown_columns == ["说不清"]
    assert Phone.objects.get().number == "+8613800136021"


def test_a_title_above_the_headings_and_merged_cells_are_read_as_meant(write):
    data = xlsx_of(
        [
            ["柳湾花园住户一览表"],
            ["楼栋", "房号", "姓名", "电话", "入住日期"],
            ["3栋", "501", "王建国", 13800136021, date(2014, 5, 1)],
            [None, None, "李梅", "139 1234 5678", 41760],
        ],
        merged=("A1:E1", "A3:A4", "B3:B4"),
    )
    write(data, "list.xlsx")
    assert Occupancy.objects.filter(unit__code="3-501").count() == 2
    assert {o.since for o in Occupancy.objects.all()} == {date(2014, 5, 1)}


def test_an_entrance_is_no_building_where_a_file_leaves_the_building_out(write):
    write(csv_of("2栋,1-501,王建国", "2栋,2-501,李梅", head="楼栋,房号,姓名"))
    assert sorted(Unit.objects.values_list("code", flat=True)) == ["2-1-501", "2-2-501"]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("3-2-501,,王建国,1.38E+10,业主,", "phone", "digits_lost"),
        ("3-2-501,,王建国,1380013602,业主,", "phone", "phone_unreadable"),
        ("3-2-501,,王建国,13800136021,房东太太,", "relation", "word_unknown"),
        ("3-2-501,89.405,王建国,,业主,", "area_m2", "area_unreadable"),
        ("3-2-501,很大,王建国,,业主,", "area_m2", "area_unreadable"),
        ("3-2-501,-5,王建国,,业主,", "area_m2", "area_unreadable"),
        ("3-2-501,,王建国,,业主,01/05/2014", "since", "date_two_ways"),
        ("3-2-501,,王建国,,业主,2014-02-30", "since", "date_unreadable"),
        ("3-2-501,,王建国、李梅,,业主,", "name", "several_names"),
        ("3-2-501,,,13800136021,业主,", "name", "name_missing"),
        (",,王建国,13800136021,业主,", "unit", "unit_missing"),
        ("老地方,,王建国,13800136021,业主,", "unit", "plate_unreadable"),
        ("3-2-501," + "9" * 12 + ",王建国,,业主,", "area_m2", "area_unreadable"),
        ("3-2-501,," + "王" * 81 + ",,业主,", "name", "too_long"),
    ],
)
def test_what_cannot_be_taken_is_named_by_row_and_column(check, row, column, code):
    job = check(csv_of("3-2-401,80,李梅,13912345678,业主,2014-05-01", row))
    assert codes(job) == [(3, column, code)]
    assert "138" not in str(job.problems).replace("1.38E+10", "")


def test_a_door_plate_that_became_a_date_is_told(check):
    job = check(xlsx_of([["房号", "姓名"], [date(2003, 2, 5), "王建国"]]), "list.xlsx")
    assert codes(job) == [(2, "unit", "became_a_date")]


def test_an_identity_number_that_lost_its_end_is_told_and_a_right_one_is_sealed(check, write, estate):
    head = ["房号", "姓名", "身份证号"]
    lost = check(xlsx_of([head, ["3-2-501", "王建国", 440301199001011234]]), "list.xlsx")
    assert codes(lost) == [(2, "identity_number", "digits_lost")]
    wrong = check(xlsx_of([head, ["3-2-501", "王建国", "110105194912310021"]]), "list.xlsx")
    assert codes(wrong) == [(2, "identity_number", "identity_unreadable")]
    write(xlsx_of([head, ["3-2-501", "王建国", "11010519491231002x"]]), "list.xlsx")
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_number, identity_hash FROM residents_resident")
        stored, found_by = cursor.fetchone()
    assert "110105194912" not in stored and found_by


def test_a_landline_that_lost_its_nought_gets_it_back(write):
    write(xlsx_of([["房号", "姓名", "电话"], ["3-2-501", "王建国", 75582263100]]), "list.xlsx")
    assert Phone.objects.get().number == "+8675582263100"


def test_rows_that_contradict_each_other_are_told(check):
    job = check(
        csv_of(
            "3-2-501,89.40,王建国,13800136021,业主,",
            "3栋2单元501,90,李梅,13912345678,家属,",
            "3-2-501,,王建国,13800136021,业主,2014-05-01",
        )
    )
    assert [code for _row, _column, code in codes(job)] == ["contradiction", "person_twice"]


def test_one_wrong_row_among_thousands_stops_all(check, manager):
    rows = [
        f"1-{floor}{room:02d},80,住户{floor}{room},,业主," for floor in range(1, 31) for room in range(1, 41)
    ]
    job = check(csv_of(*rows, "?,1,某人,,业主,"))
    assert len(job.problems) == 1 and job.problems[0]["row"] == len(rows) + 2
    with pytest.raises(Refused) as refused:
        confirm_import(job, actor=manager)
    assert refused.value.code == "import_has_problems" and not Unit.objects.exists()


def macro_file() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<a/>")
        archive.writestr("xl/vbaProject.bin", "x")
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<a/>")
        for sheet in range(21):
            archive.writestr(f"xl/worksheets/sheet{sheet}.xml", b"\0" * 10_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"   \n\n", "file_empty"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, "old_spreadsheet"),
        (b"PK\x03\x04 no archive", "not_a_spreadsheet"),
        (macro_file(), "macro_file"),
        (bomb(), "file_too_large"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "encoding_unknown"),
        ('房号,姓名\n3-2-501,"王'.encode(), "line_unreadable"),
        (("房号,姓名\n" + "3-2-501,x\n" * 50_001).encode(), "too_many_rows"),
    ],
)
def test_a_file_that_is_no_list_says_why(data, code):
    with pytest.raises(Refused) as refused:
        read_sheet("file", data)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("head", "code"),
    [("甲,乙,丙", "no_headings"), ("姓名,电话", "no_unit_column"), ("房号,姓名,业主姓名", "heading_twice")],
)
def test_headings_that_do_not_do_say_why(check, head, code):
    with pytest.raises(Refused) as refused:
        find_headings(read_sheet("list.csv", csv_of("3-2-501,王建国,x", head=head)))
    assert refused.value.code == code
    job = check(csv_of("3-2-501,王建国,x", head=head))
    assert job.status == "failed" and job.failure and job.content == ""


def test_a_worker_that_dies_while_writing_leaves_all_or_nothing_and_is_followed(check, manager, monkeypatch):
    job = confirm_import(check(csv_of("3-2-501,80,王建国,13800136021,业主,")), actor=manager)

    def die(*_args: Any, **_kwargs: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(imports, "record", die)
        with pytest.raises(KeyboardInterrupt):
            run_due(timezone.now())
    assert not Unit.objects.exists()
    assert run_due(timezone.now()) == 0, "another worker waits until the claim has run out"
    assert run_due(timezone.now() + timedelta(minutes=6)) == 1
    job.refresh_from_db()
    assert job.status == "done" and Unit.objects.count() == 1


def test_a_file_is_kept_sealed_and_no_longer_than_a_week(check):
    job = check(csv_of("3-2-501,80,王建国,13800136021,业主,"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM residents_importjob")
        assert "MzgwMDEz" not in cursor.fetchone()[0]
    ImportJob.objects.update(created_at=timezone.now() - timedelta(days=7, minutes=1))
    tasks.run_imports()
    job.refresh_from_db()
    assert (job.status, job.content) == ("dropped", "")


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_empty_file_comes_back_understood(write, language, kind):
    with translation.override(language):
        data = template.as_csv() if kind == "csv" else template.as_xlsx()
        titles = template.headings()
    found = find_headings(read_sheet("t", data))
    assert list(found.places) == list(template.OFFERED), titles
    write(data, f"template.{kind}")
    assert str(Unit.objects.get().area_m2) == "89.40"


def test_a_manager_sends_a_file_reads_the_report_and_confirms(login, manager, estate):
    manager.language = "en"
    manager.save()
    browser = login(manager)
    sent = SimpleUploadedFile("list.csv", csv_of("3-2-501,80,王建国,13800136021,业主,", "x,,y,,,"))
    answer = browser.post("/residents/imports/", {"file": sent})
    assert answer.status_code == 303
    page = answer["Location"]
    assert "being checked" in browser.get(page).text
    run_due(timezone.now())
    report = browser.get(page).text
    assert "no door plate" in report and "Write all of it" not in report
    assert "3,Unit," in browser.get(page + "problems.csv").getvalue().decode("utf-8-sig").replace('"', "")
    good = SimpleUploadedFile("list.csv", csv_of("3-2-501,80,王建国,13800136021,业主,"))
    page = browser.post("/residents/imports/", {"file": good})["Location"]
    run_due(timezone.now())
    assert "Write all of it" in browser.get(page).text
    assert browser.post(page + "confirm/").status_code == 303
    run_due(timezone.now())
    assert "Written" in browser.get(page).text and Unit.objects.count() == 1


def test_an_empty_form_is_refused_beside_the_field(login, manager):
    answer = login(manager).post("/residents/imports/", {})
    assert answer.status_code == 422 and "field-error" in answer.text


def test_what_is_dropped_is_not_written(login, manager, check):
    job = check(csv_of("3-2-501,80,王建国,13800136021,业主,"))
    browser = login(manager)
    assert browser.post(f"/residents/imports/{job.pk}/drop/").status_code == 303
    answer = browser.post(f"/residents/imports/{job.pk}/confirm/", follow=True)
    assert "no longer waiting" in answer.text and not Unit.objects.exists()


def bomb_of(ref: str) -> bytes:
    """A workbook of a few kilobytes whose merged range covers this many cells."""
    plain, out = zipfile.ZipFile(io.BytesIO(xlsx_of([["房号"]]))), io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in plain.namelist():
            more = f'</sheetData><mergeCells count="1"><mergeCell ref="{ref}"/></mergeCells>'.encode()
            archive.writestr(name, plain.read(name).replace(b"</sheetData>", more))
    return out.getvalue()


def test_a_merged_range_without_end_is_refused_before_it_is_laid_out():
    for ref, code in (("A1:CV10000", "file_too_large"), ("A1:?", "not_a_spreadsheet")):
        with pytest.raises(Refused) as refusal:
            read_sheet("list.xlsx", bomb_of(ref))
        assert refusal.value.code == code


def test_a_file_put_away_leaves_no_words_of_its_cells(check, manager):
    job = check(csv_of("3-2-501,wang@example.org 13800136021,王建国,13800136021,业主,2014-05-01"))
    assert "13800136021" in str(job.problems)
    imports.drop_import(job, actor=manager)
    job.refresh_from_db()
    assert job.problems == [] and job.content == ""
