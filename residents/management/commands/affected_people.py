"""manage.py affected_people ESTATE: whom it concerns when data got out, and what was held of them, without the values."""

import csv
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpdesk.estates.models import Estate
from helpdesk.lib.personal_data import Grade
from residents.services.affected import affected_in


class Command(BaseCommand):
    help = "Lists (CSV) every resident of an estate with the classes and fields that are held of them, without values."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("estate", help="its code")
        parser.add_argument(
            "--class", dest="grade", choices=[grade.value for grade in Grade], default="personal"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        estate = Estate.objects.filter(code=options["estate"]).first()
        if estate is None:
            raise CommandError("There is no such estate.")
        writer = csv.writer(self.stdout)
        writer.writerow(["resident", "reachable", "fields"])
        for resident, fields in affected_in(estate, Grade(options["grade"])):
            writer.writerow([f"#{resident.pk}", "yes" if resident.phones.all() else "no", " ".join(fields)])
