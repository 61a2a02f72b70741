from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0016_attempts_by_telephone"),
    ]

    operations = [
        migrations.AddField(
            model_name="billingrun",
            name="outdated_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="runproblem",
            name="code",
            field=models.CharField(
                choices=[
                    ("reading_missing", "No reading: estimated"),
                    ("reading_backwards", "The meter runs backwards: left to the next run"),
                    ("reading_unusual", "Far more than usual: left to the next run"),
                    ("charged_beyond", "Estimated beyond its last reading: reverse the estimated bill"),
                    ("no_rate", "No rate is in force"),
                    ("no_area", "The unit has no floor area"),
                    ("cost_missing", "No shared cost was entered for this period"),
                    ("cost_unborne", "Nobody bears this shared cost: no unit with a floor area"),
                    ("months_skipped", "Months left out since the last run"),
                    ("already_billed", "The unit has a bill of this period"),
                ],
                max_length=20,
                verbose_name="problem",
            ),
        ),
    ]
