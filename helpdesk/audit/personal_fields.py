"""What the history keeps of people: never a value, but whose record it was and who looked."""

from django.db.models import Q

from helpdesk.lib.personal_data import (
    HISTORY,
    HISTORY_STAYS,
    SERVES_PROOF,
    Grade,
    Person,
    PersonalField,
    register,
)


def _entries(person: Person) -> Q:
    found = Q(pk__in=[])
    for label, ids in person.things.items():
        found |= Q(target_type=label, target_id__in=ids) | Q(filed_type=label, filed_id__in=ids)
    return found


def _views(person: Person) -> Q:
    found = Q(pk__in=[])
    for label, ids in person.things.items():
        found |= Q(subject_type=label, subject_id__in=ids)
    return found


def _kept(name: str) -> PersonalField:
    # What happened is handed out with its moment; by whom of the staff is not.
    return PersonalField(
        name, Grade.INTERNAL, SERVES_PROOF, HISTORY, stays=HISTORY_STAYS, copied=name in {"verb", "field"}
    )


register(
    "audit.entry",
    *map(_kept, ["verb", "actor_name", "target_label", "data"]),
    plain=["target_type", "filed_type"],
    about=_entries,
    hangs=True,
)
register(
    "audit.accessentry",
    *map(_kept, ["field", "reason", "address"]),
    plain=["subject_type"],
    about=_views,
    hangs=True,
)
register("audit.dayseal", plain=["digest"])
