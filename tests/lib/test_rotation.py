"""A change of the field key: readable and findable before, during and after, cut off or not."""

import base64
from datetime import date
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from helpdesk.lib import rotation
from helpdesk.lib.crypto import seal, seal_prefix
from helpdesk.lib.fields import SealedTextField
from helpdesk.notifications.services import notify
from residents.finding import find_by_phone
from residents.models import ImportJob, Phone, Resident
from residents.selectors import residents_by_number
from residents.services.identity_numbers import find_by_identity
from residents.services.residents import add_resident
from tickets.models import Contact, Ticket
from tickets.services.contacts import take_contact
from tickets.services.tickets import take_ticket
from visitors.models import Visit, WatchEntry

pytestmark = pytest.mark.django_db
IDENTITY = "440301199001011234"
NUMBERS = [f"1390000{n:04d}" for n in range(12)]


@pytest.fixture
def people(settings, estate, clerk, unit):
    """Something in every sealed column, under the key that is to be replaced."""
    settings.FIELD_KEY, settings.FIELD_KEY_FALLBACKS = "a" * 40, []
    for number in NUMBERS:
        person = add_resident(
            estate=estate, actor=None, name=number, phones=[(number, "")], identity_number=IDENTITY
        )
        take_contact(estate=estate, kind="call", actor=clerk, resident=person, phone=number)
    take_ticket(estate=estate, channel="phone", actor=clerk, description="Leak", reporter_phone=NUMBERS[0])
    notify(
        "Chen",
        "resident_ack",
        estate=estate,
        dedupe_key="x",
        channel="sms",
        address=NUMBERS[0],
        link="/p/t/x/",
    )
    ImportJob.objects.create(estate=estate, by=clerk, file_name="x", content=base64.b64encode(b"x").decode())
    Visit.objects.create(
        estate=estate, number="V-1", visitor_name="Li", visitor_phone="+8613900000000", id_hash="e" * 32
    )
    WatchEntry.objects.create(
        estate=estate, name="Li", name_hash="e" * 32, phone_hash="e" * 32, reason="Theft", source="Police", ends_on=date(2030, 1, 1), created_by=clerk
    )  # fmt: skip
    return add_resident(estate=estate, actor=None, name="Chen Dawen")


@pytest.fixture
def new_key(people, settings):
    settings.FIELD_KEY, settings.FIELD_KEY_FALLBACKS = "b" * 40, ["a" * 40]


def everything() -> dict[str, list]:
    """What every sealed column says, through the models."""
    said = {}
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, SealedTextField):
                rows = model._base_manager.order_by("pk").values_list(field.name, flat=True)
                said[f"{model._meta.label_lower}.{field.name}"] = list(rows)
    return said


def found(estate) -> list[int]:
    """How many are found by whole number, by ending, by document and as callers."""
    return [
        sum(len(find_by_phone([estate], number)) for number in NUMBERS),
        sum(len(find_by_phone([estate], number[-4:])) for number in NUMBERS),
        sum(len(residents_by_number([estate.pk], f"+86{number}")) for number in NUMBERS),
        len(find_by_identity([estate.pk], IDENTITY)),
    ]


ALL_FOUND = [12, 12, 12, 12]


def old_seals() -> int:
    return sum(left.rows for left in rotation.what_is_left())


def test_nothing_is_unreadable_or_lost_on_the_way(new_key, estate, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 5)
    before = everything()
    assert found(estate) == ALL_FOUND
    steps = 0
    for model, fields in rotation.sealed_models():
        for _done in rotation.rotate(model, fields):
            assert everything() == before
            assert found(estate) == ALL_FOUND
            steps += 1
    assert steps > 8
    assert old_seals() == 0
    assert everything() == before


def test_afterwards_the_old_key_is_needed_for_nothing(new_key, estate, settings):
    before = everything()
    call_command("rotate_field_key", stdout=StringIO())
    settings.FIELD_KEY_FALLBACKS = []
    assert everything() == before
    assert found(estate) == ALL_FOUND
    assert Ticket.objects.get().reporter_phone_hash == Contact.objects.first().phone_hash


def test_without_it_the_old_key_is_needed(new_key, estate, settings):
    settings.FIELD_KEY_FALLBACKS = []
    assert find_by_phone([estate], NUMBERS[0]) == []
    with pytest.raises(ValueError):
        everything()


def test_cut_off_it_goes_on_where_it_was_and_again_it_does_nothing(new_key, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 5)
    work = rotation.rotate(Phone, [Phone._meta.get_field("number")])
    assert next(work) == (5, 0)
    work.close()
    said = StringIO()
    call_command("rotate_field_key", stdout=said)
    assert "residents.phone: 7" in said.getvalue()
    said = StringIO()
    call_command("rotate_field_key", stdout=said)
    assert "residents.phone" not in said.getvalue()


def test_the_check_fails_until_it_is_done(new_key):
    with pytest.raises(CommandError):
        call_command("rotate_field_key", check=True, stdout=StringIO())
    call_command("rotate_field_key", stdout=StringIO())
    said = StringIO()
    call_command("rotate_field_key", check=True, stdout=said)
    assert "Everything is under FIELD_KEY." in said.getvalue()


def test_hashes_without_their_text_are_named(new_key):
    said = StringIO()
    call_command("rotate_field_key", stdout=said)
    assert "visitors.watchentry: 1 rows" in said.getvalue()


def test_a_seal_nobody_can_open_is_left_alone_and_counted(new_key, people):
    with connection.cursor() as cursor:
        token = "v1.deadbeef." + seal("x", "phone").split(".")[2]
        cursor.execute("UPDATE residents_resident SET identity_number = %s WHERE id = %s", [token, people.pk])
    with pytest.raises(CommandError, match="1 rows"):
        call_command("rotate_field_key", stdout=StringIO())
    assert old_seals() == 1


def test_who_is_written_meanwhile_is_under_the_new_key(new_key, estate):
    person = add_resident(estate=estate, actor=None, name="Late", phones=[("13911112222", "")])
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM residents_phone WHERE resident_id = %s", [person.pk])
        assert cursor.fetchone()[0].startswith(seal_prefix())


def test_a_number_is_not_kept_twice_under_two_keys(new_key, estate):
    from helpdesk.lib.errors import Refused
    from residents.services.residents import add_phone

    person = Resident.objects.get(name=NUMBERS[0])
    with pytest.raises(Refused) as refused:
        add_phone(person, actor=None, number=NUMBERS[0])
    assert refused.value.code == "phone_twice"
