"""Whom a pass is told to: the desk, managers, the owner, the household; never what is owed."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from helpdesk.estates.calendars import on_duty_ids
from helpdesk.lib.sealed import clear
from helpdesk.notifications.services import notify
from helpdesk.staff.models import User
from residents.models import Phone, Resident
from tickets.services.telling import clerks, managers, not_in_rest_hours, reach_of, tell_staff
from visitors.models import ReleasePass

# What whoever asked on the public form reads of what the desk reads.
TO_APPLICANT = {"pass_overridden": "resident_pass_overridden", "pass_refused": "resident_pass_refused"}


def ask_managers(release_pass: ReleasePass) -> None:
    """Every manager of the estate hears that a pass waits for an override, once a pass."""
    key = f"pass:{release_pass.pk}:pass_override_asked"
    _tell(release_pass, "pass_override_asked", managers(release_pass.estate), key=key)


def tell_who_asked(
    release_pass: ReleasePass, template: str, *, at: datetime, but: User | None, **words: Any
) -> None:
    """Whoever drafted the pass; of one that was asked for on the public form the desk, and whoever asked there."""
    if release_pass.created_by is not None:
        tell_who_drafted(release_pass, template, at=at, but=but, **words)
        return
    tell_desk(release_pass, template, at=at, but=but, **words)
    _tell_applicant(release_pass, TO_APPLICANT[template], at)


def tell_who_drafted(
    release_pass: ReleasePass, template: str, *, at: datetime, but: User | None = None, **words: Any
) -> None:
    """Whoever wrote the pass, and whoever issued it; not the person who has just done it."""
    people = [release_pass.created_by, release_pass.issued_by]
    _tell(release_pass, template, [p for p in people if p and p != but], at=at, **words)


def tell_desk(
    release_pass: ReleasePass, template: str, *, at: datetime, but: User | None = None, **words: Any
) -> None:
    """Whoever issued the pass, and the clerks on duty; where the duty list names none, all of them."""
    desk = clerks(release_pass.estate)
    on_duty = set(on_duty_ids(release_pass.estate, at))
    people = [clerk for clerk in desk if clerk.pk in on_duty] or desk
    people = [*people, *filter(None, [release_pass.issued_by])]
    _tell(release_pass, template, [p for p in people if p != but], at=at, **words)


def _tell(
    release_pass: ReleasePass,
    template: str,
    people: list[User],
    *,
    at: datetime | None = None,
    key: str = "",
    **words: Any,
) -> None:
    tell_staff(
        people,
        template,
        about=release_pass,
        key=key or _key(release_pass, template, at),
        link=reverse("pass_detail", args=[release_pass.pk]),
        where=release_pass.unit.code,
        applicant=release_pass.applicant_name,
        **words,
    )


def _key(release_pass: ReleasePass, template: str, at: datetime | None) -> str:
    return f"pass:{release_pass.pk}:{template}:{at.timestamp() if at else 0:.0f}"


def _tell_applicant(release_pass: ReleasePass, template: str, at: datetime) -> None:
    """By the number that was given on the public form, not in rest hours; neither figure nor reason: both are the owner's."""
    channel, address = reach_of(release_pass.resident, clear(release_pass.applicant_phone))
    if not address:
        return
    resident = release_pass.resident
    notify(
        release_pass.applicant_name,
        template,
        estate=release_pass.estate,
        dedupe_key=f"{_key(release_pass, template, at)}:resident",
        context={"number": release_pass.number},
        about=release_pass,
        channel=channel,
        address=address,
        language=resident.language if resident else "",
        not_before=not_in_rest_hours(release_pass.estate, at),
        spares_rest_hours=True,
    )


def send_link(
    release_pass: ReleasePass, template: str, *, to: Resident, phone: Phone | None, link: str, key: str
) -> None:
    """A one-use link to a number on file, else to the e-mail address on file."""
    goods = ", ".join(str(item) for item in release_pass.items.all()[:6])
    notify(
        to.name,
        template,
        estate=release_pass.estate,
        dedupe_key=key,
        context={
            "where": release_pass.unit.code,
            "applicant": release_pass.applicant_name,
            "goods": goods,
            "estate": str(release_pass.estate),
        },
        about=release_pass,
        link=link,
        channel="sms" if phone else "email",
        address=phone.number if phone else to.email,
        language=to.language,
    )
