"""What goes over when two records turn out to be one person.

Every column of the house that points to a resident goes over by itself, so that a table added tomorrow is not forgotten.
An app whose rows must stay, or need more than a new pointer, says so in its own `merging.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from residents.models import MovePerson, Occupancy, Phone, Resident


@dataclass(frozen=True)
class Column:
    """One column that points to a resident, or to a number of theirs."""

    model: type[Model]
    name: str
    # None: the rows simply point to the other record from now on.
    move: Callable[[Resident, Resident], int] | None = None
    # Why the rows stay with the record that is put away; empty where they go over.
    stays: Any = ""

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    @property
    def title(self) -> str:
        """What its rows are called."""
        return str(self.model._meta.verbose_name_plural)


_told: dict[tuple[str, str], dict[str, Any]] = {}


def register(label: str, name: str, **how: Any) -> None:
    """Tell what is special about one column; once."""
    if (label, name) in _told:
        raise ValueError(f"{label}.{name} is registered twice.")
    _told[label, name] = how


def columns(to: type[Model] = Resident) -> list[Column]:
    """Every column of the house that points to residents, or to `to`, in the order of the apps."""
    return [
        Column(model, field.name, **_told.get((model._meta.label_lower, field.name), {}))
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
        if field.related_model is to
    ]


def discover() -> None:
    """Read every app's `merging.py`, once all models stand."""
    autodiscover_modules("merging")


def _phones(duplicate: Resident, into: Resident) -> int:
    """Numbers go over; one that both have stays once, and what pointed to the other now points to it."""
    kept = {phone.whole_hash: phone for phone in Phone.objects.filter(resident=into)}
    has_primary = any(phone.is_primary for phone in kept.values())
    moved = 0
    for phone in list(Phone.objects.filter(resident=duplicate).order_by("-is_primary", "id")):
        twin = kept.get(phone.whole_hash)
        if twin is not None:
            for column in columns(Phone):
                rows = column.model._base_manager.filter(**{column.name: phone})
                rows.update(**{column.name: twin})
            phone.delete()
            continue
        phone.is_primary = phone.is_primary and not has_primary
        has_primary = has_primary or phone.is_primary
        phone.resident = into
        phone.save(update_fields=["resident", "is_primary"])
        moved += 1
    return moved


def _occupancies(duplicate: Resident, into: Resident) -> int:
    """Homes go over; one that both have in the same relation becomes one, from the earlier day on."""
    open_ones = {
        (row.unit_id, row.relation): row
        for row in Occupancy.objects.filter(resident=into, until__isnull=True)
    }
    moved = 0
    for row in list(Occupancy.objects.filter(resident=duplicate)):
        twin = open_ones.get((row.unit_id, row.relation)) if row.until is None else None
        if twin is None:
            row.resident = into
            row.save(update_fields=["resident"])
        else:
            row.delete()
            twin.since = min(twin.since, row.since)
            twin.is_primary, twin.is_payer = twin.is_primary or row.is_primary, twin.is_payer or row.is_payer
            twin.save(update_fields=["since", "is_primary", "is_payer"])
        moved += 1
    return moved


def _move_places(duplicate: Resident, into: Resident) -> int:
    """Places on moves go over; where both stand on one move they are one person there too, with what either was named as."""
    kept = {row.move_id: row for row in MovePerson.objects.filter(resident=into)}
    rows = list(MovePerson.objects.filter(resident=duplicate))
    for row in rows:
        twin = kept.get(row.move_id)
        if twin is None:
            row.resident = into
            row.save(update_fields=["resident"])
            continue
        row.delete()
        twin.is_primary, twin.is_payer = twin.is_primary or row.is_primary, twin.is_payer or row.is_payer
        twin.save(update_fields=["is_primary", "is_payer"])
    return len(rows)


def _name_keys(duplicate: Resident, into: Resident) -> int:
    """The survivor's are made anew from the names that are kept."""
    duplicate.name_keys.all().delete()
    return 0


register("residents.phone", "resident", move=_phones)
register("residents.occupancy", "resident", move=_occupancies)
register("residents.moveperson", "resident", move=_move_places)
register("residents.namekey", "resident", move=_name_keys)
register("residents.erasure", "resident", stays=_("It says what happened to that record."))
