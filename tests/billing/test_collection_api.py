"""Visits at the door and late fee rules by API."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from billing.models import CollectionVisit, Deferral, LateFeePolicy
from helpdesk.audit.models import Entry
from helpdesk.staff.services import create_token
from tests.api.conftest import bearer, codes
from tests.attachments.hostile import picture
from tests.billing.bills import post_bill
from tests.conftest import at

pytestmark = pytest.mark.django_db
VISITS, RULES = "/api/v1/collection-visits/", "/api/v1/late-fee-rules/"
DEFERRALS = "/api/v1/deferrals/"


@pytest.fixture
def owing(unit, resident, time_machine):
    time_machine.move_to(at("2026-10-20 10:00"))
    return post_bill(unit, date(2026, 9, 1), "300.00")


def client_of(user, *scopes):
    return bearer(create_token(user, name="test", scopes=list(scopes) or None, actor=None)[1])


def visit(unit, **more):
    return {"unit": unit.pk, "met": "owner", "reason": "forgot", "said": "Was abroad."} | more


def test_a_visit_is_written_down_with_what_is_owed_and_promised(owing, unit, clerk):
    promise = {"who": "Mr Wang", "day": "2026-10-25", "amount": "100.00"}
    client = client_of(clerk)
    made = client.post(VISITS, visit(unit, promise=promise), format="json")
    assert made.status_code == 201
    body = made.json()
    assert (body["owed"], body["owed_since"], body["by"]) == ("300.00", "2026-09-01", clerk.pk)
    assert [(p["promised_by"], p["promised_for"], p["amount"]) for p in body["promises"]] == [
        ("Mr Wang", "2026-10-25", "100.00")
    ]
    assert client.get(f"{VISITS}{body['id']}/").json() == body
    assert client.get(VISITS, {"met": "owner"}).json()["results"] == [body]
    assert client.get(VISITS, {"met": "nobody"}).json()["results"] == []


def test_a_complaint_pauses_the_reminders(owing, unit, clerk):
    answer = client_of(clerk).post(VISITS, visit(unit, reason="complaint"), format="json")
    assert answer.status_code == 201
    assert Deferral.objects.get().until == date(2026, 11, 19)


def test_only_the_bill_that_is_doubted_waits_and_only_the_units_own(owing, unit, neighbour, clerk):
    other, foreign = (
        post_bill(unit, date(2026, 9, 20), "80.00"),
        post_bill(neighbour, date(2026, 9, 20), "80.00"),
    )
    client = client_of(clerk)
    named = client.post(VISITS, visit(unit, reason="bill", doubted=[owing.pk]), format="json")
    assert named.status_code == 201 and not Deferral.objects.exists()
    assert [bill.disputes.count() for bill in (owing, other, foreign)] == [1, 0, 0]
    for doubted, reason, told in (
        ([foreign.pk], "bill", "other_unit"),
        ([other.pk], "forgot", "not_doubted"),
    ):
        answer = client.post(VISITS, visit(unit, reason=reason, doubted=doubted), format="json")
        assert answer.status_code == 409 and codes(answer) == {(told, "doubted")}
    assert CollectionVisit.objects.count() == 1


def test_the_same_key_twice_is_one_visit(owing, unit, clerk):
    client = client_of(clerk)
    headers = {"Idempotency-Key": "door-1"}
    first = client.post(VISITS, visit(unit), format="json", headers=headers)
    again = client.post(VISITS, visit(unit), format="json", headers=headers)
    assert again.json() == first.json() and again["Idempotent-Replay"] == "true"
    assert CollectionVisit.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"met": "owner"}, 409, ("reason_missing", "reason")),
        ({"met": "nobody", "promise": {"who": "x", "day": "2026-10-25"}}, 409, ("nobody_promises", None)),
        ({"met": "owner", "reason": "forgot", "promise": {"who": "x", "day": "2027-10-25"}}, 409, ("promise_too_late", None)),
        ({"met": "the cat"}, 400, ("invalid_choice", "met")),
        ({"met": "nobody", "owed": "1.00"}, 400, ("unknown_field", "owed")),
        ({}, 400, ("required", "met")),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_its_code(owing, unit, clerk, body, status, said):
    answer = client_of(clerk).post(VISITS, {"unit": unit.pk} | body, format="json")
    assert answer.status_code == status
    assert said[0] in {code for code, _attr in codes(answer)}
    assert not CollectionVisit.objects.exists()


def test_it_is_never_changed_and_nobodys_else(owing, unit, clerk, outsider, technician):
    made = client_of(clerk).post(VISITS, visit(unit), format="json").json()
    assert client_of(clerk).patch(f"{VISITS}{made['id']}/", {}, format="json").status_code == 405
    assert client_of(outsider).get(f"{VISITS}{made['id']}/").status_code == 404
    assert client_of(outsider).post(VISITS, visit(unit), format="json").status_code == 400
    assert client_of(technician).get(VISITS).status_code == 403


def test_a_call_is_written_down_beside_the_visits(owing, unit, clerk):
    client = client_of(clerk)
    assert client.post(VISITS, visit(unit, way="phone"), format="json").json()["way"] == "phone"
    assert len(client.get(VISITS, {"way": "phone"}).json()["results"]) == 1
    answer = client.post(VISITS, visit(unit, way="phone", left_notice=True), format="json")
    assert answer.status_code == 409 and ("not_at_the_door", "left_notice") in codes(answer)


def test_photos_of_the_notice_come_after_the_visit(owing, unit, clerk, outsider):
    client = client_of(clerk)
    photos = f"{VISITS}{client.post(VISITS, visit(unit), format='json').json()['id']}/photos/"
    assert client.post(photos, {}, format="multipart").status_code == 400
    sent = client.post(photos, {"files": [SimpleUploadedFile("notice.jpg", picture())]}, format="multipart")
    assert sent.status_code == 201 and client.get(photos).json()["results"] == sent.json()
    assert Entry.objects.about(unit).filter(verb="collection.photos_added").count() == 1
    assert client_of(outsider).get(photos).status_code == 404


def test_a_manager_defers_and_ends_it_and_a_clerk_reads_it(owing, unit, manager, clerk, outsider):
    body = {"unit": unit.pk, "until": "2026-11-30", "reason": "Lost the job"}
    assert client_of(clerk).post(DEFERRALS, body, format="json").status_code == 403
    made = client_of(manager).post(DEFERRALS, body, format="json")
    assert made.status_code == 201 and made.json()["kind"] == "hardship"
    running = {"running_on": "2026-10-21"}
    assert client_of(clerk).get(DEFERRALS, running).json()["results"] == [made.json()]
    end = f"{DEFERRALS}{made.json()['id']}/end/"
    assert client_of(clerk).post(end).status_code == 403 and client_of(outsider).post(end).status_code == 403
    assert client_of(manager).post(end).json()["until"] == "2026-10-20"
    assert codes(client_of(manager).post(end)) == {("invalid_transition", None)}
    assert client_of(clerk).get(DEFERRALS, running).json()["results"] == []


# --- late fee rules ---------------------------------------------------------------------------------------------------


def rule(estate, **more):
    return {"estate": estate.pk, "rate_per_day": "0.0005", "grace_days": 15, "since": "2026-01-01"} | more


def test_a_rule_is_set_and_ended_by_an_administrator(estate, admin, cashier):
    office = client_of(admin)
    made = office.post(RULES, rule(estate), format="json")
    assert made.status_code == 201 and made.json()["cap_percent"] == "100.00"
    path = f"{RULES}{made.json()['id']}/"
    assert office.post(f"{path}end/", {"until": "2025-12-31"}, format="json").status_code == 409
    assert office.post(f"{path}end/", {"until": "2026-06-30"}, format="json").json()["until"] == "2026-06-30"
    assert codes(office.post(f"{path}end/", {"until": "2026-07-30"}, format="json")) == {
        ("invalid_transition", "until")
    }
    assert client_of(cashier).get(path).json()["until"] == "2026-06-30"
    assert client_of(cashier).post(RULES, rule(estate), format="json").status_code == 403


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"rate_per_day": "0"}, "rate_out_of_bounds"),
        ({"rate_per_day": "0.11"}, "rate_out_of_bounds"),
        ({"cap_percent": "0"}, "cap_out_of_bounds"),
        ({"minimum_balance": "-1.00"}, "amount_not_positive"),
        ({"until": "2025-01-01"}, "not_in_order"),
    ],
)
def test_a_rule_beyond_measure_is_refused(estate, admin, more, code):
    answer = client_of(admin).post(RULES, rule(estate, **more), format="json")
    assert answer.status_code == 409 and code in {c for c, _attr in codes(answer)}
    assert not LateFeePolicy.objects.exists()


def test_a_later_rule_ends_the_one_before_and_an_earlier_one_is_refused(estate, admin):
    office = client_of(admin)
    first = office.post(RULES, rule(estate), format="json").json()
    assert office.post(RULES, rule(estate, since="2026-07-01"), format="json").status_code == 201
    assert LateFeePolicy.objects.get(pk=first["id"]).until == date(2026, 6, 30)
    assert codes(office.post(RULES, rule(estate, since="2026-03-01"), format="json")) == {
        ("rules_overlap", "since")
    }
