"""11月7日: Django's own short form writes 11月07日."""

MONTH_DAY_FORMAT = "n月j日"
