"""Keeping views and columns of lists: each a POST that leads back to the list."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.lib.errors import Refused
from helpdesk.lib.keys import BIGGEST_ID
from helpdesk.staff.access import needs, require_here
from helpdesk.staff.lists import (
    LISTS,
    address_of,
    choose_columns,
    drop_view,
    open_with,
    query_kept,
    save_view,
)
from helpdesk.staff.models import SavedView, User


@require_POST
@needs("desk.view")
def save(request: HttpRequest) -> HttpResponse:
    """Keep what the list shows now under a name."""
    list_name = list_in(request)
    back = reverse(list_name)
    shared = request.POST.get("shared", "")
    query = QueryDict(request.POST.get("query", "")[:2000].replace("\0", ""))
    try:
        view = save_view(
            actor=person(request),
            estate=request.estate,  # type: ignore[attr-defined]
            list_name=list_name,
            name=request.POST.get("name", "").replace("\0", ""),
            query=query_kept(query),
            columns=columns_in(request),
            shared=shared if shared in SavedView.Shared.values else "",
        )
    except Refused as refused:
        messages.error(request, str(refused.message))
        return HttpResponseRedirect(f"{back}?{query.urlencode()}", status=303)
    if request.POST.get("opens"):
        open_with(actor=person(request), estate=view.estate, list_name=list_name, view=view)
    messages.success(request, _("“%(view)s” is kept") % {"view": view})
    return HttpResponseRedirect(back + address_of(view), status=303)


@require_POST
@needs("desk.view")
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a view away; a colleague's own does not exist for anybody else."""
    view = offered(request, pk)
    drop_view(view, actor=person(request))
    messages.success(request, _("“%(view)s” is taken away") % {"view": view})
    return HttpResponseRedirect(f"{reverse(view.list_name)}?view=0", status=303)


@require_POST
@needs("desk.view")
def columns(request: HttpRequest) -> HttpResponse:
    """Which columns this person sees from now on."""
    list_name = list_in(request)
    chosen = [] if request.POST.get("usual") else columns_in(request)
    choose_columns(actor=person(request), estate=request.estate, list_name=list_name, columns=chosen)  # type: ignore[attr-defined]
    query = QueryDict(request.POST.get("query", "")[:2000].replace("\0", "")).copy()
    # The columns of a view would win over the ones just chosen.
    query["view"] = "0"
    return HttpResponseRedirect(f"{reverse(list_name)}?{query.urlencode()}", status=303)


@require_POST
@needs("desk.view")
def opens(request: HttpRequest) -> HttpResponse:
    """With which view the list opens."""
    list_name = list_in(request)
    written = request.POST.get("view", "")
    view = offered(request, int(written), list_name) if written.isdecimal() and len(written) < 19 else None
    open_with(actor=person(request), estate=request.estate, list_name=list_name, view=view)  # type: ignore[attr-defined]
    says = _("The list opens with “%(view)s”") % {"view": view} if view else _("The list opens as it is")
    messages.success(request, says)
    return HttpResponseRedirect(reverse(list_name) + (address_of(view) if view else "?view=0"), status=303)


def list_in(request: HttpRequest) -> str:
    """The list that this is about: 400 for one that keeps no views, 403 for one that this role does not open here."""
    list_name = request.POST.get("list", "")
    if list_name not in LISTS:
        raise BadRequest
    require_here(request, LISTS[list_name])
    return list_name


def offered(request: HttpRequest, pk: int, list_name: str = "") -> SavedView:
    """A view that is offered to this person here; anything else is a 404."""
    rows = SavedView.objects.offered_to(person(request), request.estate.pk)  # type: ignore[attr-defined]
    view = rows.filter(pk=min(pk, BIGGEST_ID)).first()
    if view is None or (list_name and view.list_name != list_name):
        raise Http404
    return view


def columns_in(request: HttpRequest) -> list[str]:
    return [key[:30].replace("\0", "") for key in request.POST.getlist("columns")][:40]


def person(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]
