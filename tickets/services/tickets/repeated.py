"""The same matter reported again and again by one resident or unit (docs/domain.md §2, serious matters)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from helpdesk.estates.models import Estate
from helpdesk.lib.phones import phone_hash, phone_hashes
from helpdesk.staff.models import User
from residents.models import Resident, Unit
from tickets.models import Contact, Ticket, Topic

# The third report of one matter by a resident or unit within so many days is serious.
REPEATED, WITHIN = 3, timedelta(days=30)
# Of two that are taken at the same moment, the second may have been begun first.
AT_ONCE = timedelta(minutes=1)


# A form that is sent again from the page before comes within so long.
MOMENTS_AGO = timedelta(minutes=10)


@dataclass(frozen=True)
class Reporter:
    """Who says it: on file, or as they gave themselves out."""

    unit: Unit | None
    resident: Resident | None
    name: str
    phone: str
    unit_as_written: str

    @property
    def phone_hash(self) -> str:
        return phone_hash(self.phone) if self.phone else ""

    def is_same(self, *, number: str) -> Q:
        """Rows of the same unit, resident or number, which stands hashed in the column `number`; none for nobody."""
        who = Q(pk__in=[])
        if self.unit:
            who |= Q(unit=self.unit)
        if self.resident:
            who |= Q(resident=self.resident)
        if self.phone:
            who |= Q(**{f"{number}__in": phone_hashes(self.phone)})
        return who


def reporter_of(ticket: Ticket) -> Reporter:
    """Who reported a ticket that stands in the books."""
    return Reporter(
        ticket.unit,
        ticket.resident,
        ticket.reporter_name,
        ticket.reporter_phone,
        ticket.unit_as_written,
    )


def earlier_reports(estate: Estate, reporter: Reporter, topic: str, at: datetime) -> QuerySet[Ticket]:
    """What the same resident, unit or number reported on the topic in the last 30 days; "other" is no one topic.

    A part split off a matter is no report of its own.
    """
    rows = Ticket.objects.filter(
        reporter.is_same(number="reporter_phone_hash"),
        estate=estate,
        topic=topic,
        created_at__range=(at - WITHIN, at + AT_ONCE),
        split_from__isnull=True,
    )
    return rows.exclude(topic=Topic.OTHER)


def said_again(estate: Estate, reporter: Reporter, topic: str, at: datetime) -> QuerySet[Contact]:
    """Calls, visits and letters of the last 30 days that were the same matter as a ticket on the topic.

    Not the entry that the ticket came of: that one is the ticket's own report.
    """
    rows = Contact.objects.filter(
        reporter.is_same(number="phone_hash"),
        estate=estate,
        direction=Contact.Direction.IN,
        ticket__topic=topic,
        created_at__range=(at - WITHIN, at + AT_ONCE),
        created_at__gt=F("ticket__created_at"),
    )
    return rows.exclude(ticket__topic=Topic.OTHER).exclude(kind=Contact.Kind.MESSAGE)


def reports_so_far(
    estate: Estate, reporter: Reporter, topic: str, at: datetime, *, but_for: Ticket | None = None
) -> int:
    """How often the matter was reported in the 30 days before `at`, apart from the ticket that is asked about."""
    tickets = earlier_reports(estate, reporter, topic, at)
    if but_for is not None:
        tickets = tickets.exclude(pk=but_for.pk)
    return tickets.count() + said_again(estate, reporter, topic, at).count()


def is_third_report(ticket: Ticket, reporter: Reporter, at: datetime) -> bool:
    """Whether the ticket, with what was said before, makes at least the third report of the matter in 30 days."""
    before = reports_so_far(ticket.estate, reporter, ticket.topic, at, but_for=ticket if ticket.pk else None)
    return before >= REPEATED - 1


def taken_moments_ago(
    estate: Estate, reporter: Reporter, *, actor: User, subject: str, description: str, at: datetime
) -> Ticket | None:
    """What `actor` took in the last ten minutes with the very same subject, words, door and number; the newest."""
    rows = Ticket.objects.filter(
        estate=estate,
        created_by=actor,
        created_at__range=(at - MOMENTS_AGO, at + AT_ONCE),
        subject=subject,
        description=description,
        unit=reporter.unit,
        unit_as_written=reporter.unit_as_written,
        reporter_phone_hash__in=phone_hashes(reporter.phone) if reporter.phone else [""],
    )
    return rows.order_by("-created_at", "-id").first()
