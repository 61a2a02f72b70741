"""What matters, registers and visits keep of those who brought them: three years after the end, then the category alone."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.lib.personal_data import (
    FOR_GOOD,
    SERVES_CASE,
    SERVES_WORK,
    Grade,
    Keeping,
    Matter,
    Person,
    PersonalField,
    register,
    register_matters,
)
from helpdesk.lib.phones import phone_hash
from tickets.models import Ticket
from tickets.models.tickets import OPEN

THREE_YEARS = timedelta(days=3 * 365 + 1)
WORDS = gettext_lazy("three years after the matter was closed")
STAYS = gettext_lazy("Claims can be raised for three years after the matter was closed.")
ENDED = ("closed", "declined")


def _closed(way: str) -> Keeping:
    """Three years after the ticket at the end of `way` was closed."""

    def over(at: datetime) -> Q:
        return Q(**{f"{way}closed_at__lt": at - THREE_YEARS, f"{way}status__in": ENDED})

    return Keeping(WORDS, over)


def _older(column: str, words: Any = WORDS) -> Keeping:
    def over(at: datetime) -> Q:
        return Q(**{f"{column}__lt": at - THREE_YEARS})

    return Keeping(words, over)


def _of(keeping: Keeping) -> Any:
    """A maker of fields that go at once when somebody wants to be forgotten, and one of those that wait."""

    def goes(name: str, **more: Any) -> PersonalField:
        return PersonalField(name, Grade.PERSONAL, SERVES_CASE, keeping, **more)

    def waits(name: str, **more: Any) -> PersonalField:
        return PersonalField(name, Grade.PERSONAL, SERVES_CASE, keeping, stays=STAYS, **more)

    return goes, waits


def _internal(name: str) -> PersonalField:
    return PersonalField(name, Grade.INTERNAL, SERVES_WORK, FOR_GOOD)


def open_tickets(person: Person) -> Iterable[Matter]:
    """Matters of this person's that are not closed."""
    mine = Q(resident=person.resident_id) | Q(
        reporter_phone_hash__in=person.phone_hashes, estate=person.estate_id
    )
    for ticket in Ticket.objects.filter(mine, status__in=OPEN).order_by("-pk").only("number"):
        yield Matter(
            _("%(number)s is still open.") % {"number": ticket.number},
            reverse("ticket_detail", args=[ticket.pk]),
            case=ticket.number,
        )


register_matters(open_tickets)
goes, waits = _of(_closed(""))
register(
    "tickets.ticket",
    goes("reporter_name"),
    goes("reporter_phone"),
    goes("reporter_phone_hash", copied=False),
    goes("unit_as_written"),
    goes("track_secret", copied=False),
    waits("subject"),
    waits("description", emptied="–"),
    waits("resolution"),
    waits("closing_reason"),
    waits("search_text", copied=False),
    waits("resident", emptied=None, copied=False),
    plain=["number", "language", "suggestion", "builder", "track_digest", "form_token"],
    about=lambda person: (
        Q(resident=person.resident_id)
        | Q(estate=person.estate_id, reporter_phone_hash__in=person.phone_hashes)
    ),
    hashes={"reporter_phone_hash": ("reporter_phone", phone_hash)},
)


def _on_their_tickets(person: Person) -> Q:
    return Q(ticket__in=person.ids("tickets.ticket"))


goes, waits = _of(_closed("ticket__"))
register(
    "tickets.reply",
    waits("body", emptied="–"),
    plain=["promises", "form_token"],
    about=_on_their_tickets,
    # What colleagues wrote to one another is theirs.
    copied=Q(from_resident=True) | Q(visibility="public", state="sent"),
)
register("tickets.step", waits("reason"), plain=["key", "titles"], about=_on_their_tickets)
register("tickets.classdecision", _internal("reason"))
register("tickets.classreview", _internal("reason"))
register("tickets.pause", waits("note"), about=_on_their_tickets)
register(
    "tickets.forwarding",
    waits("sender_name"),
    waits("answer"),
    plain=["number"],
    about=_on_their_tickets,
)
SLIP = Keeping(
    WORDS,
    lambda at: (
        Q(ticket__closed_at__lt=at - THREE_YEARS, ticket__status__in=ENDED)
        | Q(ticket__isnull=True, status__in=["verified", "cancelled"], issued_at__lt=at - THREE_YEARS)
    ),
)
goes, waits = _of(SLIP)
register(
    "tickets.slip",
    waits("contractor_name", emptied="–"),
    waits("contractor_phone"),
    waits("instructions", emptied="–"),
    waits("report"),
    waits("cancel_reason"),
    plain=["number", "report_token", "form_token"],
    about=_on_their_tickets,
)
register("tickets.slippart", plain=["name", "unit"])
register("tickets.sliplink", plain=["secret", "digest"])
goes, waits = _of(_older("created_at", gettext_lazy("three years after it was taken")))
register(
    "tickets.contact",
    goes("name"),
    goes("phone"),
    goes("phone_hash", copied=False),
    waits("summary"),
    waits("outcome"),
    plain=["number", "form_token"],
    about=lambda person: (
        Q(resident=person.resident_id) | Q(estate=person.estate_id, phone_hash__in=person.phone_hashes)
    ),
    hashes={"phone_hash": ("phone", phone_hash)},
)
register(
    "tickets.praise",
    goes("from_name"),
    waits("words", emptied="–"),
    plain=["form_token"],
    about=lambda person: Q(contact__in=person.ids("tickets.contact")),
)
goes, waits = _of(_older("recorded_at"))
register(
    "tickets.followup",
    waits("suggestion"),
    plain=["routine_key"],
    about=lambda person: (
        Q(resident=person.resident_id)
        | Q(ticket__in=person.ids("tickets.ticket"))
        | Q(contact__in=person.ids("tickets.contact"))
    ),
)
goes, waits = _of(_older("at"))
register(
    "tickets.attempt",
    waits("note"),
    plain=["half_day"],
    about=lambda person: Q(follow_up__in=person.ids("tickets.followup")),
)
# The house's own papers: signed, or about nobody in particular.
register("tickets.logentry", _internal("text"), plain=["form_token"])
register("tickets.signedlog", _internal("lines"), _internal("remark"), plain=["figures"])
register(
    "tickets.handover",
    *map(_internal, ["remarks", "closing", "doubt"]),
    plain=["number", "shift_name"],
)
register(
    "tickets.handoverline",
    *map(_internal, ["who", "what", "next_step", "note", "removed_reason"]),
    plain=["label"],
)
register("tickets.closingitem", plain=["label", "label_zh_hans", "label_zh_hant"])
register(
    "tickets.incident",
    *map(_internal, ["title", "details", "place", "summary"]),
    plain=["number", "form_token"],
)
register("tickets.incidentnote", _internal("whom"), _internal("body"), plain=["form_token"])
register("tickets.incidentnotice", plain=["texts", "promises", "form_token"])
register(
    "tickets.answer",
    plain=[
        *("question", "question_zh_hans", "question_zh_hant", "answer", "answer_zh_hans"),
        *("answer_zh_hant", "search_text"),
    ],
)
register("tickets.cannedreply", plain=["name", "body", "body_zh_hans", "body_zh_hant"])
# Weights of words and pairs, of which no text can be put together again.
register("tickets.learnedmodel", plain=["version", "weights"])
register("tickets.procedurestep", plain=["key", "title", "title_zh_hans", "title_zh_hant"])
register("tickets.scripttext", plain=["key", "say", "do"])
