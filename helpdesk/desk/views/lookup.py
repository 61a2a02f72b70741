"""The one box: hits as somebody types, or a page of them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from helpdesk.desk.hits import Hit
from helpdesk.desk.lookup import look_up, looks_like_a_phone
from helpdesk.desk.views.cards import card_context, subject_of
from helpdesk.desk.views.fragments import render_either, wants_fragment
from helpdesk.lib.door_plates import normalise_plate
from helpdesk.staff.access import needs
from helpdesk.staff.roles import estates_where
from residents.caller_numbers import remember_number

LONGEST = 120
ICONS = {
    "resident": "",
    "unit": "home",
    "vehicle": "truck",
    "visit": "visitor",
    "release_pass": "pass",
    "ticket": "ticket",
    "slip": "slip",
    "bill": "cash",
    "payment": "cash",
}


@require_http_methods(["GET", "HEAD", "POST"])
@needs("desk.view")
def lookup(request: HttpRequest) -> HttpResponse:
    """What fits `q`. The box sends it by POST: names and numbers of people belong in no address and no log."""
    query = (request.POST if request.method == "POST" else request.GET).get("q", "")[:LONGEST].strip()
    hits = look_up(request.user, query)  # type: ignore[arg-type]
    context: dict[str, Any] = {
        "query": query,
        "box_query": query,
        "groups": groups_of(hits),
        "nobody_url": nobody_url(request, query),
        "add": add_url(request, query, hits),
    }
    if not wants_fragment(request):
        context |= first_card(request, hits)
    return render_either(request, "desk/lookup.html", "components/hits.html", context)


def groups_of(hits: list[Hit]) -> list[dict[str, Any]]:
    """The hits under their headings, in the order in which the first of each was found."""
    headings = {"resident": _("People"), "unit": _("Units"), "vehicle": _("Vehicles")}
    groups: dict[str, list[dict[str, Any]]] = {}
    for hit in hits:
        groups.setdefault(headings.get(hit.kind, _("Numbers")), []).append(
            {
                "url": hit.url,
                "card_url": hit.card_url,
                "title": hit.title,
                "plate": hit.plate if hit.kind != "unit" else "",
                "meta": hit.subtitle,
                "icon": ICONS.get(hit.kind, "search"),
            }
        )
    return [{"label": label, "hits": rows} for label, rows in groups.items()]


def nobody_url(request: HttpRequest, query: str) -> str:
    """Where a call without a record is taken; the number typed goes there in the session."""
    if not query or not estates_where(request.user, "contacts.take"):  # type: ignore[arg-type]
        return ""
    if not looks_like_a_phone(query):
        return reverse("contact_new")
    remember_number(request.session, query)
    return reverse("contact_new") + "?from=box"


def add_url(request: HttpRequest, query: str, hits: list[Hit]) -> dict[str, str]:
    """Putting somebody on file in one step: behind the door that was typed, or the only one found."""
    units = [hit for hit in hits if hit.kind == "unit"]
    named = [hit for hit in units if hit.title == normalise_plate(query)] or units
    if len(named) != 1 or not estates_where(request.user, "residents.write"):  # type: ignore[arg-type]
        return {}
    words = _("Add a person to %(code)s") % {"code": named[0].title}
    return {"url": reverse("unit_new_person", args=[named[0].id]), "label": words}


def first_card(request: HttpRequest, hits: list[Hit]) -> dict[str, Any]:
    """The card of the first hit that has one, for the page without scripts."""
    for hit in hits:
        if hit.kind in {"resident", "unit"}:
            return card_context(request, **{hit.kind: subject_of(request, hit.kind, hit.id)})
    return {}
