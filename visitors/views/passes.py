"""A release pass on one page: document, arrears, goods, identity and consent; then issued, printed or ended."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.forms import BaseFormSet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from billing.selectors import Arrears, arrears_of
from helpdesk.attachments.models import Attachment
from helpdesk.attachments.services import serve
from helpdesk.audit.models import Entry
from helpdesk.lib.door_plates import normalise_plate
from helpdesk.lib.errors import Refused
from helpdesk.lib.money import show_money
from helpdesk.lib.pages import INVALID, REFUSED, done
from helpdesk.staff.access import get_visible, needs, require_here
from helpdesk.staff.models import User
from residents.models import Occupancy, Unit
from residents.selectors import people_of
from tickets.scripts import script_of
from tickets.views.callers import Caller, caller_from, one_of
from visitors.forms import passes as forms
from visitors.models import ReleaseItem, ReleasePass
from visitors.pass_selectors import owners_of
from visitors.services.pass_drafts import draft_pass
from visitors.services.release_passes import PASS_STATES, blocks, needs_consent
from visitors.views.pass_history import of_entry
from visitors.views.pass_steps import consent_words, steps_of

S = ReleasePass.Status
ABOUT = ("estate", "unit__estate", "resident", "created_by", "issued_by", "acknowledged_by", "override_by")
RELATIONS = {"owner": "owner", "co_owner": "owner", "tenant": "tenant", "family": "family"}


@require_http_methods(["GET", "POST"])
@needs("passes.work")
def new(request: HttpRequest) -> HttpResponse:
    """Write a pass down; from a caller card, or anew from an older pass, everything known is filled in."""
    caller = caller_from(request, "passes.work")
    if request.method == "GET":
        initial, goods = first_values(request, caller)
        form = forms.PassForm(estate=caller.estate, initial=initial)
        return show_form(request, caller, form, forms.goods_lines(goods=goods))
    form = forms.PassForm(request.POST, request.FILES, estate=caller.estate)
    lines = forms.goods_lines(request.POST, request.FILES)
    if not (form.is_valid() & lines.is_valid()):
        return show_form(request, caller, form, lines, status=INVALID)
    try:
        made = write_down(request, caller, form, lines)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return show_form(request, caller, form, lines, status=REFUSED)
    return done(request, _("Written down as %(number)s") % {"number": made.number}, page_of(made))


def write_down(
    request: HttpRequest, caller: Caller, form: forms.PassForm, lines: BaseFormSet[forms.GoodsForm]
) -> ReleasePass:
    said = dict(form.cleaned_data)
    unit, token = said.pop("unit"), said.pop("form_token") or None
    people = [row.resident for row in people_of(unit, timezone.localdate())]
    known = [person for person in [caller.resident, *people] if person]
    resident = next((person for person in known if person.name == said["applicant_name"]), None)
    return draft_pass(
        unit=unit,
        actor=user_of(request),
        resident=resident,
        items=forms.goods_in(lines),
        form_token=token,
        **said,
    )


def first_values(request: HttpRequest, caller: Caller) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What is known of the caller, or of an older pass: its goods that are still inside."""
    old = one_of(ReleasePass.objects.select_related("unit"), request, "from", "passes.work")
    if old is not None:
        names = ("applicant_name", "applicant_relation", "vehicle_plate", "reason")
        goods = [
            {"description": item.description, "detail": item.detail, "quantity": item.left}
            for item in old.items.all()
            if item.left
        ]
        return {name: getattr(old, name) for name in names} | {"unit": old.unit.code}, goods
    if caller.resident is None:
        return {"unit": caller.unit.code if caller.unit else ""}, []
    homes = Occupancy.objects.current(timezone.localdate()).filter(resident=caller.resident)  # type: ignore[attr-defined]
    if caller.unit:
        homes = homes.filter(unit=caller.unit)
    home = homes.select_related("unit").order_by("-is_primary", "pk").first()
    return {
        "unit": home.unit.code if home else (caller.unit.code if caller.unit else ""),
        "applicant_name": caller.resident.name,
        "applicant_relation": RELATIONS.get(home.relation, "agent") if home else "",
    }, []


def show_form(
    request: HttpRequest,
    caller: Caller,
    form: forms.PassForm,
    lines: BaseFormSet[forms.GoodsForm],
    *,
    status: int = 200,
) -> HttpResponse:
    unit = unit_written(request, str(form["unit"].value() or ""))
    language = caller.resident.language if caller.resident else ""
    context = {
        "form": form,
        "lines": lines,
        "caller": caller,
        "unit": unit,
        "owed": owed_words(unit) if unit else None,
        "people": people_of(unit, timezone.localdate()) if unit else [],
        "script": script_of(
            "release_pass", language=language, estate=caller.estate, clerk=request.user, date=""
        ),
        "crumbs": [{"label": _("Release passes"), "url": reverse("pass_list")}, {"label": _("New pass")}],
    }
    return render(request, "visitors/pass_new.html", context, status=status)


@require_GET
@needs("passes.work")
def owing(request: HttpRequest) -> HttpResponse:
    """What the unit that is being typed owes, and who lives there; nothing while it is no unit."""
    require_here(request, "passes.work")
    unit = unit_written(request, request.GET.get("unit", ""))
    context = {
        "unit": unit,
        "owed": owed_words(unit) if unit else None,
        "people": people_of(unit, timezone.localdate()) if unit else [],
    }
    return render(request, "visitors/_pass_owing.html", context)


def unit_written(request: HttpRequest, written: str) -> Unit | None:
    plate = normalise_plate(written[:60]) if written.strip() else None
    rows = Unit.objects.filter(estate=request.estate, is_archived=False).select_related("estate")  # type: ignore[attr-defined]
    return rows.filter(code=plate).first() if plate else None


def owed_words(unit: Unit, found: Arrears | None = None) -> dict[str, Any]:
    """What components/owes.html wants, and what the estate makes of it."""
    owed = found or arrears_of(unit)
    days = owed.days(timezone.localdate()) if owed.since else 0
    return {
        "sum": show_money(owed.amount, unit.estate.currency) if owed.amount else "",
        "age": _("%(days)s days") % {"days": days} if owed.amount and days > 0 else "",
        "blocks": blocks(unit.estate),
        "disputed": owed.is_disputed,
    }


@require_GET
@needs("passes.view")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One pass with its four steps, and what can be done next."""
    return show_pass(request, pass_for(request, pk, "passes.view"))


@require_GET
@needs("passes.view")
def pass_file(request: HttpRequest, pk: int, file_pk: int) -> HttpResponseBase:
    """A photo of the goods or of the letter; another pass's file is a 404."""
    release_pass = pass_for(request, pk, "passes.view")
    items = list(release_pass.items.values_list("pk", flat=True))
    goods = Q(owner_type=ReleaseItem._meta.label_lower, owner_id__in=items)
    letter = Q(owner_type=ReleasePass._meta.label_lower, owner_id=release_pass.pk)
    found = Attachment.objects.filter(goods | letter, pk=file_pk).first()
    if found is None:
        raise Http404
    return serve(found, small="small" in request.GET)


def pass_for(request: HttpRequest, pk: int, permission: str) -> ReleasePass:
    return get_visible(ReleasePass.objects.select_related(*ABOUT), user_of(request), permission, pk=pk)


def user_of(request: HttpRequest) -> User:
    user: User = request.user  # type: ignore[assignment]
    return user


def page_of(release_pass: ReleasePass) -> str:
    return reverse("pass_detail", args=[release_pass.pk])


def show_pass(
    request: HttpRequest, release_pass: ReleasePass, *, status: int = 200, **given: Any
) -> HttpResponse:
    """The page; `given` are forms that came back with something wrong."""
    at = timezone.now()
    items = list(release_pass.items.all())
    waits = release_pass.status in ReleasePass.WAITING
    owed = arrears_of(release_pass.unit, at=at) if waits else None
    owners = owners_of(release_pass, at) if waits else []
    told = owed_words(release_pass.unit, owed) if owed else None
    consents = list(release_pass.consents.select_related("owner", "phone", "asked_by"))
    context = {
        "release_pass": release_pass,
        "steps": steps_of(release_pass, items, owed, at),
        "items": [{"item": item, "files": photos_of(release_pass, item)} for item in items],
        "letter": photos_of(release_pass, release_pass),
        "loads": loads_of(release_pass),
        "waits": waits,
        "owed": told,
        "must_acknowledge": bool(
            told and told["sum"] and not told["blocks"] and not release_pass.override_at
        ),
        "needs_consent": needs_consent(release_pass, at),
        "owners": owners,
        "consents": [{"words": consent_words(c), "consent": c} for c in consents],
        "may": may(user_of(request), release_pass),
        "document_form": forms.DocumentForm(
            initial={"id_document_type": release_pass.id_document_type, "has_letter": release_pass.has_letter}
        ),
        "consent_form": forms.ConsentForm(owners=owners),
        "link_form": forms.LinkForm(owners=owners),
        "override_form": forms.ReasonForm(auto_id="override_%s"),
        "refuse_form": forms.ReasonForm(auto_id="refuse_%s"),
        "revoke_form": forms.ReasonForm(auto_id="revoke_%s"),
        "issue_form": forms.IssueForm(),
        "events": [of_entry(entry, consents) for entry in Entry.objects.about(release_pass)],
        "card_url": reverse("unit_card", args=[release_pass.unit_id]),
        "crumbs": [
            {"label": _("Release passes"), "url": reverse("pass_list")},
            {"label": release_pass.number},
        ],
    }
    return render(request, "visitors/pass_detail.html", context | given, status=status)


def may(user: User, release_pass: ReleasePass) -> dict[str, bool]:
    """Which acts this person can press now."""
    allowed = set(PASS_STATES.allowed(release_pass.status))
    works = user.may("passes.work", release_pass.estate_id)
    overrides = user.may("passes.override", release_pass.estate_id)
    acts = {act: works and act in allowed for act in ("change", "consent", "issue", "refuse", "revoke")}
    return acts | {
        "override": overrides and "override" in allowed and release_pass.override_at is None,
        "confirm": works and release_pass.is_request and "confirm" in allowed,
        "print": release_pass.status in ReleasePass.RELEASABLE,
        "again": works and release_pass.status in {S.EXPIRED, S.REVOKED, S.REFUSED},
        "reach_unit": user.may("residents.view", release_pass.estate_id),
    }


def photos_of(release_pass: ReleasePass, item: ReleaseItem | ReleasePass) -> list[dict[str, str]]:
    """As components/files.html wants them."""
    files = []
    for file in Attachment.objects.of(item):
        url = reverse("pass_file", args=[release_pass.pk, file.pk])
        thumb = f"{url}?small" if file.thumbnail else ""
        files.append({"url": url, "name": file.name, "thumb_url": thumb, "size": ""})
    return files


def loads_of(release_pass: ReleasePass) -> list[dict[str, Any]]:
    """What left with each load: when, by which gate, which pieces."""
    loads = release_pass.releases.select_related("released_by").prefetch_related("lines__item")
    return [
        {
            "release": load,
            "goods": [f"{line.item.description} × {line.quantity}" for line in load.lines.all()],
        }
        for load in loads
    ]
