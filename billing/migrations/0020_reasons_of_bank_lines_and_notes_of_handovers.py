from django.db import migrations, models


class Migration(migrations.Migration):
    """What older lines say stays in `why`, in the language of whoever sent the file."""

    dependencies = [
        ("billing", "0019_readings_withdrawn"),
    ]

    operations = [
        migrations.AddField(
            model_name="bankline",
            name="why_code",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.AddField(
            model_name="bankline",
            name="why_data",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="handover",
            name="note",
            field=models.CharField(blank=True, default="", max_length=200, verbose_name="note"),
        ),
    ]
