"""Release passes for programs, as the contract has them."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from helpdesk.notifications.models import Message
from tests.api.conftest import api  # noqa: F401
from visitors.models import ReleasePass, VisitorPolicy
from visitors.services import release_passes

pytestmark = pytest.mark.django_db
PASSES = "/api/v1/release-passes/"


@pytest.fixture
def body(unit, resident):
    now = timezone.now()
    return {
        "unit": unit.pk,
        "applicant_name": "Huang Jiahao",
        "applicant_relation": "tenant",
        "id_document_type": "identity_card",
        "items": [{"description": "Sofa", "quantity": 1}, {"description": "Box", "quantity": 12}],
        "vehicle_plate": "粤B·73K19",
        "reason": "Moving",
        "valid_from": now.isoformat(),
        "valid_until": (now + timedelta(hours=6)).isoformat(),
    }


@pytest.fixture
def owes(monkeypatch):
    found = SimpleNamespace(amount=Decimal("80.50"))
    monkeypatch.setattr(release_passes, "arrears_of", lambda unit, at: found)


def code_of(answer):
    return answer.status_code, answer.json()["errors"][0]["code"]


def post(client, url, body=None):
    return client.post(url, body if body is not None else {}, format="json")


def test_from_the_draft_over_consent_and_arrears_to_the_issued_pass(body, resident, clerk, api, owes):  # noqa: F811
    client = api(clerk)
    made = post(client, PASSES, body)
    assert (made.status_code, made.json()["status"], made.json()["code"]) == (201, "awaiting_consent", None)
    one = f"{PASSES}{made.json()['id']}/"
    assert code_of(post(client, f"{one}issue/")) == (409, "consent_missing")
    said = {"telephoned": resident.pk, "phone": resident.phones.get().pk, "note": "Agrees"}
    assert code_of(post(client, f"{one}consent/", said | {"phone": 999})) == (409, "number_not_on_file")
    assert post(client, f"{one}consent/", said).json()["status"] == "draft"
    assert code_of(post(client, f"{one}issue/")) == (409, "arrears")
    issued = post(client, f"{one}issue/", {"acknowledge_arrears": True}).json()
    assert (issued["status"], issued["arrears_at_issue"], len(issued["code"])) == ("issued", "80.50", 10)
    assert issued["number"].startswith("P-") and issued["consents"][0]["answer"] == "given"
    assert code_of(post(client, f"{one}issue/")) == (409, "invalid_transition")
    assert code_of(post(client, f"{one}revoke/")) == (409, "reason_required")
    assert post(client, f"{one}revoke/", {"reason": "Off"}).json()["status"] == "revoked"


def test_where_the_estate_blocks_a_manager_overrides(body, estate, clerk, manager, api, owes):  # noqa: F811
    VisitorPolicy.objects.create(estate=estate, arrears="block")
    made = post(
        api(clerk), PASSES, body | {"applicant_relation": "owner", "applicant_name": "Wang Jianguo"}
    ).json()
    one = f"{PASSES}{made['id']}/"
    assert made["status"] == "awaiting_override"
    assert Message.objects.filter(template="pass_override_asked", recipient_user=manager).exists()
    assert code_of(post(api(clerk), f"{one}issue/", {"acknowledge_arrears": True})) == (409, "arrears")
    assert post(api(clerk), f"{one}override/", {"reason": "R"}).status_code == 403
    assert post(api(manager), f"{one}override/", {"reason": "R"}).json()["status"] == "draft"
    assert post(api(clerk), f"{one}issue/").json()["status"] == "issued"


@pytest.mark.parametrize(
    "change",
    [
        {"items": []}, {"items": [{"description": "Sofa", "quantity": 0}]}, {"items": [{"description": "Sofa"}]},
        {"applicant_relation": "neighbour"}, {"unit": 999999}, {"unit": "x"}, {"applicant_name": ""}, {"colour": "red"},
        {"valid_until": "tomorrow"}, {"valid_until": "2020-01-01T00:00:00+08:00"}, {"id_document_type": "beard"}, {"status": "issued"},
    ],
)  # fmt: skip
def test_a_bad_body_is_a_400_and_nothing_is_written(change, body, clerk, api):  # noqa: F811
    assert post(api(clerk), PASSES, body | change).status_code == 400
    assert not ReleasePass.objects.exists()


def test_a_unit_of_another_estate_is_as_absent_as_none(body, outsider, api):  # noqa: F811
    assert post(api(outsider), PASSES, body).status_code == 400


def test_the_same_key_is_the_same_pass(body, clerk, api):  # noqa: F811
    client = api(clerk)
    answers = [
        client.post(PASSES, body, format="json", headers={"Idempotency-Key": "k"}).json() for _n in range(2)
    ]
    assert answers[0] == answers[1] and ReleasePass.objects.count() == 1


def test_lists_are_filtered_and_an_unknown_filter_is_refused(body, clerk, api):  # noqa: F811
    client = api(clerk)
    post(client, PASSES, body)
    for query, count in [
        ("status=awaiting_consent", 1),
        ("status=issued", 0),
        ("search=Huang", 1),
        ("vehicle_plate=X", 0),
    ]:
        assert len(client.get(f"{PASSES}?{query}").json()["results"]) == count, query
    assert client.get(f"{PASSES}?colour=red").status_code == 400


ASK = {"estate_code": "willow", "name": "Li", "phone": "13800136021", "unit_code": "3-2-501", "items": [{"description": "Sofa", "quantity": 2}]}  # fmt: skip


@pytest.mark.parametrize("change", [{}, {"unit_code": "9-9-999"}, {"phone": "13900000000"}])
def test_a_public_request_is_answered_alike_whoever_lives_there(change, body, estate):
    answer = post(APIClient(), "/api/v1/public/release-passes/", ASK | change)
    assert answer.status_code == 201
    assert answer.json()["status"] == "received" and "P-" not in answer.content.decode()
    assert not ReleasePass.objects.filter(code__isnull=False).exists()


def test_public_requests_are_throttled(body, estate):
    answers = [post(APIClient(), "/api/v1/public/release-passes/", ASK).status_code for _n in range(11)]
    assert answers[0] == 201 and answers[-1] == 429


def test_an_owner_answers_by_a_program_of_theirs_once(body, resident, clerk, api):  # noqa: F811
    made = post(api(clerk), PASSES, body).json()
    sent = {"owner": resident.pk, "phone": resident.phones.get().pk}
    assert post(api(clerk), f"{PASSES}{made['id']}/ask-owner/", sent).status_code == 200
    link = Message.objects.get(template="consent_asked").link
    url = f"/api/v1/public/consents/{link.strip('/').split('/')[-1]}/"
    assert APIClient().get(url).json()["can_answer"] is True
    assert post(APIClient(), url, {"answer": "given"}).json()["answer"] == "given"
    assert code_of(post(APIClient(), url, {"answer": "refused"})) == (409, "already_answered")
    assert APIClient().get("/api/v1/public/consents/nobody/").status_code == 404


def test_a_request_is_confirmed_by_the_desk_and_only_then_issued(body, estate, clerk, api):  # noqa: F811
    VisitorPolicy.objects.create(estate=estate, consent_relations=[])
    post(APIClient(), "/api/v1/public/release-passes/", ASK | {"relation": "family"})
    one = f"{PASSES}{ReleasePass.objects.get().pk}/"
    client = api(clerk)
    assert code_of(post(client, f"{one}issue/")) == (409, "not_confirmed")
    assert post(client, f"{one}confirm-request/").json()["is_request"] is False
    assert code_of(post(client, f"{one}confirm-request/")) == (409, "already_confirmed")
    assert code_of(post(client, f"{one}issue/")) == (409, "document_missing")
    assert post(client, f"{one}document/", {"id_document_type": "passport"}).status_code == 200
    assert post(client, f"{one}issue/").json()["status"] == "issued"


def test_the_desk_makes_no_owner_of_who_typed_an_owners_number(body, estate, clerk, api):  # noqa: F811
    post(APIClient(), "/api/v1/public/release-passes/", ASK | {"relation": "owner"})
    one = f"{PASSES}{ReleasePass.objects.get().pk}/"
    client = api(clerk)
    assert post(client, f"{one}confirm-request/").json()["status"] == "awaiting_consent"
    assert post(client, f"{one}document/", {"id_document_type": "passport"}).status_code == 200
    assert code_of(post(client, f"{one}issue/")) == (409, "consent_missing")
