"""The sheet of fixtures: every line looked at, signed by both, and then nothing changes (docs/domain.md §8)."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from PIL import Image

from helpdesk.attachments.models import Attachment
from helpdesk.audit.models import Entry
from helpdesk.lib.errors import Refused
from residents.models import FixtureItem, FixturesHandover
from residents.services import fixtures, moves
from tests.api.conftest import api  # noqa: F401
from tests.residents.procedures import NOW, move_in, move_out, seen_sheet, signed_sheet, waive_all

pytestmark = pytest.mark.django_db


def refused(code, act, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        act(*args, **kwargs)
    assert caught.value.code == code


def photo(name="wall.jpg"):
    data = BytesIO()
    Image.new("RGB", (40, 30), "#888").save(data, "JPEG")
    return SimpleUploadedFile(name, data.getvalue(), "image/jpeg")


def test_begun_twice_it_is_the_same_sheet(unit, resident, clerk):
    move = move_out(unit, clerk)
    first = fixtures.begin_fixtures(move, actor=clerk, at=NOW)
    assert fixtures.begin_fixtures(move, actor=clerk, at=NOW) == first
    assert first.items.count() == len(fixtures.usual_items())


def test_moving_out_begins_with_what_was_signed_on_moving_in(unit, resident, clerk):
    came = move_in(unit, clerk)
    moves.add_move_person(came, actor=clerk, resident=resident, relation="family", at=NOW)
    signed_sheet(came, clerk, state="worn")
    waive_all(came, clerk)
    moves.complete_move(came, actor=clerk, at=NOW)
    sheet = fixtures.begin_fixtures(move_out(unit, clerk), actor=clerk, at=NOW)
    assert {item.before for item in sheet.items.all()} == {"worn"}
    assert {item.state for item in sheet.items.all()} == {""}


def test_nobody_signs_what_was_not_looked_at(unit, resident, clerk):
    sheet = fixtures.begin_fixtures(move_out(unit, clerk), actor=clerk, at=NOW)
    refused("items_open", fixtures.sign_fixtures, sheet, actor=clerk, side="resident", name="Li", at=NOW)


def test_what_one_has_signed_nobody_changes(unit, resident, clerk):
    sheet = seen_sheet(move_out(unit, clerk), clerk)
    fixtures.sign_fixtures(sheet, actor=clerk, side="resident", name="Li Min", at=NOW)
    item = sheet.items.first()
    refused(
        "signed_already", fixtures.look_at_fixtures, sheet, [{"id": item.pk, "state": "missing"}], actor=clerk
    )
    refused("signed_already", fixtures.add_fixture, sheet, actor=clerk, name="Lamp")
    refused("signed_already", fixtures.remove_fixture, item, actor=clerk)
    refused("signed_already", fixtures.sign_fixtures, sheet, actor=clerk, side="resident", name="Li", at=NOW)


def test_signatures_are_taken_back_with_a_reason_only(unit, resident, clerk):
    sheet = signed_sheet(move_out(unit, clerk), clerk)
    refused("reason_required", fixtures.reopen_fixtures, sheet, actor=clerk, reason="")
    sheet = fixtures.reopen_fixtures(sheet, actor=clerk, reason="A lamp was forgotten", at=NOW)
    assert not sheet.is_begun and sheet.resident_strokes == ""
    assert Entry.objects.get(verb="fixtures.reopened").data["reason"] == "A lamp was forgotten"


@pytest.mark.parametrize("strokes", ['M1 1"/><script>', "M1 1Q2 2", "L" * 30_000, "M99999 1"])
def test_a_drawing_is_strokes_and_nothing_else(unit, resident, clerk, strokes):
    sheet = seen_sheet(move_out(unit, clerk), clerk)
    refused(
        "strokes_unreadable",
        fixtures.sign_fixtures, sheet, actor=clerk, side="resident", name="Li", strokes=strokes, at=NOW,
    )  # fmt: skip


def test_a_signature_has_a_name(unit, resident, clerk):
    sheet = seen_sheet(move_out(unit, clerk), clerk)
    refused("name_missing", fixtures.sign_fixtures, sheet, actor=clerk, side="staff", name=" ", at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        FixturesHandover.objects.filter(pk=sheet.pk).update(resident_signed_at=NOW)


def test_on_the_page_lines_are_looked_at_photographed_and_signed(unit, resident, clerk, login):
    browser, move = login(clerk), move_out(unit, clerk)
    url = reverse("fixtures_detail", args=[move.pk])
    assert b"not begun" in browser.get(url).content
    browser.post(reverse("fixtures_begin", args=[move.pk]))
    items = list(FixtureItem.objects.filter(handover__move=move))
    sent = {f"state-{item.pk}": "good" for item in items} | {f"note-{items[0].pk}": "Scratch"}
    response = browser.post(url, sent | {f"files-{items[0].pk}": photo(), "remarks": "All clean"})
    assert response.status_code == 303
    kept = Attachment.objects.of(items[0]).get()
    shown = browser.get(reverse("fixtures_file", args=[move.pk, kept.pk]))
    assert shown.status_code == 200 and shown["Content-Type"] == "image/jpeg"
    for side in ("resident", "staff"):
        signed = browser.post(
            reverse("fixtures_sign", args=[move.pk, side]), {"name": "Li Min", "strokes": "M1 2L30 40"}
        )
        assert signed.status_code == 303
    page = browser.get(url).content.decode()
    assert "M1 2L30 40" in page and "Signed by both" in page
    assert "Scratch" in browser.get(reverse("fixtures_print", args=[move.pk])).content.decode()


def test_a_photo_of_another_move_is_a_404(unit, resident, clerk, login, building):
    move = move_out(unit, clerk)
    signed_sheet(move, clerk)
    other = move_in(unit, clerk)
    kept = Attachment.objects.create(
        estate=unit.estate, owner_type="residents.fixtureitem", owner_id=move.fixtures.items.first().pk,
        file="x", name="x.jpg", content_type="image/jpeg", size=1, digest="0",
    )  # fmt: skip
    assert login(clerk).get(reverse("fixtures_file", args=[other.pk, kept.pk])).status_code == 404


def test_a_bad_state_and_a_refusal_come_back_with_the_text_kept(unit, resident, clerk, login):
    browser, move = login(clerk), move_out(unit, clerk)
    sheet = seen_sheet(move, clerk)
    item = sheet.items.first()
    url = reverse("fixtures_detail", args=[move.pk])
    assert browser.post(url, {f"state-{item.pk}": "melted"}).status_code == 422
    signed = reverse("fixtures_sign", args=[move.pk, "resident"])
    assert browser.post(signed, {"name": ""}).status_code == 422
    assert browser.post(reverse("fixtures_sign", args=[move.pk, "cat"]), {"name": "x"}).status_code == 404
    fixtures.sign_fixtures(sheet, actor=clerk, side="resident", name="Li", at=NOW)
    assert browser.post(signed, {"name": "Li"}).status_code == 409


def test_the_second_of_two_clerks_overwrites_nothing(unit, resident, clerk):
    sheet = seen_sheet(move_out(unit, clerk), clerk)
    item, version = sheet.items.first(), sheet.version
    rows = [{"id": item.pk, "state": "damaged", "note": "Cracked"}]
    fixtures.look_at_fixtures(sheet, rows, actor=clerk, version=version, at=NOW)
    rows = [{"id": item.pk, "state": "worn"}]
    refused("stale", fixtures.look_at_fixtures, sheet, rows, actor=clerk, version=version, at=NOW)
    refused("stale", fixtures.sign_fixtures, sheet, actor=clerk, side="staff", name="C", version=version)
    item.refresh_from_db()
    assert (item.state, item.note) == ("damaged", "Cracked")


def test_a_stale_sheet_shows_both_texts_and_is_kept_when_sent_once_more(unit, resident, clerk, login):
    browser, move = login(clerk), move_out(unit, clerk)
    sheet = seen_sheet(move, clerk)
    item, url = sheet.items.first(), reverse("fixtures_detail", args=[move.pk])
    sent = {f"state-{one.pk}": "good" for one in sheet.items.all()} | {"version": sheet.version}
    rows = [{"id": item.pk, "state": "damaged", "note": "Cracked"}]
    fixtures.look_at_fixtures(sheet, rows, actor=clerk, remarks="Smells", at=NOW)
    added = fixtures.add_fixture(sheet, actor=clerk, name="Lamp", at=NOW)
    answer = browser.post(url, sent | {f"note-{item.pk}": "Scratched", "remarks": "All clean"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert all(text in page for text in ("Damaged, Cracked", "Scratched", "Smells", "All clean", "Lamp"))
    again = {name: value for name, value in answer.context["form"].data.items() if value}
    assert browser.post(url, again).status_code == 303
    item.refresh_from_db()
    added.refresh_from_db()
    assert (item.state, item.note, added.state) == ("good", "Scratched", "")


def test_photos_go_in_and_out_by_the_api_until_it_is_signed(unit, resident, clerk, guard, api):  # noqa: F811
    move = move_out(unit, clerk)
    sheet = seen_sheet(move, clerk)
    url = f"/api/v1/moves/{move.pk}/"
    line = f"{url}fixtures/{sheet.items.first().pk}/attachments/"
    program = api(clerk)
    assert program.post(line, {}, format="multipart").status_code == 400
    sent = program.post(line, {"files": [photo()]}, format="multipart")
    assert sent.status_code == 201 and sent.json()[0]["owner_type"] == "fixture"
    assert [one["id"] for one in program.get(url + "attachments/").json()["results"]] == [
        sent.json()[0]["id"]
    ]
    file = f"{url}attachments/{sent.json()[0]['id']}/"
    out = program.get(file)
    assert (out.status_code, out["Content-Type"]) == (200, "image/jpeg")
    assert api(guard).get(file).status_code == 403
    other = move_in(unit, clerk)
    assert program.get(f"/api/v1/moves/{other.pk}/attachments/{sent.json()[0]['id']}/").status_code == 404
    fixtures.sign_fixtures(sheet, actor=clerk, side="staff", name="Clerk", at=NOW)
    refusal = program.post(line, {"files": [photo()]}, format="multipart")
    assert refusal.status_code == 409 and refusal.json()["errors"][0]["code"] == "signed_already"
