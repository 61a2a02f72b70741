"""The weekly account of unused passes, and what the estate settles about goods and guests."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.lib.pages import INVALID, done
from helpdesk.staff.access import needs, require_here
from visitors.forms.passes import PolicyForm
from visitors.models import ReleasePass
from visitors.models.policies import policy_of
from visitors.services.papers import reconcile_papers, week_began
from visitors.services.policies import set_policy

SHOWN = 200


@require_GET
@needs("passes.work")
def papers(request: HttpRequest) -> HttpResponse:
    """Passes that ended with goods still on them: has the paper come back?"""
    require_here(request, "passes.work")
    estate, at = request.estate, timezone.now()  # type: ignore[attr-defined]
    rows = ReleasePass.objects.filter(estate=estate).unused(at).select_related("unit", "issued_by")
    began = week_began(estate, at)
    found = list(rows.prefetch_related("items").order_by("ended_at", "pk")[:SHOWN])
    context = {
        "rows": [
            {"release_pass": one, "is_due": one.ended_at is not None and one.ended_at < began}
            for one in found
        ],
        "began": began,
        "crumbs": [
            {"label": _("Release passes"), "url": reverse("pass_list")},
            {"label": _("Unused papers")},
        ],
    }
    return render(request, "visitors/pass_papers.html", context)


@require_POST
@needs("passes.work")
def reconcile(request: HttpRequest) -> HttpResponse:
    """Tick the papers off."""
    require_here(request, "passes.work")
    wanted = [int(pk) for pk in request.POST.getlist("pass")[:SHOWN] if pk.isdecimal() and len(pk) < 19]
    estate = request.estate  # type: ignore[attr-defined]
    rows = ReleasePass.objects.visible_to(request.user).filter(estate=estate, pk__in=wanted)
    note = request.POST.get("note", "").replace("\0", "")
    count = reconcile_papers(rows, actor=request.user, note=note)  # type: ignore[arg-type]
    says = ngettext("%(count)s paper ticked off", "%(count)s papers ticked off", count) % {"count": count}
    return done(request, says if count else _("Nothing was ticked"), reverse("pass_papers"))


@require_http_methods(["GET", "POST"])
@needs("settings.change")
def policy(request: HttpRequest) -> HttpResponse:
    """Arrears, consent, gates, and how long a guest may stay."""
    require_here(request, "settings.change")
    estate = request.estate  # type: ignore[attr-defined]
    now = policy_of(estate)
    names = ("arrears", "consent_relations", "stay_minutes", "identity_number_required")
    initial = {name: getattr(now, name) for name in names} | {"gates": "\n".join(now.gates)}
    form = PolicyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        set_policy(estate, actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        return done(request, _("Settled"), reverse("visitor_policy"))
    context = {"form": form, "crumbs": [{"label": _("Goods and guests")}]}
    return render(request, "visitors/policy.html", context, status=INVALID if form.errors else 200)
