from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0009_problem_of_a_meter_taken_out"),
    ]

    operations = [
        migrations.AddField(
            model_name="payment",
            name="value_on",
            field=models.DateField(blank=True, null=True, verbose_name="at the bank on"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=Q(value_on__isnull=True) | Q(value_on__lt=F("received_on"), reverses__isnull=True),
                name="payment_value_before_posting",
            ),
        ),
    ]
