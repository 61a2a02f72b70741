"""manage.py list_erasures: who was forgotten, as numbers; kept beside every backup."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from residents.models import Erasure


class Command(BaseCommand):
    help = "Prints who was forgotten (JSON, numbers alone), to be replayed after a restore."

    def handle(self, *args: Any, **options: Any) -> None:
        rows = Erasure.objects.filter(status=Erasure.Status.DONE).order_by("pk")
        listed = [
            {"resident": e.resident_id, "asked_by": e.asked_by_id, "asked_at": e.asked_at.isoformat()}
            for e in rows
        ]
        self.stdout.write(json.dumps(listed))
