from django.db import migrations, models


def as_the_items_say(apps, schema_editor):
    """Lines made so far bear a late fee where their item does now: that is how they were reckoned until today."""
    lines = apps.get_model("billing", "BillLine").objects.using(schema_editor.connection.alias)
    lines.filter(charge_item__bears_late_fee=False).update(bears_late_fee=False)


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
        migrations.AddField(
            model_name="billline",
            name="bears_late_fee",
            field=models.BooleanField(default=True),
        ),
        migrations.RunPython(as_the_items_say, migrations.RunPython.noop),
    ]
