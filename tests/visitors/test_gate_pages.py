"""The gate on a guard's phone, and for programs: one word, one release a scan, nothing private (docs/domain.md §7)."""

import re
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from helpdesk.audit.models import Entry
from helpdesk.notifications.models import Message
from tests.api.conftest import api  # noqa: F401
from visitors.models import GateRelease, ReleasePass, VisitorPolicy
from visitors.services import release_passes
from visitors.services.pass_drafts import Goods, draft_pass
from visitors.services.release_passes import issue_pass, revoke_pass

pytestmark = pytest.mark.django_db
FAR = "A234567892"


@pytest.fixture
def running(unit, resident, clerk, monkeypatch):
    """A pass of today for a sofa and twelve boxes, on 粤B·73K19, of a unit that owes 80.50."""
    owes = SimpleNamespace(amount=Decimal("80.50"))
    monkeypatch.setattr(release_passes, "arrears_of", lambda unit, at: owes)
    draft = draft_pass(
        unit=unit,
        actor=clerk,
        resident=resident,
        applicant_name="Wang Jianguo",
        applicant_relation="owner",
        id_document_type="identity_card",
        items=[Goods("Sofa", 1, "grey"), Goods("Box", 12)],
        vehicle_plate="粤B·73K19",
        valid_until=timezone.now() + timedelta(hours=6),
    )
    return issue_pass(draft, actor=clerk, acknowledge_arrears=True)


def words(running, *ticked, **more):
    said = {f"item-{item.pk}": "on" for item in running.items.all() if item.description in ticked}
    return {"gate": "North", "plate_check": "same", "scan_key": "one"} | said | more


def let_out(browser, running, *ticked, headers=None, **more):
    return browser.post(
        reverse("gate_release", args=[running.code]), words(running, *ticked, **more), headers=headers or {}
    )


def test_the_camera_opens_the_pass_and_it_says_may_leave_and_never_what_is_owed(running, guard, login):
    page = login(guard).get(reverse("gate_pass", args=[running.code])).content.decode()
    assert 'data-state="go"' in page and "May leave" in page and "粤B·73K19" in page
    assert "80.50" not in page and "Owes" not in page


def test_a_typed_code_opens_the_same_page_and_the_gate_is_remembered(running, guard, login):
    browser = login(guard)
    typed = f"{running.code[:5].lower()}-{running.code[5:]}"
    answer = browser.post(reverse("gate"), {"code": typed, "gate": "East"})
    assert answer["Location"] == reverse("gate_pass", args=[running.code])
    assert "East" in browser.get(answer["Location"]).content.decode()


def test_goods_leave_in_two_loads_and_then_the_pass_is_used(running, guard, login):
    browser = login(guard)
    box = running.items.get(description="Box")
    first = let_out(browser, running, "Sofa", "Box", **{f"pieces-{box.pk}": "5"})
    assert 'data-state="done"' in browser.get(first["Location"]).content.decode()
    assert 'data-state="go"' in browser.get(first["Location"]).content.decode(), "shown once"
    let_out(browser, running, "Box", scan_key="two")
    assert 'data-state="done"' in browser.get(first["Location"]).content.decode()
    page = browser.get(first["Location"]).content.decode()
    assert 'data-state="released"' in page and "North" in page
    assert ReleasePass.objects.get().status == "released"


def test_the_same_scan_again_gets_the_first_answer_and_any_other_hears_when_and_where(
    running, guard, manager, login
):
    browser, other = login(guard), login(manager)
    key = {"Idempotency-Key": "scan-1"}
    assert let_out(browser, running, "Sofa", "Box", headers=key).status_code == 303
    again = let_out(browser, running, "Sofa", "Box", headers=key)
    assert again.status_code == 303
    assert 'data-state="done"' in browser.get(again["Location"]).content.decode()
    late = let_out(other, running, "Sofa", "Box", headers=key)
    assert late.status_code == 409 and "Already released at North" in late.content.decode()
    assert GateRelease.objects.count() == 1


@pytest.mark.parametrize("more", [{"plate_check": ""}, {"plate_check": "other"}, {"gate": ""}])
def test_what_the_guard_forgot_is_asked_for(more, running, guard, login):
    assert let_out(login(guard), running, "Sofa", **more).status_code == 422
    assert let_out(login(guard), running).status_code == 422
    assert not GateRelease.objects.exists()


def test_what_is_missing_is_asked_for_by_the_page_before_it_is_sent(running, guard, login):
    page = login(guard).get(reverse("gate_pass", args=[running.code])).content.decode()
    form = page[page.index('id="release"') : page.index("</form>", page.index('id="release"'))]
    assert "novalidate" not in form.split(">")[0]
    radios = re.findall(r'<input type="radio" name="plate_check"[^>]*>', form)
    assert len(radios) == 2 and all("required" in radio for radio in radios)
    assert re.findall(r'data-gate-ask="(\w+)" hidden', form) == ["plate_check", "plate", "gate", "items"]


def test_another_plate_is_warned_of_then_noted_and_the_desk_is_told(running, guard, clerk, login):
    browser = login(guard)
    other = {"plate_check": "other", "plate": "粤A 11111"}
    warned = let_out(browser, running, "Sofa", **other)
    assert warned.status_code == 409 and "粤B·73K19" in warned.content.decode()
    assert not GateRelease.objects.exists()
    assert let_out(browser, running, "Sofa", acknowledge_plate="on", **other).status_code == 303
    assert GateRelease.objects.get().plate_seen == "粤A 11111"
    assert Message.objects.filter(template="pass_plate_differs", recipient_user=clerk).exists()
    assert (
        let_out(browser, running, "Box", plate_check="other", plate="粤b73k19", scan_key="2").status_code
        == 303
    )


def test_between_two_chinese_sentences_stands_no_space(running, guard, login):
    guard.language = "zh-hans"
    guard.save(update_fields=["language"])
    browser = login(guard)
    browser.cookies["django_language"] = "zh-hans"
    page = browser.get(let_out(browser, running, "Sofa")["Location"]).content.decode()
    line = re.search(r'data-state="done".*?<p>([^<]+)</p>', page, re.S).group(1)
    assert "。" in line and "。 " not in line


def test_what_does_not_match_goes_back_and_the_desk_is_told(running, guard, clerk, login):
    browser, page = login(guard), reverse("gate_send_back", args=[running.code])
    assert browser.post(page, {"reason": " "}).status_code == 422
    answer = browser.post(page, {"reason": "A piano", "gate": "North"})
    shown = browser.get(answer["Location"]).content.decode()
    assert 'data-state="revoked"' in shown and "A piano" not in shown
    assert Message.objects.filter(template="pass_sent_back", recipient_user=clerk).exists()
    assert let_out(browser, running, "Sofa").status_code == 409


@pytest.mark.parametrize(("begins", "ends", "state"), [(1, 2, "not_yet"), (-24, -1, "expired")])
def test_out_of_its_time_the_pass_says_so_and_nothing_leaves(begins, ends, state, running, guard, login):
    now = timezone.now()
    ReleasePass.objects.update(
        valid_from=now + timedelta(hours=begins), valid_until=now + timedelta(hours=ends)
    )
    page = login(guard).get(reverse("gate_pass", args=[running.code])).content.decode()
    assert f'data-state="{state}"' in page and "data-gate-form" not in page
    assert let_out(login(guard), running, "Sofa").status_code == 409


def test_a_wrong_code_is_counted_and_ten_a_minute_are_enough(running, guard, login):
    browser = login(guard)
    for _n in range(10):
        answer = browser.get(reverse("gate_pass", args=[FAR]))
        assert answer.status_code == 404 and b"No such pass" in answer.content
    assert browser.get(reverse("gate_pass", args=[running.code])).status_code == 429


def test_right_codes_are_not_counted(running, guard, login):
    browser = login(guard)
    assert {browser.get(reverse("gate_pass", args=[running.code])).status_code for _n in range(15)} == {200}


def test_the_gates_an_estate_names_are_the_only_ones(running, estate, guard, login):
    VisitorPolicy.objects.create(estate=estate, gates=["North", "East"])
    assert let_out(login(guard), running, "Sofa", gate="Moon").status_code == 422
    assert let_out(login(guard), running, "Sofa", gate="East").status_code == 303


def test_looking_releases_nothing(running, guard, login):
    before = Entry.objects.count()
    login(guard).get(reverse("gate_pass", args=[running.code]))
    assert login(guard).get(reverse("gate_release", args=[running.code])).status_code == 405
    assert Entry.objects.count() == before


def test_a_program_sees_state_and_goods_and_nothing_private(running, guard, api):  # noqa: F811
    answer = api(guard).get(f"/api/v1/gate/{running.code}/")
    assert answer.status_code == 200 and answer.json()["state"] == "go"
    assert [(item["description"], item["left"]) for item in answer.json()["items"]] == [
        ("Sofa", 1),
        ("Box", 12),
    ]
    assert "80.50" not in answer.content.decode() and "arrears" not in answer.content.decode()
    assert api(guard).get(f"/api/v1/gate/{FAR}/").status_code == 404


def test_a_program_releases_each_piece_once(running, guard, manager, api):  # noqa: F811
    box = running.items.get(description="Box")
    url, key = f"/api/v1/gate/{running.code}/release/", {"Idempotency-Key": "k1"}
    body = {"gate": "North", "items": [{"item": box.pk, "quantity": 12}]}
    first = api(guard).post(url, body, format="json", headers=key)
    assert (first.status_code, first.json()["status"]) == (200, "partly_released")
    again = api(guard).post(url, body, format="json", headers=key)
    assert again.json() == first.json() and again["Idempotent-Replay"] == "true"
    late = api(manager).post(url, body, format="json")
    assert (late.status_code, late.json()["errors"][0]["code"]) == (409, "already_released")
    assert "North" in late.json()["errors"][0]["detail"]
    assert api(guard).post(url, {"gate": "East"}, format="json").json()["status"] == "released"
    over = api(guard).post(url, {"gate": "East"}, format="json").json()["errors"][0]
    assert over["code"] == "already_released" and "East" in over["detail"]


def test_a_program_is_warned_of_another_plate(running, guard, api):  # noqa: F811
    url, body = f"/api/v1/gate/{running.code}/release/", {"gate": "North", "plate": "粤A11111"}
    warned = api(guard).post(url, body, format="json")
    assert (warned.status_code, warned.json()["errors"][0]["code"]) == (409, "plate_differs")
    assert api(guard).post(url, body | {"acknowledge_plate": True}, format="json").status_code == 200


@pytest.mark.parametrize("body", [{}, {"gate": "N", "items": []}, {"gate": "N", "items": [{"item": 1}]}, {"gate": "N", "items": [{"item": 1, "quantity": 0}]}, {"gate": "N", "x": 1}, {"gate": ["N"]}])  # fmt: skip
def test_a_bad_body_is_a_400_and_releases_nothing(body, running, guard, api):  # noqa: F811
    assert api(guard).post(f"/api/v1/gate/{running.code}/release/", body, format="json").status_code == 400
    assert not GateRelease.objects.exists()


def test_a_revoked_pass_says_so_to_a_program(running, guard, clerk, api):  # noqa: F811
    revoke_pass(running, actor=clerk, reason="Off")
    answer = api(guard).post(f"/api/v1/gate/{running.code}/release/", {"gate": "N"}, format="json")
    assert answer.json()["errors"][0]["code"] == "revoked"
