"""Units of three-part plates that came in without their entrance get it from the plate: 3-2-501 stands in entrance 2."""

from django.db import migrations

BATCH = 2000


def fill_entrances(apps, schema_editor):
    units = apps.get_model("residents", "Unit").objects.using(schema_editor.connection.alias)
    waiting = []
    for unit in units.filter(entrance="", code__contains="-").only("id", "code").iterator(chunk_size=BATCH):
        parts = unit.code.split("-")
        if len(parts) == 3 and 0 < len(parts[1]) <= 10:
            unit.entrance = parts[1]
            waiting.append(unit)
        if len(waiting) == BATCH:
            units.bulk_update(waiting, ["entrance"])
            waiting.clear()
    units.bulk_update(waiting, ["entrance"], batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [("residents", "0004_household_records")]

    operations = [migrations.RunPython(fill_entrances, migrations.RunPython.noop)]
