"""What units' records keep of people, and for how long after they have moved out."""

from datetime import datetime, timedelta

from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.lib.personal_data import (
    HISTORY,
    HISTORY_STAYS,
    SERVES_DESK,
    SERVES_PROOF,
    Grade,
    Keeping,
    PersonalField,
    register,
)
from helpdesk.lib.phones import hash_of_ending, phone_hash
from residents.personal_papers import register_papers
from residents.services.identity_numbers import identity_hash
from residents.whose_time_is_over import over_before

IDENTITY_DAYS, RECORD_DAYS = 30, 180  # after the last day of the last occupancy
WHO_PAYS = _("to prove who belongs to a unit, where the law asks for it")


def _after_moving_out(days: int, resident: str, words: object) -> Keeping:
    def over(at: datetime) -> Q:
        return Q(
            **{f"{resident}__in": over_before(timezone.localdate(at) - timedelta(days=days)).values("pk")}
        )

    return Keeping(words, over)


IDENTITY = _after_moving_out(IDENTITY_DAYS, "pk", _("until 30 days after moving out"))
RECORD = _after_moving_out(RECORD_DAYS, "pk", _("until 180 days after moving out"))
PHONES = _after_moving_out(RECORD_DAYS, "resident_id", _("until 180 days after moving out"))
SEVEN_DAYS = Keeping(_("until it is written, 7 days at most"))
NAMELESS = Concat(Value("Resident #"), Cast(F("pk"), CharField()))


def _of_resident(name: str, **more: object) -> PersonalField:
    return PersonalField(name, Grade.PERSONAL, SERVES_DESK, RECORD, **more)  # type: ignore[arg-type]


register("residents.building", plain=["code", "name"])
register("residents.unit", plain=["code", "entrance", "room"])
register(
    "residents.resident",
    PersonalField("identity_number", Grade.SENSITIVE, WHO_PAYS, IDENTITY),
    PersonalField("identity_hash", Grade.SENSITIVE, WHO_PAYS, IDENTITY, copied=False),
    _of_resident("name", emptied=NAMELESS),
    _of_resident("other_name"),
    _of_resident("salutation"),
    _of_resident("email"),
    _of_resident("language"),
    _of_resident("note"),
    _of_resident("accepts_messages", emptied=False),
    _of_resident("is_archived", emptied=True, copied=False),
    # Contact persons of an organisation are people of their own.
    # A record that was merged into this one is theirs too.
    about=lambda person: Q(pk=person.resident_id) | Q(merged_into=person.resident_id),
    hashes={"identity_hash": ("identity_number", identity_hash)},
)
register(
    "residents.namekey",
    PersonalField("key", Grade.PERSONAL, SERVES_DESK, PHONES, copied=False),
    about=lambda person: Q(resident=person.resident_id),
    deleted=PHONES,
    goes=True,
)
register(
    "residents.phone",
    PersonalField("number", Grade.PERSONAL, SERVES_DESK, PHONES),
    PersonalField("label", Grade.PERSONAL, SERVES_DESK, PHONES),
    PersonalField("whole_hash", Grade.PERSONAL, SERVES_DESK, PHONES, copied=False),
    PersonalField("ending_hash", Grade.PERSONAL, SERVES_DESK, PHONES, copied=False),
    about=lambda person: Q(resident=person.resident_id),
    hashes={"whole_hash": ("number", phone_hash), "ending_hash": ("number", hash_of_ending)},
    deleted=PHONES,
    goes=True,
)
register_papers(PHONES)
# Who lived where, when, stays: under a number instead of a name.
register("residents.occupancy", about=lambda person: Q(resident=person.resident_id))
register(
    "residents.importjob",
    PersonalField("content", Grade.SENSITIVE, SERVES_DESK, SEVEN_DAYS, copied=False),
    PersonalField("problems", Grade.PERSONAL, SERVES_DESK, SEVEN_DAYS, copied=False),
    plain=["file_name", "counts", "unknown_columns", "failure"],
)
register(
    "residents.legalhold",
    PersonalField("reason", Grade.PERSONAL, SERVES_PROOF, HISTORY, stays=HISTORY_STAYS),
    about=lambda person: Q(resident=person.resident_id),
)
register(
    "residents.erasure",
    PersonalField("reason", Grade.PERSONAL, SERVES_PROOF, HISTORY, stays=HISTORY_STAYS),
    plain=["counts"],
    about=lambda person: Q(resident=person.resident_id),
)
register(
    "residents.givenconsent",
    PersonalField("version", Grade.INTERNAL, SERVES_PROOF, HISTORY, stays=HISTORY_STAYS),
    plain=["about_type", "language"],
)
# Who moved, exchanged or decorated: kept as long as the people of the unit are, then emptied.
MOVED = Keeping(_("180 days after it ended"), lambda at: Q(ended_at__lt=at - timedelta(days=RECORD_DAYS)))


def _hanging(path: str) -> Keeping:
    return Keeping(
        _("180 days after it ended"),
        lambda at: Q(**{f"{path}__ended_at__lt": at - timedelta(days=RECORD_DAYS)}),
    )


def _kept(name: str, keeping: Keeping = MOVED, **more: object) -> PersonalField:
    return PersonalField(name, Grade.PERSONAL, SERVES_DESK, keeping, **more)  # type: ignore[arg-type]


WORDS_STAY = _("It says why something was decided.")
register("residents.moverule", plain=["key", "title", "title_zh_hans", "title_zh_hant"])
register(
    "residents.move",
    _kept("mailing_address"),
    _kept("note"),
    *(_kept(name, HISTORY, stays=WORDS_STAY) for name in ("override_reason", "end_reason")),
    plain=["number"],
    about=lambda person: Q(people__resident=person.resident_id),
)
register("residents.moveperson", about=lambda person: Q(resident=person.resident_id))
register(
    "residents.movestep",
    *(_kept(name, HISTORY, stays=WORDS_STAY) for name in ("note", "let_pass_reason")),
    plain=["key", "title", "title_zh_hans", "title_zh_hant"],
    about=lambda person: Q(move__in=person.ids("residents.move")),
)
register(
    "residents.fixtureshandover",
    *(_kept(name, _hanging("move"), emptied=Value("–")) for name in ("resident_name", "staff_name")),
    *(_kept(name, _hanging("move")) for name in ("resident_strokes", "staff_strokes", "remarks")),
    about=lambda person: Q(move__in=person.ids("residents.move")),
)
register(
    "residents.fixtureitem",
    _kept("note", _hanging("handover__move")),
    plain=["name"],
    about=lambda person: Q(handover__in=person.ids("residents.fixtureshandover")),
)
register(
    "residents.unitchange",
    *(_kept(name, HISTORY, stays=WORDS_STAY) for name in ("reason", "decision_reason")),
    plain=["number"],
    about=lambda person: Q(new_owner=person.resident_id),
)
register(
    "residents.decoration",
    _kept("contractor"),
    _kept("foreman"),
    _kept("foreman_phone"),
    _kept("scope"),
    _kept("conditions"),
    _kept("end_reason", HISTORY, stays=WORDS_STAY),
    plain=["number"],
    about=lambda person: Q(resident=person.resident_id),
)
register(
    "residents.workerpermit",
    _kept("name", _hanging("decoration"), emptied=Value("–")),
    _kept("trade", _hanging("decoration")),
    _kept("end_reason", HISTORY, stays=WORDS_STAY),
    plain=["number"],
    about=lambda person: Q(decoration__in=person.ids("residents.decoration")),
)
register(
    "residents.decorationinspection",
    _kept("findings", HISTORY, stays=WORDS_STAY),
    about=lambda person: Q(decoration__in=person.ids("residents.decoration")),
)
register(
    "residents.decorationviolation",
    *(_kept(name, HISTORY, stays=WORDS_STAY) for name in ("what", "rectification")),
    about=lambda person: Q(decoration__in=person.ids("residents.decoration")),
)
register("residents.retentionrun", plain=["table", "columns"])
