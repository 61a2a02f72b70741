"""Reminders 催缴: found once per bill and rung, told once per household and day, never in rest hours (docs/domain.md §9).

Finding is one statement per rung over all bills, telling as many statements for a batch of households as for one, so a
hundred thousand cost no more than a few. Either may be killed at any point: the unique rows say what was done already.
"""

from billing.services.reminders.finding import (
    find_reminders,
    put_back_held,
    send_estate_reminders,
    send_reminders,
    withdraw_settled,
)
from billing.services.reminders.ladder import (
    LADDER,
    Rung,
    ladder_of,
    next_reminder,
    pauses_of,
    set_ladder,
)
from billing.services.reminders.paper import hand_over_notice, words_now
from billing.services.reminders.telling import (
    payer_of,
    payers_of,
    tell_each,
    tell_household,
)
from billing.services.reminders.words import write_reminder_text

__all__ = [
    "LADDER",
    "Rung",
    "find_reminders",
    "hand_over_notice",
    "ladder_of",
    "next_reminder",
    "pauses_of",
    "payer_of",
    "payers_of",
    "put_back_held",
    "send_estate_reminders",
    "send_reminders",
    "set_ladder",
    "tell_each",
    "tell_household",
    "withdraw_settled",
    "words_now",
    "write_reminder_text",
]
