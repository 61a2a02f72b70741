"""PostgreSQL looks beginnings up byte by byte; SQLite does so by the plain indexes that the models name."""

from django.db import migrations

from helpdesk.lib.begins import index_in_byte_order

INDEXES = [
    index_in_byte_order("residents_unit", "unit_plate_begins", "estate_id", "code"),
    index_in_byte_order("residents_namekey", "name_key_begins", "estate_id", "key"),
    index_in_byte_order("residents_vehicle", "vehicle_plate_begins", "estate_id", "plate_key"),
    index_in_byte_order("residents_vehicle", "vehicle_plate_ends", "estate_id", "plate_turned"),
]


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for create, _drop in INDEXES:
            schema_editor.execute(create)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for _create, away in INDEXES:
            schema_editor.execute(away)


class Migration(migrations.Migration):
    dependencies = [("residents", "0007_rooms_from_plates")]

    operations = [migrations.RunPython(make, drop)]
