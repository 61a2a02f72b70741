"""`manage.py create_token USERNAME [--scope …] [--days N] [--name …]`: prints a new API token as its last line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from helpdesk.staff.services import create_token


class Command(BaseCommand):
    help = "Print a new API token of a member of staff as the last line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--scope", action="append", dest="scopes", help="may be given several times")
        parser.add_argument("--days", type=int, default=90)
        parser.add_argument("--name", default="command line")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"], is_active=True).first()
        if user is None:
            raise CommandError(f"No active member of staff is called {options['username']}.")
        try:
            token, plain = create_token(
                user, name=options["name"], scopes=options["scopes"], days=options["days"], actor=None
            )
        except Refused as refusal:
            raise CommandError(str(refusal.message)) from refusal
        self.stdout.write(f"{user.username}: {', '.join(token.scopes)}; until {token.expires_at:%Y-%m-%d}")
        self.stdout.write(plain)
