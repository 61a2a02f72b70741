"""Photos and papers: kept with the record they belong to, which says for how long."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk.lib.personal_data import SERVES_CASE, Grade, Keeping, Person, PersonalField, register

WITH_ITS_RECORD = Keeping(_("as long as the record they belong to"))
PROOF = _("It is part of a matter that claims can still be raised about.")


def _of_their_things(person: Person) -> Q:
    found = Q(pk__in=[])
    for label, ids in person.things.items():
        found |= Q(owner_type=label, owner_id__in=ids)
    return found


def _file(name: str) -> PersonalField:
    return PersonalField(name, Grade.PERSONAL, SERVES_CASE, WITH_ITS_RECORD, stays=PROOF)


register(
    "attachments.attachment",
    *map(_file, ["name", "file", "thumbnail"]),
    plain=["owner_type", "content_type", "digest", "purpose"],
    about=_of_their_things,
    hangs=True,
)
