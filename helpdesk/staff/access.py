"""The two questions every page asks first: who may do this here, and does this object exist for them?"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from helpdesk.estates.models import Estate
from helpdesk.lib.keys import BIGGEST_ID
from helpdesk.staff.models import User

M = TypeVar("M", bound=Model)
View = Callable[..., HttpResponseBase]


def needs(permission: str) -> Callable[[View], View]:
    """A page for staff who may do `permission` in at least one of their estates; 403 otherwise, log-in for strangers."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return ask_to_log_in(request)
            if not request.user.may_somewhere(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return wrap


def ask_to_log_in(request: HttpRequest) -> HttpResponse:
    """The log-in page; a fragment's request gets it as a whole page instead of into a corner."""
    response: HttpResponse = redirect_to_login(way_back(request))
    if request.headers.get("HX-Request"):
        target = response["Location"]
        response = HttpResponse(status=204)
        response["HX-Redirect"] = target
    return response


def way_back(request: HttpRequest) -> str:
    """Where to go on after logging in: the page asked for, or the one whose form was sent and whose draft waits there."""
    if request.method == "GET" and not request.headers.get("HX-Request"):
        return request.get_full_path()
    page = urlsplit(request.headers.get("Referer", ""))
    # A refused form stands at the address that it was posted to, which can't be opened; a form for something new can.
    can_be_opened = page.path != request.path or request.method == "GET" or page.path.endswith("/new/")
    # What a form for something new asks while one types lies at an address of its own.
    asks_while_typed = bool(request.headers.get("HX-Request")) and page.path.endswith("/new/")
    belongs = request.path.startswith(page.path) or asks_while_typed
    if page.netloc == request.get_host() and page.path and belongs and can_be_opened:
        return urlunsplit(("", "", page.path, page.query, ""))
    return "/"


def get_visible(queryset: QuerySet[M], user: User, permission: str, **lookup: Any) -> M:
    """The object if it is visible to `user`; absent and foreign are the same 404, a role that may not is a 403."""
    if any(isinstance(v, int) and not -BIGGEST_ID <= v <= BIGGEST_ID for v in lookup.values()):
        raise Http404
    try:
        found = queryset.visible_to(user).get(**lookup)  # type: ignore[attr-defined]
    except (ObjectDoesNotExist, ValueError) as error:
        raise Http404 from error
    require(user, permission, found)
    return found


def require_here(request: HttpRequest, permission: str) -> None:
    """Refuse with 403 unless the role held in the estate that is chosen now allows `permission`: a role elsewhere does not."""
    estate = request.estate  # type: ignore[attr-defined]
    if estate is None or not request.user.may(permission, estate.pk):  # type: ignore[union-attr]
        raise PermissionDenied


def require(user: User, permission: str, obj: Model) -> None:
    """Refuse with 403 unless `user` may do `permission` in the estate of `obj`."""
    estate_id = obj.pk if isinstance(obj, Estate) else obj.estate_id  # type: ignore[attr-defined]
    if not user.may(permission, estate_id):
        raise PermissionDenied
