import logging
import pickle

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from django.template import Context, Template
from rest_framework.serializers import CharField

from helpdesk.lib.crypto import seal, unseal
from helpdesk.lib.fields import SealedTextField
from helpdesk.lib.masking import mask_identity
from helpdesk.lib.sealed import clear
from residents.models import Resident

IDENTITY = "440301199001011234"


@pytest.fixture
def sealed_resident(resident):
    resident.identity_number = IDENTITY
    resident.save()
    return resident


def stored(resident):
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_number FROM residents_resident WHERE id = %s", [resident.pk])
        return cursor.fetchone()[0]


def test_the_value_is_clear_in_python_and_sealed_in_the_table(sealed_resident):
    assert Resident.objects.get(pk=sealed_resident.pk).identity_number == IDENTITY
    assert Resident.objects.values_list("identity_number", flat=True).get(pk=sealed_resident.pk) == IDENTITY
    assert IDENTITY not in stored(sealed_resident)
    assert unseal(stored(sealed_resident), "resident.identity") == IDENTITY


def test_updates_of_many_rows_are_sealed_too(sealed_resident):
    Resident.objects.filter(pk=sealed_resident.pk).update(identity_number="E12345678")
    assert unseal(stored(sealed_resident), "resident.identity") == "E12345678"
    sealed_resident.identity_number = "E87654321"
    Resident.objects.bulk_update([sealed_resident], ["identity_number"])
    assert unseal(stored(sealed_resident), "resident.identity") == "E87654321"


def test_an_empty_value_stays_empty_and_can_be_looked_for(sealed_resident):
    assert not Resident.objects.filter(pk=sealed_resident.pk, identity_number="").exists()
    assert Resident.objects.filter(pk=sealed_resident.pk).exclude(identity_number="").exists()
    Resident.objects.filter(pk=sealed_resident.pk).update(identity_number="")
    assert stored(sealed_resident) == ""
    assert Resident.objects.get(pk=sealed_resident.pk, identity_number="", identity_number__isnull=False)


@pytest.mark.parametrize(
    "lookup",
    [
        {"identity_number": IDENTITY},
        {"identity_number__in": [IDENTITY]},
        {"identity_number__contains": "1234"},
        {"identity_number__startswith": "44"},
        {"identity_number__gt": "4"},
        {"identity_number__length": 18},
    ],
)
def test_looking_for_a_sealed_value_is_an_error_and_not_an_empty_answer(lookup, db):
    with pytest.raises(FieldError, match="keyed hash"):
        list(Resident.objects.filter(**lookup))


def test_the_purpose_goes_into_the_migration():
    field = SealedTextField("number", purpose="phone", blank=True)
    _name, path, args, kwargs = field.deconstruct()
    assert path == "helpdesk.lib.fields.SealedTextField"
    assert kwargs["purpose"] == "phone"
    assert SealedTextField(*args, **kwargs).purpose == "phone"


def test_wherever_it_is_shown_it_is_masked(sealed_resident, caplog):
    number = Resident.objects.get(pk=sealed_resident.pk).identity_number
    page = Template("{{ it }} {{ it|upper }} {{ it|default:'none' }}").render(Context({"it": number}))
    logging.getLogger("test").warning("seen %s", number)
    for shown in (page, str(number), repr(number), f"{number}", CharField().to_representation(number), caplog.text):  # fmt: skip
        assert "*" in shown and "19900101" not in shown


def test_a_field_without_a_mask_shows_nothing():
    assert str(SealedTextField(purpose="x").from_db_value(seal("13800136021", "x"), None, None)) == "****"


def test_a_program_works_with_the_clear_text_and_can_write_it_back(sealed_resident):
    resident = Resident.objects.get(pk=sealed_resident.pk)
    number = resident.identity_number
    assert (number == IDENTITY, number[-4:], clear(number)) == (True, "1234", IDENTITY)
    resident.save()
    assert unseal(stored(resident), "resident.identity") == IDENTITY
    assert str(pickle.loads(pickle.dumps(number))) == mask_identity(IDENTITY)  # noqa: S301
