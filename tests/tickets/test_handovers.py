"""Handovers: they write themselves, two people sign them, and nothing is left unsaid."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from helpdesk.audit.models import Entry
from helpdesk.estates.models import Duty, Shift
from helpdesk.notifications.models import Message
from helpdesk.staff.services import create_token
from tests.api.conftest import bearer
from tests.conftest import at
from tests.tickets.acts import refused
from tickets.models import Handover, HandoverLine, Ticket
from tickets.services.contacts import take_contact
from tickets.services.handover_watch import draft_due_handovers, escalate_unsigned
from tickets.services.handovers import (
    add_line,
    annotate_line,
    draft_handover,
    give_handover,
    refresh_handover,
    remove_line,
    set_closing_list,
    take_handover,
)
from tickets.services.slips import issue_slip
from tickets.views.handovers import ICONS

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 17)
EVENING = at("2026-11-17 17:50")


@pytest.fixture
def shifts(estate, departments):
    desk = departments["front_desk"]
    make = Shift.objects.create
    return (
        make(estate=estate, department=desk, name="Day", starts=time(9), ends=time(18)),
        make(estate=estate, department=desk, name="Night", starts=time(18), ends=time(9)),
    )


@pytest.fixture
def handover(shifts, clerk):
    return draft_handover(shift=shifts[0], day=DAY, actor=clerk, at=EVENING)


def given(handover, actor):
    return give_handover(handover, actor=actor, none_said=True, at=EVENING)


def test_what_is_open_comes_in_by_itself(estate, departments, clerk, unit, make_ticket, shifts):
    ticket = make_ticket(unit=unit, at=at("2026-11-17 10:00"))
    issue_slip(
        actor=clerk,
        department=departments["engineering"],
        instructions="Look",
        ticket=ticket,
        at=at("2026-11-17 11:00"),
    )
    take_contact(
        estate=estate,
        kind="call",
        actor=clerk,
        unit=unit,
        call_back_at=at("2026-11-17 19:00"),
        at=at("2026-11-17 12:00"),
    )
    lines = list(draft_handover(shift=shifts[0], day=DAY, actor=clerk, at=EVENING).lines.all())
    assert {line.kind for line in lines} == {"ticket", "slip", "call_back"}
    assert all(line.what and line.who and line.next_step and line.due_at for line in lines)
    assert [line.due_at for line in lines] == sorted(line.due_at for line in lines)


def test_what_is_not_due_soon_stays_out(make_ticket, shifts, clerk):
    make_ticket(at=at("2026-11-16 16:00"))
    Ticket.objects.update(
        responded_at=at("2026-11-16 16:10"), resolution_due_at=at("2026-11-20 16:00"), is_serious=False
    )
    assert not draft_handover(shift=shifts[0], day=DAY, actor=clerk, at=EVENING).lines.exists()


def test_a_shift_and_day_has_one_handover(handover, shifts, clerk, second_clerk):
    assert draft_handover(shift=shifts[0], day=DAY, actor=second_clerk, at=EVENING) == handover
    given(handover, clerk)
    with refused("invalid_transition"):
        draft_handover(shift=shifts[0], day=DAY, actor=clerk, at=EVENING)
    assert Handover.objects.count() == 1


def test_a_shift_that_has_not_begun_hands_nothing_over(shifts, clerk):
    with refused("day_out_of_range"):
        draft_handover(shift=shifts[0], day=DAY + timedelta(days=2), actor=clerk, at=EVENING)


def test_none_is_said_aloud(handover, clerk):
    with refused("none_not_said"):
        give_handover(handover, actor=clerk, at=EVENING)
    assert given(handover, clerk).none_said


def test_none_cannot_be_said_with_a_line_open(handover, clerk):
    add_line(handover, actor=clerk, what="Torch is lent to the guard")
    with refused("none_with_lines"):
        given(handover, clerk)


def test_a_line_is_taken_off_only_with_a_reason_and_stays_to_be_read(handover, clerk):
    line = add_line(handover, actor=clerk, what="Torch is lent to the guard")
    with refused("reason_required"):
        remove_line(line, actor=clerk, reason=" ")
    remove_line(line, actor=clerk, reason="It is back")
    assert given(handover, clerk).lines.get().removed_reason == "It is back"


def test_what_comes_while_one_writes_is_not_lost(handover, clerk, make_ticket):
    make_ticket(at=at("2026-11-17 17:45"))
    with refused("lines_missing"):
        given(handover, clerk)
    refresh_handover(handover, actor=clerk, at=EVENING)
    assert give_handover(handover, actor=clerk, at=EVENING).status == "given"


def test_lines_stay_as_they_were_signed(shifts, clerk, make_ticket):
    ticket = make_ticket(subject="Pipe", at=at("2026-11-17 10:00"))
    handover = draft_handover(shift=shifts[0], day=DAY, actor=clerk, at=EVENING)
    give_handover(handover, actor=clerk, at=EVENING)
    Ticket.objects.filter(pk=ticket.pk).update(subject="Something else", status="closed", closed_at=EVENING)
    with refused("invalid_transition"):
        refresh_handover(handover, actor=clerk, at=EVENING)
    assert handover.lines.get().what == "Pipe"


def test_bringing_it_up_to_date_keeps_notes_and_drops_what_is_settled(shifts, clerk, make_ticket):
    kept, settled = make_ticket(at=at("2026-11-17 10:00")), make_ticket(at=at("2026-11-17 11:00"))
    handover = draft_handover(shift=shifts[0], day=DAY, actor=clerk, at=EVENING)
    annotate_line(handover.lines.get(about_id=kept.pk), actor=clerk, note="Ring before seven")
    Ticket.objects.filter(pk=settled.pk).update(status="closed", closed_at=EVENING)
    refresh_handover(handover, actor=clerk, at=EVENING)
    assert [(line.about_id, line.note) for line in handover.lines.all()] == [(kept.pk, "Ring before seven")]


def test_the_next_shift_takes_over_not_the_same_person(handover, clerk, second_clerk):
    with refused("invalid_transition"):
        take_handover(handover, actor=second_clerk, at=EVENING)
    given(handover, clerk)
    with refused("same_person"):
        take_handover(handover, actor=clerk, at=EVENING)
    taken = take_handover(handover, actor=second_clerk, doubt="Where is key 12?", at=EVENING)
    assert (taken.status, taken.taken_by, taken.doubt) == ("taken", second_clerk, "Where is key 12?")
    assert Message.objects.filter(template="handover_doubted", recipient_user=clerk).exists()


def test_two_cannot_sign_it(handover, clerk, second_clerk, manager):
    given(handover, clerk)
    stale = Handover.objects.get(pk=handover.pk)
    take_handover(handover, actor=second_clerk, at=EVENING)
    with refused("invalid_transition"):
        take_handover(stale, actor=manager, at=EVENING)
    with refused("invalid_transition"):
        give_handover(stale, actor=manager, none_said=True, at=EVENING)
    assert Entry.objects.filter(verb="handover.taken").count() == 1


def test_the_last_of_the_day_carries_the_closing_list(shifts, clerk, handover):
    assert not handover.is_last
    night = draft_handover(shift=shifts[1], day=DAY, actor=clerk, at=at("2026-11-18 08:50"))
    assert night.is_last
    with refused("closing_open"):
        given(night, clerk)
    closing = [{"label": x, "done": True} for x in ("Doors", "Windows", "Power", "Keys")]
    closing.append({"label": "Cash", "done": False, "note": "With the cashier"})
    night = give_handover(night, actor=clerk, none_said=True, closing=closing, at=at("2026-11-18 08:50"))
    assert night.closing[-1] == {"label": "Cash", "done": False, "note": "With the cashier"}


def test_an_estate_has_its_own_closing_list(estate, shifts, clerk, manager):
    set_closing_list(estate, actor=manager, rows=[{"label": "Pool gate"}, {"label": "Pool gate"}])
    night = draft_handover(shift=shifts[1], day=DAY, actor=clerk, at=at("2026-11-18 08:50"))
    closing = [{"label": "Pool gate", "done": True}]
    night = give_handover(night, actor=clerk, none_said=True, closing=closing, at=at("2026-11-18 08:50"))
    assert [row["label"] for row in night.closing] == ["Pool gate"]


def test_it_drafts_itself_before_the_shift_ends_once(shifts, clerk):
    Duty.objects.create(shift=shifts[0], day=DAY, person=clerk)
    assert draft_due_handovers(at("2026-11-17 17:00")) == 0
    assert draft_due_handovers(at("2026-11-17 17:40")) == 1
    assert draft_due_handovers(at("2026-11-17 17:41")) == 0
    assert Handover.objects.get().drafted_by is None


def test_unsigned_it_goes_to_the_desk_supervisor_then_the_manager_once_each(
    handover, departments, estate, manager, make_staff
):
    chief = make_staff("chief", "supervisor", estate, departments["front_desk"])
    told = Message.objects.filter(template="handover_unsigned")
    assert escalate_unsigned(at("2026-11-17 18:20")) == 0
    assert escalate_unsigned(at("2026-11-17 18:31")) == 1
    assert [m.recipient_user for m in told] == [chief]
    assert escalate_unsigned(at("2026-11-17 19:01")) == 1
    assert escalate_unsigned(at("2026-11-17 19:02")) == 0
    assert [m.recipient_user for m in told.order_by("pk")] == [chief, manager]


def test_one_that_is_taken_is_not_pressed(handover, clerk, second_clerk):
    take_handover(given(handover, clerk), actor=second_clerk, at=EVENING)
    assert escalate_unsigned(at("2026-11-18 18:31")) == 0


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def own(estate, departments, clerk):
    """A handover of a shift that runs the whole day, being written now."""
    shift = Shift.objects.create(
        estate=estate, department=departments["front_desk"], name="Day", starts=time(0), ends=time(0)
    )
    set_closing_list(estate, actor=clerk, rows=[{"label": "Doors"}])
    return draft_handover(shift=shift, day=timezone.localdate(), actor=clerk)


def test_the_page_gives_and_the_next_takes(own, clerk, second_clerk, login):
    page = reverse("handover_detail", args=[own.pk])
    assert b"Doors" in login(clerk).get(page).content
    refusal = login(clerk).post(reverse("handover_give", args=[own.pk]), {"none_said": "on"})
    assert refusal.status_code == 409 and b"Doors" in refusal.content
    said = {"none_said": "on", "closed_0": "on", "version": own.version}
    assert login(clerk).post(reverse("handover_give", args=[own.pk]), said).status_code == 303
    assert b"Take over as" not in login(clerk).get(page).content
    assert b"Take over as" in login(second_clerk).get(page).content
    taken = login(second_clerk).post(reverse("handover_take", args=[own.pk]), {"doubt": "Key 12?"})
    assert taken.status_code == 303
    assert b"Key 12?" in login(clerk).get(reverse("handover_print", args=[own.pk])).content


def test_a_line_of_another_handover_is_a_404(own, shifts, clerk, login):
    elsewhere = draft_handover(shift=shifts[0], day=DAY, actor=clerk, at=EVENING)
    line = add_line(elsewhere, actor=clerk, what="Torch")
    url = reverse("handover_line_remove", args=[own.pk, line.pk])
    assert login(clerk).post(url, {"reason": "x"}).status_code == 404


def test_the_list_filters_by_status(own, clerk, login):
    url = reverse("handover_list")
    assert own.number in login(clerk).get(url).content.decode()
    assert own.number not in login(clerk).get(url, {"show": "taken"}).content.decode()


def test_the_program_drafts_gives_and_takes(own, clerk, second_clerk):
    def api(user):
        return bearer(create_token(user, name="t", scopes=None, actor=None)[1])

    path = f"/api/v1/handovers/{own.pk}/"
    again = api(clerk).post("/api/v1/handovers/", {"shift": own.shift_id, "day": str(own.day)}, format="json")
    assert (again.status_code, again.json()["id"]) == (201, own.pk)
    body = {"none_said": True, "closing": [{"label": "Doors", "done": True}]}
    assert api(clerk).post(path + "give/", body, format="json").json()["status"] == "given"
    same = api(clerk).post(path + "take/", {}, format="json")
    assert (same.status_code, same.json()["errors"][0]["code"]) == (409, "same_person")
    assert api(second_clerk).post(path + "take/", {}, format="json").json()["taken_by"] == second_clerk.pk
    listed = api(clerk).get("/api/v1/handovers/", {"status": "taken", "day": str(own.day)}).json()
    assert [row["id"] for row in listed["results"]] == [own.pk]


def test_a_departments_supervisor_sees_the_departments_handovers_alone(
    estate, departments, clerk, supervisor, desk_supervisor
):
    shift = Shift.objects.create(
        estate=estate, department=departments["front_desk"], name="All day", starts=time(0), ends=time(0)
    )
    of_desk = draft_handover(shift=shift, day=timezone.localdate(), actor=clerk)
    seen = [Handover.objects.visible_to(user).filter(pk=of_desk.pk).exists() for user in (clerk, supervisor)]
    assert seen == [True, False] and Handover.objects.visible_to(desk_supervisor).exists()


def test_every_kind_of_line_is_drawn_on_the_page():
    assert set(ICONS) == set(HandoverLine.Kind.values)
