"""The database keeps a place for everybody free of households."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("residents", "0012_free_public_places")]

    operations = [
        migrations.AddConstraint(
            model_name="parkingspace",
            constraint=models.CheckConstraint(
                condition=~models.Q(kind="public") | models.Q(unit__isnull=True), name="public_space_of_nobody"
            ),
        ),
    ]
