"""Working out what a period's bills will say: the rates in force, the readings, the shares; nothing is written here."""

from billing.drafting.draft import Draft, billed_units
from billing.drafting.lines import Line, Trouble, period_of
from billing.drafting.usual import Usual, counted

__all__ = ["Draft", "Line", "Trouble", "Usual", "billed_units", "counted", "period_of"]
