"""Programs that call the API on behalf of the cast."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from billing.models import Reminder
from billing.services import (
    charges,
    closings,
    collection,
    credit,
    deposits,
    invoices,
    late_fees,
    meters,
    payments,
    runs,
)
from helpdesk.staff.models import User
from helpdesk.staff.services import create_token
from tests.conftest import at
from tickets.models import FollowUp, Reply, Slip, Ticket
from tickets.services import contacts, incidents, replies, slips, tickets
from tickets.services.incident_notices import notify_reporters


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


@pytest.fixture
def notice(estate, clerk):
    """A notice about an incident that promises something and waits for a supervisor."""
    incident = incidents.open_incident(estate=estate, kind="water", title="Burst main", actor=clerk)
    incidents.add_caller(incident, actor=clerk, name="Ann")
    return notify_reporters(incident, actor=clerk, texts={"en": "We will refund 400 yuan."})


@pytest.fixture
def money(estate, unit, admin, manager, cashier) -> dict[str, int]:
    """Ids of one thing of each kind that the ledger holds."""
    item = charges.add_charge_item(estate=estate, actor=admin, code="fee", name="Fee", kind="area")
    rate = charges.set_rate(item, actor=admin, amount=Decimal(2), since=date(2026, 1, 1))
    kinds = {
        kind: charges.add_charge_item(estate=estate, actor=admin, code=kind, name=kind, kind=kind)
        for kind in ("metered", "shared", "contract", "deposit")
    }
    meter = meters.add_meter(
        unit, actor=admin, charge_item=kinds["metered"], number="1", installed_on=date(2026, 1, 1)
    )
    reading = meters.take_reading(meter, actor=cashier, period="2026-01", value=Decimal(5))
    cost = charges.enter_shared_cost(kinds["shared"], actor=manager, period="2026-01", amount=Decimal(9))
    lease = charges.add_lease(
        unit,
        actor=manager,
        charge_item=kinds["contract"],
        subject="Cellar",
        monthly_rent=Decimal(50),
        since=date(2026, 1, 1),
    )
    run = runs.preview_run(estate, actor=manager, period="2026-01")
    runs.confirm_run(run, actor=manager)
    runs.continue_run(run)
    exemption = charges.grant_exemption(
        unit,
        actor=manager,
        percent=Decimal(5),
        since=date(2026, 3, 1),
        until=date(2026, 4, 1),
        reason="Noise",
    )
    payment = payments.take_payment(unit, actor=cashier, amount=Decimal(500), method="cash")
    refund = credit.refund_credit(unit, actor=cashier, amount=Decimal(1), method="cash", reason="Too much")
    deposit = deposits.take_deposit(
        unit, actor=cashier, charge_item=kinds["deposit"], amount=Decimal(20), method="cash"
    )
    invoice = invoices.request_invoice(payment, actor=cashier, title="Wang")
    closing = closings.close_day(estate, actor=cashier, day=date(2026, 1, 2), counted={})
    bill = run.made.get()
    rule = late_fees.set_late_fee(estate, actor=admin, rate_per_day=Decimal("0.0005"), since=date(2030, 1, 1))
    door = collection.record_visit(unit, actor=cashier, met="nobody")
    deferral = collection.grant_deferral(unit, actor=manager, until=date(2026, 12, 31), reason="Ill")
    reminder = Reminder.objects.create(
        estate=estate, unit=unit, bill=bill, level=1, day=date(2026, 1, 12), outstanding=1
    )
    return {
        "item": item.pk, "rate": rate.pk, "meter": meter.pk, "reading": reading.pk, "cost": cost.pk, "lease": lease.pk,
        "run": run.pk, "exemption": exemption.pk, "payment": payment.pk, "refund": refund.pk, "deposit": deposit.pk,
        "invoice": invoice.pk, "closing": closing.pk, "bill": bill.pk, "late_fee_rule": rule.pk,
        "door": door.pk, "deferral": deferral.pk, "reminder": reminder.pk,
    }  # fmt: skip


def codes(response: Any) -> set[tuple[str, str | None]]:
    """What an error answer says: {(code, attr)}."""
    return {(error["code"], error["attr"]) for error in response.json()["errors"]}
