"""The whole role table on one screen: which role may do what, in the estates where it is held (docs/domain.md §1)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    CLERK = "clerk", _("Front-desk clerk")
    SUPERVISOR = "supervisor", _("Department supervisor")
    TECHNICIAN = "technician", _("Technician")
    GUARD = "guard", _("Gate guard")
    CASHIER = "cashier", _("Cashier")
    MANAGER = "manager", _("Manager")
    ADMIN = "admin", _("Administrator")


C, S, T, G, K, M, A = (
    Role.CLERK,
    Role.SUPERVISOR,
    Role.TECHNICIAN,
    Role.GUARD,
    Role.CASHIER,
    Role.MANAGER,
    Role.ADMIN,
)

# One string serves page, viewset and template. Which objects a role sees is a matter of visible_to, not of this table.
PERMISSIONS: dict[str, frozenset[Role]] = {
    "desk.view": frozenset({C, S, T, G, K, M, A}),
    "tickets.view": frozenset({C, S, T, M}),
    "tickets.take": frozenset({C, S, M}),
    "tickets.work": frozenset({C, S, M}),
    "tickets.close_with_open_steps": frozenset({M}),
    "tickets.reclassify_closed": frozenset({M}),
    "tickets.release_reply": frozenset({S, M}),
    "slips.view": frozenset({C, S, T, M}),
    "slips.issue": frozenset({C, S, M}),
    "slips.do": frozenset({S, T, M}),
    "slips.verify": frozenset({C, S, M}),
    "follow_ups.view": frozenset({C, S, M}),
    "follow_ups.record": frozenset({C, S, M}),
    "contacts.view": frozenset({C, S, M}),
    "contacts.take": frozenset({C, S, M}),
    "residents.view": frozenset({C, S, K, M}),
    "residents.write": frozenset({C, M}),
    "residents.see_phones": frozenset({C, S, M}),
    "reports.view": frozenset({S, M, A}),
    "estates.view": frozenset({C, S, T, G, K, M, A}),
    "settings.change": frozenset({A}),
    "tokens.own": frozenset({C, S, T, G, K, M, A}),
    "tokens.others": frozenset({A}),
}

# What a bearer token's scope opens: never more than the user's role may do.
SCOPES: dict[str, frozenset[str]] = {
    "tickets:read": frozenset({"tickets.view", "slips.view", "follow_ups.view", "contacts.view"}),
    "tickets:write": frozenset(
        {
            "tickets.take",
            "tickets.work",
            "tickets.close_with_open_steps",
            "tickets.reclassify_closed",
            "tickets.release_reply",
            "slips.issue",
            "slips.do",
            "slips.verify",
            "follow_ups.record",
            "contacts.take",
        }
    ),
    "residents:read": frozenset({"residents.view"}),
    "residents:write": frozenset({"residents.write"}),
    "visitors:read": frozenset(),
    "visitors:write": frozenset(),
    "billing:read": frozenset(),
    "billing:write": frozenset(),
    "reports:read": frozenset({"reports.view"}),
    "reports:write": frozenset(),
}
# Needs no scope: whoever has a token may see which estates and colleagues it speaks for.
UNSCOPED = frozenset({"estates.view", "desk.view"})
