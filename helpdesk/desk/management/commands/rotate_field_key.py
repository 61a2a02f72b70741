"""manage.py rotate_field_key: put everything sealed under the present FIELD_KEY."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpdesk.lib.rotation import rotate, sealed_models, what_is_left


class Command(BaseCommand):
    help = (
        "Seals personal data anew under FIELD_KEY and makes its keyed hashes anew. The key before stands in "
        "FIELD_KEY_FALLBACKS meanwhile; the desk may go on working. Stopped, it goes on where it was."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--check", action="store_true", help="only say what is left; fails if something is"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            return self._check()
        closed = 0
        for model, fields in sealed_models():
            done = 0
            for rows, unopened in rotate(model, fields):
                done, closed = done + rows, closed + unopened
            if done:
                self.stdout.write(f"{model._meta.label_lower}: {done}")
        if closed:
            raise CommandError(f"{closed} rows are sealed with a key that is not listed.")
        self._tell_of_hashes()
        return None

    def _check(self) -> None:
        left = [each for each in what_is_left() if each.rows]
        for each in left:
            self.stdout.write(f"{each.table}: {each.rows} left")
        self._tell_of_hashes()
        if left:
            raise CommandError("Not everything is under FIELD_KEY yet.")
        self.stdout.write("Everything is under FIELD_KEY.")

    def _tell_of_hashes(self) -> None:
        for each in what_is_left():
            if each.hashes_alone:
                self.stdout.write(
                    f"{each.table}: {each.hashes_alone} rows keep a hash without its text. Those made before stay "
                    "under the earlier key: leave it in FIELD_KEY_FALLBACKS until they have run out."
                )
