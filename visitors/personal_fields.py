"""What the gate keeps of visitors and carriers; visitors/services/retention.py says when each of it is over."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk.lib.personal_data import SERVES_GATE, Grade, Keeping, PersonalField, register
from helpdesk.lib.phones import phone_hash
from visitors.services.retention import VISIT_DAYS, parcel_over, pass_over, visit_over, watch_over
from visitors.services.watching import name_hash

NINETY_DAYS = Keeping(_("90 days after the visit"), visit_over(VISIT_DAYS))
THIRTY_DAYS = Keeping(_("30 days after the visit"), visit_over(30))
PARCEL_DAYS = Keeping(_("90 days after it was collected"), parcel_over)
AFTER_USE = Keeping(_("180 days after use"), pass_over())
WITH_ITS_PASS = Keeping(_("180 days after use"), pass_over("release_pass__"))
UNTIL_ITS_DAY = Keeping(_("until the day it is set for"), watch_over)
WATCHED = _("It warns of a danger until its day.")


def _visit(name: str, **more: Any) -> PersonalField:
    return PersonalField(name, Grade.PERSONAL, SERVES_GATE, NINETY_DAYS, **more)


def _pass(name: str, keeping: Keeping = AFTER_USE, **more: Any) -> PersonalField:
    return PersonalField(name, Grade.PERSONAL, SERVES_GATE, keeping, **more)


def _watched(name: str, **more: Any) -> PersonalField:
    return PersonalField(name, Grade.SENSITIVE, SERVES_GATE, UNTIL_ITS_DAY, stays=WATCHED, **more)


register(
    "visitors.visit",
    _visit("visitor_name"),
    _visit("visitor_phone"),
    _visit("purpose"),
    _visit("plate"),
    _visit("carries"),
    PersonalField("id_last_four", Grade.SENSITIVE, SERVES_GATE, THIRTY_DAYS),
    *(_visit(name, copied=False) for name in ("name_hash", "phone_hash")),
    PersonalField("id_hash", Grade.SENSITIVE, SERVES_GATE, THIRTY_DAYS, copied=False),
    plain=[
        *("number", "code", "confirm_digest", "link_digest", "badge", "host_digest", "refuse_reason"),
        "form_token",
    ],
    about=lambda person: Q(estate=person.estate_id, phone_hash__in=person.phone_hashes),
    hashes={
        "phone_hash": ("visitor_phone", phone_hash),
        "name_hash": ("visitor_name", name_hash),
        # Of a document nothing but the hash is kept.
        "id_hash": None,
    },
)
register(
    "visitors.watchentry",
    *(_watched(name) for name in ("name", "plate", "reason", "source")),
    *(_watched(name, copied=False) for name in ("name_hash", "phone_hash", "id_hash")),
    about=lambda person: Q(estate=person.estate_id, phone_hash__in=person.phone_hashes),
    hashes={"name_hash": ("name", name_hash), "phone_hash": None, "id_hash": None},
    deleted=UNTIL_ITS_DAY,
)
register(
    "visitors.releasepass",
    _pass("applicant_name", emptied="–"),
    _pass("applicant_phone"),
    _pass("reconcile_note"),
    _pass("vehicle_plate"),
    _pass("reason"),
    plain=[
        *("number", "code", "override_reason", "end_reason", "confirm_digest", "link_digest", "form_token"),
    ],
    about=lambda person: Q(resident=person.resident_id),
)
register("visitors.releaseitem", plain=["description", "detail"])
register(
    "visitors.consent",
    _pass("note", WITH_ITS_PASS),
    plain=["digest"],
    about=lambda person: Q(owner=person.resident_id),
)
register("visitors.gaterelease", _pass("plate_seen", WITH_ITS_PASS), plain=["gate", "scan_key"])
register(
    "visitors.parcel",
    PersonalField("collected_by", Grade.PERSONAL, SERVES_GATE, PARCEL_DAYS, emptied="–"),
    plain=["carrier", "reference", "shelf", "form_token"],
    about=lambda person: Q(resident=person.resident_id),
)
register("visitors.visitorpolicy", plain=["consent_relations", "gates"])
