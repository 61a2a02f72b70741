"""Incidents and handovers: every state × act × role, on the pages and by the API (docs/domain.md §1, §2, §10)."""

from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from helpdesk.estates.models import Shift
from helpdesk.staff.permissions import PERMISSIONS, Role
from helpdesk.staff.services import create_token
from tests.api.conftest import bearer
from tickets.models import Handover, Incident
from tickets.services.handovers import TRANSITIONS, draft_handover, give_handover, take_handover
from tickets.services.incidents import INCIDENT_STATES, add_caller, close_incident, open_incident

pytestmark = pytest.mark.django_db
EVERYBODY = [*Role.values, "outsider"]
NOTICE = {"texts": {"en": "The water is off until the pump runs."}}

# act: (page, what is posted; path of the API, body).
INCIDENT_ACTS = {
    "edit": ("incident_edit", {"title": "Burst main", "kind": "water", "topic": "water", "place": "Cellar"}, "", {"place": "Cellar"}),
    "add_caller": ("incident_caller", {"name": "Ann"}, "add-caller/", {"name": "Ann"}),
    "join": ("incident_join", {}, "join/", {}),
    "note": ("incident_note", {"whom": "Water works", "body": "Told"}, "note/", {"whom": "Water works", "body": "Told"}),
    "notify": ("incident_notice", {"text_en": NOTICE["texts"]["en"]}, "notify/", NOTICE),
    "close": ("incident_close", {"summary": "Mended", "version": 1}, "close/", {"summary": "Mended"}),
    "reopen": ("incident_reopen", {"reason": "It is back"}, "reopen/", {"reason": "It is back"}),
}  # fmt: skip
HANDOVER_ACTS = {
    "write": ("handover_refresh", {}, "refresh/", None),
    "give": ("handover_give", {"none_said": "on", "version": 1}, "give/", {"none_said": True}),
    "take": ("handover_take", {"version": 1}, "take/", {}),
}


@pytest.fixture
def person(request, clerk, supervisor, technician, guard, cashier, manager, admin, outsider):
    return lambda role: request.getfixturevalue(role)


def test_every_act_of_both_tables_is_walked():
    assert set(INCIDENT_ACTS) == set(INCIDENT_STATES.table)
    assert set(HANDOVER_ACTS) == set(TRANSITIONS.table)


def by_api(user, path, body, *, patch=False):
    _token, plain = create_token(user, name="t", actor=None)
    client = bearer(plain)
    return (client.patch if patch else client.post)(f"/api/v1/{path}", body, format="json")


def incident_in(status, *, estate, clerk):
    incident = open_incident(estate=estate, kind="water", title="Burst main", actor=clerk)
    add_caller(incident, actor=clerk, name="Bo", phone="13900002222")
    if status == "closed":
        incident = close_incident(incident, actor=clerk, summary="Over")
    return Incident.objects.get(pk=incident.pk)


@pytest.mark.parametrize("door", ["page", "api"])
@pytest.mark.parametrize("status", ["open", "closed"])
@pytest.mark.parametrize("act", INCIDENT_ACTS)
def test_an_incident_does_what_the_table_says(
    act, status, door, estate, person, login, make_ticket, departments
):
    page, sent, path, body = INCIDENT_ACTS[act]
    for role in EVERYBODY:
        incident, user = incident_in(status, estate=estate, clerk=person("clerk")), person(role)
        if act == "join":
            ticket = make_ticket("请问")
            type(ticket).objects.filter(pk=ticket.pk).update(department=departments["engineering"])
            sent, body = {"ticket": ticket.number}, {"ticket": ticket.pk}
        if door == "page":
            answer = login(user).post(reverse(page, args=[incident.pk]), sent | {"version": incident.version})
        else:
            answer = by_api(user, f"incidents/{incident.pk}/{path}", body, patch=act == "edit")
        before = (incident.status, incident.version)
        incident.refresh_from_db()
        said = (role, answer.status_code, answer.content[:400])
        if role == "outsider":
            assert answer.status_code == 404, said
        elif role not in PERMISSIONS["incidents.work"]:
            assert answer.status_code == 403, said
        elif status in INCIDENT_STATES.sources(act):
            assert answer.status_code == (303 if door == "page" else 200), said
            assert incident.status == (INCIDENT_STATES.guard(status, act) or status), said
            continue
        else:
            assert answer.status_code == 409, said
        assert (incident.status, incident.version) == before, said


def handover_in(status, *, estate, department, giver, taker):
    Handover.objects.all().delete()
    shift, _made = Shift.objects.get_or_create(
        estate=estate, department=department, name="Day", defaults={"starts": time(0), "ends": time(0)}
    )
    Shift.objects.get_or_create(
        estate=estate, department=department, name="Night", defaults={"starts": time(23), "ends": time(7)}
    )
    handover = draft_handover(shift=shift, day=timezone.localdate(), actor=giver)
    Handover.objects.filter(pk=handover.pk).update(is_last=False)
    if status != "drafted":
        handover = give_handover(handover, actor=giver, none_said=True)
    if status == "taken":
        handover = take_handover(handover, actor=taker)
    return Handover.objects.get(pk=handover.pk)


@pytest.mark.parametrize("door", ["page", "api"])
@pytest.mark.parametrize("status", Handover.Status.values)
@pytest.mark.parametrize("act", HANDOVER_ACTS)
def test_a_handover_does_what_the_table_says(
    act, status, door, estate, departments, person, second_clerk, desk_supervisor, login
):
    page, sent, path, body = HANDOVER_ACTS[act]
    for role in EVERYBODY:
        handover = handover_in(
            status,
            estate=estate,
            department=departments["engineering"],
            giver=second_clerk,
            taker=desk_supervisor,
        )
        before, user = (handover.status, handover.version), person(role)
        if door == "page":
            answer = login(user).post(reverse(page, args=[handover.pk]), sent | {"version": handover.version})
        else:
            answer = by_api(user, f"handovers/{handover.pk}/{path}", body)
        handover.refresh_from_db()
        said = (role, answer.status_code, answer.content[:400])
        if role == "outsider":
            assert answer.status_code == 404, said
        elif role not in PERMISSIONS["handovers.write"]:
            assert answer.status_code == 403, said
        elif status in TRANSITIONS.sources(act):
            assert answer.status_code == (303 if door == "page" else 200), said
            assert handover.status == (TRANSITIONS.guard(status, act) or status), said
            continue
        else:
            assert answer.status_code == 409, said
        assert (handover.status, handover.version) == before, said


def test_who_gave_it_does_not_take_it(estate, departments, clerk, login):
    handover = handover_in(
        "given", estate=estate, department=departments["engineering"], giver=clerk, taker=None
    )
    assert login(clerk).post(reverse("handover_take", args=[handover.pk])).status_code == 409
    answer = by_api(clerk, f"handovers/{handover.pk}/take/", {})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "same_person")
    assert handover.given_at <= timezone.now() + timedelta(seconds=1)
