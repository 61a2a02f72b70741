"""Somebody who moves in or buys: the one on file with this name and number, else somebody new."""

from datetime import datetime

from helpdesk.estates.models import Estate
from helpdesk.lib.phones import parse_phone
from helpdesk.staff.models import User
from residents.models import Resident
from residents.selectors import residents_by_number
from residents.services.residents import add_resident


def person_on_file(estate: Estate, name: str, phone: str) -> Resident | None:
    """The one on file with this very number and name: nobody is put on file twice."""
    e164 = parse_phone(phone, estate.phone_region) if phone else None
    if not e164:
        return None
    same = [r for r in residents_by_number([estate.pk], e164) if name.strip() in (r.name, r.other_name)]
    return same[0] if same else None


def put_on_file(
    estate: Estate, *, actor: User, name: str, phone: str = "", at: datetime | None = None
) -> Resident:
    """Found, or put on file. Refused: name_missing, phone_unreadable."""
    found = person_on_file(estate, name, phone)
    return found or add_resident(
        estate=estate, actor=actor, name=name, phones=[(phone, "")] if phone else [], at=at
    )
