"""What the frame around every page shows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from helpdesk.desk.figures import figures_of
from helpdesk.desk.rail import rail_of, shift_line
from helpdesk.estates.models import Estate
from helpdesk.notifications.selectors import unread_count
from helpdesk.staff.models import User
from helpdesk.staff.roles import estates_where, role_in
from tickets.forms.contacts import CallBackForm


def frame(request: HttpRequest) -> dict[str, Any]:
    """Rail, estate, languages and who is reading; strangers get languages alone."""
    context: dict[str, Any] = {
        "languages": languages(),
        "embedded": settings.EMBEDDED,
        "site_title": settings.SITE_TITLE,
    }
    user = getattr(request, "user", None)
    estate = getattr(request, "estate", None)
    if user is None or not user.is_authenticated:
        return context
    membership = role_in(user, estate.pk) if estate else None
    context |= {
        "estate": estate,
        "estates": [m.estate for m in user.memberships_now],
        # Counts cost queries: only a page that draws the rail asks for them.
        "rail": SimpleLazyObject(lambda: rail_of(request)),
        "unread": SimpleLazyObject(lambda: unread(user, estate)),
        "me": {
            "name": str(user),
            "initials": initials(str(user)),
            "role_label": membership.get_role_display() if membership else "",
            "shift_line": shift_line(user, estate) if estate else "",
        },
        "new_menu": new_menu(user),
        "call_back_form": CallBackForm(estate=estate)
        if estate and user.may("contacts.take", estate.pk)
        else None,
    }
    return context


def unread(user: User, estate: Estate | None) -> int:
    """How many messages wait under the bell."""
    return figures_of(user, estate, timezone.now()).unread if estate else unread_count(user)


def languages() -> list[dict[str, Any]]:
    """The three languages, each by its own name."""
    short = {"en": "EN", "zh-hans": "简", "zh-hant": "繁"}
    now = get_language()
    return [{"code": c, "name": n, "label": short[c], "active": c == now} for c, n in settings.LANGUAGES]


def initials(name: str) -> str:
    """One Chinese character, or the first letters of two words."""
    words = name.split()
    if not words:
        return "?"
    if not name.isascii():
        return name[0]
    return "".join(w[0] for w in words[:2]).upper()


def new_menu(user: Any) -> list[dict[str, str]]:
    """What the New button offers to this person."""
    entries = [
        ("tickets.take", "ticket_new", _("Ticket"), "t", "ticket"),
        ("visits.work", "visit_new", _("Visitor"), "v", "visitor"),
        ("passes.work", "pass_new", _("Release pass"), "p", "pass"),
        ("contacts.take", "contact_new", _("Call"), "c", "phone"),
    ]
    menu = []
    for permission, name, label, key, icon in entries:
        if estates_where(user, permission):
            menu.append({"label": label, "url": reverse(name), "key": key, "icon": icon})
    return menu
