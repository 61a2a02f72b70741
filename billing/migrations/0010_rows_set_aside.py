from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0009_problem_of_a_meter_taken_out")]

    operations = [
        migrations.AddField(
            model_name="bankfile",
            name="set_aside",
            field=models.JSONField(default=list),
        ),
    ]
