"""Every status of a slip and of a follow-up visit × every act × every role (docs/domain.md §4, §5)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from helpdesk.staff.permissions import PERMISSIONS, Role
from helpdesk.staff.services import create_token
from tests.api.conftest import bearer
from tests.tickets.acts import bring_to
from tickets.models import FollowUp, Slip
from tickets.services.follow_ups import FOLLOW_UP_STATES, record_follow_up
from tickets.services.slips import (
    SLIP_STATES,
    cancel_slip,
    complete_slip,
    issue_slip,
    sign_slip,
    start_slip,
    verify_slip,
)

pytestmark = pytest.mark.django_db

# act of the table: (page, permission, what is posted).
SLIP_PAGES = {
    "nudge": ("slip_nudge", "slips.issue", {}),
    "sign": ("slip_sign", "slips.do", {}),
    "start": ("slip_start", "slips.do", {}),
    "complete": ("slip_complete", "slips.do", {"report": "New washer"}),
    "verify": ("slip_verify", "slips.verify", {}),
    "cancel": ("slip_cancel", "slips.issue", {"reason": "Written twice"}),
}
VISIT_PAGES = {
    "attempt": ("follow_up_attempt", {"via": "phone"}),
    "wish": ("follow_up_wish", {"wished_at": "2999-01-01T10:00"}),
    "record": ("follow_up_record", {"score": "5", "via": "phone"}),
}
# The system's own, where nobody was reached on three half-days.
BY_ITSELF = {"give_up"}


@pytest.fixture
def cast(clerk, supervisor, technician, guard, cashier, manager, admin, outsider):
    return {
        "clerk": clerk, "supervisor": supervisor, "technician": technician, "guard": guard, "cashier": cashier,
        "manager": manager, "admin": admin, "outsider": outsider,
    }  # fmt: skip


def slip_in(status, *, cast, department, ticket):
    slip = issue_slip(actor=cast["clerk"], department=department, instructions="Look", ticket=ticket)
    if status == "cancelled":
        return cancel_slip(slip, actor=cast["clerk"], reason="Written twice")
    ways = [
        ("signed", lambda: sign_slip(slip, actor=cast["technician"])),
        ("in_progress", lambda: start_slip(slip, actor=cast["technician"])),
        ("done", lambda: complete_slip(slip, actor=cast["technician"], report="New washer")),
        ("verified", lambda: verify_slip(slip, actor=cast["second"])),
    ]
    for reached, way in ways:
        if slip.status == status:
            break
        slip = way()
        assert slip.status == reached
    return slip


def test_every_act_of_both_tables_is_walked():
    assert set(SLIP_PAGES) == set(SLIP_STATES.table)
    assert set(VISIT_PAGES) | BY_ITSELF == set(FOLLOW_UP_STATES.table)


@pytest.mark.parametrize("status", Slip.Status.values)
@pytest.mark.parametrize("act", SLIP_PAGES)
def test_a_slip_does_what_the_table_says(act, status, cast, second_clerk, make_ticket, departments, login):
    name, permission, sent = SLIP_PAGES[act]
    for role in Role:
        slip = slip_in(
            status,
            cast=cast | {"second": second_clerk},
            department=departments["engineering"],
            ticket=make_ticket(complaint_class="valid"),
        )
        before = (slip.status, slip.version)
        answer = login(cast[role.value]).post(reverse(name, args=[slip.pk]), sent).status_code
        slip.refresh_from_db()
        if role not in PERMISSIONS[permission]:
            assert answer in {403, 404} and (slip.status, slip.version) == before, (role, answer)
        elif status in SLIP_STATES.sources(act):
            assert answer == 303 and slip.status == SLIP_STATES.table[act][1], (role, answer)
        else:
            # What a person has done already is no fault when it comes again, and what a technician never signed for
            # is out of their sight once it is void; nothing changes by either.
            allowed = {303, 409, 404} if role == Role.TECHNICIAN else {303, 409}
            assert answer in allowed and (slip.status, slip.version) == before, (role, answer)


def visit_in(status, *, cast, department, ticket):
    ticket = bring_to(ticket, "resolved", actor=cast["clerk"], department=department)
    visit = FollowUp.objects.get(ticket=ticket)
    if status == "done":
        return record_follow_up(visit, actor=cast["second"], outcome="satisfied", score=5)
    ended = {"recorded_at": timezone.now()} if status == "unreachable" else {}
    FollowUp.objects.filter(pk=visit.pk).update(status=status, **ended)
    visit.refresh_from_db()
    return visit


@pytest.mark.parametrize("status", FollowUp.Status.values)
@pytest.mark.parametrize("act", VISIT_PAGES)
def test_a_follow_up_visit_does_what_the_table_says(
    act, status, cast, second_clerk, make_ticket, departments, login
):
    name, sent = VISIT_PAGES[act]
    sent = sent | {"wished_at": f"{timezone.localtime() + timedelta(days=2):%Y-%m-%dT%H:%M}"}
    for role in Role:
        visit = visit_in(
            status,
            cast=cast | {"second": second_clerk},
            department=departments["engineering"],
            ticket=make_ticket("请问"),
        )
        before = (visit.status, visit.wished_at, visit.recorded_at)
        answer = login(cast[role.value]).post(reverse(name, args=[visit.pk]), sent).status_code
        visit.refresh_from_db()
        now = (visit.status, visit.wished_at, visit.recorded_at)
        if role not in PERMISSIONS["follow_ups.record"]:
            assert answer in {403, 404} and now == before, (role, answer)
        elif status in FOLLOW_UP_STATES.sources(act):
            assert answer == 303 and visit.status == FOLLOW_UP_STATES.table[act][1], (role, answer)
        else:
            assert answer == 409 and now == before, (role, answer)
    assert login(cast["outsider"]).post(reverse(name, args=[visit.pk]), sent).status_code == 404


# --- the same by the API ----------------------------------------------------------------------------------------------

VISIT_CALLS = {
    "attempt": ("attempt/", {"reached": False, "channel": "phone"}),
    "wish": ("wish/", {}),
    "record": ("record/", {"outcome": "satisfied", "score": 5}),
}


def ask(user, path, body):
    _token, plain = create_token(user, name="t", actor=None)
    return bearer(plain).post(f"/api/v1/{path}", body or None, format="json")


@pytest.mark.parametrize("status", Slip.Status.values)
@pytest.mark.parametrize("act", SLIP_PAGES)
def test_by_the_api_a_slip_does_what_the_table_says(
    act, status, cast, second_clerk, make_ticket, departments
):
    _name, permission, sent = SLIP_PAGES[act]
    for role in [*Role.values, "outsider"]:
        slip = slip_in(
            status,
            cast=cast | {"second": second_clerk},
            department=departments["engineering"],
            ticket=make_ticket(complaint_class="valid"),
        )
        before = (slip.status, slip.version)
        answer = ask(cast[role], f"slips/{slip.pk}/{act}/", sent)
        slip.refresh_from_db()
        said = (role, answer.status_code, answer.content)
        if role == "outsider":
            # A clerk elsewhere: what no clerk may is refused at the door, all else is not there.
            wanted = 404 if "clerk" in PERMISSIONS[permission] else 403
            assert answer.status_code == wanted and (slip.status, slip.version) == before, said
        elif role not in PERMISSIONS[permission]:
            assert answer.status_code in {403, 404} and (slip.status, slip.version) == before, said
        elif status in SLIP_STATES.sources(act):
            assert answer.status_code == 200, said
            assert slip.status == answer.json()["status"] == SLIP_STATES.table[act][1], said
        else:
            # Done already by this very person, it is harmless; out of a technician's sight it is not there.
            allowed = {200, 409, 404} if role == Role.TECHNICIAN else {200, 409}
            assert answer.status_code in allowed and (slip.status, slip.version) == before, said
            if answer.status_code == 409:
                assert answer.json()["errors"][0]["code"] == "invalid_transition", said


@pytest.mark.parametrize("status", FollowUp.Status.values)
@pytest.mark.parametrize("act", VISIT_CALLS)
def test_by_the_api_a_follow_up_visit_does_what_the_table_says(
    act, status, cast, second_clerk, make_ticket, departments
):
    path, sent = VISIT_CALLS[act]
    if act == "wish":
        sent = {"wished_at": (timezone.now() + timedelta(days=2)).isoformat()}
    for role in [*Role.values, "outsider"]:
        visit = visit_in(
            status,
            cast=cast | {"second": second_clerk},
            department=departments["engineering"],
            ticket=make_ticket("请问"),
        )
        before = (visit.status, visit.wished_at, visit.recorded_at)
        answer = ask(cast[role], f"follow-ups/{visit.pk}/{path}", sent)
        visit.refresh_from_db()
        now, said = (visit.status, visit.wished_at, visit.recorded_at), (role, answer.content)
        if role == "outsider" or role not in PERMISSIONS["follow_ups.record"]:
            wanted = {404} if role == "outsider" else {403, 404}
            assert answer.status_code in wanted and now == before, said
        elif status in FOLLOW_UP_STATES.sources(act):
            assert answer.status_code == 200 and visit.status == FOLLOW_UP_STATES.table[act][1], said
        else:
            assert answer.status_code == 409 and now == before, said
            assert answer.json()["errors"][0]["code"] == "invalid_transition", said
