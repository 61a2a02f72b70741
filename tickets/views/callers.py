"""Who is speaking, as the address of a form names them: ?unit= ?resident= ?contact= ?channel=, ?from=box."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import log_access
from helpdesk.estates.models import Estate
from helpdesk.lib.addresses import ip_of
from helpdesk.lib.sealed import clear
from helpdesk.staff.access import get_visible, require
from helpdesk.staff.models import User
from residents.caller_numbers import remembered_number
from residents.models import Resident, Unit
from residents.names_shown import bears, spoken_name
from residents.selectors import homes_of, unit_on_file
from tickets.calls import Call, calls_before, greeting, hashes_of, known_by_number
from tickets.models import Contact


@dataclass(frozen=True)
class Caller:
    """Who is speaking, as far as it is known; nobody on file is a caller too."""

    estate: Estate
    unit: Unit | None = None
    resident: Resident | None = None
    contact: Contact | None = None
    phone: str = ""
    form_token: str = ""

    @cached_property
    def hashes(self) -> list[str]:
        """What the caller's numbers are found by, read once for banner, question and open matters."""
        return hashes_of(self.estate, self.resident, self.phone)

    @property
    def card_url(self) -> str:
        if self.resident:
            return reverse("resident_card", args=[self.resident.pk])
        return reverse("unit_card", args=[self.unit.pk]) if self.unit else ""

    @property
    def panel_url(self) -> str:
        """The card beside a form; the entry of this very call is not counted twice."""
        entry = f"&contact={self.contact.pk}" if self.contact else ""
        return f"{self.card_url}?panel=1{entry}" if self.card_url else ""


def caller_from(request: HttpRequest, permission: str) -> Caller:
    """The caller of this address; 404 for what the user can't see, 403 where the role may not."""
    user: User = request.user  # type: ignore[assignment]
    contact = one_of(
        Contact.objects.select_related("estate", "unit", "resident"), request, "contact", permission
    )
    unit = one_of(Unit.objects.select_related("estate"), request, "unit", permission)
    resident = one_of(Resident.objects.select_related("estate"), request, "resident", permission)
    if contact:
        unit, resident = unit or contact.unit, resident or contact.resident
    known: Any = unit or resident or contact
    estate = known.estate if known else request.estate  # type: ignore[attr-defined]
    if not user.may(permission, estate.pk):
        raise PermissionDenied
    if any(thing.estate_id != estate.pk for thing in (unit, resident, contact) if thing):
        raise Http404
    # Typed into the one box: it travels in the session, as an address would end in a log.
    from_box = remembered_number(request.session) if request.GET.get("from") == "box" else ""
    phone = from_box or (clear(contact.phone) if contact else "")
    if contact and phone == contact.phone and phone and request.method == "GET":
        log_access(contact, "phone", actor=user, estate_id=estate.pk, reason="form", address=ip_of(request))
    return Caller(estate, unit, resident, contact, phone)


def as_typed(caller: Caller, written: Any) -> Caller:
    """The same caller with the unit and the number that were typed into the form meanwhile, where they say anything."""
    plate = written.get("unit", "")[:60].replace("\0", "").strip()
    same = not plate or (caller.unit is not None and plate == caller.unit.code)
    unit = caller.unit if same else unit_on_file(plate, caller.estate) or caller.unit
    phone, token = written.get("phone", "").strip() or caller.phone, written.get("form_token", "")
    return replace(caller, unit=unit, phone=phone, form_token=token[:64].replace("\0", ""))


def recognised(caller: Caller, name: str, plate: str) -> Caller:
    """The same caller with whoever alone has the typed number on file, and their door where none was typed.

    Not where somebody is named already, another name was typed (who rings from a neighbour's telephone is not the
    neighbour), or the door that was typed is not theirs.
    """
    if caller.resident or not caller.phone:
        return caller
    now = timezone.now()
    resident, home = known_by_number(caller.estate, caller.phone, now)
    if resident is None or (name.strip() and not bears(resident, name)):
        return caller
    if not plate.strip():
        return replace(caller, resident=resident, unit=caller.unit or home)
    homes = {row.unit_id for row in homes_of(resident, timezone.localdate(now))}
    return replace(caller, resident=resident) if caller.unit and caller.unit.pk in homes else caller


def one_of(queryset: Any, request: HttpRequest, name: str, permission: str) -> Any:
    """The object that ?name= points to; None where the address names none."""
    written = request.GET.get(name, "")
    if not written:
        return None
    # Python itself refuses to read thousands of digits.
    if not written.isdecimal() or len(written) > 19:
        raise Http404
    found = get_visible(queryset, request.user, permission, pk=int(written))  # type: ignore[arg-type]
    require(request.user, permission, found)  # type: ignore[arg-type]
    return found


def call_banner(caller: Caller, user: User) -> dict[str, Any] | None:
    """What the clerk should know before a word is said: which call this is (docs/domain.md §3)."""
    calls = calls_of_caller(caller, user)
    if not calls:
        return None
    name = spoken_name(caller.resident) if caller.resident else ""
    said = next((call.about for call in calls if call.about), "")
    why = _("Last time: %(summary)s") % {"summary": said[:120]} if said else ""
    tone = "amber" if len(calls) > 1 else "plain"
    return {"says": greeting(len(calls) + 1, name), "why": why, "tone": tone}


def calls_of_caller(caller: Caller, user: User) -> list[Call]:
    """The calls before this one; the entry of this very call is none of them."""
    return calls_before(
        user,
        estate=caller.estate,
        unit=caller.unit,
        resident=caller.resident,
        hashes=caller.hashes,
        at=timezone.now(),
        but_for=caller.contact.pk if caller.contact else None,
        form_token=caller.form_token,
    )
