"""`Idempotency-Key`: the first answer is kept and replayed; another request under the same key is a 422."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from threading import Barrier
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from PIL import Image

from helpdesk.staff.models import KeptAnswer
from helpdesk.staff.tasks import forget_answers
from tests.api.conftest import bearer, codes
from tickets.models import Contact, Ticket

KEY = {"Idempotency-Key": "one"}


def body(estate: Any) -> dict[str, Any]:
    return {"estate": estate.pk, "channel": "phone", "description": "Lamp broken"}


@pytest.mark.django_db
def test_the_same_request_again_gets_the_first_answer(api, clerk, estate):
    client = api(clerk)
    first = client.post("/api/v1/tickets/", body(estate), headers=KEY)
    again = client.post("/api/v1/tickets/", dict(reversed(body(estate).items())), headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201) and first.json() == again.json()
    assert again["Idempotent-Replay"] == "true" and "Idempotent-Replay" not in first
    assert Ticket.objects.count() == 1


@pytest.mark.django_db
def test_another_request_under_the_key_is_a_422(api, clerk, estate, make_ticket):
    client, other = api(clerk), make_ticket()
    assert client.post("/api/v1/tickets/", body(estate), headers=KEY).status_code == 201
    for path, data in [
        ("tickets/", body(estate) | {"description": "Lift stuck"}),
        ("contacts/", {"estate": estate.pk, "kind": "call"}),
        (f"tickets/{other.pk}/start/", {}),
    ]:
        refused = client.post(f"/api/v1/{path}", data, headers=KEY)
        assert refused.status_code == 422 and codes(refused) == {("idempotency_key_reused", None)}
    assert (Ticket.objects.count(), Contact.objects.count()) == (2, 0)


@pytest.mark.django_db
def test_two_people_may_choose_the_same_key(api, clerk, second_clerk, estate):
    numbers = {
        api(user).post("/api/v1/tickets/", body(estate), headers=KEY).json()["number"]
        for user in (clerk, second_clerk)
    }
    assert len(numbers) == 2


@pytest.mark.django_db
def test_a_refused_request_may_come_again_put_right(api, clerk, estate):
    client = api(clerk)
    assert (
        client.post("/api/v1/tickets/", body(estate) | {"channel": "pigeon"}, headers=KEY).status_code == 400
    )
    assert KeptAnswer.objects.count() == 0
    assert client.post("/api/v1/tickets/", body(estate), headers=KEY).status_code == 201


@pytest.mark.django_db
def test_an_action_under_a_key_is_done_once(api, clerk, make_ticket, unit):
    client, at = api(clerk), f"/api/v1/tickets/{make_ticket().pk}/replies/"
    ids = {client.post(at, {"body": "Called him."}, headers=KEY).json()["id"] for _ in range(3)}
    assert len(ids) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 256, "Schlüssel", "钥匙", "a\tb"])
def test_a_key_that_can_t_be_one_is_a_400(key, api, clerk, estate):
    refused = api(clerk).generic(
        "POST", "/api/v1/tickets/", "{}", "application/json", HTTP_IDEMPOTENCY_KEY=key
    )
    assert refused.status_code == 400 and ("invalid", "Idempotency-Key") in codes(refused)
    assert Ticket.objects.count() == 0


@pytest.mark.django_db
def test_an_answer_is_kept_for_a_day(api, clerk, estate):
    client = api(clerk)
    client.post("/api/v1/tickets/", body(estate), headers=KEY)
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    assert "Idempotent-Replay" not in client.post("/api/v1/tickets/", body(estate), headers=KEY)
    assert Ticket.objects.count() == 2


@pytest.mark.django_db
def test_old_answers_are_forgotten_whoever_s_they_were(api, clerk, second_clerk, estate):
    api(second_clerk).post("/api/v1/tickets/", body(estate), headers={"Idempotency-Key": "old"})
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    api(clerk).post("/api/v1/tickets/", body(estate), headers=KEY)
    assert [kept.key for kept in KeptAnswer.objects.all()] == ["one"]


@pytest.mark.django_db
def test_an_upload_is_known_by_its_content(api, clerk, make_ticket):
    def picture(colour: str) -> SimpleUploadedFile:
        data = BytesIO()
        Image.new("RGB", (8, 8), colour).save(data, "PNG")
        return SimpleUploadedFile("leak.png", data.getvalue())

    client, at = api(clerk), f"/api/v1/tickets/{make_ticket().pk}/attachments/"

    def send(colour: str) -> Any:
        return client.post(at, {"files": picture(colour)}, format="multipart", headers=KEY)

    assert [send("red").status_code, send("red")["Idempotent-Replay"], send("blue").status_code] == [
        201,
        "true",
        422,
    ]


@pytest.mark.django_db
def test_a_stranger_s_form_sent_twice_makes_one_ticket_and_counts_once(client, estate):
    form = {"estate_code": "willow", "name": "Li", "phone": "13800136021", "description": "Dark stairs"}
    answers = [
        client.post("/api/v1/public/tickets/", form, "application/json", headers=KEY) for _ in range(12)
    ]
    assert {answer.status_code for answer in answers} == {201} and len({a.content for a in answers}) == 1
    assert Ticket.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_makes_the_ticket_and_both_get_it(api, clerk, estate):
    plain = api(clerk)._credentials["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    together = Barrier(2, timeout=10)

    def send(_n: int) -> Any:
        try:
            together.wait()
            return bearer(plain).post("/api/v1/tickets/", body(estate), headers=KEY)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, range(2)))
    assert [answer.status_code for answer in answers] == [201, 201], [a.content for a in answers]
    assert Ticket.objects.count() == 1
    assert sorted("Idempotent-Replay" in answer for answer in answers) == [False, True]


@pytest.mark.django_db(transaction=True)
def test_without_a_key_two_at_once_make_two(api, clerk, estate):
    """The counter-proof: what the test above sees is the key's doing."""
    plain = api(clerk)._credentials["HTTP_AUTHORIZATION"].removeprefix("Bearer ")

    def send(_n: int) -> int:
        try:
            return int(bearer(plain).post("/api/v1/tickets/", body(estate)).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(send, range(2))) == [201, 201]
    assert Ticket.objects.count() == 2


@pytest.mark.django_db
def test_what_is_kept_stands_sealed(api, clerk, estate):
    api(clerk).post("/api/v1/tickets/", body(estate), headers=KEY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM staff_keptanswer")
        stored = cursor.fetchone()[0]
    assert stored and "Lamp broken" not in stored and "Lamp broken" in KeptAnswer.objects.get().body


@pytest.mark.django_db
def test_old_answers_go_though_nobody_asks_again(api, clerk, estate):
    api(clerk).post("/api/v1/tickets/", body(estate), headers=KEY)
    forget_answers()
    assert KeptAnswer.objects.exists()
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    forget_answers()
    assert not KeptAnswer.objects.exists()
