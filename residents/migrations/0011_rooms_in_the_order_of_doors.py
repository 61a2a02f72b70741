"""A room number fits in every building: its first few doors stand together in an index."""

from django.db import migrations, models

from helpdesk.lib.begins import index_in_byte_order

CREATE, DROP = index_in_byte_order("residents_unit", "unit_room_begins", "estate_id", "room", "code")


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)


class Migration(migrations.Migration):
    dependencies = [("residents", "0010_procedures_put_right")]

    operations = [
        migrations.AddIndex(
            model_name="unit",
            index=models.Index(fields=["estate", "room", "code"], name="unit_room_code"),
        ),
        migrations.RunPython(make, drop),
    ]
