"""The praise wall 表扬, and praise that is registered on it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.audit.models import Entry
from helpdesk.estates.models import Department
from helpdesk.lib.errors import Refused
from helpdesk.staff.access import get_visible, needs, require_here
from helpdesk.staff.models import User
from helpdesk.staff.roles import colleagues
from tickets.forms.praise import PraiseForm
from tickets.models import Praise
from tickets.services.praise import register_praise, show_on_wall
from tickets.views.answers import INVALID, REFUSED, done
from tickets.views.paging import Page
from tickets.views.registers import register_tabs
from tickets.views.timeline import of_entry

SHOWN_WITH = ("praised", "department", "unit")


@require_GET
@needs("praise.view")
def wall(request: HttpRequest) -> HttpResponse:
    """What hangs on the wall, the newest first; of one department where it is chosen."""
    require_here(request, "praise.view")
    user: User = request.user  # type: ignore[assignment]
    estate = request.estate  # type: ignore[attr-defined]
    departments = list(Department.objects.filter(estate=estate, praise__isnull=False).distinct())
    chosen = request.GET.get("department", "")
    rows = Praise.objects.visible_to(user).filter(estate=estate).on_the_wall().select_related(*SHOWN_WITH)  # type: ignore[attr-defined]
    if chosen in {str(d.pk) for d in departments}:
        rows = rows.filter(department=chosen)
    page = Page(rows, request.GET, field="created_at")
    chips = [{"label": _("All"), "url": "?", "active": not chosen}]
    chips += [
        {"label": str(d), "url": f"?department={d.pk}", "active": chosen == str(d.pk)} for d in departments
    ]
    context = {
        "rows": page.rows,
        "pager": page.pager,
        "chips": chips,
        "tabs": register_tabs(request, "praise_wall"),
        "may_register": user.may("praise.register", estate.pk),
        "crumbs": [{"label": _("Praise")}],
    }
    return render(request, "tickets/praise_wall.html", context)


@require_GET
@needs("praise.view")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One praise with its history."""
    user: User = request.user  # type: ignore[assignment]
    rows = Praise.objects.select_related(*SHOWN_WITH, "contact", "taken_by")
    praise = get_visible(rows, user, "praise.view", pk=pk)
    context = {
        "praise": praise,
        "title": title_of(praise),
        "may_register": user.may("praise.register", praise.estate_id),
        "may_see_letter": user.may("contacts.view", praise.estate_id),
        "entries": [of_entry(entry) for entry in Entry.objects.about(praise)],
        "crumbs": [{"label": _("Praise"), "url": reverse("praise_wall")}, {"label": title_of(praise)}],
    }
    return render(request, "tickets/praise_detail.html", context)


def title_of(praise: Praise) -> str:
    return _("Praise for %(who)s") % {"who": praise.praised or praise.department or _("all of us")}


@require_http_methods(["GET", "POST"])
@needs("praise.register")
def new(request: HttpRequest) -> HttpResponse:
    """Register praise; the department gets its copy."""
    require_here(request, "praise.register")
    estate = request.estate  # type: ignore[attr-defined]
    kwargs: dict[str, Any] = {
        "estate": estate,
        "people": colleagues(estate.pk, "messages.view"),
        "departments": list(Department.objects.filter(estate=estate, is_active=True)),
    }
    if request.method == "GET":
        return show_form(request, PraiseForm(**kwargs))
    form = PraiseForm(request.POST, **kwargs)
    if not form.is_valid():
        return show_form(request, form, status=INVALID)
    data = form.cleaned_data
    token = data.pop("form_token") or None
    try:
        praise = register_praise(estate=estate, actor=request.user, form_token=token, **data)  # type: ignore[arg-type]
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return show_form(request, form, status=REFUSED)
    return done(request, _("On the wall"), reverse("praise_detail", args=[praise.pk]))


def show_form(request: HttpRequest, form: PraiseForm, *, status: int = 200) -> HttpResponse:
    crumbs = [{"label": _("Praise"), "url": reverse("praise_wall")}, {"label": _("New praise")}]
    return render(request, "tickets/praise_new.html", {"form": form, "crumbs": crumbs}, status=status)


@require_POST
@needs("praise.register")
def hang(request: HttpRequest, pk: int) -> HttpResponse:
    """Hang it on the wall, or take it down."""
    praise = get_visible(Praise.objects.all(), request.user, "praise.register", pk=pk)  # type: ignore[arg-type]
    shown = request.POST.get("shown") == "1"
    show_on_wall(praise, actor=request.user, shown=shown)  # type: ignore[arg-type]
    return done(
        request, _("On the wall") if shown else _("Taken down"), reverse("praise_detail", args=[praise.pk])
    )
