"""Pages of tickets, slips and registers are pages like all others."""

from helpdesk.lib.paging import SIZE, Page, read_key

__all__ = ["SIZE", "Page", "read_key"]
