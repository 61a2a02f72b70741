"""How quick the one box is among many units and people: builds them in an empty database, asks, and tells the figures."""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext

from helpdesk.desk.lookup import look_up
from helpdesk.desk.lookup_data import Built, build, is_built, samples
from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from residents.models import NameKey, Resident, Unit

SMALL = Template("{{ unit.code }} {{ unit.floor }} {{ unit.area_m2 }} {{ unit.get_status_display }}")
SLOWEST_MS, MOST_TIMES, MOST_QUERIES = 100.0, 8.0, 6


class Command(BaseCommand):
    help = "Measures the one box. Builds --units and --people first; refuses a database that holds a real estate."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--units", type=int, default=20_000)
        parser.add_argument("--people", type=int, default=52_000)
        parser.add_argument("--estates", type=int, default=1)
        parser.add_argument("--only-build", action="store_true")
        parser.add_argument("--asks", type=int, default=200, help="questions of each kind")
        parser.add_argument(
            "--explain", action="store_true", help="show the plans of the slowest question of each kind"
        )

    def handle(self, **options: Any) -> None:
        if not is_built():
            if Estate.objects.exists():
                raise CommandError("This database holds an estate; measure in an empty one.")
            began = time.perf_counter()
            build(options["units"], options["people"], options["estates"])
            self.stdout.write(f"Built in {time.perf_counter() - began:.0f} s.")
        if options["only_build"]:
            return
        self.stdout.write(
            f"{Unit.objects.count()} units, {Resident.objects.count()} people, {NameKey.objects.count()} name keys"
        )
        built = samples()
        self.stdout.write(
            f"{'kind':22}{'p50 ms':>9}{'p95 ms':>9}{'worst':>9}{'times floor':>13}{'queries':>9}{'hits':>7}"
        )
        slow = False
        for kind, asks in questions(built, options["asks"]):
            slow |= self._measure(kind, built, asks, explain=options["explain"])
        if slow:
            raise CommandError("Slower than it should be.")

    def _measure(self, kind: str, built: Built, asks: list[str], *, explain: bool) -> bool:
        user = built.user
        times, floors, most, hits = [], [], 0, 0
        for ask in asks[:3]:
            look_up(user, ask)
            floor(built)
        for ask in asks:
            floors.append(clocked(lambda: floor(built)))
            times.append(clocked(lambda text=ask: look_up(user, text)))  # type: ignore[misc]
        slowest = asks[max(range(len(times)), key=times.__getitem__)]
        for ask in (*asks[:20], slowest):
            with CaptureQueriesContext(connection) as queries:
                hits += len(look_up(user, ask))
            most = max(most, len(queries))
        p50, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        ratio = p50 / statistics.median(floors)
        self.stdout.write(
            f"{kind:22}{p50:9.2f}{p95:9.2f}{max(times):9.2f}{ratio:13.1f}{most:9d}{hits / 21:7.1f}"
        )
        if explain:
            self._explain(user, slowest)
        return p95 > SLOWEST_MS or ratio > MOST_TIMES or most > MOST_QUERIES

    def _explain(self, user: User, ask: str) -> None:
        with CaptureQueriesContext(connection) as queries:
            look_up(user, ask)
        how = "EXPLAIN (ANALYZE, BUFFERS) " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
        for query in queries.captured_queries:
            with connection.cursor() as cursor:
                cursor.execute(
                    how + query["sql"].replace("%", "%%")
                    if connection.vendor == "sqlite"
                    else how + query["sql"]
                )
                self.stdout.write(f"  {query['sql'][:300]}")
                for row in cursor.fetchall():
                    self.stdout.write(f"    {' '.join(map(str, row))[:180]}")


def floor(built: Built) -> str:
    """The least that Django can do: one row by its index, and a small template."""
    unit = Unit.objects.get(pk=built.rng.choice(built.unit_ids))
    return SMALL.render(Context({"unit": unit}))


def clocked(deed: Callable[[], Any]) -> float:
    """Milliseconds that it took."""
    began = time.perf_counter()
    deed()
    return (time.perf_counter() - began) * 1000


def questions(built: Built, asks: int) -> Iterator[tuple[str, list[str]]]:
    """What clerks type, of every kind."""
    rng = random.Random(11)  # noqa: S311
    codes, names, phones, plates = (
        [rng.choice(rows) for _ in range(asks)]
        for rows in (built.codes, built.names, built.phones, built.plates)
    )
    yield "3-2-501", codes
    yield "3栋2单元501", [f"{b}栋{e}单元{r}" for b, e, r in (code.split("-") for code in codes)]
    yield "3座2單元501室", [f"{b}座{e}單元{r}室" for b, e, r in (code.split("-") for code in codes)]
    yield "501", [code.split("-")[2] for code in codes]
    yield "2-501", ["-".join(code.split("-")[1:]) for code in codes]
    yield "3-2-5", [code[:-2] for code in codes]
    yield "3", [code.split("-")[0] for code in codes]
    yield "whole number", [phone[3:] for phone in phones]
    yield "last four", [phone[-4:] for phone in phones]
    yield "last six", [phone[-6:] for phone in phones]
    yield "number of nobody", [f"139{rng.randrange(10**8):08d}" for _ in range(asks)]
    yield "name", names
    yield "surname 王", ["王"] * asks
    yield "pinyin", [rng.choice(built.spoken) for _ in range(asks)]
    yield "wang", ["wang"] * asks
    yield "one letter", [rng.choice("wlzcy") for _ in range(asks)]
    yield "initials", [rng.choice(built.initials) for _ in range(asks)]
    yield "plate", plates
    yield "end of a plate", [plate[-5:] for plate in plates]
    yield "ticket number", [f"T-2026-{rng.randrange(1, 200):06d}" for _ in range(asks)]
    yield "bare number", [str(rng.randrange(1, 200)) for _ in range(asks)]
    yield "nothing fits", [f"{rng.choice('xvi')}{rng.randrange(10**6)}q" for _ in range(asks)]
