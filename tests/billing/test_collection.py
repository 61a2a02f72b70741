"""At the door: what was said, a promise that comes back by itself, a complaint that pauses (docs/domain.md §9)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from billing.models import CollectionVisit, Deferral, Dispute, PaymentPromise, Reminder, ReminderNotice
from billing.services.collection import (
    Promised,
    end_complaint_pause,
    end_deferral,
    grant_deferral,
    promise_payment,
    record_visit,
    settle_promises,
)
from billing.services.disputes import open_dispute, settle_dispute
from billing.services.payments import take_payment
from billing.services.reminders import send_reminders, withdraw_settled
from billing.services.route import route_of
from helpdesk.audit.models import Entry
from helpdesk.lib.errors import Refused
from helpdesk.notifications.models import Message
from residents.models import Unit
from residents.views.shown import deeds_elsewhere
from tests.billing.bills import post_bill
from tests.conftest import at
from tests.tickets.acts import at_once

pytestmark = pytest.mark.django_db
DUE = date(2026, 9, 1)
NOW = at("2026-10-20 10:00")
TODAY = NOW.date()


@pytest.fixture
def bill(unit, resident):
    """Forty-nine days late, with the ladder climbed to the door."""
    bill = post_bill(unit, DUE, "300.00")
    for days in (7, 15, 30, 45):
        send_reminders(at(f"{DUE + timedelta(days=days)} 10:00"))
    return bill


def call(unit, clerk, **more):
    return record_visit(
        unit, actor=clerk, at=NOW, way="phone", **({"met": "owner", "reason": "forgot"} | more)
    )


def refuse(code, unit, clerk, **visit):
    with pytest.raises(Refused) as refused:
        record_visit(unit, actor=clerk, at=NOW, **visit)
    assert refused.value.code == code


def test_the_ladder_sends_somebody_to_the_door(bill, unit):
    (stop,) = route_of(unit.estate, TODAY)
    assert stop.unit == unit and str(stop.owed.amount) == "300.00" and stop.owed.since == DUE


@pytest.fixture
def taken_back(bill, unit, cashier):
    """All was paid before anybody knocked, so nobody is sent any more; a day later another bill is late."""
    take_payment(unit, actor=cashier, amount=Decimal(300), method="cash", at=NOW)
    assert withdraw_settled(NOW)
    return post_bill(unit, TODAY - timedelta(days=1), "50.00")


def test_the_form_of_a_visit_promises_and_doubts_nothing_more(bill, unit, clerk):
    """Who goes back to add what was promised, and sends again, is told that it was not kept."""
    promise = Promised("Li", TODAY + timedelta(days=3), Decimal(100))
    sent = {
        "actor": clerk,
        "met": "owner",
        "reason": "bill",
        "form_token": "t",
        "at": NOW,
        "promise": promise,
    }
    first = record_visit(unit, **sent)
    assert record_visit(unit, **sent) == first
    later = Promised("Li", TODAY + timedelta(days=9), Decimal(100))
    less = Promised("Li", TODAY + timedelta(days=3), Decimal(10))
    others = [{"promise": other} for other in (None, later, less)]
    for other in (*others, {"doubted": [bill]}, {"left_notice": True}, {"passed_to": "Wu"}, {"way": "phone"}):
        with pytest.raises(Refused, match="sent before"):
            record_visit(unit, **(sent | other))
    assert CollectionVisit.objects.count() == 1


def test_two_presses_defer_once_so_that_one_end_ends_it(bill, unit, manager):
    asked = {"actor": manager, "until": TODAY + timedelta(days=9), "reason": "Ill", "at": NOW}
    pause = grant_deferral(unit, **asked)
    assert grant_deferral(unit, **asked) == pause
    end_deferral(pause, actor=manager, at=NOW)
    assert not Deferral.objects.filter(until__gt=TODAY).exists()


def test_a_door_that_was_taken_back_sends_nobody(taken_back, unit):
    assert route_of(unit.estate, TODAY) == []


def test_a_visit_where_a_door_was_taken_back_is_written_down(taken_back, unit, clerk):
    """What was taken back was not done, and stays so."""
    visit = record_visit(unit, actor=clerk, met="owner", reason="forgot", at=NOW)
    doors = ReminderNotice.objects.filter(unit=unit, way="door")
    assert visit.owed == 50 and doors.get().done_at is None and doors.get().withdrawn_at


def test_a_visit_keeps_what_was_said_and_owed_and_leaves_the_route(bill, unit, clerk):
    visit = record_visit(
        unit, actor=clerk, met="owner", said="Was abroad.", reason="away", left_notice=True, at=NOW
    )
    assert (str(visit.owed), visit.owed_since, visit.by) == ("300.00", DUE, clerk)
    assert route_of(unit.estate, TODAY) == []
    assert Entry.objects.about(unit).filter(verb="collection.visited").exists()


def test_where_nobody_was_at_home_somebody_comes_again_the_next_day(bill, unit, clerk):
    record_visit(unit, actor=clerk, met="nobody", at=NOW)
    assert route_of(unit.estate, TODAY) == []
    assert len(route_of(unit.estate, TODAY + timedelta(days=1))) == 1


def test_the_form_of_a_visit_is_no_other_door_s_and_says_nothing_else(bill, unit, neighbour, clerk):
    sent = {
        "actor": clerk,
        "met": "owner",
        "reason": "forgot",
        "said": "Was abroad.",
        "form_token": "t",
        "at": NOW,
    }
    first = record_visit(unit, **sent)
    assert record_visit(unit, **(sent | {"said": "Was abroad. "})) == first
    for home, other in ((neighbour, {}), (unit, {"said": "Is ill."}), (unit, {"reason": "hardship"})):
        with pytest.raises(Refused) as refused:
            record_visit(home, **(sent | other))
        assert refused.value.code == "form_already_sent"
    assert CollectionVisit.objects.count() == 1


def test_the_same_form_twice_is_one_visit(bill, unit, clerk):
    for _again in range(2):
        record_visit(unit, actor=clerk, met="nobody", form_token="x", at=NOW)
    assert CollectionVisit.objects.count() == 1


@pytest.mark.parametrize(
    ("code", "visit"),
    [
        ("reason_missing", {"met": "owner"}),
        ("nobody_promises", {"met": "nobody", "promise": Promised("Wang", TODAY)}),
        (
            "promise_in_past",
            {"met": "owner", "reason": "forgot", "promise": Promised("W", TODAY - timedelta(days=1))},
        ),
        (
            "promise_too_late",
            {"met": "owner", "reason": "forgot", "promise": Promised("W", TODAY + timedelta(days=61))},
        ),
        ("amount_not_positive", {"met": "owner", "reason": "forgot", "promise": Promised("W", TODAY, 0)}),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(bill, unit, clerk, code, visit):
    refuse(code, unit, clerk, **visit)
    assert not CollectionVisit.objects.exists() and not PaymentPromise.objects.exists()


def test_a_promise_holds_back_reminders_and_comes_back_by_itself(bill, unit, clerk):
    day = TODAY + timedelta(days=5)
    record_visit(unit, actor=clerk, met="payer", reason="forgot", promise=Promised("Mr Wang", day), at=NOW)
    before = Reminder.objects.count()
    send_reminders(at("2026-10-25 10:00"))
    assert Reminder.objects.count() == before and settle_promises(at("2026-10-25 10:00")) == 0
    assert settle_promises(at("2026-10-26 00:30")) == 1
    assert PaymentPromise.objects.get().outcome == "broken"
    assert Message.objects.filter(template="promise_broken", recipient_user=clerk).count() == 1
    assert settle_promises(at("2026-10-26 00:31")) == 0
    assert len(route_of(unit.estate, date(2026, 10, 26))) == 1


def test_a_promise_is_kept_when_nothing_is_owed(unit, resident, clerk):
    promise_payment(unit, actor=clerk, promised=Promised("Wang", TODAY + timedelta(days=3)), at=NOW)
    settle_promises(NOW)
    assert PaymentPromise.objects.get().outcome == "kept"


def test_a_newer_promise_takes_the_place_of_the_open_one(bill, unit, clerk):
    for days in (3, 9):
        promise_payment(unit, actor=clerk, promised=Promised("Wang", TODAY + timedelta(days=days)), at=NOW)
    assert list(PaymentPromise.objects.order_by("id").values_list("outcome", flat=True)) == ["replaced", ""]
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentPromise.objects.create(
            estate=unit.estate, unit=unit, promised_by="x", promised_for=TODAY, made_on=TODAY
        )


def test_an_open_complaint_pauses_until_it_is_closed(bill, unit, clerk):
    record_visit(unit, actor=clerk, met="owner", said="The lift stands still.", reason="complaint", at=NOW)
    assert (
        Deferral.objects.get().kind == "complaint" and route_of(unit.estate, TODAY + timedelta(days=1)) == []
    )
    before = Reminder.objects.count()
    send_reminders(at("2026-11-02 10:00"))
    assert Reminder.objects.count() == before
    assert end_complaint_pause(unit, actor=clerk, at=at("2026-11-02 11:00")) == 1
    send_reminders(at("2026-11-03 10:00"))
    assert Reminder.objects.count() == before + 1


@pytest.mark.parametrize(
    ("until", "reason", "code"),
    [
        (TODAY + timedelta(days=30), " ", "reason_required"),
        (TODAY - timedelta(days=1), "Ill", "deferral_in_past"),
        (TODAY + timedelta(days=400), "Ill", "deferral_too_long"),
    ],
)
def test_a_deferral_needs_a_reason_and_an_end(unit, manager, until, reason, code):
    with pytest.raises(Refused) as refused:
        grant_deferral(unit, actor=manager, until=until, reason=reason, at=NOW)
    assert refused.value.code == code and not Deferral.objects.exists()


@pytest.mark.parametrize("reason", ["complaint", "bill", "away", "vacant"])
def test_where_nobody_was_met_nobody_said_why(bill, unit, clerk, reason):
    refuse("nobody_said_why", unit, clerk, met="nobody", reason=reason)
    assert not Deferral.objects.exists()


@pytest.mark.parametrize("reason", ["complaint", "bill"])
def test_a_complaint_or_a_doubt_pauses_although_a_promise_was_made(bill, unit, clerk, reason):
    promise = Promised("Mr Wang", TODAY + timedelta(days=2))
    record_visit(unit, actor=clerk, met="owner", reason=reason, promise=promise, at=NOW)
    assert Deferral.objects.get().until == TODAY + timedelta(days=30)
    assert PaymentPromise.objects.get().outcome == ""
    before = Reminder.objects.count()
    send_reminders(at("2026-11-02 10:00"))
    assert Reminder.objects.count() == before


def test_a_doubt_that_names_its_bill_holds_back_that_bill_alone(bill, unit, clerk):
    other = post_bill(unit, DUE + timedelta(days=20), "80.00")
    record_visit(
        unit, actor=clerk, met="owner", reason="bill", said="The area is wrong.", doubted=[bill], at=NOW
    )
    dispute = bill.disputes.get()
    assert (dispute.reason, dispute.opened_by) == ("The area is wrong.", clerk)
    assert not other.disputes.exists() and not Deferral.objects.exists()
    assert Entry.objects.about(bill).filter(verb="bill.disputed").exists()
    send_reminders(at("2026-11-02 10:00"))
    told = Reminder.objects.filter(day=date(2026, 11, 2)).values_list("bill", flat=True)
    assert list(told) == [other.pk]


def test_a_bill_that_is_disputed_already_may_be_named_again(bill, unit, clerk):
    for _again in range(2):
        record_visit(unit, actor=clerk, met="owner", reason="bill", doubted=[bill], at=NOW)
    assert bill.disputes.count() == 1


def test_only_who_doubts_names_bills_and_only_the_units_own(bill, unit, neighbour, clerk):
    refuse("not_doubted", unit, clerk, met="owner", reason="forgot", doubted=[bill])
    refuse("other_unit", unit, clerk, met="owner", reason="bill", doubted=[post_bill(neighbour, DUE)])
    assert not CollectionVisit.objects.exists() and not Dispute.objects.exists()


def test_another_reason_pauses_nothing(bill, unit, clerk):
    record_visit(unit, actor=clerk, met="owner", reason="forgot", at=NOW)
    assert not Deferral.objects.exists()


def test_a_door_with_a_broken_promise_leaves_the_route_once_somebody_was_met_there(bill, unit, clerk):
    day = TODAY + timedelta(days=5)
    record_visit(unit, actor=clerk, met="payer", reason="forgot", promise=Promised("Mr Wang", day), at=NOW)
    settle_promises(at("2026-10-26 00:30"))
    assert len(route_of(unit.estate, date(2026, 10, 26))) == 1
    record_visit(unit, actor=clerk, met="nobody", at=at("2026-10-26 10:00"))
    assert len(route_of(unit.estate, date(2026, 10, 27))) == 1, "nobody was at home: somebody comes again"
    record_visit(unit, actor=clerk, met="owner", reason="refuses", at=at("2026-10-27 10:00"))
    for later in (27, 28, 29):
        assert route_of(unit.estate, date(2026, 10, later)) == []


def test_what_was_paid_before_a_promise_keeps_none(bill, unit, clerk):
    def pay(when):
        take_payment(unit, actor=clerk, amount=Decimal(100), method="cash", at=at(when))

    pay("2026-10-20 09:00")
    promise = Promised("Mr Wang", TODAY + timedelta(days=30), Decimal(100))
    promise_payment(unit, actor=clerk, promised=promise, at=NOW)
    assert settle_promises(at("2026-10-20 10:05")) == 0
    pay("2026-10-20 16:00")
    assert settle_promises(at("2026-10-20 16:05")) == 1
    assert PaymentPromise.objects.get().outcome == "kept"


def test_a_promise_by_telephone_holds_and_the_door_stays_to_be_knocked_at(bill, unit, clerk):
    call(unit, clerk, met="nobody", reason="")
    assert len(route_of(unit.estate, TODAY)) == 1, "nobody answered: the door is still on the way"
    call(unit, clerk, promise=Promised("Mr Wang", TODAY + timedelta(days=3)))
    assert route_of(unit.estate, TODAY) == [] and PaymentPromise.objects.get().outcome == ""
    settle_promises(at("2026-10-24 00:30"))
    assert len(route_of(unit.estate, date(2026, 10, 24))) == 1


def test_no_notice_is_left_by_telephone(bill, unit, clerk):
    refuse("not_at_the_door", unit, clerk, met="owner", reason="forgot", left_notice=True, way="phone")


def test_a_household_that_doubts_all_it_owes_is_not_called_upon(bill, unit, clerk):
    open_dispute(bill, actor=clerk, reason="Area", at=NOW)
    assert route_of(unit.estate, TODAY) == []
    settle_dispute(bill, actor=clerk, outcome="upheld", at=NOW)
    assert len(route_of(unit.estate, TODAY)) == 1


def test_the_route_goes_from_door_to_door(estate, building, resident):
    for code in ("3-10-101", "3-2-1101", "3-2-502"):
        unit = Unit.objects.create(estate=estate, building=building, code=code, floor=1, area_m2="80")
        post_bill(unit, DUE, "300.00")
    for days in (7, 15, 30, 45):
        send_reminders(at(f"{DUE + timedelta(days=days)} 10:00"))
    stops = [stop.unit.code for stop in route_of(estate, TODAY)]
    assert stops == ["3-2-502", "3-2-1101", "3-10-101"]


def test_each_change_of_a_promise_is_in_the_history(bill, unit, clerk):
    for days in (3, 9):
        promise_payment(unit, actor=clerk, promised=Promised("Wang", TODAY + timedelta(days=days)), at=NOW)
    settle_promises(at("2026-10-30 00:30"))
    verbs = Entry.objects.about(unit).filter(verb__startswith="promise.").order_by("id")
    assert [entry.verb for entry in verbs] == [
        "promise.made",
        "promise.replaced",
        "promise.made",
        "promise.broken",
    ]


def test_a_manager_ends_a_pause_before_its_day(bill, unit, manager):
    pause = grant_deferral(unit, actor=manager, until=TODAY + timedelta(days=30), reason="Ill", at=NOW)
    assert route_of(unit.estate, TODAY + timedelta(days=1)) == []
    end_deferral(pause, actor=manager, at=NOW)
    assert len(route_of(unit.estate, TODAY + timedelta(days=1))) == 1
    with pytest.raises(Refused) as refused:
        end_deferral(pause, actor=manager, at=NOW)
    assert refused.value.code == "invalid_transition"
    assert Entry.objects.about(unit).filter(verb="deferral.ended").count() == 1


def test_no_state_without_its_words_in_the_history_of_the_unit():
    said = deeds_elsewhere()
    for verb in ("kept", "broken", "replaced", "made"):
        assert f"promise.{verb}" in said


@pytest.mark.django_db(transaction=True)
def test_two_taps_at_once_are_one_visit(bill, unit, clerk):
    def tap():
        return record_visit(unit, actor=clerk, met="owner", reason="forgot", form_token="t", at=NOW).pk

    assert len(set(at_once(*[tap] * 6))) == 1
    assert CollectionVisit.objects.count() == 1
