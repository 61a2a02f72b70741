"""Every address of the house, for every role, for strangers and for the clerk of another estate.

A new address without a row here fails the build.
"""

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from helpdesk.staff.permissions import PERMISSIONS
from tests.conftest import at
from tickets.models import FollowUp
from tickets.services.contacts import take_contact
from tickets.services.replies import add_reply
from tickets.services.slips import issue_slip
from tickets.services.tickets import classify_ticket

pytestmark = pytest.mark.django_db

ROLES = ["clerk", "supervisor", "technician", "guard", "cashier", "manager", "admin"]
# name: (method, permission, which object its address names)
STAFF: dict[str, tuple[str, str, str]] = {
    "desk": ("GET", "desk.view", ""),
    "messages": ("GET", "desk.view", ""),
    "styles": ("GET", "desk.view", ""),
    "switch_estate": ("POST", "desk.view", ""),
    "lookup": ("GET", "desk.view", ""),
    "unit_card": ("GET", "residents.view", "unit"),
    "resident_card": ("GET", "residents.view", "resident"),
    "call_back": ("GET", "contacts.view", "contact"),
    "tokens": ("GET", "tokens.own", ""),
    "token_new": ("POST", "tokens.own", ""),
    "token_revoke": ("POST", "tokens.own", "token"),
    "ticket_list": ("GET", "tickets.view", ""),
    "ticket_new": ("GET", "tickets.take", ""),
    "ticket_suggest": ("POST", "tickets.take", ""),
    "ticket_promises": ("POST", "tickets.work", ""),
    "ticket_detail": ("GET", "tickets.view", "ticket"),
    "ticket_file": ("GET", "tickets.view", "ticket_file"),
    "ticket_classify": ("POST", "tickets.work", "ticket"),
    "ticket_assign": ("POST", "tickets.work", "ticket"),
    "ticket_start": ("POST", "tickets.work", "ticket"),
    "ticket_priority": ("POST", "tickets.work", "ticket"),
    "ticket_edit": ("POST", "tickets.work", "ticket"),
    "ticket_hand_over": ("POST", "tickets.work", "ticket"),
    "ticket_step": ("POST", "tickets.work", "step"),
    "ticket_slip": ("POST", "slips.issue", "ticket"),
    "ticket_resolve": ("POST", "tickets.work", "ticket"),
    "ticket_close": ("POST", "tickets.work", "ticket"),
    "ticket_reopen": ("POST", "tickets.work", "ticket"),
    "ticket_decline": ("POST", "tickets.work", "ticket"),
    "ticket_merge": ("POST", "tickets.work", "ticket"),
    "ticket_reply": ("POST", "tickets.work", "ticket"),
    "reply_release": ("POST", "tickets.release_reply", "reply"),
    "reply_withdraw": ("POST", "tickets.work", "reply"),
    "slip_list": ("GET", "slips.view", ""),
    "slip_detail": ("GET", "slips.view", "slip"),
    "slip_print": ("GET", "slips.view", "slip"),
    "slip_file": ("GET", "slips.view", "slip_file"),
    "slip_sign": ("POST", "slips.do", "slip"),
    "slip_start": ("POST", "slips.do", "slip"),
    "slip_complete": ("POST", "slips.do", "slip"),
    "slip_verify": ("POST", "slips.verify", "slip"),
    "slip_cancel": ("POST", "slips.issue", "slip"),
    "slip_nudge": ("POST", "slips.issue", "slip"),
    "follow_up_list": ("GET", "follow_ups.view", ""),
    "follow_up_detail": ("GET", "follow_ups.view", "follow_up"),
    "follow_up_attempt": ("POST", "follow_ups.record", "follow_up"),
    "follow_up_record": ("POST", "follow_ups.record", "follow_up"),
    "follow_up_wish": ("POST", "follow_ups.record", "follow_up"),
    "contact_list": ("GET", "contacts.view", ""),
    "contact_new": ("GET", "contacts.take", ""),
    "contact_called_back": ("POST", "contacts.take", "contact"),
    "resident_list": ("GET", "residents.view", ""),
    "resident_detail": ("GET", "residents.view", "resident"),
    "resident_new_phone": ("POST", "residents.write", "resident"),
    "unit_detail": ("GET", "residents.view", "unit"),
    "unit_new_person": ("GET", "residents.write", "unit"),
    "poster": ("GET", "estates.view", "estate"),
}
# Open to everybody: log-in, language, residents' pages, the API (which has a matrix of its own), Django's admin (tests/staff).
PUBLIC = {
    "login",
    "logout",
    "set_language",
    "public_form",
    "track",
    "track_reply",
    "track_rate",
    "track_file",
}


def names(patterns: list[Any], prefix: str = "") -> dict[str, str]:
    """Every named page below the root, but for the API and the settings pages."""
    found: dict[str, str] = {}
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if not route.startswith(("api/", "admin/")):
                found |= names(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            found[str(pattern.name)] = route
    return found


def test_every_address_has_its_row():
    assert set(names(get_resolver().url_patterns)) == set(STAFF) | PUBLIC


def test_every_permission_is_of_the_table():
    assert {permission for _method, permission, _of in STAFF.values()} <= set(PERMISSIONS)


@pytest.fixture
def world(
    estate, departments, unit, resident, clerk, supervisor, technician, make_ticket
) -> dict[str, list[Any]]:
    """One object of each kind, which every role that may see such a thing sees."""

    ticket = make_ticket(unit=unit, resident=resident)
    classify_ticket(ticket, actor=clerk, complaint_class="help_seeking")
    slip = issue_slip(actor=clerk, department=departments["engineering"], instructions="Look", ticket=ticket)
    reply = add_reply(ticket, actor=clerk, body="We will refund 400 yuan.", visibility="public")
    contact = take_contact(
        estate=estate, kind="call", actor=clerk, unit=unit, call_back_at=at("2030-01-07 10:00")
    )
    visit = FollowUp.objects.create(
        estate=estate,
        ticket=ticket,
        due_at=at("2030-01-07 10:00"),
        scheduled_at=at("2030-01-07 10:00"),
        on_time_until=at("2030-01-07 10:00"),
    )
    return {
        "": [],
        "estate": [estate.code],
        "unit": [unit.pk],
        "resident": [resident.pk],
        "ticket": [ticket.pk],
        "step": [ticket.pk, "identity"],
        "reply": [ticket.pk, reply.pk],
        "slip": [slip.pk],
        "follow_up": [visit.pk],
        "contact": [contact.pk],
        # No such file or token: a role that may look finds nothing, one that may not is turned away first.
        "ticket_file": [ticket.pk, 1],
        "slip_file": [slip.pk, 1],
        "token": [1],
    }


def call(browser: Client, name: str, world: dict[str, list[Any]]) -> int:
    method, _permission, of = STAFF[name]
    return browser.generic(method, reverse(name, args=world[of])).status_code


@pytest.mark.parametrize("name", sorted(STAFF))
@pytest.mark.parametrize("role", ROLES)
def test_the_table_decides(name, role, world, login, request):
    user = request.getfixturevalue(role)
    _method, permission, of = STAFF[name]
    status = call(login(user), name, world)
    if role not in PERMISSIONS[permission]:
        assert status == 403
    elif of in {"ticket_file", "slip_file", "token"} or name == "switch_estate":
        assert status == 404
    else:
        assert status in {200, 204, 302, 303, 400, 409, 422}


@pytest.mark.parametrize("name", sorted(STAFF))
def test_a_stranger_is_asked_to_log_in(name, world):
    response = Client().generic(STAFF[name][0], reverse(name, args=world[STAFF[name][2]]))
    assert response.status_code == 302
    assert response["Location"].startswith("/login/")


@pytest.mark.parametrize("name", sorted(n for n, row in STAFF.items() if row[2]))
def test_for_the_clerk_of_another_estate_it_does_not_exist(name, world, outsider, login):
    status = call(login(outsider), name, world)
    # A clerk may not release replies or sign slips anywhere, and learns nothing by that.
    assert status == (404 if "clerk" in PERMISSIONS[STAFF[name][1]] else 403)


@pytest.mark.parametrize("name", sorted(n for n, row in STAFF.items() if row[2]))
def test_foreign_and_absent_look_the_same(name, world, outsider, login):
    browser = login(outsider)
    foreign = browser.generic(STAFF[name][0], reverse(name, args=world[STAFF[name][2]]))
    args = [999_999 if isinstance(a, int) else a for a in world[STAFF[name][2]]]
    if STAFF[name][2] == "estate":
        args = ["nowhere"]
    absent = browser.generic(STAFF[name][0], reverse(name, args=args))
    assert (foreign.status_code, foreign.content) == (absent.status_code, absent.content)


@pytest.mark.parametrize("name", sorted(n for n, row in STAFF.items() if row[0] == "POST"))
def test_a_deed_is_never_done_by_looking(name, world, manager, login):
    response = login(manager).get(reverse(name, args=world[STAFF[name][2]]))
    assert response.status_code in {302, 403, 405}


@pytest.mark.parametrize("name", sorted(n for n, row in STAFF.items() if row[0] == "POST"))
def test_a_deed_needs_its_token(name, world, clerk):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.post(reverse(name, args=world[STAFF[name][2]])).status_code == 403


def test_somebody_who_left_is_out_from_the_next_click_on(clerk, login):
    browser = login(clerk)
    assert browser.get(reverse("desk")).status_code == 200
    clerk.is_active = False
    clerk.save()
    assert browser.get(reverse("desk")).status_code == 302


@pytest.mark.parametrize("pk", [0, 2**31, 2**63, 2**64])
@pytest.mark.parametrize(
    "name", ["ticket_detail", "slip_detail", "follow_up_detail", "unit_detail", "resident_detail"]
)
def test_a_number_out_of_range_is_a_404(name, pk, clerk, login):
    assert login(clerk).get(reverse(name, args=[pk])).status_code == 404
