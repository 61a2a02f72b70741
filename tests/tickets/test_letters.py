"""Letters by kind, messages, and call-backs without a ticket (docs/domain.md §3, §5)."""

from datetime import timedelta

import pytest

from helpdesk.audit.models import Entry
from helpdesk.notifications.models import Message
from tests.tickets.acts import MORNING, refused
from tickets.models import Contact, FollowUp, Praise, Slip
from tickets.services.contacts import (
    link_contact,
    mark_called_back,
    mark_done,
    promise_call_back,
    take_contact,
)
from tickets.services.letters import class_letter, decide_letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(estate, clerk, departments):
    def make(letter_class="", **kwargs):
        values = {"estate": estate, "kind": "letter", "actor": clerk, "at": MORNING, "summary": "楼道灯坏了"}
        return take_contact(**values | {"letter_class": letter_class} | kwargs)

    return make


def told(template):
    return set(
        Message.objects.filter(template=template, channel="desk").values_list(
            "recipient_user__username", flat=True
        )
    )


def test_a_letter_is_numbered_and_the_number_stays_its_own(letter, outsider, other_estate):
    first, second = letter(), letter(source="suggestion_box")
    assert (first.number, second.number) == ("L-2026-000001", "L-2026-000002")
    assert (first.source, second.source) == ("letter", "suggestion_box")
    there = take_contact(estate=other_estate, kind="letter", actor=outsider, summary="x", at=MORNING)
    assert there.number == "L-2026-000001"


@pytest.mark.parametrize(("letter_class", "kind"), [("repair", "work_order"), ("report", "coordination")])
def test_a_letter_that_reports_something_gets_its_slip_at_once(letter, departments, unit, letter_class, kind):
    entry = letter(letter_class, unit=unit, department=departments["engineering"])
    slip = Slip.objects.get()
    assert (entry.slip, slip.kind, slip.department) == (slip, kind, departments["engineering"])
    assert (slip.unit, slip.instructions, entry.status) == (unit, "楼道灯坏了", "done")


def test_without_a_department_the_slip_goes_where_the_words_point(letter, departments):
    assert letter("repair", summary="厨房水管漏水").slip.department == departments["engineering"]


def test_a_slip_with_nowhere_to_go_is_refused_and_the_letter_is_not_kept(letter, departments):
    for department in departments.values():
        department.is_active = False
        department.save()
    with refused("department_missing"):
        letter("repair", form_token="x")
    assert not Contact.objects.exists() and not Slip.objects.exists()


def test_a_letter_that_complains_waits_for_the_desk_supervisor(letter, desk_supervisor, supervisor, clerk):
    entry = letter("complaint")
    assert told("letter_to_decide") == {"desk-supervisor"}
    assert (entry.waits_for, entry.status) == ("decision", "open")
    assert list(Contact.objects.letters_to_decide()) == [entry]
    for somebody in (supervisor, clerk):
        with refused("not_the_desk_supervisor"):
            decide_letter(entry, actor=somebody, issue=False, reason="x")


def test_the_desk_supervisor_issues_a_slip_or_says_why_none_is(letter, desk_supervisor, departments):
    first, second = letter("complaint"), letter("complaint")
    decided = decide_letter(first, actor=desk_supervisor, issue=True, department=departments["security"])
    assert decided.slip.department == departments["security"] and decided.status == "done"
    with refused("reason_required"):
        decide_letter(second, actor=desk_supervisor, issue=False)
    without = decide_letter(second, actor=desk_supervisor, issue=False, reason="Answered by telephone")
    assert (without.slip, without.outcome) == (None, "Answered by telephone")
    assert told("letter_decided") == {"clerk"}
    with refused("invalid_transition"):
        decide_letter(second, actor=desk_supervisor, issue=True)


def test_a_manager_decides_too_and_only_about_complaints(letter, manager):
    decide_letter(letter("complaint"), actor=manager, issue=False, reason="Settled")
    with refused("invalid_transition"):
        decide_letter(letter("other"), actor=manager, issue=False, reason="x")


def test_praise_hangs_on_the_wall_and_the_department_gets_a_copy(letter, technician, supervisor):
    entry = letter("praise", praised=technician, summary="师傅很好")
    praise = Praise.objects.get()
    assert (praise.contact, praise.praised, praise.department) == (
        entry,
        technician,
        supervisor_department(supervisor),
    )
    assert praise.is_on_wall and entry.status == "done"
    assert told("praise_copy") == {"technician", "supervisor"}


def supervisor_department(user):
    return user.memberships_now[0].department


def test_any_other_letter_goes_to_administration(letter, make_staff, estate, departments, manager):
    make_staff("office", "supervisor", estate, departments["administration"])
    entry = letter("other")
    assert told("letter_passed_on") == {"office"} and entry.waits_for == "administration"
    done = mark_done(entry, actor=manager, outcome="Room booked")
    assert (done.status, done.outcome, done.done_by) == ("done", "Room booked", manager)


def test_a_letter_without_a_kind_waits_until_somebody_says_it(letter, clerk, departments):
    entry = letter()
    assert entry.waits_for == "class"
    classed = class_letter(entry, actor=clerk, letter_class="repair", department=departments["engineering"])
    assert classed.slip is not None
    with refused("invalid_transition"):
        class_letter(entry, actor=clerk, letter_class="praise")


def test_only_letters_have_a_kind_and_only_messages_an_addressee(estate, clerk, manager, outsider):
    with refused("not_a_letter"):
        take_contact(estate=estate, kind="call", actor=clerk, letter_class="praise", summary="x")
    with refused("not_a_message"):
        take_contact(estate=estate, kind="call", actor=clerk, addressee=manager)
    with refused("addressee_missing"):
        take_contact(estate=estate, kind="message", actor=clerk)
    with refused("other_estate"):
        take_contact(estate=estate, kind="message", actor=clerk, addressee=outsider)
    with refused("text_missing"):
        take_contact(estate=estate, kind="letter", actor=clerk, letter_class="repair")
    assert not Contact.objects.exists()


def test_a_message_is_told_to_the_absent_colleague_and_stays_open_until_done(estate, clerk, cashier):
    entry = take_contact(
        estate=estate, kind="message", actor=clerk, addressee=cashier, phone="13800136021", summary="Ring me"
    )
    note = Message.objects.get(template="message_left", channel="desk")
    assert note.recipient_user == cashier and "0013" not in str(note.context)
    assert entry in Contact.objects.open()
    mark_done(entry, actor=cashier, at=MORNING)
    again = mark_done(entry, actor=clerk)
    assert (again.done_at, again.done_by) == (MORNING, cashier)
    assert entry not in Contact.objects.open() and entry in Contact.objects.done()
    assert Entry.objects.about(entry).filter(verb="contact.done").count() == 1


def test_what_waits_in_the_list_is_what_waits_for_one_entry(letter, estate, clerk, manager):
    """The rule stands twice, for rows and for one of them: both must say the same."""
    for letter_class in ("", "repair", "complaint", "praise", "other"):
        letter(letter_class)
    take_contact(estate=estate, kind="call", actor=clerk)
    promised = take_contact(estate=estate, kind="call", actor=clerk, call_back_at=MORNING)
    take_contact(estate=estate, kind="message", actor=clerk, addressee=manager)
    mark_called_back(take_contact(estate=estate, kind="call", actor=clerk, call_back_at=MORNING), actor=clerk)
    waiting = set(Contact.objects.open().values_list("pk", flat=True))
    assert waiting == {entry.pk for entry in Contact.objects.all() if entry.status == "open"}
    assert promised.pk in waiting


def test_a_call_back_without_a_ticket_gets_a_follow_up_visit_of_its_own(estate, clerk, second_clerk, unit):
    entry = take_contact(estate=estate, kind="call", actor=clerk, unit=unit, call_back_at=MORNING)
    mark_called_back(entry, actor=clerk, at=MORNING)
    mark_called_back(entry, actor=clerk, at=MORNING)
    visit = FollowUp.objects.get()
    assert (visit.contact, visit.ticket, visit.slip, visit.assignee) == (entry, None, None, second_clerk)
    assert visit.due_at == MORNING + timedelta(days=3)


def test_a_call_answered_on_the_spot_and_one_with_a_ticket_get_none(estate, clerk, make_ticket):
    take_contact(estate=estate, kind="call", actor=clerk)
    with_ticket = take_contact(
        estate=estate, kind="call", actor=clerk, ticket=make_ticket(), call_back_at=MORNING
    )
    settled = take_contact(estate=estate, kind="call", actor=clerk, call_back_at=MORNING)
    mark_called_back(with_ticket, actor=clerk)
    mark_called_back(settled, actor=clerk, follow_up=False)
    assert not FollowUp.objects.exists()


def test_the_same_matter_is_linked_once(estate, clerk, make_ticket, other_estate, outsider):
    entry = take_contact(estate=estate, kind="call", actor=clerk)
    ticket = make_ticket()
    assert link_contact(entry, actor=clerk, ticket=ticket).ticket == ticket
    link_contact(entry, actor=clerk, ticket=ticket)
    with refused("already_linked"):
        link_contact(entry, actor=clerk, ticket=make_ticket("另一件事"))
    with refused("other_estate"):
        link_contact(entry, actor=clerk, ticket=make_ticket(estate=other_estate, actor=outsider))
    assert Entry.objects.about(entry).filter(verb="contact.linked").count() == 1


def test_a_number_left_at_the_counter_names_whoever_has_it_alone(estate, clerk, unit, resident):
    entry = promise_call_back(estate=estate, actor=clerk, who="138 0013 6021", call_back_at=MORNING)
    assert (entry.resident, entry.unit, entry.phone) == (resident, unit, "+8613800136021")
    named = promise_call_back(estate=estate, actor=clerk, who="Mr Li, flat 12", call_back_at=MORNING)
    assert (named.name, named.phone, named.resident) == ("Mr Li, flat 12", "", None)
    with refused("phone_invalid"):
        promise_call_back(estate=estate, actor=clerk, who="12345678901234", call_back_at=MORNING)
    with refused("text_missing"):
        promise_call_back(estate=estate, actor=clerk, who="  ", call_back_at=MORNING)
