"""Judging and ticking: every status × role × act is answered as the tables say, on pages and by the API."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from helpdesk.staff.permissions import PERMISSIONS
from helpdesk.staff.services import create_token
from tests.tickets.acts import bring_to
from tickets.models import OPEN, Ticket
from tickets.services import tickets

STATUSES = list(Ticket.Status.values)
ROLES = ["clerk", "supervisor", "technician", "guard", "cashier", "manager", "admin", "outsider"]
SEES = {"clerk", "supervisor", "technician", "manager"}


@pytest.fixture
def ticket_in(make_ticket, clerk, departments, technician):
    """A ticket of engineering in a status, with the technician as its handler, so that every role that may see one does."""

    def make(status):
        ticket = make_ticket()
        tickets.classify_ticket(ticket, actor=clerk, complaint_class="valid")
        ticket = bring_to(
            Ticket.objects.get(pk=ticket.pk),
            status,
            actor=clerk,
            department=departments["engineering"],
            complaint_class="valid",
        )
        Ticket.objects.filter(pk=ticket.pk).update(department=departments["engineering"], handler=technician)
        return Ticket.objects.get(pk=ticket.pk)

    return make


def door(role):
    """404 for whom it doesn't exist, 403 for whom it does but who may not, else 0: the service answers."""
    if role == "outsider":
        return 404
    if role in SEES:
        return 0 if role in PERMISSIONS["tickets.work"] else 403
    return 403


def may_classify(role, status):
    return status in OPEN or role in PERMISSIONS["tickets.reclassify_closed"]


def expected(role, status, act, *, refused):
    shut = door(role)
    if shut:
        return shut
    allowed = may_classify(role, status) if act == "classify" else status in OPEN
    return 0 if allowed else refused


BODIES = {
    "classify": {"complaint_class": "inquiry", "reason": "Read again"},
    "step": {"finding": "unknown"},
}


@pytest.mark.parametrize("act", ["classify", "step"])
@pytest.mark.parametrize("status", STATUSES)
def test_the_api_answers_by_status_and_role(status, act, ticket_in, request):
    for role in ROLES:
        ticket = ticket_in(status)
        path = "classify/" if act == "classify" else "steps/on_site/"
        _token, plain = create_token(request.getfixturevalue(role), name="t", actor=None)
        client = APIClient(headers={"Authorization": f"Bearer {plain}"})
        response = client.post(f"/api/v1/tickets/{ticket.pk}/{path}", BODIES[act])
        wanted = expected(role, status, act, refused=409) or 200
        assert response.status_code == wanted, (role, response.content)
        if wanted == 409:
            assert response.json()["errors"][0]["code"] == "invalid_transition"
        Ticket.objects.filter(pk=ticket.pk).update(finding="")


@pytest.mark.parametrize("act", ["classify", "step"])
@pytest.mark.parametrize("status", STATUSES)
def test_the_page_answers_by_status_and_role(status, act, ticket_in, login, request):
    for role in ROLES:
        ticket = ticket_in(status)
        if act == "classify":
            url = reverse("ticket_classify", args=[ticket.pk])
        else:
            url = reverse("ticket_step", args=[ticket.pk, "on_site"])
        response = login(request.getfixturevalue(role)).post(url, BODIES[act])
        wanted = expected(role, status, act, refused=409) or 303
        assert response.status_code == wanted, role


@pytest.mark.parametrize("status", STATUSES)
def test_a_step_that_is_done_is_harmless_to_tick_again_whatever_the_status(status, ticket_in, clerk):
    ticket = ticket_in(status)
    done = ticket.steps.get(key="record")
    tickets.tick_step(ticket, actor=clerk, key="record")
    assert ticket.steps.get(key="record").done_at == done.done_at


def test_a_reason_that_is_missing_is_refused_with_its_code(ticket_in, clerk):
    ticket = ticket_in("assigned")
    _token, plain = create_token(clerk, name="t", actor=None)
    client = APIClient(headers={"Authorization": f"Bearer {plain}"})
    response = client.post(f"/api/v1/tickets/{ticket.pk}/classify/", {"complaint_class": "inquiry"})
    assert (response.status_code, response.json()["errors"][0]["code"]) == (409, "reason_required")


def test_the_suggestion_alone_stores_nothing(clerk, db):
    _token, plain = create_token(clerk, name="t", actor=None)
    client = APIClient(headers={"Authorization": f"Bearer {plain}"})
    response = client.post("/api/v1/classify/", {"text": "物业擅自涨价，多次投诉没人处理"})
    assert response.status_code == 200
    assert response.json()["complaint_class"] == "valid"
    assert len(response.json()["ranking"]) == 4
    assert not Ticket.objects.exists()
