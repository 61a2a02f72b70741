"""What a unit is, by who belongs to it; while builders are at work it is being decorated (docs/domain.md §8)."""

from datetime import date

from residents.models import Decoration, Occupancy, Unit

R = Occupancy.Relation
OWNERS = (R.OWNER, R.CO_OWNER)
# Who sleeps here; owners may live elsewhere, agents and contact persons do.
HOUSEHOLD = (R.OWNER, R.CO_OWNER, R.TENANT, R.FAMILY)


def settle_status(unit: Unit, on: date, *, owners_alone: str) -> None:
    """Say what the unit is on the day `on`: with tenants or family it is lived in, with nobody it is vacant. Where owners
    alone belong to it, only what happened tells: that is `owners_alone`."""
    rows = Occupancy.objects.current(on).filter(unit=unit, relation__in=HOUSEHOLD)  # type: ignore[attr-defined]
    here = set(rows.values_list("relation", flat=True))
    if here - set(OWNERS):
        status: str = Unit.Status.OCCUPIED
    elif here or owners_alone == Unit.Status.NOT_HANDED_OVER:
        status = owners_alone
    else:
        status = Unit.Status.VACANT
    _say(unit, status)


def begin_decorating(job: Decoration) -> None:
    """What the unit was is kept on the job until its work is over."""
    job.unit_status = what_it_is(job.unit)
    _write(job.unit, Unit.Status.DECORATING)


def end_decorating(job: Decoration, on: date) -> None:
    """The unit is again what it was, or what those make it who came and went meanwhile."""
    settle_status(job.unit, on, owners_alone=job.unit_status or Unit.Status.OCCUPIED)


def what_it_is(unit: Unit) -> str:
    """The unit's status, looking past builders who are at work there."""
    status: str = Unit.objects.values_list("status", flat=True).get(pk=unit.pk)
    job = _at_work(unit)
    return (job.unit_status if job else "") or status


def _say(unit: Unit, status: str) -> None:
    job = _at_work(unit)
    if job is None:
        _write(unit, status)
    else:
        # Whoever comes or goes meanwhile: decorated it is until the work is over.
        Decoration.objects.filter(pk=job.pk).update(unit_status=status)


def _at_work(unit: Unit) -> Decoration | None:
    return Decoration.objects.filter(unit=unit, status__in=Decoration.AT_WORK).first()


def _write(unit: Unit, status: str) -> None:
    fresh = Unit.objects.select_for_update().get(pk=unit.pk)
    if fresh.status == status:
        return
    fresh.status = status
    fresh.version += 1
    fresh.save(update_fields=["status", "version"])
