"""Moving in and out: nobody leaves with something open, and who lives where is history (docs/domain.md §8)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.services.charges import add_charge_item
from billing.services.meters import add_meter
from billing.services.payments import take_payment
from helpdesk.audit.models import Entry
from helpdesk.lib.errors import Refused, Stale
from helpdesk.staff.services import create_token
from residents import clearances
from residents.models import Move, MoveStep, Occupancy, Resident, Unit
from residents.services import moves
from residents.services.cards import end_card, issue_card
from residents.services.keys import add_key, lend_key, take_key_back
from residents.services.move_rules import add_move_rule, change_move_rule
from residents.services.parking_spaces import add_space, give_space
from residents.services.residents import add_occupancy, add_resident
from residents.views.moves import in_the_way
from residents.views.procedure_history import SHOWN
from tests.api.conftest import bearer
from tests.billing.bills import post_bill
from tests.residents.procedures import (
    DAY,
    NOW,
    TODAY,
    applied,
    let,
    move_in,
    move_out,
    seen_sheet,
    signed_sheet,
    waive_all,
)
from tickets.models import FollowUp
from tickets.services.routine_visits import plan_routine_visits
from visitors.services.pass_drafts import Goods, draft_pass
from visitors.services.visits import announce_visit, refuse_visit

pytestmark = pytest.mark.django_db


def refused(code, act, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        act(*args, **kwargs)
    assert caught.value.code == code
    return caught.value


def state(move, key):
    return next(checked for checked in moves.checklist(move, NOW) if checked.step.key == key)


def test_the_tenants_household_is_taken_along_and_the_owner_is_not(unit, resident, clerk):
    tenancy = let(unit)
    move = move_out(unit, clerk)
    assert [person.resident for person in move.people.all()] == [tenancy.resident]
    assert move.number.startswith("M-2026-")


def test_a_second_move_out_of_a_unit_waits_for_the_first(unit, resident, clerk):
    move_out(unit, clerk)
    refused("move_open", move_out, unit, clerk)
    assert move_in(unit, clerk).is_open


def test_of_an_empty_unit_nobody_moves_out(unit, clerk):
    refused("nobody_lives_here", move_out, unit, clerk)
    assert not Move.objects.exists()


def test_it_is_not_completed_with_a_step_open(unit, resident, clerk):
    let(unit)
    move = move_out(unit, clerk)
    said = refused("steps_open", moves.complete_move, move, actor=clerk, at=NOW)
    assert {"fixtures", "keys", "cards", "parking", "release_pass", "mailing"} <= set(said.extra["steps"])
    assert Occupancy.objects.filter(unit=unit, until__isnull=True).count() == 2


def test_the_tenant_leaves_on_the_day_and_the_owner_stays_first_contact_and_payer(unit, resident, clerk):
    tenancy = let(unit)
    Occupancy.objects.filter(resident=resident).update(is_primary=False, is_payer=False)
    tenancy.refresh_from_db()
    move = move_out(unit, clerk)
    waive_all(move, clerk)
    moves.complete_move(move, actor=clerk, on=TODAY - DAY, at=NOW)
    tenancy.refresh_from_db()
    owner = Occupancy.objects.get(unit=unit, resident=resident)
    unit.refresh_from_db()
    assert tenancy.until == TODAY - DAY
    assert (owner.until, owner.is_primary, owner.is_payer) == (None, True, True)
    assert unit.status == Unit.Status.VACANT


def test_an_owner_who_moves_out_still_owns_the_unit(unit, resident, clerk):
    move = move_out(unit, clerk)
    waive_all(move, clerk)
    moves.complete_move(move, actor=clerk, at=NOW)
    unit.refresh_from_db()
    assert Occupancy.objects.get(resident=resident).until is None
    assert unit.status == Unit.Status.VACANT


def test_a_day_to_come_is_no_day_to_complete_on(unit, resident, clerk):
    move = move_out(unit, clerk)
    waive_all(move, clerk)
    refused("not_yet", moves.complete_move, move, actor=clerk, on=TODAY + DAY, at=NOW)


def test_who_moves_in_lives_there_from_the_day_and_is_asked_within_the_week(unit, clerk, estate):
    estate.routine_visits_a_day = 5
    estate.save()
    move = move_in(unit, clerk)
    refused("steps_open", moves.complete_move, move, actor=clerk, at=NOW)
    waive_all(move, clerk)
    refused("nobody_named", moves.complete_move, move, actor=clerk, at=NOW)
    moves.add_move_person(move, actor=clerk, name="Li Min", phone="13800136077", relation="tenant", at=NOW)
    moves.add_move_person(move, actor=clerk, name="Li Xiaoyu", relation="family", at=NOW)
    moves.complete_move(move, actor=clerk, at=NOW)
    first = Occupancy.objects.get(unit=unit, relation="tenant")
    assert (first.since, first.is_primary, first.is_payer) == (TODAY, True, True)
    assert Occupancy.objects.get(unit=unit, relation="family").is_primary is False
    plan_routine_visits(NOW + timedelta(hours=20))
    visit = FollowUp.objects.get(unit=unit, routine="moved_in")
    assert visit.due_at.date() <= TODAY + 7 * DAY


def test_the_same_name_and_number_is_nobody_new(unit, resident, clerk):
    move = move_in(unit, clerk)
    person = moves.add_move_person(
        move, actor=clerk, name="王建国", phone="138 0013 6021", relation="owner", at=NOW
    )
    assert person.resident == resident and Resident.objects.count() == 1
    refused("person_twice", moves.add_move_person, move, actor=clerk, resident=resident, relation="family")


def test_a_stranger_of_another_estate_moves_in_nowhere_here(unit, other_estate, clerk):
    stranger = add_resident(estate=other_estate, actor=None, name="Zhou")
    refused(
        "other_estate",
        moves.add_move_person,
        move_in(unit, clerk),
        actor=clerk,
        resident=stranger,
        relation="tenant",
    )


def test_a_step_is_ticked_by_hand_or_waived_with_a_reason_and_opened_again(unit, resident, clerk):
    move = move_out(unit, clerk)
    refused("reason_required", moves.tick_move_step, move, "keys", actor=clerk, not_needed=True)
    moves.tick_move_step(move, "keys", actor=clerk, at=NOW)
    assert state(move, "keys").state == "done"
    again = moves.tick_move_step(move, "keys", actor=clerk, at=NOW)
    assert again.by == clerk and Entry.objects.filter(verb="move.step_done").count() == 1
    moves.tick_move_step(move, "keys", actor=clerk, undo=True, at=NOW)
    assert state(move, "keys").state == "open"
    refused("no_such_step", moves.tick_move_step, move, "dragons", actor=clerk)


def test_what_the_house_answers_for_no_hand_ticks(unit, resident, clerk):
    refused("answered_for", moves.tick_move_step, move_out(unit, clerk), "fees", actor=clerk, at=NOW)


def test_fees_open_until_they_are_paid(unit, resident, clerk):
    move = move_out(unit, clerk)
    assert state(move, "fees").state == "done"
    bill = post_bill(unit, date(2026, 12, 15))
    said = state(move, "fees")
    assert said.state == "open" and str(unit.pk) in said.answer.url
    take_payment(unit, actor=clerk, amount=bill.total, method="cash")
    assert state(move, "fees").state == "done"


def test_a_meter_waits_for_a_reading_of_these_days_that_nobody_guessed(unit, resident, clerk, estate):
    move = move_out(unit, clerk)
    assert state(move, "meters").state == "not_applicable"
    item = add_charge_item(estate=estate, actor=None, code="water", name="Water", kind="metered")
    meter = add_meter(unit, actor=None, charge_item=item, number="W-1", installed_on=date(2020, 1, 1))
    assert "W-1" in state(move, "meters").answer.says
    read = {"estate": estate, "meter": meter, "value": Decimal(7)}
    meter.readings.create(**read, period="2026-09", read_on=TODAY - 40 * DAY)
    meter.readings.create(**read, period="2026-10", read_on=TODAY, source="estimate")
    assert state(move, "meters").state == "open"
    meter.readings.create(**read, period="2026-11", read_on=TODAY - DAY)
    assert state(move, "meters").state == "done"


def test_open_tickets_visitors_and_passes_stand_in_the_way(unit, resident, clerk, make_ticket):
    move = move_out(unit, clerk)
    assert [state(move, key).state for key in ("tickets", "visitors", "release_pass")] == [
        "not_applicable", "done", "open",
    ]  # fmt: skip
    make_ticket(unit=unit)
    guest = announce_visit(
        estate=unit.estate,
        actor=clerk,
        visitor_name="Zhou",
        unit=unit,
        expected_at=NOW + timedelta(hours=2),
        at=NOW,
    )
    drafted = draft_pass(
        unit=unit, actor=clerk, applicant_name="Wang", applicant_relation="owner", items=[Goods("Sofa")]
    )
    assert [state(move, key).state for key in ("tickets", "visitors")] == ["open", "open"]
    assert drafted.number in state(move, "release_pass").answer.says
    refuse_visit(guest, actor=clerk, reason="Moved", at=NOW)
    assert state(move, "visitors").state == "done"


def test_a_decoration_on_file_stands_in_the_way(unit, resident, clerk):
    move = move_out(unit, clerk)
    assert state(move, "decoration").state == "not_applicable"
    job = applied(unit, clerk)
    assert job.number in state(move, "decoration").answer.says


def test_the_sheet_and_the_address_tick_their_steps(unit, resident, clerk):
    move = move_out(unit, clerk)
    seen_sheet(move, clerk)
    assert state(move, "fixtures").state == "open"
    move = moves.edit_move(move, actor=clerk, mailing_address="Shenzhen, Houhai 8", at=NOW)
    assert state(move, "mailing").state == "done"


def test_signed_by_both_it_is_settled(unit, resident, clerk):
    move = move_out(unit, clerk)
    signed_sheet(move, clerk)
    assert state(move, "fixtures").state == "done"


def test_a_manager_lets_it_pass_with_a_reason_and_that_stays_on_file(unit, resident, clerk, manager):
    move = move_out(unit, clerk)
    refused("reason_required", moves.override_move, move, actor=manager, reason=" ", at=NOW)
    moves.override_move(move, actor=manager, reason="Owner pays the rest", at=NOW)
    done = moves.complete_move(move, actor=clerk, at=NOW)
    assert done.override_by == manager and done.status == "completed"
    entry = Entry.objects.get(verb="move.completed")
    assert "keys" in entry.data["open"]
    assert MoveStep.objects.get(move=move, key="keys").state == "open"


def test_nothing_open_needs_no_override(unit, resident, clerk, manager):
    move = move_out(unit, clerk)
    waive_all(move, clerk)
    refused("nothing_open", moves.override_move, move, actor=manager, reason="Quick", at=NOW)


def test_what_stood_then_stays_whatever_the_fees_say_later(unit, resident, clerk):
    move = move_out(unit, clerk)
    waive_all(move, clerk)
    move = moves.complete_move(move, actor=clerk, at=NOW)
    post_bill(unit, date(2026, 12, 15))
    assert state(move, "fees").state == "done"


def test_an_ended_move_takes_nothing_more(unit, resident, clerk):
    move = moves.cancel_move(move_out(unit, clerk), actor=clerk, reason="They stay", at=NOW)
    for act in (
        lambda: moves.complete_move(move, actor=clerk, at=NOW),
        lambda: moves.cancel_move(move, actor=clerk, reason="Again", at=NOW),
        lambda: moves.tick_move_step(move, "keys", actor=clerk, at=NOW),
        lambda: moves.edit_move(move, actor=clerk, note="x", at=NOW),
    ):
        refused("invalid_transition", act)
    assert Occupancy.objects.get(resident=resident).until is None


def test_a_stale_page_completes_nothing(unit, resident, clerk):
    move = move_out(unit, clerk)
    waive_all(move, clerk)
    with pytest.raises(Stale):
        moves.complete_move(move, actor=clerk, version=move.version, at=NOW)


def test_an_estates_own_list_holds_from_then_on(unit, resident, clerk, manager, estate):
    before = move_out(unit, clerk)
    add_move_rule(
        estate, "move_out", actor=manager, title="Bicycle cellar emptied", title_zh_hans="自行车库清空"
    )
    change_move_rule(estate, "move_out", "cards", actor=manager, act="remove")
    change_move_rule(estate, "move_out", "mailing", actor=manager, act="up")
    moves.cancel_move(before, actor=clerk, reason="Anew", at=NOW)
    keys = [step.key for step in move_out(unit, clerk).steps.all()]
    assert "own_1" in keys and "cards" not in keys
    assert keys.index("mailing") == keys.index("release_pass") - 1
    assert before.steps.filter(key="cards").exists()
    change_move_rule(estate, "move_out", "cards", actor=manager, act="put_back")
    refused("title_missing", add_move_rule, estate, "move_out", actor=manager, title=" ")
    refused("no_such_step", lambda: change_move_rule(estate, "move_out", "x", actor=manager, act="up"))


def test_the_database_keeps_one_open_move_and_a_reason_for_ends(unit, resident, clerk):
    move = move_out(unit, clerk)
    for wrong in (
        {"status": "completed"},
        {"status": "cancelled", "ended_at": NOW},
        {"override_at": NOW},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Move.objects.filter(pk=move.pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Move.objects.create(estate=unit.estate, unit=unit, kind="move_out", number="M-1", planned_on=TODAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        MoveStep.objects.filter(move=move, key="keys").update(state="not_needed")


def test_one_answer_a_step_and_only_of_known_kinds():
    with pytest.raises(ValueError):
        clearances.register_clearance(
            "fees", lambda case, at: clearances.settled(), title="", kinds=["move_out"]
        )
    with pytest.raises(ValueError):
        clearances.register_clearance("x", lambda case, at: clearances.settled(), title="", kinds=["flood"])
    assert clearances.clearance("x", None, NOW) is None  # type: ignore[arg-type]


def test_somebody_who_lives_there_in_two_relations_leaves_with_both(unit, resident, clerk):
    tenancy = let(unit)
    add_occupancy(unit, tenancy.resident, actor=None, relation="contact", since=date(2024, 3, 1))
    move = move_out(unit, clerk)
    waive_all(move, clerk)
    moves.complete_move(move, actor=clerk, at=NOW)
    assert not Occupancy.objects.filter(resident=tenancy.resident, until__isnull=True).exists()


def test_from_the_form_to_the_end_on_the_page(unit, resident, clerk, manager, supervisor, cashier, login):
    tenancy = let(unit)
    desk = login(clerk)
    assert desk.get(reverse("move_new"), {"kind": "move_out", "unit": unit.pk}).status_code == 200
    sent = {"kind": "move_out", "unit": "3栋2单元501", "planned_on": "2026-11-17"}
    assert desk.post(reverse("move_new"), sent | {"unit": "9-9-9"}).status_code == 422
    assert desk.post(reverse("move_new"), sent).status_code == 303
    assert desk.post(reverse("move_new"), sent).status_code == 409
    move = Move.objects.get()

    def post(browser, page_name, *args, **data):
        return browser.post(reverse(page_name, args=[move.pk, *args]), data).status_code

    assert post(desk, "move_complete", on="2026-11-17") == 409
    assert post(desk, "move_complete", on="soon") == 422
    assert post(desk, "move_step", "keys", act="done") == 303
    assert post(desk, "move_step", "fees", act="done") == 409
    assert post(desk, "move_step", "cards", act="not_needed") == 409
    assert post(desk, "move_step", "cards", act="not_needed", reason="None issued") == 303
    assert post(desk, "move_step", "cards", act="undo") == 303
    assert post(desk, "move_edit", planned_on="2026-11-18", mailing_address="Houhai 8", note="") == 303
    assert post(desk, "move_override", reason="x") == 403
    office = login(manager)
    assert post(office, "move_override", reason="") == 422
    assert post(office, "move_override", reason="Owner answers", steps=["fees"]) == 422
    move.refresh_from_db()
    barred = [key for key, _title in in_the_way(move)]
    assert post(office, "move_override", reason="Owner answers", steps=barred) == 303
    assert post(desk, "move_complete", on="2026-11-17") == 303
    tenancy.refresh_from_db()
    assert tenancy.until == date(2026, 11, 17)
    page = desk.get(reverse("move_detail", args=[move.pk])).content.decode()
    assert "Owner answers" in page and "Houhai 8" in page
    assert "Owner answers" in desk.get(reverse("move_print", args=[move.pk])).content.decode()
    assert move.number in desk.get(reverse("move_list"), {"status": "completed"}).content.decode()


def test_sums_are_for_those_who_see_accounts(unit, resident, clerk, supervisor, login):
    post_bill(unit, date(2020, 1, 15))
    page = reverse("move_detail", args=[move_out(unit, clerk).pk])
    assert "is not paid" in login(clerk).get(page).content.decode()
    assert "is not paid" not in login(supervisor).get(page).content.decode()


def test_who_moves_in_is_named_on_the_page_and_taken_off(unit, clerk, login):
    desk = login(clerk)
    move = move_in(unit, clerk)
    people = reverse("move_person", args=[move.pk])
    assert desk.post(people, {"name": "Li Min", "phone": "12", "relation": "tenant"}).status_code == 422
    assert (
        desk.post(people, {"name": "Li Min", "phone": "13800136077", "relation": "tenant"}).status_code == 303
    )
    assert (
        desk.post(people, {"name": "Li Min", "phone": "13800136077", "relation": "tenant"}).status_code == 409
    )
    person = move.people.get()
    assert desk.post(reverse("move_person_remove", args=[move.pk, person.pk])).status_code == 303
    assert not move.people.exists()


def test_lists_and_pages_ask_the_same_few_questions(
    unit, resident, clerk, manager, building, login, django_assert_max_num_queries
):
    desk = login(clerk)
    move = move_out(unit, clerk)
    desk.get(reverse("move_list"))
    with CaptureQueriesContext(connection) as one:
        desk.get(reverse("move_list"))
    for n in range(12):
        other = Unit.objects.create(estate=unit.estate, building=building, code=f"3-1-{n + 1}01")
        let(other, name=f"Tenant {n}") if n == 0 else add_occupancy(
            other, resident, actor=None, relation="tenant", since=date(2020, 1, 1)
        )
        move_out(other, clerk)
    with CaptureQueriesContext(connection) as many:
        desk.get(reverse("move_list"))
    assert len(many) == len(one)
    with django_assert_max_num_queries(70):
        desk.get(reverse("move_detail", args=[move.pk]))


def test_the_api_opens_settles_and_completes(unit, resident, clerk, manager, login):
    tenancy = let(unit)
    desk, office = bearer_of(clerk), bearer_of(manager)
    made = desk.post(
        "/api/v1/moves/", {"unit": unit.pk, "kind": "move_out", "planned_on": "2026-11-17"}, format="json"
    )
    assert made.status_code == 201 and made.json()["status"] == "open"
    url = f"/api/v1/moves/{made.json()['id']}/"
    steps = desk.get(url + "steps/").json()
    assert {"key": "fees", "state": "done"}.items() <= steps[0].items()
    refusal = desk.post(url + "complete/", {}, format="json")
    assert refusal.status_code == 409 and refusal.json()["errors"][0]["code"] == "steps_open"
    assert desk.post(url + "steps/keys/", {}, format="json").status_code == 200
    assert desk.post(url + "override/", {"reason": "x"}, format="json").status_code == 403
    assert office.post(url + "override/", {"reason": "Owner answers"}, format="json").status_code == 200
    etag = desk.get(url)["ETag"]
    assert desk.patch(url, {"note": "Boxes"}, format="json", headers={"If-Match": etag}).status_code == 200
    assert desk.patch(url, {"note": "x"}, format="json", headers={"If-Match": etag}).status_code == 412
    done = desk.post(url + "complete/", {"on": "2026-11-17"}, format="json").json()
    assert (done["status"], done["completed_on"]) == ("completed", "2026-11-17")
    tenancy.refresh_from_db()
    assert tenancy.until == date(2026, 11, 17)
    assert desk.get("/api/v1/moves/?status=completed").json()["results"][0]["number"] == done["number"]
    assert desk.get("/api/v1/moves/?colour=red").status_code == 400


def bearer_of(user):
    _token, plain = create_token(user, name="t", actor=None)
    return bearer(plain)


def test_a_key_of_the_desk_that_is_out_keeps_keys_open_whatever_a_hand_ticked(unit, resident, clerk):
    move = move_out(unit, clerk)
    moves.tick_move_step(move, "keys", actor=clerk, at=NOW)
    key = add_key(estate=unit.estate, actor=clerk, code="K7", label="Door", kind="left", unit=unit)
    loan = lend_key(key, actor=clerk, borrower="Lin", due_at=NOW + timedelta(hours=2), at=NOW)
    assert state(move, "keys").is_open
    refused("answered_for", moves.tick_move_step, move, "keys", actor=clerk, at=NOW)
    take_key_back(loan, actor=clerk, at=NOW + timedelta(hours=1))
    assert not state(move, "keys").is_open


def test_cards_in_use_keep_a_move_out_open_until_the_last_is_back(unit, resident, clerk):
    card = issue_card(actor=clerk, resident=resident, unit=unit, number="C-7")
    move = move_out(unit, clerk)
    assert state(move, "cards").is_open
    end_card(card, actor=clerk, status="returned")
    assert not state(move, "cards").is_open


def test_the_card_of_another_home_keeps_no_move_out_open(unit, building, resident, clerk):
    other_unit = Unit.objects.create(estate=unit.estate, building=building, code="3-2-601")
    Occupancy.objects.create(unit=other_unit, resident=resident, relation="owner", since=date(2020, 1, 1))
    issue_card(actor=clerk, resident=resident, unit=other_unit, number="C-8")
    of_no_unit = issue_card(actor=clerk, resident=resident, number="C-9")
    move = move_out(unit, clerk)
    moves.tick_move_step(move, "cards", actor=clerk, at=NOW)
    assert not state(move, "cards").is_open
    # On the last day of the other home as well, the card of no unit is due.
    Occupancy.objects.filter(unit=other_unit).update(until=TODAY)
    assert state(move, "cards").is_open
    end_card(of_no_unit, actor=clerk, status="returned")
    assert not state(move, "cards").is_open


def test_the_owners_card_of_the_unit_stays_where_the_tenant_leaves(unit, resident, clerk):
    tenancy = let(unit)
    issue_card(actor=clerk, resident=resident, unit=unit, number="C-7")
    card = issue_card(actor=clerk, resident=tenancy.resident, number="C-8")
    move = move_out(unit, clerk)
    assert state(move, "cards").is_open
    end_card(card, actor=clerk, status="returned")
    assert not state(move, "cards").is_open


def test_a_rented_parking_place_keeps_a_move_out_open_until_it_is_given_up(unit, resident, clerk):
    space = add_space(estate=unit.estate, actor=clerk, code="B1-07", unit=unit)
    move = move_out(unit, clerk)
    assert state(move, "parking").is_open
    give_space(space, actor=clerk, unit=None)
    moves.tick_move_step(move, "parking", actor=clerk, at=NOW)
    assert not state(move, "parking").is_open


def test_who_was_to_stay_longer_leaves_on_the_day_of_the_move(unit, resident, clerk):
    tenancy = let(unit)
    Occupancy.objects.filter(pk=tenancy.pk).update(until=TODAY + 90 * DAY)
    move = move_out(unit, clerk)
    waive_all(move, clerk)
    moves.complete_move(move, actor=clerk, at=NOW)
    tenancy.refresh_from_db()
    unit.refresh_from_db()
    assert tenancy.until == TODAY and unit.status == Unit.Status.VACANT


def test_who_owns_it_already_becomes_first_contact_and_payer_where_the_move_says_so(unit, resident, clerk):
    tenancy = let(unit)
    owner = resident.occupancies.get()
    assert not owner.is_primary
    move = move_in(unit, clerk)
    moves.add_move_person(move, actor=clerk, resident=resident, relation="owner", is_payer=True, at=NOW)
    waive_all(move, clerk)
    moves.complete_move(move, actor=clerk, at=NOW)
    for row in (owner, tenancy):
        row.refresh_from_db()
    assert (owner.is_primary, owner.is_payer, tenancy.is_primary, tenancy.is_payer) == (
        True,
        True,
        False,
        False,
    )


def test_let_pass_are_the_steps_that_are_named_and_none_that_opens_later(unit, resident, clerk, manager):
    move = move_out(unit, clerk)
    refused("not_open", moves.override_move, move, actor=manager, reason="x", steps=["fees"], at=NOW)
    moves.override_move(move, actor=manager, reason="Keys are lost", steps=["keys"], at=NOW)
    assert state(move, "keys").step.let_pass_reason == "Keys are lost"
    assert Entry.objects.get(verb="move.overridden").data["open"] == ["keys"]
    said = refused("steps_open", moves.complete_move, move, actor=clerk, at=NOW)
    assert "keys" not in said.extra["steps"] and "cards" in said.extra["steps"]
    moves.override_move(move, actor=manager, reason="Owner answers", at=NOW)
    post_bill(unit, date(2026, 12, 15))
    said = refused("steps_open", moves.complete_move, move, actor=clerk, at=NOW)
    assert said.extra["steps"] == ["fees"]
    moves.override_move(move, actor=manager, reason="They pay later", at=NOW)
    assert moves.complete_move(move, actor=clerk, at=NOW).status == "completed"
    assert MoveStep.objects.get(move=move, key="keys").let_pass_reason == "Keys are lost"


def test_the_last_reading_is_one_of_the_day_on_which_they_really_left(unit, resident, clerk, estate):
    item = add_charge_item(estate=estate, actor=None, code="water", name="Water", kind="metered")
    meter = add_meter(unit, actor=None, charge_item=item, number="W-1", installed_on=date(2020, 1, 1))
    move = move_out(unit, clerk, planned_on=TODAY - 30 * DAY)
    waive = [checked.step.key for checked in moves.checklist(move, NOW) if checked.is_open]
    for key in set(waive) - {"meters"}:
        moves.tick_move_step(move, key, actor=clerk, not_needed=True, reason="Settled", at=NOW)
    read = {"estate": estate, "meter": meter, "value": Decimal(7)}
    meter.readings.create(**read, period="2026-10", read_on=TODAY - 30 * DAY)
    said = refused("steps_open", moves.complete_move, move, actor=clerk, on=TODAY, at=NOW)
    assert said.extra["steps"] == ["meters"]
    meter.readings.create(**read, period="2026-11", read_on=TODAY - DAY)
    assert moves.complete_move(move, actor=clerk, on=TODAY, at=NOW).completed_on == TODAY


def test_whoever_moves_first_stands_on_the_first_page(unit, resident, clerk, building, login):
    many = 35
    for n in range(many):
        other = Unit.objects.create(estate=unit.estate, building=building, code=f"3-1-{n + 1}01")
        move_in(other, clerk, planned_on=TODAY + (many - n) * DAY)
    browser, url = login(clerk), reverse("move_list")
    first = browser.get(url).context
    days = [row["move"].planned_on for row in first["rows"]]
    assert days == sorted(days) and days[0] == TODAY + DAY and len(days) == 30
    second = browser.get(url + first["pager"]["next_url"]).context
    assert [row["move"].planned_on for row in second["rows"]] == [TODAY + n * DAY for n in range(31, 36)]
    back = browser.get(url + second["pager"]["previous_url"]).context
    assert [row["move"].planned_on for row in back["rows"]] == days


def test_of_a_long_history_the_newest_is_shown_and_the_rest_a_link_away(unit, resident, clerk, login):
    move = move_out(unit, clerk)
    for n in range(SHOWN):
        moves.tick_move_step(move, "cards", actor=clerk, undo=n % 2 == 1, at=NOW + timedelta(minutes=n))
    browser, url = login(clerk), reverse("move_detail", args=[move.pk])
    history = browser.get(url).context["history"]
    assert len(history["events"]) == SHOWN and history["events"][-1]["at"] > history["events"][0]["at"]
    assert "Open again" in history["events"][-1]["sentence"]
    older = browser.get(url + history["pager"]["next_url"].partition("#")[0]).context["history"]
    assert [event["sentence"] for event in older["events"]] == ["Checklist opened"]
