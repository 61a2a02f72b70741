"""The answer that is owed gets a ladder of its own; what was told of an unanswered ticket so far was told of its answer."""

from django.db import migrations, models
from django.db.models import F


def tell_apart(apps, schema_editor):
    tickets = apps.get_model("tickets", "Ticket").objects.filter(responded_at__isnull=True, escalation__gt=0)
    tickets.update(response_escalation=F("escalation"), escalation=0)


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0011_key_leftovers'),
    ]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='response_escalation',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.RunPython(tell_apart, migrations.RunPython.noop, elidable=True),
    ]
