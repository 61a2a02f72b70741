"""Decoration: approved, its deposit held, looked at, put right, accepted, its deposit back (docs/domain.md §8)."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse

from billing.services.deposits import give_back, take_deposit
from helpdesk.audit.models import Entry
from helpdesk.lib.errors import Refused
from helpdesk.notifications.models import Message
from residents.models import Decoration, DecorationViolation, Unit
from residents.services import decoration_site as site
from residents.services import moves
from residents.services.decorations import move_decoration, prolong_decoration
from tests.api.conftest import api  # noqa: F401
from tests.residents.procedures import (
    DAY,
    NOW,
    TODAY,
    applied,
    approved,
    deposit_for,
    move_in,
    running,
    waive_all,
)
from tests.residents.test_fixtures import photo

pytestmark = pytest.mark.django_db


def refused(code, act, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        act(*args, **kwargs)
    assert caught.value.code == code


def sound(job, clerk):
    visit = site.plan_inspection(job, actor=clerk, due_on=TODAY, kind="acceptance", at=NOW)
    return site.record_inspection(visit, actor=clerk, is_sound=True, at=NOW)


def test_the_work_waits_for_approval_and_for_its_deposit(unit, resident, clerk, manager):
    job = applied(unit, clerk)
    refused("invalid_transition", move_decoration, job, "start", actor=clerk)
    job = move_decoration(job, "approve", actor=manager, conditions="Quiet after six", at=NOW)
    refused("clearances_open", move_decoration, job, "start", actor=clerk)
    deposit_for(job, clerk)
    job = move_decoration(job, "start", actor=clerk, at=NOW)
    unit.refresh_from_db()
    assert (job.status, unit.status) == ("running", Unit.Status.DECORATING)


def test_where_none_is_asked_for_it_begins_without(unit, resident, clerk, manager):
    job = approved(unit, clerk, manager, needs_deposit=False)
    assert move_decoration(job, "start", actor=clerk, at=NOW).status == "running"


def test_a_deposit_of_another_units_job_is_refused(unit, resident, clerk, manager, building):
    job = approved(unit, clerk, manager)
    other = Unit.objects.create(estate=unit.estate, building=building, code="3-2-601")
    item = deposit_for(job, clerk).charge_item
    refused(
        "other_unit",
        take_deposit,
        other,
        actor=clerk,
        charge_item=item,
        amount=Decimal(5),
        method="cash",
        decoration=job,
    )


def test_it_is_accepted_once_all_is_right_and_closed_once_all_is_back(
    unit, resident, clerk, manager, cashier
):
    job = running(unit, clerk, manager)
    card = site.issue_worker_permit(job, actor=clerk, name="Cai Musheng", trade="Carpenter", at=NOW)
    breach = site.add_violation(job, actor=clerk, what="Rubble on the stairs", rectify_by=TODAY + DAY, at=NOW)
    sound(job, clerk)
    refused("violations_open", move_decoration, job, "accept", actor=clerk)
    site.rectify_violation(breach, actor=clerk, how="Cleared", at=NOW)
    job = move_decoration(job, "accept", actor=clerk, at=NOW)
    unit.refresh_from_db()
    assert unit.status == Unit.Status.OCCUPIED
    refused("clearances_open", move_decoration, job, "close", actor=clerk)
    give_back(job.deposits.get(), actor=cashier, method="cash", at=NOW)
    refused("clearances_open", move_decoration, job, "close", actor=clerk)
    site.end_worker_permit(card, actor=clerk, reason="Given back", at=NOW)
    assert move_decoration(job, "close", actor=clerk, at=NOW).status == "closed"


def test_nothing_is_accepted_that_nobody_inspected(unit, resident, clerk, manager):
    refused("acceptance_missing", move_decoration, running(unit, clerk, manager), "accept", actor=clerk)


def test_stopped_it_is_not_accepted_until_it_went_on(unit, resident, clerk, manager):
    job = running(unit, clerk, manager)
    refused("reason_required", move_decoration, job, "stop", actor=clerk, reason="")
    job = move_decoration(job, "stop", actor=clerk, reason="Bearing wall touched", at=NOW)
    sound(job, clerk)
    refused("invalid_transition", move_decoration, job, "accept", actor=clerk)
    job = move_decoration(job, "resume", actor=clerk, at=NOW)
    assert (job.status, job.end_reason) == ("running", "")


def test_cards_are_valid_on_days_of_the_job_only(unit, resident, clerk, manager):
    refused("not_approved", site.issue_worker_permit, applied(unit, clerk), actor=clerk, name="Cai")
    job = move_decoration(Decoration.objects.get(), "approve", actor=manager, at=NOW)
    refused(
        "outside_the_job",
        site.issue_worker_permit,
        job,
        actor=clerk,
        name="Cai",
        valid_until=TODAY + 90 * DAY,
    )
    refused(
        "ends_before_it_begins",
        site.issue_worker_permit,
        job,
        actor=clerk,
        name="Cai",
        valid_from=TODAY + DAY,
        valid_until=TODAY,
    )
    refused("name_missing", site.issue_worker_permit, job, actor=clerk, name=" ")
    card = site.issue_worker_permit(job, actor=clerk, name="Cai", at=NOW)
    site.end_worker_permit(card, actor=clerk, reason="Lost", at=NOW)
    refused("ended_already", site.end_worker_permit, card, actor=clerk, reason="Lost")


def test_what_an_inspection_finds_becomes_a_violation_with_its_limit(
    unit, resident, clerk, supervisor, manager
):
    job = running(unit, clerk, manager)
    visit = site.plan_inspection(job, actor=clerk, due_on=TODAY, at=NOW)
    refused("findings_missing", site.record_inspection, visit, actor=supervisor, is_sound=False)
    refused(
        "rectify_by_missing",
        site.record_inspection,
        visit,
        actor=supervisor,
        is_sound=False,
        violation="Dust",
        at=NOW,
    )
    site.record_inspection(
        visit, actor=supervisor, is_sound=False, violation="Dust in the lift", rectify_by=TODAY, at=NOW
    )
    assert DecorationViolation.objects.get(inspection=visit).rectify_by == TODAY
    refused("inspected_already", site.record_inspection, visit, actor=supervisor, is_sound=True)


def test_one_job_at_a_time_within_its_days(unit, resident, clerk):
    refused("ends_before_it_begins", applied, unit, clerk, ends_on=TODAY - DAY)
    refused("contractor_missing", applied, unit, clerk, contractor=" ")
    refused("phone_unreadable", applied, unit, clerk, foreman_phone="12")
    applied(unit, clerk)
    refused("decoration_open", applied, unit, clerk)


def test_the_database_asks_who_decided_and_why(unit, resident, clerk):
    job = applied(unit, clerk)
    for wrong in ({"status": "running"}, {"status": "cancelled"}, {"ends_on": TODAY - DAY}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Decoration.objects.filter(pk=job.pk).update(**wrong)


def test_the_whole_life_on_the_pages(unit, resident, clerk, manager, login):
    desk, office = login(clerk), login(manager)
    sent = {
        "unit": "3-2-501", "contractor": "Jia Ju", "scope": "Bathroom", "starts_on": "2026-11-17",
        "ends_on": "2030-12-17", "foreman_phone": "13800136044", "files": photo("plan.jpg"),
    }  # fmt: skip
    assert desk.post(reverse("decoration_new"), sent | {"starts_on": "x"}).status_code == 422
    assert desk.post(reverse("decoration_new"), sent | {"files": photo()}).status_code == 303
    job = Decoration.objects.get()

    def post(browser, page_name, *args, **data):
        return browser.post(reverse(page_name, args=[job.pk, *args]), data).status_code

    page = reverse("decoration_detail", args=[job.pk])
    assert "138 0013 6044" not in desk.get(page).content.decode()
    assert desk.get(reverse("decoration_print", args=[job.pk])).status_code == 409
    assert post(desk, "decoration_decide", "approve") == 403
    assert post(desk, "decoration_act", "approve") == 404
    assert post(office, "decoration_decide", "explode") == 404
    assert post(office, "decoration_decide", "refuse") == 422
    assert post(office, "decoration_decide", "approve", conditions="Quiet", needs_deposit="on") == 303
    assert post(desk, "decoration_act", "start") == 409
    taken = desk.get(reverse("deposit_list", args=[unit.pk]), {"decoration": job.pk})
    assert taken.status_code == 200
    deposit_for(job, clerk)
    assert post(desk, "decoration_act", "start") == 303
    card = {"name": "Cai", "trade": "Tiles", "valid_from": "2026-11-17", "valid_until": "2026-12-01"}
    assert post(desk, "decoration_permit", **card) == 303
    assert "Cai" in desk.get(reverse("decoration_cards", args=[job.pk])).content.decode()
    assert "Quiet" in desk.get(reverse("decoration_print", args=[job.pk])).content.decode()
    assert post(desk, "decoration_plan", due_on="2026-11-18", kind="acceptance") == 303
    visit = job.inspections.get()
    assert post(desk, "decoration_inspect", visit.pk, is_sound="no") == 409
    found = {"is_sound": "no", "violation": "Dust", "rectify_by": "2030-11-20", "files": photo()}
    assert post(desk, "decoration_inspect", visit.pk, **found) == 303
    breach = job.violations.get()
    assert post(desk, "decoration_act", "accept") == 409
    assert post(desk, "decoration_rectify", breach.pk, how="") == 422
    assert post(desk, "decoration_rectify", breach.pk, how="Swept", files=photo()) == 303
    assert post(desk, "decoration_permit_end", job.permits.get().pk, reason="Back") == 303
    shown = desk.get(page).content.decode()
    assert "Swept" in shown and "/files/" in shown


def test_another_jobs_parts_are_a_404(unit, resident, clerk, manager, building, login):
    job = running(unit, clerk, manager)
    visit = site.plan_inspection(job, actor=clerk, due_on=TODAY, at=NOW)
    other = Unit.objects.create(estate=unit.estate, building=building, code="3-2-601")
    stranger = applied(other, clerk)
    sent = login(clerk).post(reverse("decoration_inspect", args=[stranger.pk, visit.pk]), {"is_sound": "yes"})
    assert sent.status_code == 404


def status_of(unit):
    unit.refresh_from_db()
    return unit.status


def test_accepted_an_empty_flat_is_empty_again(unit, resident, clerk, manager):
    Unit.objects.filter(pk=unit.pk).update(status="vacant")
    job = running(unit, clerk, manager)
    assert status_of(unit) == "decorating"
    sound(job, clerk)
    move_decoration(job, "accept", actor=clerk, at=NOW)
    assert status_of(unit) == "vacant"


def test_who_moves_in_meanwhile_lives_there_once_the_work_is_accepted(unit, resident, clerk, manager):
    Unit.objects.filter(pk=unit.pk).update(status="vacant")
    job = running(unit, clerk, manager)
    move = move_in(unit, clerk)
    moves.add_move_person(move, actor=clerk, resident=resident, relation="owner", at=NOW)
    waive_all(move, clerk)
    moves.complete_move(move, actor=clerk, at=NOW)
    assert status_of(unit) == "decorating"
    sound(job, clerk)
    move_decoration(job, "accept", actor=clerk, at=NOW)
    assert status_of(unit) == "occupied"


def test_an_older_acceptance_counts_no_more_once_something_was_found(unit, resident, clerk, manager):
    job = running(unit, clerk, manager)
    sound(job, clerk)
    later = site.plan_inspection(job, actor=clerk, due_on=TODAY, at=NOW)
    site.record_inspection(later, actor=clerk, is_sound=False, findings="Leaks", at=NOW + DAY)
    refused("acceptance_missing", move_decoration, job, "accept", actor=clerk)
    again = site.plan_inspection(job, actor=clerk, due_on=TODAY, kind="acceptance", at=NOW)
    site.record_inspection(again, actor=clerk, is_sound=True, at=NOW + 2 * DAY)
    assert move_decoration(job, "accept", actor=clerk, at=NOW + 2 * DAY).status == "accepted"


def test_a_job_that_has_ended_takes_no_inspection_and_one_not_begun_no_acceptance(
    unit, resident, clerk, manager
):
    job = approved(unit, clerk, manager)
    visit = site.plan_inspection(job, actor=clerk, due_on=TODAY, kind="acceptance", at=NOW)
    refused("invalid_transition", site.record_inspection, visit, actor=clerk, is_sound=True, at=NOW)
    early = site.plan_inspection(job, actor=clerk, due_on=TODAY, at=NOW)
    site.record_inspection(early, actor=clerk, is_sound=True, at=NOW)
    left = site.plan_inspection(job, actor=clerk, due_on=TODAY, at=NOW)
    move_decoration(job, "cancel", actor=clerk, reason="No money", at=NOW)
    refused("invalid_transition", site.record_inspection, left, actor=clerk, is_sound=True, at=NOW)


def test_the_work_is_prolonged_with_a_reason_and_cards_may_follow(unit, resident, clerk, manager):
    job = running(unit, clerk, manager)
    last, later = job.ends_on, job.ends_on + 14 * DAY
    refused("reason_required", prolong_decoration, job, actor=manager, ends_on=later, reason=" ", at=NOW)
    refused("not_later", prolong_decoration, job, actor=manager, ends_on=last, reason="x", at=NOW)
    long_after = {"reason": "x", "at": NOW + 90 * DAY}
    refused("in_the_past", prolong_decoration, job, actor=manager, ends_on=later, **long_after)
    refused("stale", prolong_decoration, job, actor=manager, ends_on=later, reason="x", version=0, at=NOW)
    job = prolong_decoration(job, actor=manager, ends_on=later, reason="Tiles are late", at=NOW)
    kept = Entry.objects.get(verb="decoration.prolonged").data
    assert kept == {"before": str(last), "until": str(later), "reason": "Tiles are late"}
    assert site.issue_worker_permit(job, actor=clerk, name="Cai", at=NOW).valid_until == later
    sound(job, clerk)
    job = move_decoration(job, "accept", actor=clerk, at=NOW)
    refused("invalid_transition", prolong_decoration, job, actor=manager, ends_on=later + DAY, reason="x")


def test_stopped_work_is_given_up_once_its_cards_and_deposit_are_back(
    unit, resident, clerk, manager, cashier
):
    Unit.objects.filter(pk=unit.pk).update(status="vacant")
    job = running(unit, clerk, manager)
    card = site.issue_worker_permit(job, actor=clerk, name="Cai", at=NOW)
    refused("invalid_transition", move_decoration, job, "cancel", actor=clerk, reason="Given up")
    job = move_decoration(job, "stop", actor=clerk, reason="Bearing wall touched", at=NOW)
    refused("clearances_open", move_decoration, job, "cancel", actor=clerk, reason="Given up")
    site.end_worker_permit(card, actor=clerk, reason="Back", at=NOW)
    give_back(job.deposits.get(), actor=cashier, method="cash", at=NOW)
    job = move_decoration(job, "cancel", actor=clerk, reason="Given up", at=NOW)
    assert (job.status, status_of(unit)) == ("cancelled", "vacant")


def test_the_manager_prolongs_on_the_page_and_by_the_api(unit, resident, clerk, manager, login, api):  # noqa: F811
    job = running(unit, clerk, manager)
    page, far = reverse("decoration_prolong", args=[job.pk]), "2035-01-01"
    assert login(clerk).post(page, {"ends_on": far, "reason": "x"}).status_code == 403
    office = login(manager)
    assert office.post(page, {"ends_on": far, "reason": ""}).status_code == 422
    assert office.post(page, {"ends_on": "2026-11-18", "reason": "x"}).status_code == 409
    assert office.post(page, {"ends_on": far, "reason": "Tiles are late"}).status_code == 303
    assert "Tiles are late" in office.get(reverse("decoration_detail", args=[job.pk])).content.decode()
    url = f"/api/v1/decorations/{job.pk}/prolong/"
    sent = api(manager).post(url, {"ends_on": "2035-02-01", "reason": "Rain"}, format="json")
    assert (sent.status_code, sent.json()["ends_on"]) == (200, "2035-02-01")
    assert api(clerk).post(url, {"ends_on": "2035-03-01", "reason": "x"}, format="json").status_code == 403


def test_drawings_and_photos_go_in_and_out_by_the_api(unit, resident, clerk, manager, cashier, api):  # noqa: F811
    job = running(unit, clerk, manager)
    visit = site.plan_inspection(job, actor=clerk, due_on=TODAY, at=NOW)
    breach = site.add_violation(job, actor=clerk, what="Dust", rectify_by=TODAY, at=NOW)
    program, url = api(clerk), f"/api/v1/decorations/{job.pk}/"
    for part in ("", f"inspections/{visit.pk}/", f"violations/{breach.pk}/"):
        sent = program.post(f"{url}{part}attachments/", {"files": [photo()]}, format="multipart")
        assert sent.status_code == 201, part
    listed = api(cashier).get(url + "attachments/").json()["results"]
    assert [one["owner_type"] for one in listed] == ["violation", "inspection", "decoration"]
    for one in listed:
        assert program.get(f"{url}attachments/{one['id']}/")["Content-Type"] == "image/jpeg"
    assert (
        api(cashier).post(url + "attachments/", {"files": [photo()]}, format="multipart").status_code == 403
    )
    missing = program.get(f"{url}attachments/999999/")
    assert missing.status_code == 404 and missing.json()["errors"]
    foreign = program.post(
        f"{url}violations/{breach.pk + 9}/attachments/", {"files": [photo()]}, format="multipart"
    )
    assert foreign.status_code == 404


def test_whoever_may_approve_hears_that_a_decoration_waits(unit, resident, clerk, manager):
    job = applied(unit, clerk)
    message = Message.objects.get(template="decoration_waits", channel="desk")
    assert (message.recipient_user, message.about_id) == (manager, job.pk)
    for part in ("subject", "body"):
        words = render_to_string(f"messages/decoration_waits.{part}.txt", message.context)
        assert job.number in words or "3-2-501" in words
