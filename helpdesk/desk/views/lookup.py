"""The one box: hits as somebody types, or a page of them."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from helpdesk.desk.hits import Apart, Hit, joined
from helpdesk.desk.lookup import MOST_PEOPLE, MOST_UNITS, look_up, looks_like_a_phone
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
    "move": "truck",
    "unit_change": "swap",
    "decoration": "brush",
    "worker_permit": "card",
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
        "groups": groups_of(hits, query),
        "nobody_url": nobody_url(request, query),
        "add": add_url(request, query, hits),
    }
    if not wants_fragment(request):
        tables = compared(hits)
        # Where one has to choose, the table stands in the card's place.
        context |= {"compared": tables} if tables else first_card(request, hits)
    return render_either(request, "desk/lookup.html", "components/hits.html", context)


def groups_of(hits: list[Hit], query: str = "") -> list[dict[str, Any]]:
    """The hits under their headings, in the order in which the first of each was found."""
    headings = {"resident": _("People"), "unit": _("Units"), "vehicle": _("Vehicles")}
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(headings.get(hit.kind, _("Numbers")), []).append(hit)
    return [
        {"label": heading_of(label, found, query), "hits": [line_of(hit, len(found) > 1) for hit in found]}
        for label, found in groups.items()
    ]


def heading_of(label: str, found: list[Hit], query: str) -> str:
    """People; or, where a choice is to be made, how many there are: 3 people match “6021”."""
    if len(found) < 2 or found[0].kind not in {"resident", "unit"} or not query:
        return label
    # As many as are told at all: there may be more.
    if len(found) >= {"resident": MOST_PEOPLE, "unit": MOST_UNITS}[found[0].kind]:
        return _("The nearest %(count)d for “%(query)s”") % {"count": len(found), "query": query}
    counted = {
        "resident": ngettext(
            "%(count)d person matches “%(query)s”", "%(count)d people match “%(query)s”", len(found)
        ),
        "unit": ngettext(
            "%(count)d unit matches “%(query)s”", "%(count)d units match “%(query)s”", len(found)
        ),
    }
    return counted[found[0].kind] % {"count": len(found), "query": query}


def line_of(hit: Hit, is_one_of_several: bool) -> dict[str, Any]:
    """A hit as components/hits.html shows it, with what tells it from the others where there are some."""
    return {
        "url": hit.url,
        "card_url": hit.card_url,
        "title": pieces(hit.title, hit.matched),
        "name": hit.title,
        "plate": hit.plate if hit.kind != "unit" else "",
        "meta": pieces(hit.subtitle, hit.matched),
        "icon": ICONS.get(hit.kind, "search"),
        "apart": second_line(hit) if is_one_of_several else "",
    }


def second_line(hit: Hit) -> str:
    """From when until when, and the last contact."""
    heard = day_of(hit.apart.heard)
    last = _("last contact %(day)s") % {"day": heard} if heard else ""
    return joined([fact for fact in (spanned(hit.apart), last) if fact])


def told(apart: Apart) -> dict[str, str]:
    """What tells a hit from the others, under its heading, in the order of a table's columns."""
    facts = {
        _("Relation"): apart.relation,
        _("From – to"): spanned(apart),
        _("Telephone"): apart.ending,
        _("First contact"): apart.first,
        _("Last contact"): day_of(apart.heard),
    }
    return {heading: fact for heading, fact in facts.items() if fact}


def spanned(apart: Apart) -> str:
    """From when until when, in months: March 2018 –, March 2018 – June 2025."""
    if apart.since is None:
        return ""
    last = date_format(apart.until, "YEAR_MONTH_FORMAT") if apart.until else ""
    return f"{date_format(apart.since, 'YEAR_MONTH_FORMAT')} – {last}".strip()


def day_of(moment: datetime | None) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATE_FORMAT") if moment else ""


def pieces(text: str, matched: str) -> list[tuple[str, bool]]:
    """The text in pieces, what was typed marked: 138****, (6021)."""
    at = text.casefold().find(matched.casefold()) if matched else -1
    if at < 0 or len(text.casefold()) != len(text):
        return [(text, False)] if text else []
    end = at + len(matched)
    return [
        (piece, is_hit)
        for piece, is_hit in ((text[:at], False), (text[at:end], True), (text[end:], False))
        if piece
    ]


def compared(hits: list[Hit]) -> list[dict[str, Any]]:
    """People, and units, that all fit, beside each other in a table: only where there are several of a kind."""
    tables = []
    for kind, label in (("resident", _("People")), ("unit", _("Units"))):
        found = [hit for hit in hits if hit.kind == kind]
        if len(found) < 2:
            continue
        facts = [told(hit.apart) for hit in found]
        columns = list(dict.fromkeys(name for fact in facts for name in fact))
        rows = [
            {
                "url": hit.url,
                "title": hit.title,
                "plate": hit.plate if kind != "unit" else "",
                "facts": [fact.get(name, "–") for name in columns],
            }
            for hit, fact in zip(found, facts, strict=True)
        ]
        tables.append({"label": label, "kind": kind, "columns": columns, "rows": rows})
    return tables


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
