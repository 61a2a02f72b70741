"""One person: found everywhere, copied, corrected, held, forgotten; what must stay stays under a number."""

import io
import json
import zipfile
from datetime import date

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from billing.models import ReminderNotice
from billing.services.payments import take_payment
from helpdesk.audit.models import AccessEntry, Entry
from helpdesk.lib.errors import Refused
from helpdesk.lib.personal_data import tables
from helpdesk.notifications.services import notify
from residents.models import Erasure, LegalHold, Occupancy, Resident
from residents.services.identity_numbers import find_by_identity, read_identity, set_identity_number
from residents.services.persons_data import (
    ask_erasure,
    erase_waiting,
    find_all,
    holds_on,
    lift_hold,
    place_hold,
    withdraw_erasure,
)
from residents.services.persons_data_copy import copy_of
from residents.services.residents import add_resident, end_occupancy
from tests.billing.bills import post_bill
from tests.conftest import at
from tickets.models import Contact, FollowUp, Reply, Ticket
from tickets.services.contacts import take_contact
from tickets.services.praise import register_praise
from tickets.services.replies import add_reply, add_resident_reply
from visitors.models import Parcel, Visit

pytestmark = pytest.mark.django_db
NUMBER, IDENTITY = "13877221199", "110101199003070134"
WHY = "Asked for by letter"


@pytest.fixture
def person(estate, unit, clerk, manager, make_ticket) -> Resident:
    """Chen Dawen, who has left something in every corner and moved out yesterday."""
    person = add_resident(
        estate=estate,
        actor=clerk,
        name="Chen Dawen",
        other_name="陈大文",
        phones=[(NUMBER, "work")],
        identity_number=IDENTITY,
        email="chen@example.com",
        note="Rings after eight",
    )
    Occupancy.objects.create(unit=unit, resident=person, relation="owner", since=date(2020, 1, 1))
    ticket = make_ticket(unit=unit, resident=person, reporter_name="Chen Dawen", reporter_phone=NUMBER)
    add_resident_reply(ticket, body="Please come soon")
    add_reply(ticket, actor=clerk, body="Complains often", visibility="internal")
    call = take_contact(
        estate=estate, kind="call", actor=clerk, name="Mr Chen", phone=NUMBER, summary="Asked about water"
    )
    letter = take_contact(
        estate=estate, kind="letter", actor=clerk, resident=person, letter_class="other", summary="Thanks"
    )
    praise = register_praise(estate=estate, actor=clerk, words="Thank you", praised=clerk, from_name="Chen")
    praise.contact = letter
    praise.save()
    FollowUp.objects.create(
        estate=estate,
        contact=call,
        due_at=at("2026-01-07 10:00"),
        scheduled_at=at("2026-01-07 10:00"),
        on_time_until=at("2026-01-07 10:00"),
    )
    notify(
        "Chen Dawen",
        "resident_ack",
        estate=estate,
        dedupe_key="x",
        about=ticket,
        channel="sms",
        address=f"+86{NUMBER}",
    )
    ReminderNotice.objects.create(
        estate=estate,
        unit=unit,
        day=date(2026, 1, 7),
        resident=person,
        level=1,
        way="message",
        channel="print",
        total=1,
        body="Dear Mr Chen",
    )
    visit = Visit(estate=estate, number="V-1", visitor_name="Chen Dawen", visitor_phone=f"+86{NUMBER}")
    visit.phone_hash = person.phones.get().whole_hash
    visit.save()
    Parcel.objects.create(estate=estate, unit=unit, resident=person, received_by=clerk)
    end_occupancy(
        person.occupancies.get(), actor=clerk, until=timezone.localdate() - timezone.timedelta(days=1)
    )
    Ticket.objects.filter(pk=ticket.pk).update(status="closed", closed_at=timezone.now())
    return Resident.objects.get(pk=person.pk)


PLACES = {
    *("residents.resident", "residents.phone", "residents.namekey", "residents.occupancy"),
    *(
        "tickets.ticket",
        "tickets.reply",
        "tickets.step",
        "tickets.contact",
        "tickets.followup",
        "tickets.praise",
    ),
    *("billing.remindernotice", "visitors.visit", "visitors.parcel"),
    *("notifications.message", "audit.entry"),
}


def test_every_place_is_found(person):
    found = {each.table.label: each for each in find_all(person)}
    assert set(found) >= PLACES
    assert all(each.rows.exists() for each in found.values())
    # By the number alone, without a record: the call at which nobody was named.
    assert len(found["tickets.contact"].ids) == 2


def test_of_others_nothing_is_found(person, resident, estate, make_ticket):
    make_ticket(resident=resident, reporter_phone="13800136021")
    found = {each.table.label: each.ids for each in find_all(person)}
    assert resident.pk not in found["residents.resident"]
    assert len(found["tickets.ticket"]) == 1
    nobody = Resident.objects.create(estate=estate, name="Li")
    assert [each.table.label for each in find_all(nobody)] == ["residents.resident"]


def test_the_same_number_in_another_estate_is_another_person(person, other_estate, outsider):
    take_contact(estate=other_estate, kind="call", actor=outsider, phone=NUMBER)
    found = {each.table.label: each.ids for each in find_all(person)}
    assert len(found["tickets.contact"]) == 2


def test_every_table_that_leads_to_a_resident_is_looked_through(db):
    told = {table.label for table in tables() if table.about is not None}
    silent = set()
    for model in apps.get_models():
        leads = [f for f in model._meta.concrete_fields if f.related_model is Resident]
        if leads and model._meta.label_lower not in told:
            silent.add(model._meta.label_lower)
    assert not silent


def unpacked(packed: bytes) -> tuple[dict, str]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return json.loads(archive.read("data.json")), archive.read("data.html").decode()


def test_the_copy_holds_all_of_it_in_words_and_nothing_of_the_staffs_own(person, manager):
    data, page = unpacked(copy_of(person, actor=manager, reason=WHY))
    text = json.dumps(data, ensure_ascii=False)
    for said in (
        "Chen Dawen",
        "陈大文",
        NUMBER,
        IDENTITY,
        "Rings after eight",
        "Please come soon",
        "Asked about water",
        "Dear Mr Chen",
    ):
        assert said in text and said in page
    for kept in (
        "Complains often",
        "whole_hash",
        person.identity_hash,
        person.phones.get().whole_hash,
        "v1.",
    ):
        assert kept not in text
    assert AccessEntry.objects.get(field="copy").reason == WHY
    assert Entry.objects.get(verb="resident.data_copied").target_label == f"#{person.pk}"


def test_forgetting_leaves_nothing_of_them_but_what_must_stay(person, manager):
    erasure = ask_erasure(person, actor=manager, reason=WHY)
    assert erasure.status == "done"
    gone = Resident.objects.get(pk=person.pk)
    assert (gone.name, gone.other_name, gone.email, gone.note) == (f"Resident #{gone.pk}", "", "", "")
    assert (gone.identity_number, gone.identity_hash, gone.is_archived, gone.accepts_messages) == (
        "",
        "",
        True,
        False,
    )
    assert not gone.phones.exists() and not gone.name_keys.exists()
    assert Occupancy.objects.filter(resident=gone).exists()
    assert set(Contact.objects.values_list("name", "phone_hash")) == {("", "")}
    ticket = Ticket.objects.get(resident=gone)
    assert (ticket.reporter_name, ticket.reporter_phone, ticket.track_secret) == ("", "", "")
    assert ticket.description and Reply.objects.filter(body="Please come soon").exists()
    assert Visit.objects.get().visitor_name == Visit.objects.get().visitor_phone == ""
    assert ReminderNotice.objects.get().body == "Dear Mr Chen"
    everywhere = _everything_in_the_tables()
    for said in (NUMBER, IDENTITY, "chen@example.com", "Rings after eight", "陈大文"):
        assert said not in everywhere, said


def _everything_in_the_tables() -> str:
    said = []
    for model in apps.get_models(include_auto_created=True):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")
            said += [str(row) for row in cursor.fetchall()]
    return "\n".join(said)


def test_what_was_done_is_kept_without_what_it_was(person, manager):
    erasure = ask_erasure(person, actor=manager, reason=WHY)
    assert erasure.counts["residents.phone"] == 1 and erasure.counts["tickets.contact"] == 1
    entry = Entry.objects.get(verb="resident.erased")
    assert entry.target_label == f"#{person.pk}" and "Chen" not in str(entry.data)
    with pytest.raises(Refused) as refused:
        ask_erasure(person, actor=manager, reason=WHY)
    assert refused.value.code == "erased_already"


@pytest.mark.parametrize("holder", ["hold", "home", "ticket", "bill"])
def test_what_holds_the_record_makes_it_wait_and_the_job_does_it_then(holder, person, manager, unit):
    if holder == "hold":
        hold = place_hold(person, actor=manager, reason="Claim")
    elif holder == "home":
        home = Occupancy.objects.create(unit=unit, resident=person, relation="family", since=date(2020, 1, 1))
    elif holder == "ticket":
        Ticket.objects.update(status="in_progress")
    else:
        bill = post_bill(unit, date(2026, 2, 15))
    assert len(holds_on(person)) == 1
    erasure = ask_erasure(person, actor=manager, reason=WHY)
    assert erasure.status == "waiting"
    waiting = Resident.objects.get(pk=person.pk)
    assert (waiting.name, waiting.accepts_messages, waiting.do_not_disturb) == ("Chen Dawen", False, True)
    with pytest.raises(Refused) as refused:
        ask_erasure(person, actor=manager, reason=WHY)
    assert refused.value.code == "erasure_waits"
    assert erase_waiting(timezone.now()) == 0
    if holder == "hold":
        lift_hold(hold, actor=manager)
    elif holder == "home":
        home.delete()
    elif holder == "ticket":
        Ticket.objects.update(status="closed")
    else:
        take_payment(unit, actor=manager, amount=bill.total, method="cash")
    assert erase_waiting(timezone.now()) == 1
    assert erase_waiting(timezone.now()) == 0
    assert Resident.objects.get(pk=person.pk).name == f"Resident #{person.pk}"


def test_a_wish_that_waits_can_be_withdrawn(person, manager):
    hold = place_hold(person, actor=manager, reason="Claim")
    erasure = ask_erasure(person, actor=manager, reason=WHY)
    withdraw_erasure(erasure, actor=manager)
    lift_hold(hold, actor=manager)
    assert erase_waiting(timezone.now()) == 0
    with pytest.raises(Refused):
        withdraw_erasure(erasure, actor=manager)
    assert Resident.objects.get(pk=person.pk).name == "Chen Dawen"


@pytest.mark.parametrize("before", [(True, False), (False, False), (True, True), (False, True)])
def test_withdrawn_messages_and_calls_reach_them_as_before(before, person, manager):
    Resident.objects.filter(pk=person.pk).update(accepts_messages=before[0], do_not_disturb=before[1])
    place_hold(person, actor=manager, reason="Claim")
    erasure = ask_erasure(person, actor=manager, reason=WHY)
    assert wishes_of(person) == (False, True)
    withdraw_erasure(erasure, actor=manager)
    assert wishes_of(person) == before
    assert set(Erasure.objects.values_list("accepted_messages", "was_not_disturbed")) == {(None, None)}


def test_withdrawn_what_was_agreed_to_since_then_stays(person, manager):
    Resident.objects.filter(pk=person.pk).update(accepts_messages=False)
    place_hold(person, actor=manager, reason="Claim")
    erasure = ask_erasure(person, actor=manager, reason=WHY)
    Resident.objects.filter(pk=person.pk).update(accepts_messages=True)
    withdraw_erasure(erasure, actor=manager)
    assert wishes_of(person) == (True, False)


def test_a_wish_from_before_says_nothing_of_what_there_was(person, manager):
    place_hold(person, actor=manager, reason="Claim")
    erasure = ask_erasure(person, actor=manager, reason=WHY)
    Erasure.objects.update(accepted_messages=None, was_not_disturbed=None)
    withdraw_erasure(erasure, actor=manager)
    assert wishes_of(person) == (False, True)


def test_done_it_remembers_nothing_of_what_was_agreed_to(person, manager):
    ask_erasure(person, actor=manager, reason=WHY)
    assert Erasure.objects.values_list("status", "accepted_messages").get() == ("done", None)


def wishes_of(person) -> tuple[bool, bool]:
    person = Resident.objects.get(pk=person.pk)
    return person.accepts_messages, person.do_not_disturb


def test_a_hold_and_a_wish_need_a_reason_and_a_hold_is_lifted_once(person, manager):
    for ask in (place_hold, ask_erasure):
        with pytest.raises(Refused) as refused:
            ask(person, actor=manager, reason="  ")
        assert refused.value.code == "reason_required"
    hold = place_hold(person, actor=manager, reason="Claim")
    first = lift_hold(hold, actor=manager).lifted_at
    assert lift_hold(hold, actor=manager).lifted_at == first
    assert Entry.objects.filter(verb="resident.hold_lifted").count() == 1


# --- the page ----------------------------------------------------------------------------------------------------------


def page_of(person, name="personal_data", *more) -> str:
    return reverse(name, args=[person.pk, *more])


def test_the_page_names_every_place_and_no_number(person, manager, login):
    page = login(manager).get(page_of(person)).content.decode()
    for title in ("Tickets", "Registers", "Telephone numbers", "Visits", "Messages", "History"):
        assert title in page
    assert NUMBER not in page and IDENTITY not in page and "**************0134" in page


def test_the_copy_is_a_zip_that_is_kept_nowhere(person, manager, login):
    answer = login(manager).post(page_of(person, "personal_data_copy"), {"copy-reason": WHY})
    assert answer["Content-Type"] == "application/zip" and "no-store" in answer["Cache-Control"]
    assert NUMBER in unpacked(answer.content)[1]
    assert login(manager).post(page_of(person, "personal_data_copy"), {}).status_code == 422


def test_what_is_wrong_is_corrected_and_a_colleagues_change_in_between_is_noticed(person, manager, login):
    sent = {
        "correct-name": "Chen Dawei",
        "correct-email": "new@example.com",
        "correct-version": person.version,
    }
    answer = login(manager).post(page_of(person, "personal_data_correct"), sent)
    assert answer.status_code == 303
    corrected = Resident.objects.get(pk=person.pk)
    assert (corrected.name, corrected.email) == ("Chen Dawei", "new@example.com")
    stale = login(manager).post(page_of(person, "personal_data_correct"), sent | {"correct-name": "X"})
    assert stale.status_code == 422 and "colleague" in stale.content.decode()


def test_an_identity_number_is_changed_and_taken_away(person, manager, login):
    address = page_of(person, "personal_data_identity")
    bad = login(manager).post(address, {"identity-identity_number": "110101199003070135"})
    assert bad.status_code == 422 and "wrong digit" in bad.content.decode()
    assert login(manager).post(address, {"identity-identity_number": " E1234 5678 "}).status_code == 303
    assert Resident.objects.get(pk=person.pk).identity_number == "E12345678"
    assert login(manager).post(address, {"identity-identity_number": ""}).status_code == 303
    assert Resident.objects.get(pk=person.pk).identity_number == ""


def test_hold_wish_and_withdrawal_by_the_page(person, manager, login):
    browser = login(manager)
    assert browser.post(page_of(person, "personal_data_hold"), {"hold-reason": "Claim"}).status_code == 303
    assert browser.post(page_of(person, "personal_data_hold"), {}).status_code == 422
    assert browser.post(page_of(person, "personal_data_erase"), {"erase-reason": WHY}).status_code == 303
    page = browser.get(page_of(person)).content.decode()
    assert "Erasure waits" in page and "Legal hold" in page and "Claim" in page
    assert browser.post(page_of(person, "personal_data_keep")).status_code == 303
    hold = LegalHold.objects.get()
    assert browser.post(page_of(person, "personal_data_lift", hold.pk)).status_code == 303
    assert browser.post(page_of(person, "personal_data_lift", hold.pk + 1)).status_code == 404
    assert browser.post(page_of(person, "personal_data_erase"), {"erase-reason": WHY}).status_code == 303
    assert Erasure.objects.filter(status="done").count() == 1
    assert "Forgotten" in browser.get(page_of(person)).content.decode()


# --- identity numbers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("110101199003070134", "110101199003070134"),
        ("１１０１０１１９９００３０７０１３４", "110101199003070134"),
        (" 110101 19900307 0134 ", "110101199003070134"),
        ("11010119900307002x", "11010119900307002X"),
        ("110101900307013", "110101900307013"),
        ("E12345678", "E12345678"),
        ("h1234567(8)", "H1234567(8)"),
        ("", ""),
    ],
)
def test_numbers_are_read_as_people_write_them(written, kept):
    if written.endswith("x"):
        from residents.services.identity_numbers import check_digit

        written = written[:-1] + check_digit(written[:-1]).lower()
        kept = written.upper()
    assert read_identity(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        *(
            "110101199003070135",
            "110101199013070134",
            "1101011990030701",
            "11010119900307013",
            "abc",
            "passport",
        ),
        *("110101901307013", "1" * 18, "12345678901234567890", "张三", "E1234;5678", "110101209903070134"),
    ],
)
def test_what_is_no_number_is_refused(written):
    with pytest.raises(Refused) as refused:
        read_identity(written)
    assert refused.value.code == "identity_unreadable"


def test_the_check_digit_agrees_with_an_independent_oracle():
    def oracle(first17: str) -> str:
        # ISO 7064 MOD 11-2, worked from the left instead of by a table of weights.
        remainder = 0
        for digit in first17:
            remainder = (remainder + int(digit)) * 2 % 11
        return "0123456789X"[(12 - remainder) % 11]

    from residents.services.identity_numbers import check_digit

    for n in range(10_000):
        first17 = f"{110000 + n * 37 % 540000}{19500101 + n % 28}{n % 1000:03d}"[:17].ljust(17, "7")
        assert check_digit(first17) == oracle(first17)


def test_a_number_is_found_whole_and_only_whole(person, estate, other_estate):
    assert find_by_identity([estate.pk], " 110101 19900307 0134") == [person]
    assert find_by_identity([other_estate.pk], IDENTITY) == []
    assert find_by_identity([estate.pk], "110101900307013") == find_by_identity([estate.pk], "") == []


def test_setting_the_same_number_again_changes_nothing(person, manager):
    assert set_identity_number(person, actor=manager, written=IDENTITY).version == person.version
    assert not Entry.objects.filter(verb="resident.identity_kept").exists()


# --- commands ----------------------------------------------------------------------------------------------------------


def test_who_was_forgotten_is_forgotten_again_after_a_restore(person, manager, tmp_path):
    ask_erasure(person, actor=manager, reason=WHY)
    said = io.StringIO()
    call_command("list_erasures", stdout=said)
    assert "Chen" not in said.getvalue() and WHY not in said.getvalue()
    kept = tmp_path / "erased.json"
    kept.write_text(said.getvalue())
    # The backup was made before.
    Erasure.objects.all().delete()
    Resident.objects.filter(pk=person.pk).update(name="Chen Dawen", is_archived=False)
    for forgotten in ("1 of 1", "0 of 1"):
        said = io.StringIO()
        call_command("replay_erasures", str(kept), stdout=said)
        assert forgotten in said.getvalue()
    assert Resident.objects.get(pk=person.pk).name == f"Resident #{person.pk}"


@pytest.mark.parametrize("content", [None, "", "{", "x"])
def test_a_list_that_can_not_be_read_is_said_so(content, tmp_path):
    if content is not None:
        (tmp_path / "list").write_text(content)
    with pytest.raises(CommandError):
        call_command("replay_erasures", str(tmp_path / "list"))


def test_whom_it_concerns_is_listed_without_the_values(person, resident, estate, other_estate):
    add_resident(estate=other_estate, actor=None, name="Elsewhere", phones=[("13900001111", "")])
    said = io.StringIO()
    call_command("affected_people", estate.code, grade="sensitive", stdout=said)
    assert said.getvalue().split() == [
        "resident,reachable,fields",
        f"#{person.pk},yes,residents.resident.identity_number",
    ]
    said = io.StringIO()
    call_command("affected_people", estate.code, stdout=said)
    rows = {line.split(",")[0]: line for line in said.getvalue().splitlines()[1:]}
    assert set(rows) == {f"#{person.pk}", f"#{resident.pk}"}
    assert (
        "residents.phone.number" in rows[f"#{person.pk}"]
        and "tickets.ticket.reporter_name" in rows[f"#{person.pk}"]
    )
    assert "note" in rows[f"#{person.pk}"] and "residents.resident.note" not in rows[f"#{resident.pk}"]
    for value in (NUMBER, IDENTITY, "Chen", "Rings"):
        assert value not in said.getvalue()
    with pytest.raises(CommandError):
        call_command("affected_people", "nowhere")
