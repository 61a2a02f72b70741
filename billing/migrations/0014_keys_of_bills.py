from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0013_form_tokens")]

    operations = [
        migrations.AddField(
            model_name="bill",
            name="form_token",
            field=models.CharField(blank=True, max_length=120, null=True),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.UniqueConstraint(
                condition=models.Q(("form_token__isnull", False)),
                fields=("estate", "form_token"),
                name="bill_key_once",
            ),
        ),
    ]
