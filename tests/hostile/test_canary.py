"""Marker numbers of twenty residents: on no page but those that keep the view, and in no log, message, cache or row."""

import logging
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.urls import reverse

from helpdesk.audit.models import AccessEntry
from helpdesk.notifications import tasks as messages
from helpdesk.staff.services import create_token
from residents.models import Occupancy, Resident
from residents.services.residents import add_phone, set_names
from tests.access.test_pages import ROLES, STAFF, world  # noqa: F401
from tests.conftest import at
from tickets.services.contacts import take_contact
from tickets.services.tickets import take_ticket
from tickets.tasks import bring_up_follow_ups, escalate_overdue

pytestmark = pytest.mark.django_db

NUMBERS = [f"138772{n:02d}{7 * n % 100:02d}9" for n in range(20)]
MARKER = re.compile(r"138[\s-]?772\d[\s-]?\d|138[\s-]?7720")
# Where the desk works with a number, whole; each view is a line in the access log.
WHOLE = {"unit_card", "resident_card", "call_back", "ticket_detail", "ticket_new", "contact_new", "lookup"}
SEE_PHONES = {"clerk", "supervisor", "manager"}
LISTS = ["tickets", "slips", "follow-ups", "contacts", "residents", "units"]


@pytest.fixture
def marked(world, estate, unit, clerk):  # noqa: F811
    for n, number in enumerate(NUMBERS):
        person = Resident.objects.create(estate=estate, name=f"Marker {n}")
        set_names(person)
        add_phone(person, actor=None, number=number, is_primary=True)
        Occupancy.objects.create(
            unit=unit, resident=person, relation="family", since=at("2020-01-01 00:00").date()
        )
        if n < 4:
            ticket = take_ticket(estate=estate, channel="phone", actor=clerk, description="Leak", unit=unit, resident=person,
                                 reporter_phone=number)  # fmt: skip
            contact = take_contact(estate=estate, kind="call", actor=clerk, unit=unit, resident=person, phone=number,
                                   call_back_at=at("2030-01-07 10:00"))  # fmt: skip
    return world | {"ticket": [ticket.pk], "contact": [contact.pk], "resident": [person.pk]}


def pages(marked):
    for name, (method, _permission, of) in STAFF.items():
        if method == "GET":
            yield name, reverse(name, args=marked[of])
    yield "ticket_new", f"{reverse('ticket_new')}?contact={marked['contact'][0]}"
    yield "contact_new", f"{reverse('contact_new')}?contact={marked['contact'][0]}"
    yield "ticket_list", f"{reverse('ticket_list')}?q=Leak&status=all"


def test_whole_numbers_stand_only_where_each_view_is_kept(marked, login, request, caplog):
    caplog.set_level(logging.DEBUG)
    seen = 0
    for role in ROLES:
        browser = login(request.getfixturevalue(role))
        browser.raise_request_exception = False
        browser.post(reverse("lookup"), {"q": NUMBERS[0]})
        for name, address in pages(marked):
            views = AccessEntry.objects.count()
            answer = browser.get(address)
            if MARKER.search(answer.content.decode()):
                assert name in WHOLE and role in SEE_PHONES, (role, name)
                assert "from=box" in address or AccessEntry.objects.count() > views, (role, name)
                seen += 1
        browser.post(reverse("resident_new_phone", args=marked["resident"]), {"number": NUMBERS[3] + "000"})
    assert seen > 3
    assert not MARKER.search(
        "\n".join(record.getMessage() for record in caplog.records if record.name != "django.db.backends")
    )


@pytest.mark.parametrize("role", ROLES)
def test_programs_read_no_whole_number(role, marked, client, request):
    _token, plain = create_token(request.getfixturevalue(role), name="canary", actor=None)
    bearer = {"Authorization": f"Bearer {plain}"}
    for path in [*LISTS, f"tickets/{marked['ticket'][0]}", f"tickets/{marked['ticket'][0]}/history"]:
        answer = client.get(f"/api/v1/{path}/", headers=bearer, follow=True)
        if answer.status_code == 404:
            answer = client.get(f"/api/v1/{path}", headers=bearer)
        assert answer.status_code in {200, 403, 404}
        assert not MARKER.search(answer.content.decode()), path


def test_no_row_keeps_a_number_in_clear(marked, login, clerk, tmp_path, settings):
    browser = login(clerk)
    browser.post(reverse("lookup"), {"q": NUMBERS[5]})
    settings.CELERY_TASK_ALWAYS_EAGER = True
    for task in (bring_up_follow_ups, escalate_overdue, messages.deliver_due):
        task()
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - our own table names
            for row in cursor.fetchall():
                assert not MARKER.search(" | ".join(map(str, row))), table
    assert not MARKER.search(str(browser.session.items()))
    folder = getattr(cache, "_dir", "")
    kept = [path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()] if folder else []
    assert not any(b"138772" in data for data in kept)
