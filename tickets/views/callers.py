"""Who is speaking, as the address of a form names them: ?unit= ?resident= ?contact= ?channel=, ?from=box."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk.audit.services import log_access
from helpdesk.estates.models import Estate
from helpdesk.lib.addresses import ip_of
from helpdesk.staff.access import get_visible, require
from helpdesk.staff.models import User
from residents.caller_numbers import remembered_number
from residents.models import Resident, Unit
from tickets.models import Contact
from tickets.selectors import calls_of


@dataclass(frozen=True)
class Caller:
    """Who is speaking, as far as it is known; nobody on file is a caller too."""

    estate: Estate
    unit: Unit | None = None
    resident: Resident | None = None
    contact: Contact | None = None
    phone: str = ""

    @property
    def card_url(self) -> str:
        if self.resident:
            return reverse("resident_card", args=[self.resident.pk])
        return reverse("unit_card", args=[self.unit.pk]) if self.unit else ""


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
    phone = from_box or (contact.phone if contact else "")
    if contact and phone == contact.phone and phone and request.method == "GET":
        log_access(contact, "phone", actor=user, estate_id=estate.pk, reason="form", address=ip_of(request))
    return Caller(estate, unit, resident, contact, phone)


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


def call_banner(caller: Caller) -> dict[str, Any] | None:
    """What the clerk should know before a word is said: which call this is (docs/domain.md §3)."""
    if not (caller.unit or caller.resident):
        return None
    at = timezone.now()
    calls = list(calls_of(unit=caller.unit, resident=caller.resident, since=at - timedelta(days=30)))
    if not calls:
        return None
    who = (caller.resident.salutation or caller.resident.name) if caller.resident else caller.unit
    said = next((c.summary for c in calls if c.summary), "")
    if len(calls) == 1:
        says = _("Second call in 30 days: greet %(who)s by name") % {"who": who}
    else:
        says = ngettext(
            "Call %(count)d in 30 days: the history comes first, greet %(who)s by name",
            "Call %(count)d in 30 days: the history comes first, greet %(who)s by name",
            len(calls) + 1,
        ) % {"count": len(calls) + 1, "who": who}
    why = _("Last time: %(summary)s") % {"summary": said[:120]} if said else ""
    return {"says": says, "why": why, "tone": "amber" if len(calls) > 1 else "plain"}
