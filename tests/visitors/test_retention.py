"""Visitors are forgotten on their day: what goes, what stays to be counted, and what is held."""

from datetime import date, timedelta
from typing import Any

import pytest

from helpdesk.lib.sealed import clear
from residents.models import RetentionRun
from residents.services.retention import forget_overdue
from tests.conftest import at
from tickets.models import Incident
from visitors.models import Parcel, ReleasePass, Visit, WatchEntry
from visitors.services.parcels import collect_parcel, receive_parcel
from visitors.services.retention import mark_purged
from visitors.services.visit_watch import report_suspicious
from visitors.services.watching import add_watch_entry

pytestmark = pytest.mark.django_db
NOW = at("2026-11-23 03:00")
TEN = at("2026-11-17 10:00")


def left(visit: Visit, days: int) -> Visit:
    gone = NOW - timedelta(days=days)
    Visit.objects.filter(pk=visit.pk).update(
        status="left",
        arrived_at=gone - timedelta(hours=1),
        left_at=gone,
        id_last_four="1234",
        id_hash="x" * 64,
    )
    return visit


def kept(visit: Visit) -> tuple[bool, bool]:
    """Whether the number of the document is still there, and whether the person is."""
    visit = Visit.objects.get(pk=visit.pk)
    number = {bool(visit.id_last_four), bool(visit.id_hash)}
    person = {
        bool(clear(getattr(visit, name))) if name.startswith("visitor") else bool(getattr(visit, name))
        for name in ("visitor_name", "visitor_phone", "plate", "purpose", "name_hash", "phone_hash")
    }
    assert len(number) == len(person) == 1
    return number.pop(), person.pop()


@pytest.fixture
def guest(announce: Any) -> Visit:
    return announce(visitor_phone="13900139001", plate="粤B12345", purpose="Tea", party_size=3)


@pytest.mark.parametrize(
    ("days", "what"), [(1, (True, True)), (29, (True, True)), (31, (False, True)), (89, (False, True)), (91, (False, False))]
)  # fmt: skip
def test_each_thing_goes_on_its_day_and_not_before(guest, days, what):
    left(guest, days)
    forget_overdue(NOW)
    assert kept(guest) == what


def test_that_somebody_came_stays_to_be_counted(guest, unit):
    left(guest, 91)
    forget_overdue(NOW)
    visit = Visit.objects.get(pk=guest.pk)
    assert (visit.number, visit.unit_id, visit.party_size, visit.kind) == (guest.number, unit.pk, 3, "guest")
    assert visit.arrived_at and visit.left_at


def test_whoever_is_inside_or_expected_is_not_forgotten(guest, announce):
    long_ago = NOW - timedelta(days=200)
    Visit.objects.filter(pk=guest.pk).update(status="inside", arrived_at=long_ago, stay_until=long_ago, id_last_four="1234", id_hash="x")  # fmt: skip
    forget_overdue(NOW)
    assert kept(guest) == (True, True)


@pytest.mark.parametrize("status", ["refused", "no_show"])
def test_who_was_refused_or_did_not_come_is_forgotten_as_well(guest, status):
    past = NOW - timedelta(days=91)
    Visit.objects.filter(pk=guest.pk).update(
        status=status, refuse_reason="No", refused_at=past if status == "refused" else None, expected_at=past
    )
    forget_overdue(NOW)
    assert kept(guest) == (False, False)


def test_a_visit_that_security_looks_into_is_kept_until_the_incident_is_closed(guest, clerk, departments):
    report_suspicious(guest, actor=clerk, note="Tried doors", at=TEN)
    left(guest, 91)
    forget_overdue(NOW)
    assert kept(guest) == (True, True)
    # Closed, and seen once more: the second incident keeps it as the first did.
    closed = {"status": "closed", "closed_at": NOW, "closed_by": clerk, "summary": "Nothing found."}
    Incident.objects.update(**closed)
    Visit.objects.filter(pk=guest.pk).update(status="inside", left_at=None)
    report_suspicious(guest, actor=clerk, note="Tried doors again", at=TEN)
    left(guest, 91)
    forget_overdue(NOW)
    assert kept(guest) == (True, True)
    Incident.objects.update(**closed)
    forget_overdue(NOW)
    assert kept(guest) == (False, False)


def test_the_run_is_written_down_without_a_value_and_does_nothing_twice(guest):
    left(guest, 91)
    done = forget_overdue(NOW)
    assert done["visitors.visit"] == 2
    runs = RetentionRun.objects.filter(table="visitors.visit")
    assert {run.rows for run in runs} == {1}
    assert "visitor_name" in " ".join(run.columns for run in runs)
    assert not any("Li" in run.columns or "139" in run.columns for run in runs)
    assert forget_overdue(NOW) == {}


def test_a_purged_visit_says_since_when_once(guest, announce):
    left(guest, 91)
    assert mark_purged(NOW) == 0
    forget_overdue(NOW)
    assert (mark_purged(NOW), mark_purged(NOW + timedelta(hours=1))) == (1, 0)
    assert Visit.objects.get(pk=guest.pk).purged_at == NOW


def test_a_watch_entry_is_deleted_when_its_day_is_over(estate, clerk):
    entry = add_watch_entry(
        estate=estate, actor=clerk, name="Li Zhiming", reason="Tried doors", source="Security", ends_on=date(2026, 11, 20), at=TEN
    )  # fmt: skip
    forget_overdue(at("2026-11-20 23:00"))
    assert WatchEntry.objects.filter(pk=entry.pk).exists()
    forget_overdue(at("2026-11-22 13:00"))
    assert not WatchEntry.objects.filter(pk=entry.pk).exists()


def test_who_collected_a_parcel_is_forgotten_after_ninety_days(unit, clerk):
    parcel = collect_parcel(
        receive_parcel(unit=unit, actor=clerk, at=TEN), actor=clerk, collected_by="Wang Fang", at=TEN
    )
    forget_overdue(TEN + timedelta(days=90))
    assert Parcel.objects.get(pk=parcel.pk).collected_by == "Wang Fang"
    forget_overdue(TEN + timedelta(days=91))
    assert Parcel.objects.get(pk=parcel.pk).collected_by == "–"


def test_a_pass_forgets_its_applicant_180_days_after_use(make_pass):
    made = make_pass(vehicle_plate="粤B12345")
    ReleasePass.objects.filter(pk=made.pk).update(status="expired", ended_at=TEN)
    forget_overdue(TEN + timedelta(days=180))
    assert ReleasePass.objects.get(pk=made.pk).applicant_name == "Wang Jianguo"
    forget_overdue(TEN + timedelta(days=181))
    made = ReleasePass.objects.get(pk=made.pk)
    assert (made.applicant_name, made.vehicle_plate) == ("–", "")
    assert made.items.count() == 2
