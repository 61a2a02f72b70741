import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.lib.door_plates import normalise_plate, plate_prefix


@pytest.mark.parametrize(
    "raw",
    [
        "3-2-501",
        "3 2 501",
        "3.2.501",
        "3/2/501",
        "3—2—501",
        " 3 - 2 - 501 ",
        "3栋2单元501",
        "3棟2單元501室",
        "3号楼2单元501",
        "3號樓2單元501號",
        "3幢 2 單元 501 房",
        "3座2门501",
        "3栋2-501",
        "3-2单元501",
        "３－２－５０１",
        "三栋二单元五〇一",
        "3栋2单元5楼1室",
        "Bldg 3 Unit 2 Room 501",
        "Bldg.3 Unit2 Rm501",
        "building 3, entrance 2, flat 501",
        "Room 501, Unit 2, Building 3",
    ],
)
def test_every_usual_writing_is_the_same_door(raw):
    assert normalise_plate(raw) == "3-2-501"


@pytest.mark.parametrize(
    ("raw", "plate"),
    [
        ("Tower 3 Flat 501", "3-501"),
        ("Tower 3 Unit 501", "3-501"),
        ("3栋501", "3-501"),
        ("3号501室", "3-501"),
        ("3楼501", "3-501"),
        ("十二栋301", "12-301"),
        ("二十栋十单元301", "20-10-301"),
        ("A-1203", "A-1203"),
        ("a1203", "A-1203"),
        ("A座1203", "A-1203"),
        ("3座12樓A室", "3-12A"),
        ("Flat A, 5/F, Tower 3", "3-5A"),
        ("3座12樓1203室", "3-1203"),
        ("A-0501", "A-0501"),
        ("S-01", "S-01"),
        ("P-B1-023", "P-B1-023"),
    ],
)
def test_plates_of_two_parts_letters_and_floors(raw, plate):
    assert normalise_plate(raw) == plate


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "501",
        "3栋",
        "3栋2单元",
        "2单元501",
        "3栋4栋501",
        "3-2-501-1",
        "Tower",
        "陈大文",
        "Li Wu",
        "138 0013 6021",
        "13800136021",
        "2026-11-22",
        "T-2026-000123",
        "粤B12345",
        "3-2-501; DROP TABLE",
        "3-2-" + "5" * 100,
    ],
)
def test_what_names_no_door_is_none(raw):
    assert normalise_plate(raw) is None


@pytest.mark.parametrize(
    ("raw", "prefix"),
    [
        ("3", "3"),
        ("3-", "3-"),
        ("3栋", "3-"),
        ("bldg 3", "3-"),
        ("3栋2单元", "3-2-"),
        ("3-2", "3-2"),
        ("3-2-5", "3-2-5"),
        ("3栋2单元5", "3-2-5"),
        ("3棟2單元501室", "3-2-501"),
        ("a座", "A-"),
        ("a座12", "A-12"),
    ],
)
def test_half_a_plate_is_the_beginning_of_plates(raw, prefix):
    assert plate_prefix(raw) == prefix


@pytest.mark.parametrize("raw", ["", "陈", "13800136021", "2026", "2单元", "?", "3-2-501-1"])
def test_what_begins_no_plate_is_none(raw):
    assert plate_prefix(raw) is None


@given(st.text("3２A501栋棟座幢单元單室房号號楼层门 -./FUnitRom十二〇", max_size=20))
def test_a_plate_read_again_is_the_same_plate(raw):
    plate = normalise_plate(raw)
    if plate is not None:
        assert normalise_plate(plate) == plate
        assert plate_prefix(raw) == plate


@given(st.text())
def test_no_text_breaks_the_reading(raw):
    assert normalise_plate(raw) is None or 2 <= len(normalise_plate(raw).split("-")) <= 3
    assert plate_prefix(raw) != ""


@given(st.integers(1, 999), st.integers(1, 99), st.integers(1, 9999))
def test_each_writing_of_a_plate_meets_the_others(building, entrance, room):
    plate = f"{building}-{entrance}-{room}"
    for raw in (
        plate,
        f"{building} {entrance} {room}",
        f"{building}栋{entrance}单元{room}",
        f"{building}棟{entrance}單元{room}室",
        f"Block {building} Entrance {entrance} Flat {room}",
    ):
        assert normalise_plate(raw) == plate
