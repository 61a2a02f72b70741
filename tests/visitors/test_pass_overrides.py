"""A pass that waits for a manager's override: managers hear of it once, and whoever asked hears the answer (docs/domain.md §7)."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from helpdesk.desk.day import desk_day
from helpdesk.lib.sealed import clear
from helpdesk.notifications.delivery import rendered
from helpdesk.notifications.models import Message
from tests.conftest import at
from tests.visitors.conftest import GOODS, TEN
from visitors.models import ReleasePass, VisitorPolicy
from visitors.services import release_passes
from visitors.services.pass_drafts import see_document
from visitors.services.pass_requests import ask_for_pass, confirm_request, disown_request
from visitors.services.release_passes import override_pass, refuse_pass

pytestmark = pytest.mark.django_db
PHONE = "13800136021"


@pytest.fixture(autouse=True)
def _owes_where_the_estate_blocks(monkeypatch, estate):
    owed = SimpleNamespace(amount=Decimal("80.50"))
    monkeypatch.setattr(release_passes, "arrears_of", lambda unit, at: owed)
    VisitorPolicy.objects.create(estate=estate, arrears="block", consent_relations=[])


@pytest.fixture
def asked(estate, resident):
    """A request of the public form, not confirmed yet."""
    ask_for_pass(estate, name="Li", phone=PHONE, unit_code="3-2-501", relation="family", items=GOODS, at=TEN)
    return ReleasePass.objects.get()


def told(template: str) -> list[str]:
    rows = Message.objects.filter(template=template, channel="desk")
    return sorted(rows.values_list("recipient_user__username", flat=True))


@pytest.mark.parametrize("by", ["the household", "the desk"])
def test_managers_hear_of_a_request_that_waits_for_an_override_when_it_is_confirmed(
    by, asked, manager, clerk
):
    assert asked.status == "awaiting_override" and told("pass_override_asked") == []
    confirm_request(asked, actor=clerk if by == "the desk" else None, at=TEN)
    assert told("pass_override_asked") == ["manager"]


def test_managers_hear_of_one_pass_once(asked, manager, clerk):
    waits = confirm_request(asked, actor=clerk, at=TEN)
    for hour in range(3):
        see_document(waits, actor=clerk, id_document_type="passport", at=TEN + timedelta(hours=hour))
    VisitorPolicy.objects.update(arrears="warn")
    see_document(waits, actor=clerk, id_document_type="passport", at=TEN + timedelta(hours=4))
    VisitorPolicy.objects.update(arrears="block")
    see_document(waits, actor=clerk, id_document_type="passport", at=TEN + timedelta(hours=5))
    assert told("pass_override_asked") == ["manager"]


def test_who_drafted_a_pass_hears_that_it_was_overridden_or_refused(make_pass, clerk, manager):
    override_pass(make_pass(), actor=manager, reason="Goods of a third party", at=TEN)
    refuse_pass(make_pass(), actor=manager, reason="First the letter", at=TEN)
    assert told("pass_overridden") == told("pass_refused") == ["clerk"]
    assert "First the letter" in rendered(Message.objects.get(template="pass_refused", channel="desk"))[1]


def test_nobody_is_told_of_what_they_have_just_done(make_pass, clerk):
    refuse_pass(make_pass(), actor=clerk, reason="Not theirs", at=TEN)
    assert told("pass_refused") == []


@pytest.mark.parametrize("decision", ["overridden", "refused"])
def test_whoever_asked_on_the_public_form_and_the_desk_hear_the_decision(decision, asked, clerk, manager):
    waits = confirm_request(asked, actor=None, at=TEN)
    act = override_pass if decision == "overridden" else refuse_pass
    act(waits, actor=manager, reason="Owes since May", at=TEN)
    assert told(f"pass_{decision}") == ["clerk"]
    message = Message.objects.get(template=f"resident_pass_{decision}")
    assert (message.channel, PHONE[-8:] in clear(message.address)) == ("sms", True)
    words = " ".join(rendered(message))
    assert waits.number in words and "80.50" not in words and "Owes" not in words


def test_a_decision_in_rest_hours_waits_until_people_may_be_disturbed(asked, manager):
    waits = confirm_request(asked, actor=None, at=TEN)
    override_pass(waits, actor=manager, reason="Third party", at=at("2026-11-17 12:30"))
    assert Message.objects.get(template="resident_pass_overridden").not_before == at("2026-11-17 14:00")


def test_a_request_that_the_household_disowns_is_told_to_nobody(asked, clerk, manager):
    disown_request(asked, at=TEN)
    assert not Message.objects.filter(template__in=["pass_refused", "resident_pass_refused"]).exists()


def test_a_manager_finds_on_the_desk_what_waits_for_an_override_before_all_else(
    make_pass, manager, clerk, estate, login
):
    now = timezone.now()
    VisitorPolicy.objects.update(arrears="warn")
    make_pass(at=now, valid_until=now + timedelta(hours=1))
    VisitorPolicy.objects.update(arrears="block")
    waits = make_pass(at=now, valid_until=now + timedelta(hours=9))

    def rows(user):
        lanes = [lane for column in desk_day(user, estate, now).columns for lane in column]
        return next(lane.rows for lane in lanes if lane.key == "passes")

    first = rows(manager)[0]
    assert (first["id"], first["action"]["label"]) == (f"pass-{waits.pk}", "Decide")
    assert [row["action"]["label"] for row in rows(clerk)] == ["Open", "Open"]
    page = login(manager).get(reverse("pass_list"), {"status": "awaiting_override"}).content.decode()
    assert waits.number in page and "status=awaiting_override" in page
