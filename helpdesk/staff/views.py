"""Pages of staff about themselves: their API tokens."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from helpdesk.lib.keys import BIGGEST_ID
from helpdesk.staff.access import needs
from helpdesk.staff.forms import TokenForm
from helpdesk.staff.models import ApiToken, User
from helpdesk.staff.services import create_token, revoke_token


@require_GET
@needs("tokens.own")
def tokens(request: HttpRequest) -> HttpResponse:
    """Own tokens, and a form for a new one."""
    return _page(request, TokenForm(user=_user(request)))


@require_POST
@never_cache
@needs("tokens.own")
def new(request: HttpRequest) -> HttpResponse:
    """Make a token; its text stands on this answer and nowhere else."""
    user = _user(request)
    form = TokenForm(request.POST, user=user)
    if not form.is_valid():
        return _page(request, form, status=400)
    data = form.cleaned_data
    _token, plain = create_token(
        user, name=data["name"], scopes=data["scopes"], days=data["days"], actor=user
    )
    return _page(request, TokenForm(user=user), plain=plain)


@require_POST
@needs("tokens.own")
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End an own token."""
    user = _user(request)
    token = ApiToken.objects.filter(user=user, pk=min(pk, BIGGEST_ID)).first()
    if token is None:
        raise Http404
    revoke_token(token, actor=user)
    return redirect("tokens")


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _page(request: HttpRequest, form: TokenForm, *, plain: str = "", status: int = 200) -> HttpResponse:
    now = timezone.now()
    rows = ApiToken.objects.filter(user=_user(request)).order_by("-created_at", "-id")
    shown = [{"token": t, "usable": t.is_usable(now)} for t in rows]
    return render(request, "staff/tokens.html", {"form": form, "rows": shown, "plain": plain}, status=status)
