"""Working out what a period's bills will say: the rates in force, the readings, the shares; nothing is written here."""

from billing.drafting.draft import Draft, billed_units
from billing.drafting.lines import Line, Trouble, period_of

__all__ = ["Draft", "Line", "Trouble", "billed_units", "period_of"]
