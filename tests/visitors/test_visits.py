"""Visits: announced, checked in with a document seen, checked out, refused; each step once (docs/domain.md §6)."""

from datetime import timedelta
from typing import Any

import pytest

from helpdesk.audit.models import Entry
from helpdesk.lib.crypto import digest_secret
from helpdesk.lib.errors import Refused
from helpdesk.lib.sealed import clear
from helpdesk.notifications.models import Message
from tests.conftest import at
from visitors.models import Visit, VisitorPolicy
from visitors.services import host_answers, visits
from visitors.services.visits import VISIT_STATES

pytestmark = pytest.mark.django_db
TEN = at("2026-11-17 10:00")
S = Visit.Status


def verbs(visit: Visit) -> list[str]:
    return [entry.verb.removeprefix("visit.") for entry in Entry.objects.about(visit)]


def refused(act: Any) -> str:
    with pytest.raises(Refused) as told:
        act()
    return told.value.code


def test_a_guest_is_announced_with_a_number_and_a_code(announce, unit, clerk):
    visit = announce()
    assert visit.number == "V-2026-000001" and visit.kind == "guest" and visit.status == "expected"
    assert visit.code and visit.confirmed_at == TEN
    assert verbs(visit) == ["announced"]


def test_without_a_unit_it_is_a_caller_on_the_office(announce, departments):
    assert announce(unit=None, department=departments["finance"]).kind == "caller"


def test_name_and_number_stand_sealed_and_are_masked_where_they_are_shown(announce):
    visit = Visit.objects.get(pk=announce(visitor_phone="13900139001").pk)
    assert str(visit.visitor_name) == "L*" and str(visit.visitor_phone) == "139****9001"
    assert clear(visit.visitor_name) == "Li Zhiming"
    raw = Visit.objects.filter(pk=visit.pk).extra(select={"n": "visitor_name"}).values_list("n", flat=True)[0]
    assert "Li" not in raw[:3] and str(raw) != "Li Zhiming"


def test_the_same_form_again_is_one_visit(announce):
    assert announce(form_token="once").pk == announce(form_token="once").pk
    assert Visit.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"visitor_name": " "}, "text_missing"),
        ({"party_size": 0}, "invalid_party_size"),
        ({"party_size": 201}, "invalid_party_size"),
        ({"expected_at": TEN - timedelta(days=1)}, "expected_in_the_past"),
        ({"visitor_phone": "12"}, "phone_invalid"),
    ],
)
def test_what_makes_no_visit_is_refused(announce, wrong, code):
    assert refused(lambda: announce(**wrong)) == code
    assert not Visit.objects.exists()


def test_a_unit_of_another_estate_is_refused(announce, other_estate):
    assert refused(lambda: announce(estate=other_estate)) == "other_estate"


def test_a_request_has_no_code_until_it_is_confirmed_and_opens_nothing(announce, clerk):
    asked = announce(is_request=True)
    assert asked.code is None
    assert (
        refused(lambda: visits.check_in(asked, actor=clerk, id_document_type="passport")) == "not_confirmed"
    )
    confirmed = visits.confirm_visit(asked, actor=None, at=TEN)
    assert confirmed.code
    assert refused(lambda: visits.confirm_visit(asked, actor=None)) == "already_confirmed"


def test_a_visitor_comes_in_and_goes(announce, enter, clerk):
    visit = enter(announce(), badge="A-017")
    assert (visit.status, visit.arrived_at, visit.badge) == ("inside", TEN, "A-017")
    assert visit.stay_until == TEN + timedelta(minutes=120)
    gone = visits.check_out(visit, actor=clerk, at=TEN + timedelta(hours=1))
    assert (gone.status, gone.left_by) == ("left", clerk)
    assert [v for v in verbs(visit) if v != "host_told"] == ["announced", "checked_in", "checked_out"]


def test_who_is_inside_is_inside_once(announce, enter, clerk):
    visit = enter(announce())
    assert refused(lambda: enter(visit)) == "already_inside"
    assert refused(lambda: visits.refuse_visit(visit, actor=clerk, reason="Drunk")) == "already_inside"
    visits.check_out(visit, actor=clerk, at=TEN)
    assert refused(lambda: visits.check_out(visit, actor=clerk)) == "not_inside"
    assert refused(lambda: enter(visit)) == "invalid_transition"


def test_who_has_not_come_in_cannot_go_out(announce, clerk):
    visit = announce()
    assert refused(lambda: visits.check_out(visit, actor=clerk)) == "not_inside"
    assert refused(lambda: visits.extend_stay(visit, actor=clerk, until=TEN)) == "not_inside"


def test_nobody_is_admitted_without_a_document_seen(announce, enter):
    assert refused(lambda: enter(announce(), id_document_type="")) == "document_missing"


def test_a_number_is_kept_only_where_the_estate_wants_it_and_never_whole(announce, enter, estate):
    first = announce()
    assert refused(lambda: enter(first, id_number="110101199003074417")) == "identity_number_not_kept"
    VisitorPolicy.objects.create(estate=estate, identity_number_required=True)
    assert refused(lambda: enter(first)) == "identity_number_missing"
    kept = enter(first, id_number="110101 19900307 441X")
    assert kept.id_last_four == "441X" and len(kept.id_hash) == 32
    assert "19900307" not in str(Visit.objects.values().get(pk=kept.pk))


def test_a_badge_is_worn_by_one_at_a_time(announce, enter, clerk):
    first = enter(announce(), badge="A-1")
    assert refused(lambda: enter(announce(), badge="A-1")) == "badge_worn"
    visits.check_out(first, actor=clerk, at=TEN)
    assert enter(announce(), badge="A-1").badge == "A-1"


def test_a_contractor_may_stay_longer(announce, enter, clerk):
    visit = enter(announce(), stay_until=TEN + timedelta(hours=8))
    assert visit.stay_until == TEN + timedelta(hours=8)
    later = TEN + timedelta(hours=10)
    assert visits.extend_stay(visit, actor=clerk, until=later, at=TEN).stay_until == later
    assert refused(lambda: visits.extend_stay(visit, actor=clerk, until=TEN, at=TEN)) == "invalid_stay"


def test_a_visitor_is_refused_with_a_reason(announce, clerk):
    visit = announce()
    assert refused(lambda: visits.refuse_visit(visit, actor=clerk, reason=" ")) == "reason_required"
    assert visits.refuse_visit(visit, actor=clerk, reason="No document", at=TEN).status == "refused"
    assert refused(lambda: visits.refuse_visit(visit, actor=clerk, reason="Again")) == "invalid_transition"


def test_somebody_nobody_expected_is_written_down_and_refused_at_once(estate, unit, clerk):
    visit = visits.refuse_at_the_door(
        estate=estate, actor=clerk, reason="Sells insurance", visitor_name="Li Zhiming", unit=unit, at=TEN
    )
    assert visit.status == "refused"


def test_a_walk_in_that_is_refused_leaves_nothing_behind(estate, unit, clerk):
    said = {"estate": estate, "actor": clerk, "visitor_name": "Li Zhiming", "unit": unit, "at": TEN}
    assert refused(lambda: visits.receive_walk_in(**said, id_document_type="")) == "document_missing"
    assert not Visit.objects.exists()
    walked = visits.receive_walk_in(**said, id_document_type="passport", form_token="x")
    assert walked.status == "inside"
    assert visits.receive_walk_in(**said, id_document_type="passport", form_token="x").pk == walked.pk


ACTS = {
    "confirm": lambda v, a: visits.confirm_visit(v, actor=a),
    "check_in": lambda v, a: visits.check_in(v, actor=a, id_document_type="passport"),
    "refuse": lambda v, a: visits.refuse_visit(v, actor=a, reason="No"),
    "check_out": lambda v, a: visits.check_out(v, actor=a),
    "extend": lambda v, a: visits.extend_stay(v, actor=a, until=at("2099-01-01 00:00")),
    "answer": lambda v, a: host_answers.answer_for_host(v, actor=a, answer="wait"),
}


@pytest.mark.parametrize("act", sorted(ACTS))
@pytest.mark.parametrize("status", list(S))
def test_each_act_is_possible_from_the_states_of_the_table_only(announce, enter, clerk, status, act):
    visit = announce(is_request=act == "confirm" and status == "expected")
    moment = {"inside": {"arrived_at": TEN}, "left": {"arrived_at": TEN, "left_at": TEN}}.get(status, {})
    reason = {"refuse_reason": "No"} if status == "refused" else {}
    Visit.objects.filter(pk=visit.pk).update(status=status, **moment, **reason)
    if status in VISIT_STATES.sources(act):
        ACTS[act](visit, clerk)
    else:
        assert refused(lambda: ACTS[act](visit, clerk)) in {
            "invalid_transition",
            "already_inside",
            "not_inside",
        }
        assert Visit.objects.get(pk=visit.pk).status == status


class TestHost:
    def link(self) -> str:
        return Message.objects.filter(template="visit_host").latest("pk").link

    def test_the_host_is_told_with_a_link_and_no_whole_name(self, announce, enter, resident):
        visit = enter(announce())
        message = Message.objects.get(template="visit_host")
        assert message.channel == "sms" and "Zhiming" not in str(message.context)
        secret = message.link.rstrip("/").rsplit("/")[-1]
        visit.refresh_from_db()
        assert visit.host_told_at == TEN and visit.host_digest == digest_secret(secret)

    def test_who_has_no_number_on_file_is_not_told(self, announce, enter, clerk):
        visit = enter(announce())
        assert visit.host_told_at is None
        assert refused(lambda: host_answers.tell_host(visit, actor=clerk)) == "host_unreachable"

    def test_the_host_answers_changes_their_mind_and_the_desk_is_told(self, announce, enter, resident, clerk):
        visit = enter(announce())
        host_answers.answer_for_host(visit, answer="wait", at=TEN)
        host_answers.answer_for_host(visit, answer="wait", at=TEN)
        answered = host_answers.answer_for_host(visit, answer="not_expected", at=TEN)
        assert answered.host_answer == "not_expected"
        assert verbs(visit).count("host_answered") == 2
        assert Message.objects.filter(template="visit_answered", recipient_user=clerk).count() == 2

    def test_an_answer_that_is_none_is_refused(self, announce):
        visit = announce()
        assert refused(lambda: host_answers.answer_for_host(visit, answer="maybe")) == "invalid_answer"

    def test_the_host_is_told_first_and_only_once_by_one_form(self, estate, unit, resident, clerk):
        said = {
            "estate": estate,
            "actor": clerk,
            "visitor_name": "Li",
            "unit": unit,
            "form_token": "a",
            "at": TEN,
        }
        first = host_answers.receive_and_tell(**said)
        assert first.status == "expected" and host_answers.receive_and_tell(**said).pk == first.pk
        assert Message.objects.filter(template="visit_host").count() == 1

    def test_wrong_links_count(self, announce, db):
        for _ in range(10):
            assert host_answers.open_host_link("nonsense", address="10.0.0.1") is None
        assert refused(lambda: host_answers.open_host_link("nonsense", address="10.0.0.1")) == "too_often"
