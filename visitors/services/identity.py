"""Which identity document was seen; of its number only what the estate requires, and never whole (docs/domain.md §6)."""

import re

from django.utils.translation import gettext as _

from helpdesk.lib.crypto import keyed_hash
from helpdesk.lib.errors import Refused
from visitors.models import Visit
from visitors.models.visits import DocumentType

SHORTEST = 5  # signs; of a shorter number the last four would be all


def see_identity(visit: Visit, document: str, number: str, *, is_required: bool) -> None:
    """Write the kind of document on the visit, and where the estate requires the number its last four and keyed hash.

    Refused document_missing, identity_number_missing, identity_number_not_kept (the estate wants none).
    """
    if document not in DocumentType.values:
        says = _("Write down which identity document you have seen.")
        raise Refused("document_missing", says, field="id_document_type")
    signs = re.sub(r"[\W_]", "", number).upper()
    if signs and not is_required:
        says = _("This estate keeps no numbers of identity documents.")
        raise Refused("identity_number_not_kept", says, field="id_number")
    if is_required and len(signs) < SHORTEST:
        says = _("This estate requires the number of the document.")
        raise Refused("identity_number_missing", says, field="id_number")
    visit.id_document_type = document
    visit.id_last_four = signs[-4:]
    visit.id_hash = keyed_hash(signs, "visit.identity") if signs else ""
