"""The whole role table on one screen: which role may do what, in the estates where it is held (docs/domain.md §1)."""

from collections.abc import Callable, Iterable

from django.db.models import Q

from helpdesk.staff.models import Membership, Role, User

# What a narrowed role sees of its estate, as a filter made from its membership.
Narrowing = Callable[[Membership], Q]

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


def may(user: User, permission: str, estate_id: int | None) -> bool:
    """Whether `user` holds a role in that estate which the table allows `permission`; an unknown string is a KeyError."""
    allowed = PERMISSIONS[permission]
    return any(m.role in allowed for m in user.memberships_now if m.estate_id == estate_id)


def estates_where(user: User, permission: str) -> list[int]:
    """Ids of the estates in which `user` may do `permission`."""
    allowed = PERMISSIONS[permission]
    return [m.estate_id for m in user.memberships_now if m.role in allowed]


def role_in(user: User, estate_id: int) -> Membership | None:
    """The membership that `user` holds in an estate, if any."""
    return next((m for m in user.memberships_now if m.estate_id == estate_id), None)


def scopes_of(user: User) -> list[str]:
    """Every scope that is of any use to `user`'s roles, as `create_token` gives without --scope."""
    roles = {m.role for m in user.memberships_now}
    return [scope for scope, perms in SCOPES.items() if any(PERMISSIONS[p] & roles for p in perms)]


def colleagues(estate_id: int, permission: str, *, department_id: int | None = None) -> Iterable[User]:
    """Active staff of an estate who may do `permission`, those of one department when it is named."""
    rows = Membership.objects.filter(
        estate_id=estate_id, is_active=True, user__is_active=True, role__in=PERMISSIONS[permission]
    )
    if department_id is not None:
        rows = rows.filter(department_id=department_id)
    return [m.user for m in rows.select_related("user").order_by("user_id")]


def staff_with_role(estate_id: int, *roles: Role, department_id: int | None = None) -> list[User]:
    """Active staff who hold one of `roles` in an estate, in one department when it is named."""
    rows = Membership.objects.filter(estate_id=estate_id, is_active=True, user__is_active=True, role__in=roles)
    if department_id is not None:
        rows = rows.filter(department_id=department_id)
    return [m.user for m in rows.select_related("user").order_by("user_id")]


def scope_by_role(user: User, everything: set[Role], narrowed: dict[Role, Narrowing]) -> Q:
    """A filter over objects with an `estate`: all of an estate for some roles, a part of it for others, else nothing."""
    q = Q(pk__in=[])
    for membership in user.memberships_now:
        if membership.role in everything:
            q |= Q(estate_id=membership.estate_id)
        elif membership.role in narrowed:
            q |= Q(estate_id=membership.estate_id) & narrowed[Role(membership.role)](membership)
    return q

