"""English as the house writes it: the day before the month, as on a letter."""
