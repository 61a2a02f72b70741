"""Units and people from a spreadsheet: read, check every row, then all or nothing (docs/domain.md §8)."""
