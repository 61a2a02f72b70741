"""Lengths of time as people say them."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def in_short(span: timedelta) -> str:
    """A span as 12 min, 2 h 10, 3 days; its sign is left out."""
    minutes = int(abs(span).total_seconds() // 60)
    # "101 min late" is said before "1 h 41"; from two hours on the hours count.
    if minutes < 120:
        return _("%(minutes)d min") % {"minutes": minutes}
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return (
            _("%(hours)d h %(minutes)02d") % {"hours": hours, "minutes": rest} if rest else _("%d h") % hours
        )
    days = round(minutes / 1440)
    return ngettext("%d day", "%d days", days) % days
