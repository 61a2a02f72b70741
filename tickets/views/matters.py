"""What a matter is called, and what a follow-up visit is about, whichever of ticket and slip it hangs on."""

from django.utils.translation import gettext as _

from residents.models import Phone, Unit
from tickets.models import FollowUp

LONGEST_TITLE = 60


def first_line(text: str) -> str:
    """A title for a matter that got none: its first line, cut between words where the language has blanks."""
    line = text.strip().split("\n")[0].strip()
    if len(line) <= LONGEST_TITLE:
        return line
    cut = line[: LONGEST_TITLE - 1]
    blank = cut.rfind(" ")
    return (cut[:blank] if blank > LONGEST_TITLE // 2 else cut) + "…"


def matter_of(visit: FollowUp) -> str:
    """The matter in a line, as it may be said to the resident: never the class."""
    if visit.ticket:
        return visit.ticket.subject or first_line(visit.ticket.description)
    if visit.contact:
        return first_line(visit.contact.summary) or _("A call-back")
    if visit.routine == FollowUp.Routine.MOVED_IN:
        return _("your first days here")
    return first_line(visit.slip.instructions) if visit.slip else _("our service this year")


def name_of(visit: FollowUp) -> str:
    """Who is asked."""
    if visit.resident:
        return str(visit.resident)
    if visit.contact:
        return str(visit.contact.resident) if visit.contact.resident else visit.contact.name
    if visit.ticket is None:
        return ""
    return str(visit.ticket.resident) if visit.ticket.resident else visit.ticket.reporter_name


def unit_of(visit: FollowUp) -> Unit | None:
    about = visit.ticket or visit.slip or visit.contact
    return about.unit if about else visit.unit


def contact_number(visit: FollowUp) -> str:
    """The number left with the matter, else the resident's first on file; empty where there is none."""
    about = visit.ticket or visit.contact
    if visit.resident:
        of_resident = visit.resident.phones.first()
        return of_resident.number if of_resident else ""
    if about is None:
        return ""
    left = about.reporter_phone if visit.ticket else visit.contact.phone
    if left:
        return left
    if about.resident:
        first = about.resident.phones.first()
    else:
        # Nobody was named: whoever is rung first about the unit.
        first = Phone.objects.filter(
            resident__occupancies__unit=about.unit_id,
            resident__occupancies__is_primary=True,
            resident__occupancies__until__isnull=True,
        ).first()
    return first.number if first else ""
