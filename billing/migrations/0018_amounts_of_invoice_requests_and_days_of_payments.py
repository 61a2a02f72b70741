from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0017_outdated_previews_and_unborne_costs"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["estate", "-received_on", "-id"], name="payment_newest_day"),
        ),
        migrations.AddField(
            model_name="invoicerequest",
            name="amount",
            field=models.DecimalField(
                blank=True, decimal_places=2, max_digits=12, null=True, verbose_name="amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__isnull", True), ("amount__gt", 0), _connector="OR"),
                name="invoice_amount_positive",
            ),
        ),
    ]
