"""Two hundred marked identities: on no page, in no answer, file, log, message, cache or row but where each view is kept."""

import io
import logging
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helpdesk.audit.models import AccessEntry, Entry
from helpdesk.notifications.services import notify
from helpdesk.staff.services import create_token
from residents.completeness import GAPS
from residents.models import (
    AccessCard,
    Building,
    Decoration,
    EmergencyContact,
    ImportJob,
    MovePerson,
    Note,
    Occupancy,
    Paper,
    Pet,
    Resident,
    Unit,
    UnitChange,
    Vehicle,
)
from residents.services.cards import issue_card
from residents.services.contact_persons import add_contact_person, name_contact_person
from residents.services.emergency_contacts import add_emergency_contact
from residents.services.identity_numbers import check_digit
from residents.services.imports import run_due, send_import
from residents.services.papers import add_paper
from residents.services.parking_spaces import add_space
from residents.services.pets import add_pet
from residents.services.residents import add_occupancy, add_resident
from residents.services.vehicles import add_vehicle
from tests.access.test_pages import ROLES, STAFF, undone, world  # noqa: F401
from tests.api.test_access import STAFF as ROUTES
from tests.conftest import at
from tickets.models import Ticket
from tickets.services.contacts import take_contact
from tickets.services.tickets import take_ticket
from visitors.models import Visit

pytestmark = pytest.mark.django_db

PEOPLE = 200
NUMBERS = [f"138772{n:03d}{7 * n % 100:02d}" for n in range(PEOPLE)]
FIRST = [f"65900119770707{n:03d}" for n in range(PEOPLE)]
IDENTITIES = [first + check_digit(first) for first in FIRST]
PHONE = re.compile(r"138[\s-]?772\d[\s-]?\d")
IDENTITY = re.compile(r"6590\s?01\s?1977|19770707\d")
IN_BYTES = re.compile(rb"138772\d|659001\d\d\d\d")
# Where the desk works with a number, whole; each view is a line in the access log.
# Kind of a household's record, as its address calls it → its rows.
KEPT = {
    "vehicle": Vehicle,
    "card": AccessCard,
    "pet": Pet,
    "paper": Paper,
    "emergency": EmergencyContact,
    "note": Note,
}
WHOLE = {
    *("unit_card", "resident_card", "call_back", "ticket_detail", "ticket_new", "contact_new", "lookup"),
    # An entry by which somebody is to be rung: a promised call-back, a message.
    "contact_detail",
}
SEE_PHONES = {"clerk", "supervisor", "manager"}
# The objects of the API's routes, by the name that the pages' world gives them.
NAMED = {
    "call": "contact",
    "visit": "follow_up",
    "release_pass": "pass",
    "reminder": "notice",
    "late_fee_rule": "rate",
}


def people(estate, unit) -> Iterator[Resident]:
    """Twenty behind the first door, the others behind nine more, with marked numbers of both kinds."""
    doors = [unit]
    for n in range(9):
        doors.append(Unit.objects.create(estate=estate, building=unit.building, code=f"3-9-{n}01"))
    for n, (number, identity) in enumerate(zip(NUMBERS, IDENTITIES, strict=True)):
        person = add_resident(
            estate=estate, actor=None, name=f"Marker {n}", phones=[(number, "")], identity_number=identity
        )
        Occupancy.objects.create(
            unit=doors[n // 20], resident=person, relation="family", since=at("2020-01-01 00:00").date()
        )
        yield person


def matters(estate, unit, clerk, residents) -> tuple:
    """Tickets, calls, messages and visits of the first few."""
    for person, number in list(zip(residents, NUMBERS, strict=True))[:4]:
        ticket = take_ticket(estate=estate, channel="phone", actor=clerk, description="Leak", unit=unit, resident=person,
                             reporter_phone=number)  # fmt: skip
        contact = take_contact(estate=estate, kind="call", actor=clerk, unit=unit, resident=person, phone=number,
                               call_back_at=at("2030-01-07 10:00"))  # fmt: skip
        notify(person.name, "resident_ack", estate=estate, dedupe_key=f"m{person.pk}", about=ticket, channel="sms",
               address=f"+86{number}", context={"number": ticket.number})  # fmt: skip
        Visit.objects.create(
            estate=estate,
            number=f"V-{person.pk}",
            unit=unit,
            visitor_name=person.name,
            visitor_phone=f"+86{number}",
        )
    return ticket, contact


def company_of(unit, clerk, people: list[Resident]) -> tuple[Resident, Resident]:
    """An organisation behind the first door, and who speaks for it, with numbers of their own and one in common."""
    company = add_resident(
        estate=unit.estate,
        actor=None,
        name="Marker Company",
        kind="organisation",
        phones=[(NUMBERS[10], "desk")],
    )
    add_occupancy(unit, company, actor=None, relation="tenant", since=at("2020-01-01 00:00").date())
    speaker = add_contact_person(
        company,
        actor=clerk,
        name="Marker Speaker",
        phones=[(NUMBERS[11], "")],
        identity_number=IDENTITIES[11],
    )
    name_contact_person(people[12], of=company, actor=clerk)
    return company, speaker


def things_of(world, unit, clerk, person) -> dict:  # noqa: F811
    """All that is kept of one marked person, and what that person goes through."""
    contact = add_emergency_contact(
        actor=clerk, resident=person, name="Marker Aunt", relationship="aunt", phone=NUMBERS[13]
    )
    space = add_space(estate=unit.estate, actor=clerk, code="M-1", unit=unit)
    soon = timezone.localdate() + timedelta(days=20)
    add_vehicle(actor=clerk, unit=unit, resident=person, plate="粤B M0001", space=space)
    issue_card(actor=clerk, unit=unit, resident=person, number="M-CARD", valid_until=soon)
    paper = add_paper(actor=clerk, unit=unit, resident=person, title="Marker lease", expires_on=soon)
    add_pet(actor=clerk, unit=unit, resident=person, kind="dog", name="Marker dog", vaccinated_until=soon)
    MovePerson.objects.create(move_id=world["move"][0], resident=person)
    job = Decoration.objects.get(pk=world["decoration"][0])
    job.resident, job.foreman, job.foreman_phone = person, "Marker foreman", f"+86{NUMBERS[14]}"
    job.save()
    UnitChange.objects.filter(pk=world["unit_change"][0]).update(kind="transfer", new_owner=person)
    return {"emergency": contact, "space": space, "paper": paper}


def failing_import(estate, manager) -> ImportJob:
    """A file whose every row has something wrong, and a marked number of both kinds."""
    head = "房号,业主姓名,联系电话,证件号码,关系,入住日期"
    rows = [
        f"3-9-{n}01,Marker import {n},{NUMBERS[n]},{IDENTITIES[n]},nobody,2026-13-45" for n in range(15, 20)
    ]
    rows += [f"??,Marker import,{NUMBERS[20]}0,{IDENTITIES[20]}7,owner,2026-01-01"]
    job = send_import(estate, actor=manager, name="list.csv", data="\n".join([head, *rows]).encode())
    run_due(timezone.now())
    job.refresh_from_db()
    assert job.problems
    return job


@pytest.fixture
def marked(world, estate, unit, clerk, manager):  # noqa: F811
    residents = list(people(estate, unit))
    ticket, contact = matters(estate, unit, clerk, residents)
    person = residents[3]
    company, speaker = company_of(unit, clerk, residents)
    things = things_of(world, unit, clerk, person)
    twin = add_resident(
        estate=estate, actor=None, name=person.name, phones=[(NUMBERS[3], "")], identity_number=IDENTITIES[3]
    )
    return world | {
        "ticket": [ticket.pk],
        "contact": [contact.pk],
        "resident": [person.pk],
        "masked": [person.pk, "identity-number"],
        "two_residents": [person.pk, twin.pk],
        "organisation": [company.pk],
        "contact_person": [speaker.pk],
        "parking": [things["space"].pk],
        "kept": ["emergency", things["emergency"].pk],
        "resident_kind": [person.pk, "emergency"],
        "import": [failing_import(estate, manager).pk],
        # As the API's addresses call them.
        "parking_space": [things["space"].pk],
        "paper": [things["paper"].pk],
    }


def pages(marked):
    for name, (method, _permission, of) in STAFF.items():
        if method == "GET":
            yield name, reverse(name, args=marked[of])
    yield "ticket_new", f"{reverse('ticket_new')}?contact={marked['contact'][0]}"
    yield "contact_new", f"{reverse('contact_new')}?contact={marked['contact'][0]}"
    yield "ticket_list", f"{reverse('ticket_list')}?q=Leak&status=all"
    for name in (name for name in STAFF if name.endswith("_export")):
        for kind in ("csv", "xlsx"):
            yield name, f"{reverse(name, args=marked[STAFF[name][2]])}?format={kind}"
    for resident in (*marked["organisation"], *marked["contact_person"], *marked["two_residents"]):
        yield "resident_detail", reverse("resident_detail", args=[resident])
        yield "resident_card", reverse("resident_card", args=[resident])
        yield "resident_edit", reverse("resident_edit", args=[resident])
    for kind, model in KEPT.items():
        for pk in model._base_manager.values_list("pk", flat=True):
            yield "kept_edit", reverse("kept_edit", args=[kind, pk])
    for days in ("30", "90"):
        yield "expiring_list", f"{reverse('expiring_list')}?days={days}"
        yield "expiring_export", f"{reverse('expiring_export')}?days={days}&format=xlsx"
    for gap in GAPS:
        yield "record_gaps", f"{reverse('record_gaps')}?gap={gap}"
    yield "resident_list", f"{reverse('resident_list')}?q=Marker"


def said(answer) -> str:
    """All that an answer says, whatever it is packed in."""
    data = answer.getvalue()
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = b"\n".join(archive.read(name) for name in archive.namelist())
    return data.decode(errors="replace")


@pytest.fixture(autouse=True)
def _papers_are_read(monkeypatch):
    """A PDF's letters can't be looked for: the page that it is made of can."""
    monkeypatch.setattr("helpdesk.lib.pdf.pdf_of", lambda html: html.encode())
    monkeypatch.setattr("helpdesk.lib.pdf.has_pdf", lambda: True)


def logged(caplog) -> str:
    kept = [record for record in caplog.records if not record.name.startswith("django.db.backends")]
    return "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in kept)


def clean(text: str) -> bool:
    return not PHONE.search(text) and not IDENTITY.search(text)


def test_whole_numbers_stand_only_where_each_view_is_kept(marked, login, request, caplog):
    caplog.set_level(logging.DEBUG)
    for role in (*ROLES, "outsider"):
        seen = walked(role, login(request.getfixturevalue(role)), marked)
        assert seen > 3 if role in SEE_PHONES else seen == 0, role
    assert clean(logged(caplog))


def walked(role, browser, marked) -> int:
    """How many pages show a whole number to a role; each of them may, and is kept."""
    browser.raise_request_exception = False
    browser.post(reverse("lookup"), {"q": NUMBERS[0]})
    seen = 0
    for name, address in pages(marked):
        views = AccessEntry.objects.count()
        text = said(browser.get(address))
        assert not IDENTITY.search(text), (role, name)
        if PHONE.search(text):
            assert name in WHOLE and role in SEE_PHONES, (role, name)
            assert "from=box" in address or AccessEntry.objects.count() > views, (role, name)
            seen += 1
    return seen


def test_a_deed_answers_without_a_number_but_where_the_view_is_kept(marked, login, request, caplog):
    caplog.set_level(logging.DEBUG)
    for role in ("clerk", "manager", "guard"):
        browser = login(request.getfixturevalue(role))
        browser.raise_request_exception = False
        # The copy that a person asks for holds all of it: that is what it is for.
        for name in (n for n, row in STAFF.items() if row[0] == "POST" and n != "personal_data_copy"):
            with undone():
                views = AccessEntry.objects.count()
                text = said(browser.post(reverse(name, args=marked[STAFF[name][2]]), {}))
                assert not IDENTITY.search(text), (role, name)
                if PHONE.search(text):
                    assert role in SEE_PHONES and AccessEntry.objects.count() > views, (role, name)
    assert clean(logged(caplog))


def test_programs_read_no_whole_number(marked, client, request):
    for role in ROLES:
        _token, plain = create_token(request.getfixturevalue(role), name="canary", actor=None)
        assert asked(role, client, {"Authorization": f"Bearer {plain}"}, marked) > 3


def asked(role, client, bearer, marked) -> int:
    """How many routes of the API answer to a role; none with a number."""
    read = 0
    for route in (route for route, methods in ROUTES.items() if "GET" in methods):
        ids = {n: (marked.get(NAMED.get(n, n)) or [1])[-1] for n in re.findall(r"\{(\w+)\}", route)}
        answer = client.get(f"/api/v1/{route.format(**ids)}", headers=bearer)
        assert answer.status_code in {200, 400, 403, 404}, route
        assert clean(answer.content.decode()), (role, route)
        read += answer.status_code == 200
    for word in (NUMBERS[7], NUMBERS[7][-4:], "Marker 7", IDENTITIES[7]):
        assert clean(client.get("/api/v1/lookup/", {"q": word}, headers=bearer).content.decode())
    return read


def test_without_an_account_nothing_of_anybody_is_read(marked, estate):
    browser = Client()
    secret = Ticket.objects.get(pk=marked["ticket"][0]).track_secret
    addresses = [
        *(reverse("public_form", args=[estate.code]), reverse("track", args=[secret]), reverse("login")),
        *(f"/api/v1/public/tickets/{secret}/", "/healthz", "/readyz", "/api/v1/schema/"),
    ]
    for address in addresses:
        answer = browser.get(address)
        assert answer.status_code in {200, 503} and clean(said(answer)), address
    for name, (method, _permission, of) in STAFF.items():
        assert clean(said(browser.generic(method, reverse(name, args=marked[of])))), name


def test_fifty_errors_tell_no_number(marked, login, clerk, client, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    browser = login(clerk)
    browser.raise_request_exception = False

    def broken(*_args, **_kwargs):
        raise RuntimeError("The database is gone")

    monkeypatch.setattr("tickets.views.tickets.take_ticket", broken, raising=False)
    monkeypatch.setattr("residents.views.residents.add_phone", broken)
    person = marked["resident"]
    for number, identity in list(zip(NUMBERS, IDENTITIES, strict=True))[:25]:
        answer = browser.post(reverse("resident_new_phone", args=person), {"number": number})
        assert answer.status_code == 500 and clean(answer.content.decode())
        browser.post(
            reverse("ticket_new"),
            {"description": "Leak", "reporter_phone": number, "reporter_name": identity},
        )
        client.post("/api/v1/tickets/", {"reporter_phone": number}, content_type="application/json")
    browser.get(f"/no-such-page/{NUMBERS[0][:3]}/")
    assert clean(logged(caplog))


def test_views_in_clear_are_as_many_as_answers_in_clear(marked, login, manager):
    browser = login(manager)
    answers = 0
    for name in [f"Marker {n}" for n in range(5, 12)]:
        person = Resident.objects.get(name=name)
        for field in ("identity-number", f"phone-{person.phones.get().pk}"):
            address = reverse("resident_unmask", args=[person.pk, field])
            for sent in ({}, {"reason": "To compare with the contract"}):
                answers += not clean(said(browser.post(address, sent)))
                assert clean(said(browser.get(address)))
    assert answers == 14
    assert AccessEntry.objects.filter(reason="To compare with the contract").count() == answers
    assert Entry.objects.filter(verb="resident.unmasked").count() == answers


def run_every_job(settings) -> None:
    settings.CELERY_TASK_ALWAYS_EAGER = True
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        module, name = entry["task"].rsplit(".", 1)
        getattr(import_module(module), name)()


def test_jobs_leave_no_number_in_rows_mails_logs_or_files(marked, login, clerk, settings, caplog):
    caplog.set_level(logging.DEBUG)
    browser = login(clerk)
    browser.post(reverse("lookup"), {"q": NUMBERS[5]})
    run_every_job(settings)
    for model in apps.get_models(include_auto_created=True):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608 - our own table names
            for row in cursor.fetchall():
                assert clean(" | ".join(map(str, row))), model._meta.db_table
    assert clean(str(browser.session.items()))
    assert clean("\n".join(f"{message.subject} {message.body}" for message in mail.outbox))
    assert clean(logged(caplog))
    folders = [getattr(cache, "_dir", ""), settings.MEDIA_ROOT, settings.DATA_DIR / "broker"]
    for path in (path for folder in folders if folder for path in Path(folder).rglob("*")):
        assert clean(path.name)
        assert path.is_dir() or not IN_BYTES.search(path.read_bytes()), path


@pytest.mark.django_db(transaction=True)
def test_the_databases_own_file_holds_no_number_in_clear(estate, unit, clerk, login):
    if connection.vendor != "sqlite":
        pytest.skip("its files belong to the server: the rows are looked through above")
    residents = list(people(estate, unit))
    ticket, _contact = matters(estate, unit, clerk, residents)
    browser = login(clerk)
    browser.post(reverse("lookup"), {"q": NUMBERS[5]})
    browser.get(reverse("ticket_detail", args=[ticket.pk]))
    browser.post(reverse("resident_new_phone", args=[residents[0].pk]), {"number": "13877299999"})
    assert residents[0].phones.count() == 2
    name = Path(str(connection.settings_dict["NAME"]))
    files = [path for path in name.parent.glob(f"{name.name}*") if path.is_file()]
    content = b"".join(path.read_bytes() for path in files)
    # The negative control: what is not sealed is found in the same bytes.
    assert b"Marker 150" in content
    assert not IN_BYTES.search(content)
    assert Building.objects.count() == 1
