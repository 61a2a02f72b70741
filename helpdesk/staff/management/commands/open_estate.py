"""`manage.py open_estate CODE NAME --administrator USERNAME`: a new estate, and who may set it up under /admin/."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from helpdesk.staff.services import open_estate

# What can't be left to the settings pages: amounts, days and numbers are read by it from the first record on.
KEPT = ("time_zone", "currency", "phone_region", "language")


class Command(BaseCommand):
    help = "Open an estate and make a member of staff its administrator, who sets up the rest under /admin/."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="stands in public addresses: /p/CODE/")
        parser.add_argument("name")
        parser.add_argument("--administrator", required=True, metavar="USERNAME")
        for name in KEPT:
            default = getattr(Estate(), name)
            parser.add_argument(f"--{name.replace('_', '-')}", default=default, help=f"default {default}")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["administrator"], is_active=True).first()
        if user is None:
            raise CommandError(f"No active member of staff is called {options['administrator']}.")
        kept = {name: options[name] for name in KEPT}
        try:
            estate = open_estate(
                Estate(code=options["code"], name=options["name"], **kept), administrator=user
            )
        except ValidationError as error:
            raise CommandError(
                " ".join(f"{name}: {' '.join(said)}" for name, said in error.message_dict.items())
            ) from error
        self.stdout.write(f"{estate.code} is open; {user.username} sets it up under /admin/.")
