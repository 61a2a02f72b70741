"""What a reminder says: the estate's own words, or the house's, in the payer's language."""

from decimal import Decimal

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from billing.models import Bill, ReminderText
from billing.reminder_words import check_words, fill, house_words
from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.lib.money import show_money
from helpdesk.staff.models import User
from residents.models import Resident, Unit
from residents.names_shown import full_name


def own_words(estate: Estate) -> dict[tuple[int, str], ReminderText]:
    """(level, language) -> the estate's own words."""
    return {(text.level, text.language): text for text in ReminderText.objects.filter(estate=estate)}


def in_words(
    unit: Unit,
    payer: Resident | None,
    bills: list[Bill],
    own: ReminderText | None,
    *,
    days: int,
    language: str,
) -> tuple[str, str]:
    """Subject and text in a language: the estate's own words, where it has any for the rung, or the house's."""
    with translation.override(language):
        subject, body = (own.subject, own.body) if own else house_words(days)
        currency = unit.estate.currency
        lines = [
            _("%(period)s (%(number)s), due %(due)s: %(amount)s")
            % {
                "period": bill.period,
                "number": bill.number,
                "due": f"{bill.due_on:%Y-%m-%d}",
                "amount": show_money(bill.outstanding, currency),
            }
            for bill in bills
        ]
        known = {
            "name": full_name(payer) if payer else _("resident"),
            "unit": unit.code,
            "bills": "\n".join(lines),
            "total": show_money(sum((bill.outstanding for bill in bills), Decimal(0)), currency),
            "estate": unit.estate.local_name,
            "telephone": unit.estate.telephone,
        }
        return fill(subject, known), fill(body, known)


@transaction.atomic
def write_reminder_text(
    estate: Estate, *, actor: User, level: int, language: str, subject: str, body: str
) -> ReminderText:
    """The estate's own words for a rung. Refused: threat_refused, placeholder_unknown, placeholder_broken, text_missing."""
    if not subject.strip() or not body.strip():
        raise Refused("text_missing", _("Subject and text are needed."), field="body")
    check_words(subject)
    check_words(body)
    text, _is_new = ReminderText.objects.update_or_create(
        estate=estate,
        level=level,
        language=language,
        defaults={
            "subject": subject.strip(),
            "body": body.strip(),
            "changed_by": actor,
            "changed_at": timezone.now(),
        },
    )
    record("reminder.text_changed", text, actor=actor, level=level, language=language)
    return text
