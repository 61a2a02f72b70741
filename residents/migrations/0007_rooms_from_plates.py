"""The room of every unit on file, from the last part of its door plate."""

from django.db import migrations

BATCH = 2000


def fill_rooms(apps, schema_editor):
    units = apps.get_model("residents", "Unit").objects.using(schema_editor.connection.alias)
    waiting = []
    for unit in units.only("id", "code").iterator(chunk_size=BATCH):
        unit.room = unit.code.rsplit("-", 1)[-1]
        waiting.append(unit)
        if len(waiting) == BATCH:
            units.bulk_update(waiting, ["room"])
            waiting.clear()
    units.bulk_update(waiting, ["room"], batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [("residents", "0006_unit_rooms")]

    operations = [migrations.RunPython(fill_rooms, migrations.RunPython.noop)]
