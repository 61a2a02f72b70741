"""Programs that call the API on behalf of the cast."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from helpdesk.staff.models import User
from helpdesk.staff.services import create_token
from tests.conftest import at
from tickets.models import FollowUp, Reply, Slip, Ticket
from tickets.services import contacts, replies, slips, tickets


def bearer(plain: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {plain}")
    return client


@pytest.fixture
def api() -> Callable[..., APIClient]:
    """A client with a new token of somebody: api(clerk), api(clerk, "tickets:read")."""

    def make(user: User, *scopes: str, **kwargs: Any) -> APIClient:
        _token, plain = create_token(user, name="test", scopes=list(scopes) or None, actor=None, **kwargs)
        return bearer(plain)

    return make


@pytest.fixture
def resolved(make_ticket, clerk, departments) -> Callable[..., Ticket]:
    """A valid complaint that was resolved; its follow-up visit is planned."""

    def make(**kwargs: Any) -> Ticket:
        ticket = make_ticket(complaint_class="valid", **kwargs)
        tickets.assign_ticket(ticket, actor=clerk, department=departments["engineering"])
        tickets.tick_step(ticket, actor=clerk, key="on_site")
        return tickets.resolve_ticket(ticket, actor=clerk, resolution="Pipe replaced.")

    return make


@pytest.fixture
def visit(resolved) -> FollowUp:
    return FollowUp.objects.get(ticket=resolved())


@pytest.fixture
def slip(make_ticket, clerk, departments) -> Slip:
    """A work order on a ticket, waiting for a signature in engineering."""
    return slips.issue_slip(
        actor=clerk, department=departments["engineering"], instructions="Stop the leak", ticket=make_ticket()
    )


@pytest.fixture
def held(make_ticket, clerk) -> Reply:
    """A reply that promises a refund and waits for a supervisor."""
    return replies.add_reply(make_ticket(), actor=clerk, body="我们会赔偿您的损失。", visibility="public")


@pytest.fixture
def call(estate, clerk):
    """A call with a promised call-back."""
    return contacts.take_contact(
        estate=estate, kind="call", actor=clerk, phone="13800136021", call_back_at=at("2030-01-01 10:00")
    )


def codes(response: Any) -> set[tuple[str, str | None]]:
    """What an error answer says: {(code, attr)}."""
    return {(error["code"], error["attr"]) for error in response.json()["errors"]}
