"""The day's log: drawn from what happened, signed once by who may, and tasks come of its entries."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.conftest import at
from tests.tickets.acts import refused
from tickets.day_log import day_figures, day_lines
from tickets.models import LogEntry, SignedLog
from tickets.services.contacts import take_contact
from tickets.services.day_logs import add_entry, make_task, sign_log, unsigned_days

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 17)
NOON = at("2026-11-17 12:00")


def test_the_day_is_drawn_from_registers_history_and_entries(estate, clerk, make_ticket):
    take_contact(
        estate=estate, kind="call", actor=clerk, summary="Asks for the hours", at=at("2026-11-17 10:00")
    )
    make_ticket(subject="Pipe", at=at("2026-11-17 11:00"))
    add_entry(estate=estate, actor=clerk, text="Fire drill", at=NOON)
    make_ticket(at=at("2026-11-18 00:00"))
    assert [line.verb for line in day_lines(estate, DAY)] == ["call", "ticket.created", "entry"]
    found = day_figures(estate, DAY)
    assert (found["call"], found["taken"], found["letter"]) == (1, 1, 0)


def test_what_is_written_after_signing_stands_in_the_next_day(estate, clerk, manager):
    log = sign_log(estate=estate, day=DAY, actor=manager, at=NOON)
    assert add_entry(estate=estate, actor=clerk, text="Late", at=NOON).day == DAY + timedelta(days=1)
    log.refresh_from_db()
    assert log.lines == []


def test_a_day_is_signed_once(estate, manager):
    sign_log(estate=estate, day=DAY, actor=manager, at=NOON)
    with refused("already_signed"):
        sign_log(estate=estate, day=DAY, actor=manager, at=NOON)
    assert SignedLog.objects.count() == 1


def test_a_manager_or_the_desk_supervisor_signs_nobody_else(
    estate, clerk, supervisor, departments, make_staff
):
    for user in (clerk, supervisor):
        with refused("not_yours"):
            sign_log(estate=estate, day=DAY, actor=user, at=NOON)
    chief = make_staff("chief", "supervisor", estate, departments["front_desk"])
    assert sign_log(estate=estate, day=DAY, actor=chief, at=NOON).signed_by == chief


def test_a_day_to_come_is_not_signed(estate, manager):
    with refused("day_not_begun"):
        sign_log(estate=estate, day=DAY + timedelta(days=1), actor=manager, at=NOON)


def test_an_entry_becomes_a_task_once(estate, clerk, departments):
    entry = add_entry(estate=estate, actor=clerk, text="Handrail is loose", at=NOON)
    entry = make_task(entry, actor=clerk, kind="slip", department=departments["engineering"])
    assert entry.slip.instructions == "Handrail is loose"
    with refused("already_a_task"):
        make_task(entry, actor=clerk, kind="ticket")


@pytest.mark.parametrize("kind", ["ticket", "message"])
def test_an_entry_becomes_a_ticket_or_a_message(estate, clerk, second_clerk, kind):
    entry = add_entry(estate=estate, actor=clerk, text="Ring the lift firm", at=NOON)
    entry = make_task(entry, actor=clerk, kind=kind, addressee=second_clerk if kind == "message" else None)
    assert entry.is_task and (entry.ticket is not None) == (kind == "ticket")


def test_the_same_form_again_is_one_entry(estate, clerk):
    for _again in range(2):
        add_entry(estate=estate, actor=clerk, text="Once", form_token="x", at=NOON)
    assert LogEntry.objects.count() == 1


def test_days_with_work_that_nobody_signed_are_listed(estate, clerk, manager):
    for day in ("2026-11-15", "2026-11-16"):
        take_contact(estate=estate, kind="call", actor=clerk, summary="Hello", at=at(f"{day} 10:00"))
    sign_log(estate=estate, day=date(2026, 11, 15), actor=manager, at=NOON)
    assert unsigned_days(estate, DAY) == [date(2026, 11, 16)]


def test_the_pages_write_and_sign(clerk, manager, login):
    today = timezone.localdate()
    page = reverse("day_log", args=[today])
    assert login(clerk).post(reverse("day_log_entry_add"), {"text": "Fire drill"}).status_code == 303
    assert login(clerk).post(reverse("day_log_entry_add"), {"text": ""}).status_code == 422
    assert b"Fire drill" in login(clerk).get(page).content
    assert login(manager).post(reverse("day_log_sign", args=[today]), {"remark": "Read"}).status_code == 303
    assert b"Fire drill" in login(manager).get(reverse("day_log_print", args=[today])).content
    assert SignedLog.objects.get().remark == "Read"


@pytest.mark.parametrize("day", ["2999-01-01", "x", "2026-13-01"])
def test_a_day_that_is_none_is_a_404(day, clerk, login):
    assert login(clerk).get(f"/tickets/handovers/log/{day}/").status_code == 404


def test_a_department_reads_no_other_departments_tickets_in_the_log(
    login, supervisor, clerk, manager, estate, make_ticket
):
    today = timezone.localdate()
    number = make_ticket(subject="Quarrel over the fee").number
    page = reverse("day_log", args=[today])
    assert number in login(clerk).get(page).content.decode()
    assert number not in login(supervisor).get(page).content.decode()
    sign_log(estate=estate, day=today, actor=manager)
    assert number in login(clerk).get(page).content.decode()
    for name in ("day_log", "day_log_print"):
        text = login(supervisor).get(reverse(name, args=[today])).content.decode()
        assert number not in text and "Quarrel" not in text
