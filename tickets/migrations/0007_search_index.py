"""Words of tickets by index: PostgreSQL's here; SQLite's is laid by tickets.search_index after every migrate."""

from django.db import migrations

CREATE = """
CREATE INDEX IF NOT EXISTS ticket_words ON tickets_ticket
USING gin (to_tsvector('simple'::regconfig, "left"(search_text, 100000)))
"""


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS ticket_words")


class Migration(migrations.Migration):
    dependencies = [("tickets", "0006_canned_replies_and_parts")]

    operations = [migrations.RunPython(create, drop, elidable=False)]
