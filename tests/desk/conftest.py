"""Rows that wait on a desk, made without the services: a page must show whatever stands in the tables."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from helpdesk.estates.models import Estate
from helpdesk.lib.crypto import digest_secret, new_secret
from helpdesk.staff.models import User
from residents.models import Building, Resident, Unit
from residents.services.residents import add_occupancy, add_resident
from tickets.models import Contact, FollowUp, Reply, Slip, Ticket

NUMBERS = count(1)


@pytest.fixture
def now() -> datetime:
    """Tuesday morning, an hour when calling is allowed."""
    return datetime.fromisoformat("2026-11-17T10:42:00+08:00")


@pytest.fixture
def make_unit(estate: Estate) -> Callable[..., Unit]:
    def make(code: str, **extra: Any) -> Unit:
        building, _new = Building.objects.get_or_create(estate=estate, code=code.split("-")[0])
        return Unit.objects.create(estate=estate, building=building, code=code, **extra)

    return make


@pytest.fixture
def make_person(estate: Estate) -> Callable[..., Resident]:
    def make(name: str, unit: Unit | None = None, phone: str = "", **extra: Any) -> Resident:
        where = unit.estate if unit else extra.pop("estate", estate)
        relation, primary = extra.pop("relation", "owner"), extra.pop("is_primary", False)
        since = extra.pop("since", timezone.localdate() - timedelta(days=900))
        until = extra.pop("until", None)
        phones = [(phone, "")] if phone else []
        person = add_resident(estate=where, actor=None, name=name, phones=phones, **extra)
        if unit:
            add_occupancy(
                unit, person, actor=None, relation=relation, since=since, until=until, is_primary=primary
            )
        return person

    return make


@pytest.fixture
def open_ticket(estate: Estate, clerk: User) -> Callable[..., Ticket]:
    def make(**extra: Any) -> Ticket:
        at = extra.pop("created_at", timezone.now())
        values: dict[str, Any] = {
            "estate": estate,
            "number": f"T-2026-{next(NUMBERS):06d}",
            "channel": "phone",
            "description": "厨房水管漏水",
            "created_at": at,
            "response_due_at": at + timedelta(hours=2),
            "resolution_due_at": at + timedelta(days=3),
            "responsible": clerk,
            "created_by": clerk,
            "track_digest": digest_secret(new_secret()),
        }
        return Ticket.objects.create(**values | extra)

    return make


@pytest.fixture
def call(estate: Estate, clerk: User) -> Callable[..., Contact]:
    def make(**extra: Any) -> Contact:
        values = {"estate": estate, "kind": "call", "taken_by": clerk, "summary": "Car-park light"}
        return Contact.objects.create(**values | extra)

    return make


@pytest.fixture
def slip(estate: Estate, clerk: User, departments: Any) -> Callable[..., Slip]:
    def make(**extra: Any) -> Slip:
        at = extra.pop("at", timezone.now())
        values = {
            "estate": estate,
            "number": f"S-2026-{next(NUMBERS):06d}",
            "department": departments["engineering"],
            "instructions": "Change the lamp over B2-114",
            "issued_by": clerk,
            "issued_at": at,
            "sign_due_at": at + timedelta(minutes=30),
            "due_at": at + timedelta(days=1),
        }
        return Slip.objects.create(**values | extra)

    return make


@pytest.fixture
def visit(estate: Estate, open_ticket: Callable[..., Ticket]) -> Callable[..., FollowUp]:
    def make(at: datetime, ticket: Ticket | None = None, **extra: Any) -> FollowUp:
        ticket = ticket or open_ticket(
            created_at=at - timedelta(days=3),
            status="resolved",
            resolved_at=at - timedelta(days=1),
            complaint_class="help_seeking",
        )
        values = {
            "estate": estate,
            "ticket": ticket,
            "scheduled_at": at - timedelta(hours=1),
            "due_at": at + timedelta(days=1),
            "on_time_until": at + timedelta(days=1),
        }
        return FollowUp.objects.create(**values | extra)

    return make


@pytest.fixture
def held_reply(open_ticket: Callable[..., Ticket], clerk: User) -> Callable[..., Reply]:
    def make(**extra: Any) -> Reply:
        ticket = extra.pop("ticket", None) or open_ticket(complaint_class="venting")
        values = {
            "ticket": ticket,
            "body": "We will refund it.",
            "visibility": "public",
            "state": "held",
            "author": clerk,
        }
        return Reply.objects.create(**values | extra)

    return make
