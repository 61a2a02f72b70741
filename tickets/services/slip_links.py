"""The secret link by which a contractor opens one slip (docs/domain.md §4): made, sent, made void, opened."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.estates.models import Department
from helpdesk.lib.attempts import attempts, note_attempt
from helpdesk.lib.crypto import digest_secret, new_secret
from helpdesk.lib.errors import Refused, TooOften
from helpdesk.lib.phones import parse_phone
from helpdesk.notifications.services import notify
from helpdesk.staff.models import User
from tickets.models import Slip, SlipLink
from tickets.services.slip_telling import words_of

GUESSES_A_MINUTE = 10
ENDED = (Slip.Status.VERIFIED, Slip.Status.CANCELLED)


def is_by_link(slip: Slip) -> bool:
    """Whether the slip goes to a contractor, who has no account."""
    return slip.department.kind == Department.Kind.CONTRACTOR


def open_link_of(slip: Slip) -> SlipLink | None:
    """The link that opens the slip now; None where there is none, or the slip has ended."""
    if slip.status in ENDED:
        return None
    return SlipLink.objects.filter(slip=slip, revoked_at__isnull=True).first()


def link_path(link: SlipLink) -> str:
    """The path of the contractor's page."""
    return reverse("slip_link", args=[link.secret])


def link_url(link: SlipLink) -> str:
    """The whole address of the contractor's page."""
    return settings.SITE_URL + link_path(link)


@transaction.atomic
def send_link(slip: Slip, *, actor: User, at: datetime | None = None) -> SlipLink:
    """The slip's link to the contractor, by e-mail or else SMS; a new one where the old one was made void.

    Returns the link with `sent_at` empty where the department has neither address. Refused not_a_contractor,
    invalid_transition (the slip has ended).
    """
    at = at or timezone.now()
    slip = _locked(slip)
    if not is_by_link(slip):
        raise Refused("not_a_contractor", _("Only a contractor's slip has a link."))
    if slip.status in ENDED:
        raise Refused("invalid_transition", _("The slip has ended: its link opens nothing any more."))
    link = open_link_of(slip) or _new_link(slip, at)
    channel, address = _reach(slip.department)
    if address:
        link.sent_at = at
        link.save(update_fields=["sent_at"])
        notify(
            slip.department.name,
            "slip_link",
            estate=slip.estate,
            dedupe_key=f"slip:{slip.pk}:link:{link.pk}:{at.timestamp():.0f}",
            context=words_of(slip),
            about=slip,
            link=link_path(link),
            channel=channel,
            address=address,
        )
    record("slip.link_sent", slip, actor=actor, filed_under=slip.ticket, at=at, by=channel)
    return link


def _new_link(slip: Slip, at: datetime) -> SlipLink:
    secret = new_secret()
    return SlipLink.objects.create(slip=slip, secret=secret, digest=digest_secret(secret), made_at=at)


def _reach(department: Department) -> tuple[str, str]:
    """Channel and address: e-mail where there is one, else the telephone."""
    if department.email:
        return "email", department.email
    number = parse_phone(department.telephone, department.estate.phone_region)
    return ("sms", number) if number else ("", "")


@transaction.atomic
def revoke_link(slip: Slip, *, actor: User, at: datetime | None = None) -> Slip:
    """The link opens nothing from now on; without an open one nothing changes."""
    at = at or timezone.now()
    slip = _locked(slip)
    if SlipLink.objects.filter(slip=slip, revoked_at__isnull=True).update(revoked_at=at):
        record("slip.link_revoked", slip, actor=actor, filed_under=slip.ticket, at=at)
    return slip


def open_slip_link(secret: str, *, address: str) -> SlipLink | None:
    """The link with its slip, open or not; None if there is none. Failures count, ten a minute from one address: TooOften."""
    if attempts("slip-link", address) >= GUESSES_A_MINUTE:
        raise TooOften(_("That was too often. Please try again later, or ring the front desk."), seconds=60)
    rows = SlipLink.objects.select_related("slip__estate", "slip__unit", "slip__department", "slip__ticket")
    link = rows.filter(digest=digest_secret(secret)).first()
    if link is None:
        note_attempt("slip-link", address, seconds=60)
    return link


def _locked(slip: Slip) -> Slip:
    rows = Slip.objects.select_for_update(of=("self",))
    return rows.select_related("estate", "department__estate", "unit", "ticket").get(pk=slip.pk)
