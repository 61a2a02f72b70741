"""What residents' own programs may do without a token."""

from typing import Any

import pytest

from tests.api.conftest import codes
from tickets.models import FollowUp, Reply, Ticket
from tickets.services.replies import add_reply

pytestmark = pytest.mark.django_db
FORM = {
    "estate_code": "willow",
    "name": "Wang",
    "phone": "13800136021",
    "description": "The stairs are dark.",
}


def send(client: Any, path: str = "", **body: Any) -> Any:
    return client.post(f"/api/v1/public/tickets/{path}", body, "application/json")


@pytest.fixture
def secret(client, estate) -> str:
    """A matter that was sent; the secret of its link."""
    answer = send(client, **FORM)
    assert answer.status_code == 201, answer.content
    return str(answer.json()["track_url"].rstrip("/").rsplit("/", 1)[-1])


def test_a_matter_is_sent_followed_and_answered(client, secret, clerk):
    ticket = Ticket.objects.get()
    assert (ticket.channel, ticket.responsible, ticket.reporter_name) == ("web", None, "Wang")
    add_reply(ticket, actor=clerk, body="We are looking into it.", visibility="public")
    add_reply(ticket, actor=clerk, body="He is a known grumbler.", visibility="internal")
    shown = client.get(f"/api/v1/public/tickets/{secret}/")
    body = shown.json()
    assert (body["number"], body["status"]) == (ticket.number, "new")
    assert [reply["body"] for reply in body["replies"]] == ["We are looking into it."]
    assert b"grumbler" not in shown.content and "complaint_class" not in body and "suggestion" not in body
    answered = send(client, f"{secret}/replies/", body="Thank you.")
    assert answered.status_code == 201 and answered.json()["replies"][-1]["from_resident"] is True
    assert Reply.objects.filter(from_resident=True).get().body == "Thank you."


def test_a_held_reply_is_not_shown(client, secret, clerk):
    add_reply(Ticket.objects.get(), actor=clerk, body="我们会赔偿您的损失。", visibility="public")
    assert client.get(f"/api/v1/public/tickets/{secret}/").json()["replies"] == []


def test_a_rating_counts_as_the_visit(client, resolved, visit):
    secret = Ticket.objects.get(pk=visit.ticket_id).track_secret
    assert client.get(f"/api/v1/public/tickets/{secret}/").json()["can_rate"] is True
    rated = send(client, f"{secret}/rating/", score=5, comment="Quick")
    assert rated.status_code == 200 and rated.json()["status"] == "closed"
    assert FollowUp.objects.get(pk=visit.pk).outcome == "satisfied"
    other = send(client, f"{secret}/rating/", score=1)
    assert other.status_code == 409 and codes(other) == {("invalid_transition", None)}


def test_rating_before_there_is_a_visit_is_refused(client, secret):
    refused = send(client, f"{secret}/rating/", score=5)
    assert refused.status_code == 409 and codes(refused) == {("invalid_transition", None)}


def test_the_answer_does_not_tell_whether_unit_or_person_exist(client, estate, unit, resident):
    forms = [
        FORM,
        FORM | {"phone": "13911112222"},
        FORM | {"unit_code": "3-2-501"},
        FORM | {"unit_code": "99-9-999"},
    ]
    answers = [send(client, **form) for form in forms]
    assert [answer.status_code for answer in answers] == [201] * 4
    assert {tuple(answer.json()) for answer in answers} == {("number", "track_url")}


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"phone": "12"}, 400, ("phone_invalid", "phone")),
        ({"phone": "138****6021"}, 400, ("phone_invalid", "phone")),
        ({"name": ""}, 400, ("blank", "name")),
        ({"description": "x" * 5001}, 400, ("max_length", "description")),
        ({"language": "fr"}, 400, ("invalid_choice", "language")),
        ({"complaint_class": "valid"}, 400, ("unknown_field", "complaint_class")),
        ({"estate_code": "nowhere"}, 404, ("not_found", None)),
        ({"estate_code": "a b"}, 400, ("invalid", "estate_code")),
    ],
)
def test_a_bad_form_is_refused_beside_its_field(change, status, said, client, estate):
    refused = send(client, **(FORM | change))
    assert refused.status_code == status and codes(refused) == {said}
    assert Ticket.objects.count() == 0


def test_the_eleventh_form_of_an_hour_is_a_429(client, estate):
    assert [send(client, **FORM).status_code for _ in range(11)] == [201] * 10 + [429]
    refused = send(client, **FORM)
    assert int(refused["Retry-After"]) > 0 and Ticket.objects.count() == 10


def test_guessing_is_answered_alike_and_stopped_after_ten(client, secret):
    guesses = [
        "x" * 43,
        secret[:-1],
        secret + "x",
        secret.swapcase(),
        "null",
        "0",
        "[]",
        "%00",
        "a b",
        "秘密",
    ]
    answers = [client.get(f"/api/v1/public/tickets/{guess}/") for guess in guesses]
    assert {answer.status_code for answer in answers} == {404} and len(
        {answer.content for answer in answers}
    ) == 1
    stopped = client.get(f"/api/v1/public/tickets/{secret}/")
    assert stopped.status_code == 429 and int(stopped["Retry-After"]) > 0


def test_reading_one_s_own_matter_is_never_throttled(client, secret):
    assert {client.get(f"/api/v1/public/tickets/{secret}/").status_code for _ in range(30)} == {200}


def test_the_answer_is_in_the_language_asked_for(client, secret):
    for language in ("en", "zh-hans", "zh-hant"):
        answer = client.get(f"/api/v1/public/tickets/{secret}/", headers={"Accept-Language": language})
        assert answer["Content-Language"] == language
