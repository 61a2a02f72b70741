"""`manage.py demo [--scale N] [--seed S]`: the demo estates, once; with --scale N, N times as many in bulk."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from helpdesk.desk.demo import build


class Command(BaseCommand):
    help = "Load the demo estates if they are missing; --scale N makes N times as many, for load tests."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scale", type=int, default=1)
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--days", type=int, default=build.DAYS, help="how much history each estate gets")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError("The demo's password is public: it is loaded in the embedded mode only.")
        if options["scale"] < 1 or options["days"] < 3:
            raise CommandError("--scale is at least 1, --days at least 3.")
        if build.is_loaded():
            self.stdout.write("The demo estates are there.")
        else:
            written = build.load(seed=options["seed"], days=options["days"])
            self.stdout.write(f"Demo estates loaded, with {written} tickets of the past year.")
        if options["scale"] > 1:
            written = build.multiply(options["scale"], seed=options["seed"], days=options["days"])
            self.stdout.write(f"{written} more tickets in the further estates.")
