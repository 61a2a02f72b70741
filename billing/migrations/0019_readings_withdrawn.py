from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0018_amounts_of_invoice_requests_and_days_of_payments"),
    ]

    operations = [
        migrations.AddField(
            model_name="meterreading",
            name="withdrawn_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="withdrawn"),
        ),
        migrations.RemoveConstraint(model_name="meterreading", name="reading_once_a_period"),
        migrations.AddConstraint(
            model_name="meterreading",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=("meter", "period"),
                name="reading_once_a_period",
            ),
        ),
    ]
