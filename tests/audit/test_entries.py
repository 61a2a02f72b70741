"""History is written once."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from helpdesk.audit import seals
from helpdesk.audit.models import DaySeal, Entry
from helpdesk.audit.services import record
from helpdesk.audit.triggers import missing
from tests.conftest import remove_triggers

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(estate, clerk):
    return record("ticket.created", estate, actor=clerk, words=3)


def test_every_trigger_stands():
    assert missing() == []


def test_an_entry_says_who_did_what(entry, clerk, estate):
    kept = Entry.objects.about(estate).get()
    assert (kept.verb, kept.actor, kept.actor_name, kept.data) == (
        "ticket.created",
        clerk,
        "Clerk",
        {"words": 3},
    )


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_entry SET verb = 'x'",
        "UPDATE audit_entry SET actor_name = 'somebody else' WHERE id > 0",
        "DELETE FROM audit_entry",
    ],
)
def test_the_database_refuses_to_change_history(entry, sql):
    with (
        pytest.raises(DatabaseError, match="written once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert Entry.objects.get().verb == "ticket.created"


def test_without_the_triggers_the_same_change_goes_through(entry):
    """The negative control: it is the trigger that refuses, nothing else."""
    remove_triggers()
    assert Entry.objects.update(verb="x") == 1


def test_the_orm_can_change_nothing_either(entry):
    entry.verb = "x"
    with pytest.raises(DatabaseError), transaction.atomic():
        entry.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        entry.delete()


class TestSeals:
    DAY = datetime(2026, 3, 4, 12, tzinfo=UTC)

    def sealed(self, estate, clerk):
        entry = record("ticket.created", estate, actor=clerk)
        remove_triggers()
        Entry.objects.update(recorded_at=self.DAY)
        seals.seal_days(datetime(2026, 3, 7, 12, tzinfo=UTC))
        return entry

    def test_finished_days_are_sealed_once(self, estate, clerk):
        self.sealed(estate, clerk)
        assert list(DaySeal.objects.order_by("day").values_list("entries", flat=True)) == [1, 0, 0]
        assert seals.seal_days(datetime(2026, 3, 7, 12, tzinfo=UTC)) == 0
        assert seals.broken_days() == []

    def test_an_entry_changed_behind_the_triggers_shows(self, estate, clerk):
        entry = self.sealed(estate, clerk)
        Entry.objects.filter(pk=entry.pk).update(actor_name="somebody else")
        assert seals.broken_days() == [self.DAY.date()]

    def test_an_entry_planted_later_shows(self, estate, clerk):
        self.sealed(estate, clerk)
        planted = record("ticket.closed", estate, actor=clerk)
        Entry.objects.filter(pk=planted.pk).update(recorded_at=self.DAY)
        assert seals.broken_days() == [self.DAY.date()]

    def test_an_entry_taken_away_shows(self, estate, clerk):
        self.sealed(estate, clerk)
        Entry.objects.all().delete()
        assert seals.broken_days() == [self.DAY.date()]
