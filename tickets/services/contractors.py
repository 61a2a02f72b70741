"""What a contractor does on the page behind a slip's link. To sign by link is to sign (docs/domain.md §4)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.attachments.inspection import Inspected
from helpdesk.lib.errors import Refused
from helpdesk.lib.phones import complain_about_phone, parse_phone
from tickets.models import Slip, SlipLink
from tickets.services import slips
from tickets.services.slips import Contractor, Part
from tickets.services.tickets.state import lock_ticket


def sign_by_link(link: SlipLink, *, name: str, phone: str, at: datetime | None = None) -> Slip:
    """Sign for the slip by name and telephone. Refused link_closed, text_missing, phone_invalid, invalid_transition."""
    slip = link.slip
    name = name.strip()
    if not name:
        raise Refused("text_missing", _("Write who signs."), field="name")
    number = parse_phone(phone, slip.estate.phone_region)
    if number is None:
        raise Refused("phone_invalid", complain_about_phone(phone, slip.estate.phone_region), field="phone")
    with transaction.atomic():
        _refuse_closed(link)
        return slips.sign_slip(slip, actor=None, contractor=Contractor(name[:80], number), at=at)


@transaction.atomic
def start_by_link(link: SlipLink, *, before: Iterable[Inspected] = (), at: datetime | None = None) -> Slip:
    """Work has begun. Refused link_closed, invalid_transition."""
    _refuse_closed(link)
    return slips.start_slip(link.slip, actor=None, before=before, at=at)


@transaction.atomic
def complete_by_link(
    link: SlipLink,
    *,
    report: str,
    before: Iterable[Inspected] = (),
    files: Iterable[Inspected] = (),
    parts: Iterable[Part] = (),
    minutes_spent: int | None = None,
    form_token: str = "",
    at: datetime | None = None,
) -> Slip:
    """Report it done, as staff do. Refused link_closed, reason_required, invalid_transition."""
    _refuse_closed(link)
    return slips.complete_slip(
        link.slip,
        actor=None,
        report=report,
        before=before,
        files=files,
        parts=parts,
        minutes_spent=minutes_spent,
        form_token=form_token,
        at=at,
    )


def _refuse_closed(link: SlipLink) -> None:
    """A link made void a moment ago does nothing, whatever the page still showed."""
    # The ticket before the slip, as everywhere; whoever makes the link void holds the slip.
    if link.slip.ticket is not None:
        lock_ticket(link.slip.ticket)
    Slip.objects.select_for_update().get(pk=link.slip_id)
    if not SlipLink.objects.select_related("slip").get(pk=link.pk).is_open:
        raise Refused("link_closed", _("This link is no longer open. Please ring the front desk."))
