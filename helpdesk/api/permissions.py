"""Who may call what: refused unless a viewset says otherwise."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class Deny(BasePermission):
    """The default: a view that forgot to say who may is closed."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return False


class ByTable(BasePermission):
    """Asks `view.permission_for()`: the token's scope must open it and a role must allow it, here and on the object."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        permission = view.permission_for(request)
        return request.auth.opens(permission) and request.user.may_somewhere(permission)

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        estate_id = obj.pk if obj._meta.label == "estates.Estate" else obj.estate_id
        return bool(request.user.may(view.permission_for(request), estate_id))
