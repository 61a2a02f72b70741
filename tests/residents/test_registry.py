"""Every text column of every table is told of: personal, of which grade, what for and how long, or plain."""

import pytest
from django.apps import apps
from django.db import models

from helpdesk.lib.fields import SealedTextField
from helpdesk.lib.personal_data import Grade, register, table_of, tables, unknown_names, untold

# What the bank wrote of a payer is what the cashier matches by.
SHOWN_WHOLE = {"billing.bank_payer", "billing.bank_note"}
SEALED_SECRETS = {"secret", "track_secret", "link", "body", "content"}


def test_no_text_column_is_left_untold():
    gaps = {model._meta.label_lower: untold(model) for model in apps.get_models(include_auto_created=True)}
    assert not {label: names for label, names in gaps.items() if names}


def test_what_is_told_of_is_there():
    assert not {table.label: unknown_names(table) for table in tables() if unknown_names(table)}


def test_every_personal_field_says_what_for_and_how_long():
    for table in tables():
        for field in table.fields:
            assert isinstance(field.grade, Grade)
            assert str(field.purpose) and str(field.keeping.words), (table.label, field.name)
            assert str(table.model._meta.get_field(field.name).name) == field.name


def test_a_sealed_field_is_personal_or_a_secret():
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, SealedTextField) and field.name not in SEALED_SECRETS:
                named = {f.name for f in table_of(model._meta.label_lower).fields}
                assert field.name in named, (model, field.name)
                assert field.mask or field.purpose in SHOWN_WHOLE, (model, field.name)


def test_every_keyed_hash_is_told_of():
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if field.name.endswith("_hash") and model._meta.app_label != "axes":
                assert field.name in table_of(model._meta.label_lower).hashes, (model, field.name)


def test_a_column_nobody_told_of_is_noticed():
    class Stray(models.Model):
        nickname = models.CharField(max_length=10)
        colour = models.CharField(max_length=10, choices=[("red", "Red")])
        born = models.DateField()

        class Meta:
            app_label = "residents"
            managed = False

        def __str__(self) -> str:
            return self.nickname

    try:
        assert untold(Stray) == ["nickname"]
    finally:
        del apps.all_models["residents"]["stray"]
        apps.clear_cache()


def test_a_table_is_told_of_once():
    with pytest.raises(ValueError):
        register("residents.resident")
