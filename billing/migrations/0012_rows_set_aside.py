from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0011_problems_of_left_out_months_and_costs")]

    operations = [
        migrations.AddField(
            model_name="bankfile",
            name="set_aside",
            field=models.JSONField(default=list),
        ),
    ]
