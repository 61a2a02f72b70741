"""What the records beside the people keep of them: vehicles, cards, keys, pets, papers, emergency contacts, notes."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk.lib.personal_data import (
    SERVES_DESK,
    SERVES_PROOF,
    Grade,
    Keeping,
    Person,
    PersonalField,
    register,
)

BOOK = Keeping(_("as long as the desk's key book"))
BOOK_STAYS = _("The key book says who had which key; it proves who could open what.")


def register_papers(kept: Keeping) -> None:
    """Tell of every table; `kept` is how long a resident's record stands after moving out."""

    def field(name: str, grade: Grade = Grade.PERSONAL, **more: object) -> PersonalField:
        return PersonalField(name, grade, SERVES_DESK, kept, **more)  # type: ignore[arg-type]

    def theirs(person: Person) -> Q:
        return Q(resident=person.resident_id)

    register(
        "residents.vehicle",
        *map(field, ["plate", "description", "note"]),
        field("plate_key", copied=False),
        field("plate_turned", copied=False),
        about=theirs,
    )
    register("residents.parkingspace", plain=["code"])
    register("residents.accesscard", *map(field, ["number", "note"]), about=theirs)
    register("residents.pet", *map(field, ["name", "breed", "licence", "note"]), about=theirs)
    register("residents.paper", *map(field, ["title", "number", "note"]), about=theirs)
    register(
        "residents.emergencycontact",
        *map(field, ["name", "relationship", "note"]),
        field("phone"),
        about=theirs,
        deleted=kept,
        goes=True,
    )
    register(
        "residents.note", field("body", Grade.SENSITIVE), field("note"), about=theirs, deleted=kept, goes=True
    )
    register("residents.deskkey", plain=["code", "label", "place"])
    register(
        "residents.keyloan",
        *(
            PersonalField(name, Grade.PERSONAL, SERVES_PROOF, BOOK, stays=BOOK_STAYS)
            for name in ("borrower", "purpose", "note")
        ),
    )
