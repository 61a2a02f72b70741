"""Loading the demo: two estates with a year behind them, and as many more as a load test wants."""

import random
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone, translation

from helpdesk.desk.demo.canned import fill_canned_replies
from helpdesk.desk.demo.estates import MAPLE, WILLOW, Plan, build_estate
from helpdesk.desk.demo.fee_events import close_days
from helpdesk.desk.demo.fees import tell_fees
from helpdesk.desk.demo.history import cast_of, write_history
from helpdesk.desk.demo.household import tell_households
from helpdesk.desk.demo.passes import tell_passes
from helpdesk.desk.demo.procedures import tell_procedures
from helpdesk.desk.demo.registers import fill_answers_book, tell_registers
from helpdesk.desk.demo.shifts import tell_shifts
from helpdesk.desk.demo.today import tell_today
from helpdesk.desk.demo.visitors import tell_visitors
from helpdesk.estates.models import Estate
from helpdesk.staff.models import User

DAYS = 395
PASSWORD = "demo"  # noqa: S105 - the demo's, refused outside the embedded mode


def is_loaded() -> bool:
    """The second estate is written last, in one transaction with everything else."""
    return Estate.objects.filter(code=MAPLE.code).exists()


@transaction.atomic
def load(*, seed: int = 7, days: int = DAYS) -> int:
    """Both demo estates, all or nothing; returns the number of tickets of the year behind."""
    rng = random.Random(seed)  # noqa: S311 - a believable estate, not a secret
    now = timezone.now()
    # What history keeps in words, it keeps in the words of these estates.
    with translation.override("zh-hans"):
        return _load(rng, now, days)


def _load(rng: random.Random, now: datetime, days: int) -> int:
    written = 0
    for plan in (WILLOW, MAPLE):
        estate = build_estate(
            plan, staff_code=plan.code, password=PASSWORD, today=timezone.localdate(), rng=rng
        )
        cast = cast_of(estate)
        written += write_history(cast, until=now, days=days, rng=rng)
        if plan is WILLOW:
            tell_shifts(estate, now=now)
            users = {u.username: u for u in User.objects.all()}
            tell_today(cast, users, now=now, rng=rng)
            tell_registers(cast, users, now=now)
            fill_canned_replies(estate, users)
            tell_fees(estate, users, now=now, rng=rng)
            tell_passes(estate, users, now=now)
            tell_households(estate, users, now=now, rng=rng)
            tell_visitors(estate, users, now=now, rng=rng)
            tell_procedures(estate, users, now=now)
            close_days(estate, users["cashier"], now=now)
        fill_answers_book(estate, cast.clerks[0])
        mark_made_up(estate)
    return written


def mark_made_up(estate: Estate) -> None:
    """Whatever was taken in the estate up to now is made up: the classifier learns nothing from it."""
    Estate.objects.filter(pk=estate.pk).update(demo_until=timezone.now())


def multiply(times: int, *, seed: int = 7, days: int = DAYS) -> int:
    """Estates until there are 2 × `times`; each is a transaction of its own, so a stop loses at most one."""
    written = 0
    for n in range(Estate.objects.count() + 1, 2 * times + 1):
        code = f"estate-{n:05d}"
        with transaction.atomic():
            rng = random.Random(seed + n)  # noqa: S311
            plan = Plan(code, f"Estate {n}", f"{n} 号小区", f"{n} 號社區", WILLOW.telephone, WILLOW.buildings)
            estate = build_estate(
                plan, staff_code="willow", password=PASSWORD, today=timezone.localdate(), rng=rng
            )
            written += write_history(
                cast_of(estate), until=timezone.now() - timedelta(minutes=1), days=days, rng=rng
            )
            mark_made_up(estate)
    return written
