"""What is kept of a household, and what happened to it, as the pages of units and residents show it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from helpdesk.attachments.models import Attachment
from helpdesk.audit.models import Entry
from helpdesk.lib.phones import mask_phone
from helpdesk.staff.models import User
from residents.models import (
    AccessCard,
    Decoration,
    DeskKey,
    EmergencyContact,
    FixturesHandover,
    Move,
    Note,
    Paper,
    ParkingSpace,
    Pet,
    Resident,
    Unit,
    UnitChange,
    Vehicle,
)
from residents.models.papers import SOON
from residents.views.household import KINDS
from residents.views.procedure_history import TOLD as PROCEDURES

MOST = 50
# Kind of record → its kind in the list of what runs out.
EXPIRES = {"paper": "paper", "card": "card", "pet": "vaccination"}
CARD_TONES = {
    "issued": ("tick-badge", "pine", ""),
    "lost": ("warning", "red", ""),
    "cancelled": ("close", "plain", "struck"),
}


def kept_parts(owner: Unit | Resident, user: User) -> list[dict[str, Any]]:
    """The panels of a page, each with its rows; notes only those that `user` may read."""
    may_write = user.may("residents.write", owner.estate_id)
    parts = []
    for key, kind in KINDS.items():
        if isinstance(owner, Unit) and not kind.on_unit:
            continue
        rows = kind.model.objects.visible_to(user).of(owner).current()
        if kind.model is Vehicle:
            rows = rows.select_related("space")
        if kind.model is Note:
            rows = rows.select_related("author")
        found = list(rows[:MOST])
        files = _files(found) if kind.model is Paper else {}
        new = "kept_new_unit" if isinstance(owner, Unit) else "kept_new_resident"
        parts.append(
            {
                "kind": key,
                "title": kind.model._meta.verbose_name_plural.capitalize(),
                "icon": kind.icon,
                "rows": [
                    _line(row)
                    | {
                        "url": reverse("kept_edit", args=[key, row.pk]) if may_write else "",
                        "files": files.get(row.pk, []),
                    }
                    for row in found
                ],
                "expires_url": f"{reverse('expiring_list')}?kind={EXPIRES[key]}&days=60"
                if found and key in EXPIRES
                else "",
                "new_url": reverse(new, args=[owner.pk, key]) if may_write else "",
            }
        )
    return parts


def keys_of(unit: Unit) -> list[dict[str, Any]]:
    """Keys of the unit at the desk, and who has them."""
    rows = DeskKey.objects.filter(unit=unit, is_archived=False).prefetch_related("loans")
    shown = []
    for key in rows:
        loan = next((loan for loan in key.loans.all() if loan.ended_at is None), None)
        shown.append({"key": key, "loan": loan, "late": loan is not None and loan.due_at < timezone.now()})
    return shown


def history_of(obj: Unit | Resident | ParkingSpace | DeskKey) -> list[dict[str, Any]]:
    """The newest fifty lines of the history of a record, and of those that were merged into it."""
    ids = [obj.pk]
    if isinstance(obj, Resident):
        ids += list(obj.merged_records.values_list("pk", flat=True))
    label = obj._meta.label_lower
    whose = Q(target_type=label, target_id__in=ids) | Q(filed_type=label, filed_id__in=ids)
    return [
        {
            "at": entry.at,
            "icon": "clock",
            "who": entry.actor_name or _("The system"),
            "sentence": sentence_of(entry),
        }
        for entry in Entry.objects.filter(whose).order_by("-at", "-id")[:MOST]
    ]


def sentence_of(entry: Entry) -> str:
    """One line of the history in words: what it is about, and what was done."""
    noun, _dot, deed = entry.verb.rpartition(".")
    words = {
        "added": _("put on file"),
        "changed": _("changed"),
        "corrected": _("set right"),
        "ended": _("ended"),
        "archived": _("put away"),
        "merged": _("joined with a second record"),
        "merged_away": _("joined to another record"),
        "phone_added": _("number added"),
        "phone_changed": _("number changed"),
        "phone_removed": _("number taken off file"),
        "lent": _("lent"),
        "taken_back": _("back"),
        "lost": _("lost"),
        "found": _("found again"),
        "returned": _("returned"),
        "cancelled": _("cancelled"),
        "given": _("given"),
        "freed": _("free again"),
    }
    nouns: dict[str, Any] = {
        "resident": Resident,
        "unit": Unit,
        "vehicle": Vehicle,
        "accesscard": AccessCard,
        "pet": Pet,
        "paper": Paper,
        "emergencycontact": EmergencyContact,
        "note": Note,
        "deskkey": DeskKey,
        "parkingspace": ParkingSpace,
    }
    named = {
        "occupancy": _("occupancy"),
        "contactperson": _("contact person"),
        "move": str(Move._meta.verbose_name),
        "fixtures": str(FixturesHandover._meta.verbose_name),
        "unit_change": str(UnitChange._meta.verbose_name),
        "decoration": str(Decoration._meta.verbose_name),
    }
    about = str(nouns[noun]._meta.verbose_name) if noun in nouns else named.get(noun, noun)
    if entry.verb in PROCEDURES:
        words = {deed: PROCEDURES[entry.verb][1](entry.data)}
    elsewhere = deeds_elsewhere().get(entry.verb)
    said = elsewhere or _("%(what)s: %(deed)s") % {
        "what": about,
        "deed": words.get(deed, deed.replace("_", " ")),
    }
    model = nouns.get(noun)
    fields = [_field(model, name) for name in entry.data.get("fields", [])] if model else []
    details = [str(entry.data[k]) for k in ("unit", "code") if entry.data.get(k)]
    return joined([said, *details, *fields])


def deeds_elsewhere() -> dict[str, str]:
    """What other parts of the house write down about a unit, as whole sentences."""
    return {
        "reminder.sent": _("a reminder was sent"),
        "credit.applied": _("credit was used for a bill"),
        "collection.visited": _("visited about the fees"),
        "collection.photos_added": _("photos of a notice were added"),
        "reminder.handed_over": _("a reminder was handed over"),
        "reminder.withdrawn": _("a reminder was taken back"),
        "promise.made": _("payment was promised"),
        "promise.kept": _("a promise to pay was kept"),
        "promise.broken": _("a promise to pay was not kept"),
        "promise.replaced": _("another day was promised"),
        "deferral.granted": _("a later payment was agreed"),
        "deferral.ended": _("reminders go on"),
        "exemption.granted": _("an exemption was granted"),
        "lease.added": _("a contract was put on file"),
        "follow_up.scheduled": _("a follow-up visit was planned"),
    }


def joined(words: Iterable[Any]) -> str:
    return pgettext("between facts", ", ").join(str(word) for word in words if word)


def _field(model: Any, name: str) -> str:
    try:
        return str(model._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:  # a column that has gone since
        return name


def _line(row: Any) -> dict[str, Any]:
    if isinstance(row, Vehicle):
        space = _("place %(code)s") % {"code": row.space.code} if row.space else ""
        return {
            "title": row.plate,
            "line": joined([row.get_kind_display(), row.description, space, row.note]),
        }
    if isinstance(row, AccessCard):
        icon, tone, kind = CARD_TONES.get(row.status, ("tick", "plain", ""))
        return {
            "title": f"{row.get_kind_display()} {row.number}",
            "line": joined([_until(row.valid_until), row.note]),
            "chip": {"label": row.get_status_display(), "icon": icon, "tone": tone, "kind": kind},
            "card": row.pk if row.status == AccessCard.Status.ISSUED else None,
        }
    if isinstance(row, Pet):
        until = row.vaccinated_until
        return {
            "title": str(row),
            "line": joined([row.get_kind_display(), row.breed, row.licence, row.note]),
            "chip": _runs_out(until) if until else None,
        }
    if isinstance(row, Paper):
        line = joined([row.get_kind_display(), row.number, _until(row.expires_on), row.note])
        return {
            "title": row.title,
            "line": line,
            "chip": _runs_out(row.expires_on) if row.expires_on else None,
        }
    if isinstance(row, EmergencyContact):
        return {"title": row.name, "line": joined([row.relationship, mask_phone(row.phone), row.note])}
    return {
        "title": row.body,
        "line": joined(
            [
                row.get_audience_display(),
                row.author,
                date_format(timezone.localtime(row.created_at), "DATE_FORMAT"),
            ]
        ),
    }


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATE_FORMAT")


def _until(day: date | None) -> str:
    return _("until %(day)s") % {"day": date_format(day, "DATE_FORMAT")} if day else ""


def _runs_out(day: date) -> dict[str, str] | None:
    today = timezone.localdate()
    if day < today:
        return {"label": _("Run out"), "tone": "red", "icon": "warning", "kind": ""}
    if day <= today + SOON:
        return {"label": _("Runs out soon"), "tone": "amber", "icon": "clock", "kind": ""}
    return None


def _files(papers: list[Paper]) -> dict[int, list[dict[str, str]]]:
    found: dict[int, list[dict[str, str]]] = {}
    owners = [paper.pk for paper in papers]
    for file in Attachment.objects.filter(owner_type="residents.paper", owner_id__in=owners):
        url = reverse("paper_file", args=[file.owner_id, file.pk])
        size = _("%(kb)s kB") % {"kb": max(1, file.size // 1024)}
        thumb = f"{url}?small=1" if file.thumbnail else ""
        found.setdefault(file.owner_id, []).append(
            {"url": url, "name": file.name, "thumb_url": thumb, "size": size}
        )
    return found
