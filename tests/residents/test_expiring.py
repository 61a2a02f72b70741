"""What runs out soon: papers, cards, workers' permits, vaccinations."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.expiring import count_expiring, expiring
from residents.services.cards import end_card, issue_card
from residents.services.decoration_site import issue_worker_permit
from residents.services.kept import archive
from residents.services.papers import add_paper
from residents.services.pets import add_pet
from tests.residents.procedures import running

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 17)


def day(after: int) -> date:
    return timezone.localdate() + timedelta(days=after)


@pytest.fixture
def things(unit, resident, clerk):
    """One of each, and some that are no longer anybody's business."""
    lease = add_paper(actor=clerk, unit=unit, title="Lease", kind="lease", expires_on=day(20))
    old = add_paper(actor=clerk, resident=resident, title="Authority", expires_on=day(-3))
    card = issue_card(actor=clerk, resident=resident, number="C-1", issued_on=day(-9), valid_until=day(45))
    add_pet(actor=clerk, unit=unit, kind="dog", name="Lucky", vaccinated_until=day(80))
    gone = add_paper(actor=clerk, unit=unit, title="Gone", expires_on=day(1))
    archive(gone, actor=clerk)
    lost = issue_card(actor=clerk, unit=unit, number="C-2", issued_on=day(-9), valid_until=day(2))
    end_card(lost, actor=clerk, status="lost")
    add_paper(actor=clerk, unit=unit, title="For ever")
    return lease, old, card


def titles(unit, days, **more):
    return [one.title for one in expiring([unit.estate_id], day(0), days=days, **more)]


def test_the_earliest_stands_first_and_what_has_run_out_before_it(unit, things):
    assert titles(unit, 30) == ["Authority", "Lease"]
    assert titles(unit, 60) == ["Authority", "Lease", "C-1"]
    assert titles(unit, 90)[-1] == "Lucky"
    assert titles(unit, 90, kinds=["card"]) == ["C-1"]
    assert count_expiring(unit.estate_id, day(0)) == 2


def test_a_workers_permit_is_told_until_it_is_ended_or_the_job_is(unit, clerk, manager):
    job = running(unit, clerk, manager)
    permit = issue_worker_permit(job, actor=clerk, name="Zhao Liang")
    found = expiring([unit.estate_id], permit.valid_until, days=30)
    assert [(one.kind, one.unit, one.decoration_id) for one in found] == [("worker", unit, job.pk)]
    job.status = "closed"
    job.accepted_at = job.ended_at = timezone.now()
    job.save()
    assert not expiring([unit.estate_id], permit.valid_until, days=30)


def test_another_estate_sees_nothing(other_estate, things):
    assert not expiring([other_estate.pk], day(0), days=90)
    assert count_expiring(other_estate.pk, day(0)) == 0


def test_the_page_is_narrowed_by_days_and_kind(login, clerk, things):
    browser = login(clerk)
    near = browser.get(reverse("expiring_list")).content.decode()
    assert "Lease" in near and "20 days left" in near and "Run out" in near and "C-1" not in near
    cards = browser.get(reverse("expiring_list"), {"days": "60", "kind": "card"}).content.decode()
    assert "C-1" in cards and "Authority" not in cards


@pytest.mark.parametrize(
    "query", [{"days": "-1"}, {"days": "9" * 40}, {"kind": "x"}, {"estate": "0"}, {"estate": "x"}]
)
def test_what_the_address_says_wrong_is_taken_for_the_usual(login, clerk, things, query):
    answer = login(clerk).get(reverse("expiring_list"), query)
    assert answer.status_code == 200 and "Lease" in answer.content.decode()


def test_an_estate_of_others_can_not_be_asked_for(login, outsider, estate, things):
    answer = login(outsider).get(reverse("expiring_list"), {"estate": estate.pk, "days": "90"})
    assert "Lease" not in answer.content.decode()


def test_the_file_has_what_the_list_has_and_only_for_who_writes(login, clerk, cashier, things):
    answer = login(clerk).get(reverse("expiring_export"), {"days": "60"})
    lines = answer.getvalue().decode().splitlines()
    assert len(lines) == 4 and "3-2-501" in lines[2] and answer["Content-Type"].startswith("text/csv")
    assert login(clerk).get(reverse("expiring_export"), {"format": "xlsx"}).getvalue()[:2] == b"PK"
    assert login(cashier).get(reverse("expiring_export")).status_code == 403
    assert "expiring/export" not in login(cashier).get(reverse("expiring_list")).content.decode()


def test_the_clerk_sees_how_many_there_are_and_comes_there_from_the_household(login, clerk, unit, things):
    browser = login(clerk)
    listed = browser.get(reverse("resident_list")).content.decode()
    assert 'Running out <span class="filter-count">2</span>' in listed
    assert "kind=paper&amp;days=60" in browser.get(reverse("unit_detail", args=[unit.pk])).content.decode()


def test_what_it_is_is_said_in_words(login, clerk, unit, manager, things):
    issue_worker_permit(running(unit, clerk, manager), actor=clerk, name="Zhao Liang", trade="Carpenter")
    page = login(clerk).get(reverse("expiring_list"), {"days": "90"}).content.decode()
    assert "Worker&#x27;s permit, Carpenter" in page and "Vaccinations, Dog" in page and ">Lease<" in page
