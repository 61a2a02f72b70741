"""manage.py replay_erasures FILE: forget again whom a restored backup brought back."""

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from helpdesk.staff.models import User
from residents.models import Resident
from residents.services.persons_data import erase_again


class Command(BaseCommand):
    help = "Forgets again everybody on a list made by list_erasures; who is forgotten already is left alone."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with open(options["file"], encoding="utf-8") as file:
                listed = json.load(file)
        except (OSError, ValueError) as error:
            raise CommandError(f"That list can't be read: {error}") from error
        done = sum(self._again(row) for row in listed)
        self.stdout.write(f"{done} of {len(listed)} were forgotten again.")

    def _again(self, row: dict[str, Any]) -> bool:
        resident = Resident.objects.filter(pk=row["resident"]).first()
        asked_by = User.objects.filter(pk=row["asked_by"]).first()
        if resident is None or asked_by is None:
            return False
        asked_at = datetime.fromisoformat(row["asked_at"])
        return erase_again(
            resident, reason="After a restore", asked_by=asked_by, asked_at=asked_at, at=timezone.now()
        )
