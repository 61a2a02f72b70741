"""The retention job: nothing past its date, nothing gone early, and nothing at all of what is held."""

from datetime import date, timedelta
from unittest import mock

import pytest
from django.db.models import QuerySet, Sum
from django.utils import timezone

from billing.models import AccountEntry
from helpdesk.notifications.models import Message
from helpdesk.notifications.services import notify
from residents.models import Erasure, NameKey, Occupancy, Phone, Resident, RetentionRun
from residents.services import persons_data
from residents.services.contact_persons import add_contact_person, end_contact_person, name_contact_person
from residents.services.identity_numbers import identity_hash
from residents.services.merges import merge_residents
from residents.services.persons_data import lift_hold, person_of, place_hold
from residents.services.residents import add_resident, end_occupancy
from residents.services.retention import forget_overdue
from tests.billing.bills import post_bill
from tests.conftest import at
from tickets.models import Contact, Reply, Ticket
from tickets.services.contacts import take_contact
from tickets.services.replies import add_reply

pytestmark = pytest.mark.django_db
NOW = at("2026-11-23 03:00")
IDENTITY = "440301199001011234"


def moved_out(estate, unit, days: int, name: str) -> Resident:
    person = add_resident(
        estate=estate, actor=None, name=name, phones=[(f"139000{days:05d}", "")], identity_number=IDENTITY
    )
    last = NOW.date() - timedelta(days=days)
    Occupancy.objects.create(
        unit=unit, resident=person, relation="family", since=date(2020, 1, 1), until=last
    )
    return person


def state(person: Resident) -> tuple[bool, bool, bool]:
    person = Resident.objects.get(pk=person.pk)
    return bool(person.identity_number), person.phones.exists(), person.name != f"Resident #{person.pk}"


@pytest.mark.parametrize(
    ("days", "kept"),
    [
        (0, (True, True, True)),
        (30, (True, True, True)),
        (31, (False, True, True)),
        (180, (False, True, True)),
        (181, (False, False, False)),
        (400, (False, False, False)),
    ],
)
def test_each_field_goes_on_its_day_and_not_before(days, kept, estate, unit):
    person = moved_out(estate, unit, days, "Chen Dawen")
    forget_overdue(NOW)
    assert state(person) == kept
    assert bool(NameKey.objects.filter(resident=person)) == kept[2]
    assert Resident.objects.get(pk=person.pk).is_archived is not kept[2]


def test_who_lives_here_again_or_never_did_is_kept(estate, unit, resident):
    back = moved_out(estate, unit, 400, "Chen Dawen")
    Occupancy.objects.create(unit=unit, resident=back, relation="tenant", since=NOW.date())
    agent = add_resident(estate=estate, actor=None, name="Agent Li", identity_number=IDENTITY)
    forget_overdue(NOW)
    assert state(back) == (True, True, True)
    assert state(agent) == (True, False, True)
    assert state(resident) == (False, True, True)


@pytest.mark.parametrize(
    ("days", "kept"), [(30, (True, True)), (31, (False, True)), (180, (False, True)), (181, (False, False))]
)
def test_a_record_that_was_merged_away_goes_with_the_one_it_was_merged_into(days, kept, estate, unit, clerk):
    person = moved_out(estate, unit, days, "Chen Dawen")
    twin = add_resident(
        estate=estate, actor=None, name="Chen Da Wen", email="chen@example.com", identity_number=IDENTITY
    )
    third = add_resident(estate=estate, actor=None, name="Mr Chen", identity_number=IDENTITY)
    merge_residents(third, into=twin, actor=clerk)
    merge_residents(twin, into=Resident.objects.get(pk=person.pk), actor=clerk)
    forget_overdue(NOW)
    for record in (person, twin, third):
        assert (state(record)[0], state(record)[2]) == kept
    assert bool(Resident.objects.get(pk=twin.pk).email) is kept[1]


def test_a_merged_record_is_held_with_the_one_it_was_merged_into(estate, unit, clerk):
    debtor = moved_out(estate, unit, 400, "Chen Dawen")
    Occupancy.objects.filter(resident=debtor).update(relation="owner")
    twin = add_resident(estate=estate, actor=None, name="Chen Da Wen", identity_number=IDENTITY)
    merge_residents(twin, into=debtor, actor=clerk)
    Resident.objects.filter(pk=debtor.pk).update(identity_number="", identity_hash="")
    post_bill(unit, date(2026, 2, 15))
    forget_overdue(NOW)
    assert (state(twin)[0], state(twin)[2]) == (True, True)


@pytest.fixture
def company(estate):
    return add_resident(estate=estate, actor=None, name="Harbour Trading", kind="organisation")


def speaker_of(company, **more) -> Resident:
    numbers = {"phones": [("13900077777", "")], "identity_number": IDENTITY}
    return add_contact_person(company, actor=None, name="Ho Siu Ming", **numbers, **more)


@pytest.mark.parametrize(
    ("days", "kept"),
    [
        (30, (True, True, True)),
        (31, (False, True, True)),
        (180, (False, True, True)),
        (181, (False, False, False)),
    ],
)
def test_who_speaks_for_nobody_any_more_goes_by_the_day_they_were_put_away(
    days, kept, estate, unit, company, clerk
):
    Occupancy.objects.create(unit=unit, resident=company, relation="tenant", since=date(2020, 1, 1))
    ended, still = speaker_of(company), add_contact_person(company, actor=None, name="Li Yan")
    end_contact_person(ended, actor=clerk, at=NOW - timedelta(days=days))
    forget_overdue(NOW)
    assert state(ended) == kept
    assert state(still)[2] and state(company)[2]


def test_who_speaks_for_an_organisation_goes_with_it_and_not_before(estate, unit, company, clerk):
    speaker = speaker_of(company)
    # Somebody who lived here once, and still speaks for it.
    former = moved_out(estate, unit, 400, "Chen Dawen")
    name_contact_person(former, of=company, actor=clerk)
    home = Occupancy.objects.create(unit=unit, resident=company, relation="tenant", since=date(2020, 1, 1))
    forget_overdue(NOW)
    assert state(speaker) == state(former) == (True, True, True)
    Occupancy.objects.filter(pk=home.pk).update(until=NOW.date() - timedelta(days=181))
    forget_overdue(NOW)
    assert state(speaker) == state(former) == (False, False, False)


def test_while_the_organisation_owes_there_is_somebody_to_ring(unit, company):
    speaker = speaker_of(company)
    last = NOW.date() - timedelta(days=400)
    Occupancy.objects.create(
        unit=unit, resident=company, relation="owner", since=date(2020, 1, 1), until=last
    )
    post_bill(unit, date(2026, 2, 15))
    forget_overdue(NOW)
    assert state(speaker) == (True, True, True)


def test_a_400_day_set_loses_what_is_past_and_nothing_else(estate, unit):
    people = {days: moved_out(estate, unit, days, f"Person {days}") for days in range(0, 401, 10)}
    forget_overdue(NOW)
    for days, person in people.items():
        assert state(person) == (days <= 30, days <= 180, days <= 180), days
    assert not Phone.objects.filter(resident__name__startswith="Resident #").exists()


def test_twice_is_as_good_as_once(estate, unit):
    person = moved_out(estate, unit, 400, "Chen Dawen")
    assert forget_overdue(NOW)["residents.resident"] == 2  # the number, then the rest
    version, runs = Resident.objects.get(pk=person.pk).version, RetentionRun.objects.count()
    assert forget_overdue(NOW) == {}
    assert (Resident.objects.get(pk=person.pk).version, RetentionRun.objects.count()) == (version, runs)


def test_what_was_done_is_kept_without_what_it_was(estate, unit):
    moved_out(estate, unit, 400, "Chen Dawen")
    forget_overdue(NOW)
    runs = {run.table: run.rows for run in RetentionRun.objects.all()}
    assert runs["residents.phone"] == 1
    assert "Chen" not in str(list(RetentionRun.objects.values()))


def test_a_legal_hold_keeps_everything_until_it_is_lifted(estate, unit, manager):
    person = moved_out(estate, unit, 400, "Chen Dawen")
    call = take_contact(
        estate=estate,
        kind="call",
        actor=manager,
        resident=person,
        phone="13900000400",
        at=at("2020-01-06 10:00"),
    )
    hold = place_hold(person, actor=manager, reason="Claim before the court")
    forget_overdue(NOW)
    assert state(person) == (True, True, True)
    assert Contact.objects.get(pk=call.pk).phone == "+8613900000400"
    lift_hold(hold, actor=manager)
    forget_overdue(NOW)
    assert state(person) == (False, False, False)
    assert Contact.objects.get(pk=call.pk).phone == ""


def test_who_still_owes_is_kept_and_the_books_do_not_change(estate, unit, clerk):
    debtor = moved_out(estate, unit, 400, "Chen Dawen")
    Occupancy.objects.filter(resident=debtor).update(relation="owner")
    post_bill(unit, date(2026, 2, 15))
    before = list(AccountEntry.objects.aggregate(Sum("amount")).values())
    forget_overdue(NOW)
    assert state(debtor) == (True, True, True)
    assert list(AccountEntry.objects.aggregate(Sum("amount")).values()) == before


def test_a_matter_keeps_its_category_and_forgets_the_person_after_three_years(make_ticket, resident, clerk):
    old = make_ticket(resident=resident, reporter_name="Wang", reporter_phone="13800136021")
    young = make_ticket(resident=resident, reporter_name="Wang", reporter_phone="13800136021")
    for ticket, closed in ((old, "2023-11-20 10:00"), (young, "2023-11-24 10:00")):
        add_reply(ticket, actor=clerk, body="Mr Wang is waiting", visibility="internal")
        Ticket.objects.filter(pk=ticket.pk).update(
            status="closed", complaint_class="inquiry", closed_at=at(closed)
        )
    forget_overdue(NOW)
    gone, kept = Ticket.objects.get(pk=old.pk), Ticket.objects.get(pk=young.pk)
    assert (gone.reporter_name, gone.reporter_phone, gone.reporter_phone_hash) == ("", "", "")
    assert (gone.description, gone.search_text, gone.resident, gone.complaint_class) == (
        "–",
        "",
        None,
        "inquiry",
    )
    assert (kept.reporter_name, kept.reporter_phone, kept.resident) == ("Wang", "+8613800136021", resident)
    assert Reply.objects.get(ticket=old).body == "–"
    assert Reply.objects.get(ticket=young).body == "Mr Wang is waiting"


def test_messages_are_emptied_after_ninety_days(estate, resident):
    for key, days in (("young", 89), ("old", 91), ("waiting", 91)):
        notify(
            "Wang", "resident_ack", estate=estate, dedupe_key=key, context={"number": "T-1"}, channel="sms", address="+8613800136021"
        )  # fmt: skip
        status = "waiting" if key == "waiting" else "sent"
        Message.objects.filter(dedupe_key=key).update(created_at=NOW - timedelta(days=days), status=status)
    forget_overdue(NOW)
    kept = {m.dedupe_key: (bool(m.address), m.recipient_label, m.context) for m in Message.objects.all()}
    assert kept["old"] == (False, "", {})
    assert kept["young"] == kept["waiting"] == (True, "Wang", {"number": "T-1"})


def test_old_tries_to_log_in_are_forgotten(db):
    from axes.models import AccessAttempt

    for days in (29, 31):
        AccessAttempt.objects.create(username=f"{days}", ip_address="10.0.0.1", failures_since_start=1)
        AccessAttempt.objects.filter(username=f"{days}").update(attempt_time=NOW - timedelta(days=days))
    forget_overdue(NOW)
    assert [attempt.username for attempt in AccessAttempt.objects.all()] == ["29"]


def test_an_identity_number_and_its_hash_go_together(estate, unit):
    person = moved_out(estate, unit, 100, "Chen Dawen")
    assert person.identity_hash == identity_hash(IDENTITY)
    forget_overdue(NOW)
    assert Resident.objects.get(pk=person.pk).identity_hash == ""


def test_who_moves_out_today_is_not_forgotten_tonight(resident, clerk):
    end_occupancy(resident.occupancies.get(), actor=clerk, until=timezone.localdate())
    forget_overdue(timezone.now())
    assert state(resident)[1:] == (True, True)


def test_one_row_that_cannot_be_emptied_keeps_back_no_other(estate, unit):
    people = [moved_out(estate, unit, 400 + n, f"Person {n}") for n in range(3)]
    bad = people[1].pk
    update = QuerySet.update

    def fails(rows, **values):
        if rows.model is Resident and "name" in values and rows.filter(pk=bad).exists():
            raise ValueError("spoilt")
        return update(rows, **values)

    with mock.patch.object(QuerySet, "update", fails):
        forget_overdue(NOW)
    assert [state(person)[2] for person in people] == [False, True, False]
    forget_overdue(NOW)
    assert not state(people[1])[2]


def test_one_record_that_cannot_be_read_is_left_alone_and_the_others_go(estate, unit):
    good, bad = moved_out(estate, unit, 400, "Chen Dawen"), moved_out(estate, unit, 401, "Li Fang")

    def reads(resident):
        if resident.pk == bad.pk:
            raise ValueError("spoilt")
        return person_of(resident)

    with mock.patch.object(persons_data, "person_of", reads):
        forget_overdue(NOW)
    assert (state(good)[2], state(bad)[2]) == (False, True)


def test_one_wish_to_be_forgotten_that_fails_keeps_back_no_other(estate, unit, manager):
    first, second = (add_resident(estate=estate, actor=None, name=name) for name in ("Chen Dawen", "Li Fang"))
    for person in (first, second):
        Erasure.objects.create(resident=person, reason="Asked", asked_by=manager, asked_at=NOW)
    erase = persons_data._erase

    def fails(erasure, at):
        if erasure.resident_id == first.pk:
            raise ValueError("spoilt")
        return erase(erasure, at)

    with mock.patch.object(persons_data, "_erase", fails):
        assert persons_data.erase_waiting(NOW) == 1
    assert (state(first)[2], state(second)[2]) == (True, False)
