"""A desk that stands is brought up to date: its triggers make way for the migrations and stand again afterwards."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from billing import triggers
from helpdesk.audit import triggers as audit_triggers

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
