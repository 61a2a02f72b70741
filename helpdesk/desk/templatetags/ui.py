"""How things look, never what they are: icons, ring geometry, initials, times in words, looks of a status."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from helpdesk.lib import spans

register = template.Library()

LANGUAGE_MARKS = {"en": "EN", "zh-hans": "简", "zh-hant": "繁"}
PERSON_TONES = ("pine", "plum", "blue", "slate")

# noun → status → (icon, tone, kind). Dashed = not settled; filled = answer for it now; struck = void.
LOOKS: dict[str, dict[str, tuple[str, str, str]]] = {
    "ticket": {
        "new": ("desk", "plain", "dashed"),
        "assigned": ("plane", "plain", ""),
        "in_progress": ("wrench", "plain", ""),
        "resolved": ("follow-up", "pine", "dashed"),
        "closed": ("tick", "pine", ""),
        "declined": ("barred", "plain", ""),
        "reopened": ("refresh", "red", ""),
    },
    "slip": {
        "issued": ("plane", "plain", ""),
        "unsigned": ("warning", "red", ""),
        "signed": ("slip", "plain", ""),
        "in_progress": ("wrench", "plain", ""),
        "done": ("tick", "pine", ""),
        "verified": ("tick-badge", "pine", ""),
        "cancelled": ("close", "plain", "struck"),
    },
    "incident": {"open": ("megaphone", "red", ""), "closed": ("tick", "pine", "")},
    "follow_up": {
        "due": ("follow-up", "amber", ""),
        "late": ("warning", "red", ""),
        "scheduled": ("pause", "plain", "dashed"),
        "unreachable": ("no-answer", "plain", ""),
        "done": ("tick", "pine", ""),
        "satisfied": ("smile", "pine", ""),
        "so_so": ("so-so", "plain", ""),
        "dissatisfied": ("frown", "red", ""),
        "cancelled": ("close", "plain", "struck"),
    },
    "visit": {
        "expected": ("qr", "plain", "dashed"),
        "inside": ("inside", "plain", ""),
        "overstay": ("warning", "red", ""),
        "left": ("tick", "pine", ""),
        "refused": ("hand", "red", ""),
        "no_show": ("close", "plain", "struck"),
    },
    "release_pass": {
        "draft": ("note", "plain", "dashed"),
        "awaiting_consent": ("phone", "plain", ""),
        "awaiting_override": ("lock", "plain", ""),
        "issued": ("tick-badge", "pine", ""),
        "partly_released": ("ring", "plain", ""),
        "released": ("tick", "pine", ""),
        "expired": ("clock", "plain", "struck"),
        "revoked": ("barred", "red", ""),
        "refused": ("hand", "red", ""),
    },
    "bill": {
        "open": ("document", "plain", ""),
        "part_paid": ("ring", "plain", ""),
        "late": ("clock", "amber", ""),
        "overdue": ("warning", "red", ""),
        "disputed": ("pause", "plain", "dashed"),
        "paid": ("tick", "pine", ""),
        "reversed": ("undo", "plain", "struck"),
    },
    "move": {
        "open": ("list", "plain", "dashed"),
        "completed": ("tick", "pine", ""),
        "cancelled": ("close", "plain", "struck"),
    },
    "unit_change": {
        "requested": ("note", "plain", "dashed"),
        "approved": ("tick-badge", "pine", ""),
        "refused": ("hand", "red", ""),
        "carried_out": ("tick", "pine", ""),
        "cancelled": ("close", "plain", "struck"),
    },
    "decoration": {
        "applied": ("note", "plain", "dashed"),
        "approved": ("tick-badge", "pine", ""),
        "refused": ("hand", "red", ""),
        "running": ("brush", "plain", ""),
        "stopped": ("hand", "red", "filled"),
        "accepted": ("tick", "pine", ""),
        "closed": ("tick", "pine", ""),
        "cancelled": ("close", "plain", "struck"),
    },
    "contact": {
        "call": ("call-in", "plain", ""),
        "counter": ("counter", "plain", ""),
        "letter": ("letter", "plain", ""),
        "message": ("speech", "plain", ""),
        "web": ("web", "plain", ""),
        "email": ("letter", "plain", ""),
        "api": ("code", "plain", ""),
        "patrol": ("eye", "plain", ""),
        "phone": ("call-in", "plain", ""),
    },
}


@register.simple_tag
def icon(name: str, size: int = 16, label: str = "", outline: bool = False) -> SafeString:
    """One icon of static/icons.svg; decoration unless a label names it. Outlines are for 20 px and larger."""
    if outline and not name.startswith("o-"):
        name = f"o-{name}"
    href = f"{static('icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" width="{}" height="{}" role="img" aria-label="{}"><use href="{}"></use></svg>',
            size, size, label, href,
        )  # fmt: skip
    return format_html(
        '<svg class="icon" width="{}" height="{}" aria-hidden="true"><use href="{}"></use></svg>',
        size, size, href,
    )  # fmt: skip


@register.simple_tag
def ring(fraction: Any, size: int = 16) -> SafeString:
    """A ring that empties: `fraction` is what is left, 0 to 1."""
    return format_html(
        '<svg class="icon ring" width="{}" height="{}" viewBox="0 0 20 20" aria-hidden="true">'
        '<circle class="ring-track" cx="10" cy="10" r="7"/>'
        '<circle class="ring-left" cx="10" cy="10" r="7" pathLength="100" stroke-dasharray="{} 100" '
        'transform="rotate(-90 10 10)"/></svg>',
        size, size, percent(fraction),
    )  # fmt: skip


@register.filter
def percent(fraction: Any) -> int:
    """A fraction from 0 to 1 as whole hundredths; anything else is held to that span."""
    try:
        return round(min(max(float(fraction or 0), 0.0), 1.0) * 100)
    except (TypeError, ValueError):
        return 0


@register.simple_tag
def status_look(noun: str, status: str) -> dict[str, str]:
    """Icon, tone and kind of a status; an unknown one is a plain chip rather than an error on the page."""
    name, tone, kind = LOOKS.get(noun, {}).get(str(status), ("", "plain", ""))
    return {"icon": name, "tone": tone, "kind": kind}


@register.filter
def initials(name: Any) -> str:
    """The Chinese family name where there is one, else the first letters of the first and last word."""
    text = str(name or "").strip()
    for letter in text:
        if "\u3400" <= letter <= "\u9fff":
            return letter
    words = [word for word in text.replace("-", " ").split() if word[:1].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@register.filter
def estate_mark(estate: Any) -> str:
    """The one character that stands for an estate, Chinese where its name has any."""
    if not estate:
        return ""
    return (getattr(estate, "name_zh_hans", "") or str(estate))[:1]


@register.filter
def person_tone(name: Any) -> str:
    """A tone that stays with a name."""
    return PERSON_TONES[sum(map(ord, str(name or ""))) % len(PERSON_TONES)]


@register.filter
def language_mark(code: str) -> str:
    """The short mark of a language in the top bar."""
    return LANGUAGE_MARKS.get(code, code[:2].upper())


@register.filter
def in_short(span: timedelta | float | None) -> str:
    """A length of time (timedelta or seconds) as people say it: 12 min, 2 h 10, 3 days."""
    if span is None:
        return ""
    return spans.in_short(span if isinstance(span, timedelta) else timedelta(seconds=float(span)))


@register.filter
def ago(moment: datetime | None, now: datetime | None = None) -> str:
    """How long ago a moment was, or how far off it is."""
    if moment is None:
        return ""
    span = (now or timezone.now()) - moment
    if abs(span) < timedelta(minutes=1):
        return _("now")
    if span > timedelta(0):
        return _("%(span)s ago") % {"span": in_short(span)}
    return pgettext("from now", "in %(span)s") % {"span": in_short(span)}


@register.filter
def short_moment(moment: datetime | None, now: datetime | None = None) -> str:
    """The time alone on the same day, else the day; both in the active time zone."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    today = timezone.localtime(now or timezone.now())
    if local.date() == today.date():
        return date_format(local, "H:i")
    return date_format(local, _("j M") if local.year == today.year else _("j M Y"))


@register.filter
def day_time(moment: datetime | None) -> str:
    """Day and time for a signature or a record; the time alone today, the year only where it is another."""
    if moment is None:
        return ""
    local, today = timezone.localtime(moment), timezone.localdate()
    if local.date() == today:
        return date_format(local, "H:i")
    return date_format(local, _("j M, H:i") if local.year == today.year else "DATETIME_FORMAT")


@register.filter
def day_of(moment: datetime) -> str:
    """The local day over a row of moments; empty for today."""
    local, today = timezone.localdate(moment), timezone.localdate()
    if local == today:
        return ""
    return date_format(local, _("j M") if local.year == today.year else _("j M Y"))


@register.filter
def full_moment(moment: datetime | None) -> str:
    """Day, time and zone, for the hover."""
    return date_format(timezone.localtime(moment), _("j F Y, H:i T")) if moment else ""


@register.filter
def pieces(text: str, spans: Iterable[tuple[int, int]] | None) -> list[dict[str, Any]]:
    """The text cut at (start, end) spans: {text, number} in order; overlapping and empty ones left out."""
    cut: list[dict[str, Any]] = []
    at = number = 0
    for start, end in sorted(spans or ()):
        if start < at or end <= start or end > len(text):
            continue
        if start > at:
            cut.append({"text": text[at:start], "number": None})
        number += 1
        cut.append({"text": text[start:end], "number": number})
        at = end
    if at < len(text):
        cut.append({"text": text[at:], "number": None})
    return cut


@register.filter
def widget_kind(field: BoundField) -> str:
    """Which shape of field the component draws: text, area, select, check, choices, file or hidden."""
    kind = getattr(field.field.widget, "input_type", None)
    if kind in {"checkbox", "radio"} and field.use_fieldset:
        return "choices"
    if kind == "checkbox":
        return "check"
    if kind in {"select", "file", "hidden"}:
        return str(kind)
    return "text" if kind else "area"
