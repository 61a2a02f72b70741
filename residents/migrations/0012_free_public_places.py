"""A place for everybody belongs to no household."""

from django.db import migrations


def free(apps, schema_editor):
    spaces = apps.get_model("residents", "ParkingSpace")
    spaces.objects.filter(kind="public", unit__isnull=False).update(unit=None)


class Migration(migrations.Migration):
    dependencies = [("residents", "0011_rooms_in_the_order_of_doors")]

    operations = [migrations.RunPython(free, migrations.RunPython.noop)]
