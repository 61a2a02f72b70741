"""One notice to all who reported an incident: one message a household, in its language (docs/domain.md §2, §10)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.estates.calendars import local
from helpdesk.lib.errors import Refused
from helpdesk.lib.transitions import Transitions
from helpdesk.notifications.services import notify
from helpdesk.staff.models import User
from residents.selectors import first_contacts_of
from tickets.models import Incident, IncidentNotice, IncidentReport
from tickets.promise_words import find_promises
from tickets.services.incidents import INCIDENT_STATES, lock_incident
from tickets.services.links import track_path
from tickets.services.telling import desk_supervisors, managers, not_in_rest_hours, reach_of
from tickets.services.tickets.state import need_reason

STATE = IncidentNotice.State
NOTICE_STATES = Transitions(
    {"release": ((STATE.HELD,), STATE.SENT), "withdraw": ((STATE.HELD,), STATE.WITHDRAWN)},
    statuses=STATE.choices,
)


@dataclass(frozen=True)
class Household:
    """Whom one message goes to; without an address nobody can be told."""

    key: str
    name: str = ""
    channel: str = ""
    address: str = ""
    language: str = ""
    link: str = ""


@transaction.atomic
def notify_reporters(
    incident: Incident,
    *,
    actor: User,
    texts: dict[str, str],
    form_token: str | None = None,
    at: datetime | None = None,
) -> IncidentNotice:
    """Tell every household that reported it; held if a text promises something and the writer may not promise.

    The same form again gives the first one's notice. Refused text_missing, invalid_transition, nobody_to_tell.
    """
    at = at or timezone.now()
    incident = lock_incident(incident)
    if form_token:
        before = IncidentNotice.objects.filter(form_token=form_token, incident=incident).first()
        if before is not None:
            return before
    INCIDENT_STATES.guard(incident.status, "notify")
    texts = {language: text.strip() for language, text in texts.items() if text.strip()}
    if not texts:
        raise Refused("text_missing", _("Write something first."))
    if not incident.reports.exists():
        raise Refused("nobody_to_tell", _("Nobody has reported it yet."))
    found = [promise for text in texts.values() for promise in find_promises(text)]
    notice = IncidentNotice(
        incident=incident,
        texts=texts,
        promises=[{"words": promise.words, "kind": promise.kind} for promise in found],
        author=actor,
        created_at=at,
        form_token=form_token,
    )
    if found and actor.may("tickets.release_reply", incident.estate_id):
        notice.released_by, notice.released_at = actor, at
    elif found:
        notice.state = STATE.HELD
    notice.save()
    held = notice.state == STATE.HELD
    verb = "incident.notice_held" if held else "incident.notice_sent"
    record(verb, incident, actor=actor, at=at, notice=notice.pk)
    if held:
        _ask_to_release(notice)
    else:
        _send(notice, at)
    return notice


@transaction.atomic
def release_notice(notice: IncidentNotice, *, actor: User, at: datetime | None = None) -> IncidentNotice:
    """Let a held notice go out; by the same person once more it stays sent. Refused invalid_transition."""
    at = at or timezone.now()
    notice = _locked(notice)
    if notice.state == STATE.SENT and notice.released_by_id == actor.pk:
        return notice
    notice.state = NOTICE_STATES.guard(notice.state, "release")
    notice.released_by, notice.released_at = actor, at
    notice.save(update_fields=["state", "released_by", "released_at"])
    record("incident.notice_sent", notice.incident, actor=actor, at=at, notice=notice.pk)
    _send(notice, at)
    return notice


@transaction.atomic
def withdraw_notice(
    notice: IncidentNotice, *, actor: User, reason: str, at: datetime | None = None
) -> IncidentNotice:
    """Take a held notice back; it never went out. Refused reason_required, invalid_transition, not_yours."""
    reason = need_reason(reason)
    notice = _locked(notice)
    if notice.author_id != actor.pk and not actor.may("tickets.release_reply", notice.incident.estate_id):
        raise Refused("not_yours", _("Only who wrote it, or a supervisor, takes it back."))
    notice.state = NOTICE_STATES.guard(notice.state, "withdraw")
    notice.save(update_fields=["state"])
    record("incident.notice_withdrawn", notice.incident, actor=actor, at=at, notice=notice.pk, reason=reason)
    return notice


def households_of(incident: Incident) -> list[Household]:
    """One for each unit, else resident, else number that reported it; of several reports the first that can be told."""
    related = ("contact__unit", "contact__resident", "ticket__unit", "ticket__resident")
    found: dict[str, Household] = {}
    for report in IncidentReport.objects.filter(incident=incident).select_related(*related):
        household = _household(report, incident)
        if household.key not in found or not found[household.key].address:
            found[household.key] = household
    return list(found.values())


def _household(report: IncidentReport, incident: Incident) -> Household:
    contact, ticket = report.contact, report.ticket
    unit = (contact.unit if contact else None) or (ticket.unit if ticket else None)
    resident = (contact.resident if contact else None) or (ticket.resident if ticket else None)
    phone = (contact.phone if contact else "") or (ticket.reporter_phone if ticket else "")
    digest = (contact.phone_hash if contact else "") or (ticket.reporter_phone_hash if ticket else "")
    name = (contact.name if contact else "") or (ticket.reporter_name if ticket else "")
    if unit is not None:
        key = f"unit:{unit.pk}"
    elif resident is not None:
        key = f"resident:{resident.pk}"
    else:
        key = f"phone:{digest}" if digest else f"report:{report.pk}"
    link = track_path(ticket) if ticket else ""
    if resident is None and not phone and unit is not None:
        # Nobody said who rang: the household's first contact is told, but whoever rang did not write for their eyes.
        link = ""
        today = local(incident.estate, timezone.now()).date()
        resident = first_contacts_of([unit.pk], today).get(unit.pk)
    channel, address = reach_of(resident, phone)
    return Household(
        key,
        name=resident.name if resident else name,
        channel=channel,
        address=address,
        language=(resident.language if resident else "")
        or (ticket.language if ticket else "")
        or incident.estate.language,
        link=link,
    )


def _send(notice: IncidentNotice, at: datetime) -> None:
    """One message a household and an address; those who can't be told are counted."""
    incident, told = notice.incident, set()
    households = households_of(incident)
    for household in households:
        if not household.address or household.address in told:
            continue
        told.add(household.address)
        notify(
            household.name,
            "resident_incident",
            estate=incident.estate,
            dedupe_key=f"incident-notice:{notice.pk}:{household.key}",
            context={"number": incident.number, "body": text_in(notice, household.language)},
            about=incident,
            link=household.link,
            channel=household.channel,
            address=household.address,
            language=household.language,
            not_before=not_in_rest_hours(incident.estate, at),
            spares_rest_hours=True,
        )
    notice.sent_at, notice.reached = at, len(told)
    notice.unreached = sum(not household.address for household in households)
    notice.save(update_fields=["sent_at", "reached", "unreached"])


def text_in(notice: IncidentNotice, language: str) -> str:
    """The text in that language, else in the estate's, else the first that was written."""
    texts: dict[str, str] = notice.texts
    return texts.get(language) or texts.get(notice.incident.estate.language) or next(iter(texts.values()))


def _ask_to_release(notice: IncidentNotice) -> None:
    incident = notice.incident
    people = desk_supervisors(incident.estate) or managers(incident.estate)
    for person in people:
        notify(
            person,
            "incident_notice_held",
            estate=incident.estate,
            dedupe_key=f"incident-notice:{notice.pk}:held:{person.pk}",
            context={
                "number": incident.number,
                "title": incident.title,
                "author": str(notice.author),
                "words": [promise["words"] for promise in notice.promises],
            },
            about=incident,
            link=reverse("incident_detail", args=[incident.pk]),
        )


def _locked(notice: IncidentNotice) -> IncidentNotice:
    """Both rows locked, the incident first as everywhere."""
    incident = lock_incident(notice.incident)
    now = IncidentNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    now.incident = incident
    return now
