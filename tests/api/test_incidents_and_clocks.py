"""Incidents, pauses, forwarded matters and serious ones by the API."""

import pytest

from tests.api.conftest import codes
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def test_an_incident_is_opened_joined_told_and_closed(api, clerk, estate, unit, make_ticket):
    client = api(clerk)
    body = {"estate": estate.pk, "kind": "water", "title": "Burst main", "building": unit.building_id}
    made = client.post("/api/v1/incidents/", body, format="json")
    assert (
        made.status_code == 201 and made.json()["status"] == "open" and made.json()["number"].startswith("I-")
    )
    path = f"/api/v1/incidents/{made.json()['id']}/"
    caller = client.post(path + "add-caller/", {"unit": unit.pk, "with_ticket": True}, format="json")
    assert caller.status_code == 200 and caller.json()["callers"] == 1 == len(caller.json()["tickets"])
    assert client.post(path + "join/", {"ticket": make_ticket().pk}, format="json").json()["callers"] == 2
    told = client.post(path + "notify/", {"texts": {"en": "We will refund 400 yuan."}}, format="json")
    assert told.status_code == 200 and told.json()["notices"][0]["state"] == "held"
    assert client.post(path + "note/", {"whom": "Water works"}, format="json").status_code == 200
    assert codes(client.post(path + "close/", {}, format="json")) == {("reason_required", "summary")}
    assert client.post(path + "close/", {"summary": "Mended"}, format="json").json()["status"] == "closed"
    assert codes(client.post(path + "add-caller/", {"name": "Ann"}, format="json"))
    assert client.get("/api/v1/incidents/?status=open").json()["results"] == []
    assert client.get(path + "history/").json()["results"]


def test_an_unknown_language_or_field_is_named(api, clerk, notice):
    path = f"/api/v1/incidents/{notice.incident_id}/"
    response = api(clerk).post(path + "notify/", {"texts": {"fr": "Bonjour"}}, format="json")
    assert response.status_code == 400
    assert api(clerk).get("/api/v1/incidents/?colour=red").status_code == 400


def test_a_ticket_is_paused_forwarded_and_answered_back(api, clerk, make_ticket):
    client, ticket = api(clerk), make_ticket()
    path = f"/api/v1/tickets/{ticket.pk}/"
    paused = client.post(
        path + "pause/", {"reason": "parts", "until": "2030-01-01T10:00:00+08:00"}, format="json"
    )
    assert paused.status_code == 200 and paused.json()["paused_since"]
    assert codes(client.post(path + "pause/", {"reason": "parts"}, format="json")) == {
        ("already_paused", None)
    }
    assert client.get("/api/v1/tickets/?paused=true").json()["results"][0]["id"] == ticket.pk
    assert client.post(path + "resume/").json()["paused_since"] is None
    sent = client.post(path + "forward/", {"sender": "hotline", "number": "GD-7"}, format="json")
    assert (
        sent.json()["forwarding"]["number"] == "GD-7" and sent.json()["steps"][-1]["key"] == "answered_back"
    )
    assert client.get("/api/v1/tickets/?forwarded=true").json()["results"]
    assert client.get("/api/v1/tickets/?forwarded=false").json()["results"] == []
    answered = client.post(path + "answer-back/", {"answer": "Seen to", "via": "platform"}, format="json")
    assert answered.json()["forwarding"]["answered_by"] == clerk.pk
    assert client.post(path + "serious/", {"reason": "A child is hurt"}, format="json").json()["is_serious"]
    body = {"builder": "Nanshan", "warranty_until": "2030-05-01"}
    assert client.post(path + "warranty/", body, format="json").json()["builder"] == "Nanshan"
    assert Ticket.objects.get().warranty_until
