"""`manage.py verify_audit`: the triggers stand and every sealed day is as it was."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpdesk.audit.seals import broken_days
from helpdesk.audit.triggers import missing


class Command(BaseCommand):
    help = "Check that the history was not altered; fails with the days or triggers that are wrong."

    def handle(self, *args: Any, **options: Any) -> None:
        gone, broken = missing(), broken_days()
        if gone or broken:
            raise CommandError(f"missing triggers: {gone}; altered days: {[str(d) for d in broken]}")
        self.stdout.write("The history is whole.")
