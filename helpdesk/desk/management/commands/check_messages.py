"""Fails when a text of the sources has no translation, or the compiled catalogues are not the written ones."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from helpdesk.desk.catalogues import LOCALES, collect, faults


class Command(BaseCommand):
    help = (
        "Lists every missing, fuzzy, unused or stale message of zh_Hans and zh_Hant; fails if there is one."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.LOCALE_PATHS[0])
        collected = collect(settings.BASE_DIR, folder)
        found = [fault for locale in LOCALES for fault in faults(locale, folder, collected[locale])]
        for fault in found:
            self.stdout.write(fault)
        if found:
            raise CommandError(
                f"{len(found)} faults in the translations. `make messages` collects and compiles."
            )
        self.stdout.write("translations: complete")
