"""Asking the role table: who may do what where, and who of an estate's staff may."""

from collections.abc import Callable, Mapping

from django.db.models import Q

from helpdesk.staff.models import Membership, User
from helpdesk.staff.permissions import PERMISSIONS, SCOPES, Role

# What a narrowed role sees of its estate, as a filter made from its membership.
Narrowing = Callable[[Membership], Q]


def may(user: User, permission: str, estate_id: int | None) -> bool:
    """Whether `user` holds a role in that estate which the table allows `permission`; an unknown string is a KeyError."""
    return user.may(permission, estate_id)


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


def colleagues(estate_id: int, permission: str, *, department_id: int | None = None) -> list[User]:
    """Active staff of an estate who may do `permission`, those of one department when it is named."""
    rows = Membership.objects.filter(
        estate_id=estate_id, is_active=True, user__is_active=True, role__in=PERMISSIONS[permission]
    )
    if department_id is not None:
        rows = rows.filter(department_id=department_id)
    return [m.user for m in rows.select_related("user").order_by("user_id")]


def staff_with_role(estate_id: int, *roles: Role, department_id: int | None = None) -> list[User]:
    """Active staff who hold one of `roles` in an estate, in one department when it is named."""
    rows = Membership.objects.filter(
        estate_id=estate_id, is_active=True, user__is_active=True, role__in=roles
    )
    if department_id is not None:
        rows = rows.filter(department_id=department_id)
    return [m.user for m in rows.select_related("user").order_by("user_id")]


def scope_by_role(user: User, everything: set[Role], narrowed: Mapping[Role, Narrowing]) -> Q:
    """A filter over objects with an `estate`: all of an estate for some roles, a part of it for others, else nothing."""
    q = Q(pk__in=[])
    for membership in user.memberships_now:
        if membership.role in everything:
            q |= Q(estate_id=membership.estate_id)
        elif membership.role in narrowed:
            q |= Q(estate_id=membership.estate_id) & narrowed[Role(membership.role)](membership)
    return q
