"""What an administrator of one estate tries on the settings pages against another's, or for themselves."""

import logging

import pytest
from django.urls import reverse

from helpdesk.lib.log_secrets import HideKeys
from helpdesk.staff.models import Membership
from residents.models import Building, Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def foreign(other_estate):
    building = Building.objects.create(estate=other_estate, code="9", floors=2)
    return {
        "building": building,
        "unit": Unit.objects.create(estate=other_estate, building=building, code="9-1-101", floor=1),
    }


@pytest.mark.parametrize("kind", ["building", "unit"])
def test_houses_end_at_the_border(kind, foreign, unit, admin, login):
    browser = login(admin)
    mine = {"building": unit.building, "unit": unit}[kind]
    seen = browser.get(reverse(f"admin:residents_{kind}_changelist")).content.decode()
    assert f"/{kind}/{mine.pk}/change/" in seen and f"/{kind}/{foreign[kind].pk}/change/" not in seen
    answer = browser.post(reverse(f"admin:residents_{kind}_change", args=[foreign[kind].pk]), {"code": "X"})
    foreign[kind].refresh_from_db()
    assert answer.status_code in {302, 404} and foreign[kind].code != "X"
    assert (
        browser.post(reverse(f"admin:residents_{kind}_delete", args=[mine.pk]), {"post": "yes"}).status_code
        == 403
    )


def test_a_colleague_of_two_estates_is_not_one_administrators_to_change(admin, manager, other_estate, login):
    Membership.objects.create(user=manager, estate=other_estate, role="manager")
    address = reverse("admin:staff_user_change", args=[manager.pk])
    assert login(admin).post(address, {"username": "taken", "name": "x"}).status_code == 403
    manager.refresh_from_db()
    assert manager.username == "manager" and manager.is_active


def test_nobody_gives_themselves_a_role(admin, estate, login):
    own = admin.memberships.get()
    address = reverse("admin:staff_membership_change", args=[own.pk])
    data = {"user": admin.pk, "estate": estate.pk, "role": "manager", "is_active": "on"}
    assert login(admin).post(address, data).status_code == 403
    own.refresh_from_db()
    assert own.role == "admin"


@pytest.mark.parametrize("lookup", ["password__startswith", "password", "memberships__estate__code"])
def test_no_filter_asks_for_a_password(lookup, admin, login):
    address = reverse("admin:staff_user_changelist")
    browser = login(admin)
    told = [browser.get(address, {lookup: value}) for value in ("md5$", "zzz")]
    assert [answer.status_code for answer in told] in ([400, 400], [302, 302])


@pytest.mark.parametrize("args", [("/p/t/abcDEF123/reply/",), ()])
def test_the_log_keeps_no_resident_key(args):
    message = "Bad Request: %s" if args else "Not Found: /p/t/abcDEF123/"
    record = logging.LogRecord("django.request", logging.WARNING, "", 1, message, args, None)
    assert HideKeys().filter(record) and "abcDEF123" not in record.getMessage()


def test_the_log_keeps_no_key_of_the_public_api():
    line = "Not Found: /api/v1/public/tickets/abcDEF123/replies/"
    record = logging.LogRecord("django.request", logging.WARNING, "", 1, line, (), None)
    assert HideKeys().filter(record) and "abcDEF123" not in record.getMessage()


def test_the_filter_stands_on_every_handler(settings):
    assert all("hide_keys" in handler["filters"] for handler in settings.LOGGING["handlers"].values())
