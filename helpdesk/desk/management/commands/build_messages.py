"""Compiles the .po files of the project; with --collect, gathers the texts from the sources first."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from helpdesk.desk.catalogues import LOCALES, collect, compiled


class Command(BaseCommand):
    help = "Compiles helpdesk/locale/*/LC_MESSAGES/django.po; --collect gathers texts first (needs gettext)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--collect", action="store_true", help="gather the texts from the sources first")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.LOCALE_PATHS[0])
        if options["collect"]:
            for locale, text in collect(settings.BASE_DIR, folder).items():
                path = folder / locale / "LC_MESSAGES" / "django.po"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        for locale in LOCALES:
            po = folder / locale / "LC_MESSAGES" / "django.po"
            po.with_suffix(".mo").write_bytes(compiled(po))
        self.stdout.write("compiled: " + ", ".join(LOCALES))
