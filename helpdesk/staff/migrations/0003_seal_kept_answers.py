"""Kept answers stand sealed. Those of the last day in clear are dropped: a repeat of them is made anew."""

from django.db import migrations

import helpdesk.lib.fields


def drop_answers(apps, schema_editor):
    apps.get_model("staff", "KeptAnswer").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("staff", "0002_kept_answers")]

    operations = [
        migrations.RunPython(drop_answers, drop_answers),
        migrations.RemoveField("keptanswer", "body"),
        migrations.AddField(
            "keptanswer",
            "body",
            helpdesk.lib.fields.SealedTextField(blank=True, default="", purpose="staff.kept_answer"),
        ),
    ]
