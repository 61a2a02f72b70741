"""Contact persons of an organisation 公司: who speaks for it, since when, and who did before (docs/domain.md §8)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.services import record
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from residents.models import Occupancy, Resident
from residents.services.kept import lock
from residents.services.occupancies import archive_resident
from residents.services.residents import add_resident


@transaction.atomic
def add_contact_person(
    organisation: Resident, *, actor: User | None, name: str, at: datetime | None = None, **details: Any
) -> Resident:
    """Somebody new who speaks for the organisation. Refused: not_an_organisation, archived, and as `add_resident`."""
    _guard(organisation)
    person = add_resident(
        estate=organisation.estate, actor=actor, name=name, contact_of=organisation, at=at, **details
    )
    record("contactperson.added", person, filed_under=organisation, actor=actor, at=at)
    return person


@transaction.atomic
def name_contact_person(
    person: Resident, *, of: Resident, actor: User | None, at: datetime | None = None
) -> Resident:
    """Somebody who is on file already speaks for the organisation; the same once more changes nothing.

    Refused: not_an_organisation, not_a_person, archived, other_estate, contact_of_another.
    """
    _guard(of)
    person = lock(person)
    if person.contact_of_id == of.pk:
        return person
    if person.estate_id != of.estate_id:
        raise Refused("other_estate", _("That organisation belongs to another estate."))
    if person.is_archived:
        raise Refused("archived", _("An archived record takes nothing new."))
    if person.kind != Resident.Kind.PERSON:
        raise Refused("not_a_person", _("A contact person is a person."))
    if person.contact_of_id is not None:
        raise Refused("contact_of_another", _("This person speaks for another organisation; end that first."))
    _set(person, of)
    record("contactperson.added", person, filed_under=of, actor=actor, at=at)
    return person


@transaction.atomic
def end_contact_person(person: Resident, *, actor: User | None, at: datetime | None = None) -> Resident:
    """No longer speaks for the organisation; whoever belongs to no unit either is put away, and stays in the history of
    both. Refused: not_a_contact_person."""
    person = lock(person)
    organisation = person.contact_of
    if organisation is None:
        raise Refused("not_a_contact_person", _("This person speaks for no organisation."))
    record("contactperson.ended", person, filed_under=organisation, actor=actor, at=at)
    if _lives_somewhere(person, at):
        return _set(person, None)
    # Who they spoke for stays on the record that is put away.
    return archive_resident(person, actor=actor, at=at)


def _lives_somewhere(person: Resident, at: datetime | None) -> bool:
    here = Occupancy.objects.today(at or timezone.now())  # type: ignore[attr-defined]
    return bool(here.filter(resident=person).exists())


def _set(person: Resident, organisation: Resident | None) -> Resident:
    person.contact_of = organisation
    person.version += 1
    person.save(update_fields=["contact_of", "version"])
    return person


def _guard(organisation: Resident) -> None:
    if organisation.kind != Resident.Kind.ORGANISATION:
        raise Refused("not_an_organisation", _("Only an organisation has contact persons."))
    if organisation.is_archived:
        raise Refused("archived", _("An archived record takes nothing new."))
