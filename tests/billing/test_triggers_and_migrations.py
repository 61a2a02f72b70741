"""A desk that stands is brought up to date: its triggers make way for the migrations and stand again afterwards."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from billing import ledger_rules as rules
from billing import triggers
from billing.services import late_fees, payments
from helpdesk.audit import triggers as audit_triggers
from tests.billing.bills import post_bill
from tests.conftest import at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def newest():
    """The last migration of the fees; whatever happens, the test leaves the database at it."""
    (leaf,) = MigrationExecutor(connection).loader.graph.leaf_nodes("billing")
    yield leaf
    call_command("migrate", verbosity=0)


def test_a_table_with_triggers_is_changed_and_guarded_again(newest):
    assert triggers.missing() == []
    call_command("migrate", "billing", "0006", verbosity=0)
    call_command("migrate", verbosity=0)
    assert MigrationExecutor(connection).migration_plan([newest]) == []
    assert triggers.missing() == [] and audit_triggers.missing() == []


def test_a_migrate_with_nothing_to_do_leaves_them_standing(newest, monkeypatch):
    monkeypatch.setattr(triggers, "_install_sqlite", lambda cursor: None)
    monkeypatch.setattr(triggers, "_postgres", lambda: ())
    call_command("migrate", verbosity=0)
    assert triggers.missing() == []


def test_a_desk_with_bills_gets_a_rule_as_it_reads_today(newest, estate, unit, monkeypatch):
    """Late fees were once reckoned up with what had been taken back of them."""
    gross = "NEW.cumulative <> ROUND((SELECT SUM(o.amount) FROM billing_latefee o WHERE o.bill_id = NEW.bill_id), 2)"
    bill = post_bill(unit, date(2026, 11, 1))
    with monkeypatch.context() as before:
        before.setitem(rules.ON_INSERT, ("billing_latefee", "adds_up"), gross)
        triggers.install()
        late_fees.set_late_fee(estate, actor=None, rate_per_day=D("0.1"), since=date(2026, 1, 1))
        late_fees.charge_late_fees(estate, date(2026, 11, 20), at=at("2026-11-21 01:00"))
        payment = payments.take_payment(
            unit, actor=None, amount=D(100), method="transfer", received_on=date(2026, 11, 3),
            at=at("2026-11-21 10:00"),
        )  # fmt: skip
        payments.reverse_payment(payment, actor=None, reason="Wrong", at=at("2026-11-21 11:00"))
        with pytest.raises(DatabaseError, match="adds_up"):
            late_fees.charge_late_fees(estate, date(2026, 12, 20), at=at("2026-12-21 01:00"))
    call_command("migrate", verbosity=0)
    late_fees.charge_late_fees(estate, date(2026, 12, 20), at=at("2026-12-21 01:00"))
    assert bill.late_fees.latest("as_of").cumulative == D(100) and triggers.missing() == []


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="how SQLite changes a table")
def test_in_the_way_they_would_stop_the_migration(newest, monkeypatch):
    """The negative control."""
    from django.db import OperationalError
    from django.db.models.signals import pre_migrate

    pre_migrate.disconnect(dispatch_uid="billing.make_way")
    try:
        with pytest.raises(OperationalError, match="error in trigger"):
            call_command("migrate", "billing", "0006", verbosity=0)
    finally:
        pre_migrate.connect(triggers.make_way, dispatch_uid="billing.make_way")
