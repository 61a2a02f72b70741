"""What of the books stays where it was posted when two records are one person."""

from helpdesk.lib.personal_data import BOOKS_STAY
from residents.merging import register

register("billing.deposit", "payer", stays=BOOKS_STAY)
