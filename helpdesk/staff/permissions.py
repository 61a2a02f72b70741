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
    "classes.learn": frozenset({M, A}),
    "procedures.change": frozenset({M, A}),
    "slips.view": frozenset({C, S, T, M}),
    "slips.issue": frozenset({C, S, M}),
    "slips.do": frozenset({S, T, M}),
    "slips.verify": frozenset({C, S, M}),
    "follow_ups.view": frozenset({C, S, M}),
    "follow_ups.record": frozenset({C, S, M}),
    "contacts.view": frozenset({C, S, M}),
    "contacts.take": frozenset({C, S, M}),
    "messages.view": frozenset({C, S, T, G, K, M, A}),
    "letters.decide": frozenset({S, M}),
    "praise.view": frozenset({C, S, T, G, K, M, A}),
    "praise.register": frozenset({C, S, M}),
    "answers.view": frozenset({C, S, K, M}),
    "answers.write": frozenset({C, M}),
    "scripts.write": frozenset({M, A}),
    "incidents.view": frozenset({C, S, G, M}),
    "incidents.work": frozenset({C, S, M}),
    "handovers.view": frozenset({C, S, M}),
    "handovers.write": frozenset({C, S, M}),
    "handovers.set_up": frozenset({M, A}),
    "daylog.view": frozenset({C, S, M}),
    "daylog.write": frozenset({C, S, M}),
    "daylog.sign": frozenset({S, M}),
    "residents.view": frozenset({C, S, K, M}),
    "residents.write": frozenset({C, M}),
    "residents.import": frozenset({M, A}),
    "moves.override": frozenset({M}),
    "moves.set_up": frozenset({M, A}),
    "unit_changes.decide": frozenset({M}),
    "decorations.decide": frozenset({M}),
    "decorations.inspect": frozenset({C, S, M}),
    "residents.see_phones": frozenset({C, S, M}),
    "notes.desk": frozenset({C, S, M}),
    "notes.accounts": frozenset({K, M}),
    "notes.managers": frozenset({M}),
    "residents.unmask": frozenset({C, M}),
    "residents.personal_data": frozenset({M}),
    "residents.data_protection": frozenset({M, A}),
    "collection.visit": frozenset({C, K, M}),
    "reminders.view": frozenset({C, K, M}),
    "reminders.settings": frozenset({A}),
    "deferrals.grant": frozenset({M}),
    "billing.view": frozenset({C, K, M}),
    "billing.see_rates": frozenset({C, K, M, A}),
    "billing.set_rates": frozenset({A}),
    "billing.set_meters": frozenset({M, A}),
    "billing.read_meters": frozenset({C, K, M}),
    "billing.run": frozenset({M}),
    "billing.take": frozenset({C, K, M}),
    "billing.reverse": frozenset({K, M}),
    "billing.close_day": frozenset({K, M}),
    "billing.bank_files": frozenset({K, M}),
    "billing.dispute": frozenset({C, K, M}),
    "billing.waive": frozenset({M}),
    "billing.figures": frozenset({K, M, A}),
    "visits.view": frozenset({C, G, M}),
    "visits.work": frozenset({C, G, M}),
    "watch_list.write": frozenset({C, M}),
    "parcels.work": frozenset({C, M}),
    "passes.view": frozenset({C, M}),
    "passes.work": frozenset({C, M}),
    "passes.override": frozenset({M}),
    "gate.release": frozenset({G, M}),
    "reports.view": frozenset({S, M, A}),
    "estates.view": frozenset({C, S, T, G, K, M, A}),
    "settings.change": frozenset({A}),
    "tokens.own": frozenset({C, S, T, G, K, M, A}),
    "tokens.others": frozenset({A}),
}

# What a bearer token's scope opens: never more than the user's role may do.
SCOPES: dict[str, frozenset[str]] = {
    "tickets:read": frozenset(
        {
            "tickets.view",
            "slips.view",
            "follow_ups.view",
            "contacts.view",
            "praise.view",
            "incidents.view",
            "handovers.view",
        }
    ),
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
            "letters.decide",
            "praise.register",
            "incidents.work",
            "handovers.write",
        }
    ),
    "residents:read": frozenset({"residents.view"}),
    "residents:write": frozenset(
        {
            "residents.write",
            "moves.override",
            "unit_changes.decide",
            "decorations.decide",
            "decorations.inspect",
        }
    ),
    "visitors:read": frozenset({"visits.view", "passes.view"}),
    "visitors:write": frozenset(
        {
            "visits.work",
            "watch_list.write",
            "parcels.work",
            "passes.work",
            "passes.override",
            "gate.release",
        }
    ),
    "billing:read": frozenset({"billing.view", "billing.see_rates", "reminders.view"}),
    "billing:write": frozenset(
        {
            "billing.set_rates",
            "billing.set_meters",
            "billing.read_meters",
            "billing.run",
            "billing.take",
            "billing.reverse",
            "billing.close_day",
            "billing.dispute",
            "billing.waive",
            "collection.visit",
            "deferrals.grant",
        }
    ),
    "reports:read": frozenset({"reports.view", "billing.figures"}),
    "reports:write": frozenset(),
}
# Needs no scope: whoever has a token may see which estates and colleagues it speaks for.
UNSCOPED = frozenset({"estates.view", "desk.view"})
