"""Whom a pass is told to: the desk, managers, the owner, the household; never what is owed."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from helpdesk.estates.calendars import on_duty_ids
from helpdesk.notifications.services import notify
from helpdesk.staff.models import User
from residents.models import Phone, Resident
from tickets.services.telling import clerks, managers, tell_staff
from visitors.models import ReleasePass


def tell_managers(release_pass: ReleasePass, template: str, *, at: datetime) -> None:
    """Every manager of the estate."""
    _tell(release_pass, template, managers(release_pass.estate), at=at)


def tell_who_drafted(
    release_pass: ReleasePass, template: str, *, at: datetime, but: User | None = None, **words: Any
) -> None:
    """Whoever wrote the pass, and whoever issued it; not the person who has just done it."""
    people = [release_pass.created_by, release_pass.issued_by]
    _tell(release_pass, template, [p for p in people if p and p != but], at=at, **words)


def tell_desk(release_pass: ReleasePass, template: str, *, at: datetime, **words: Any) -> None:
    """Whoever issued the pass, and the clerks on duty; where the duty list names none, all of them."""
    desk = clerks(release_pass.estate)
    on_duty = set(on_duty_ids(release_pass.estate, at))
    people = [clerk for clerk in desk if clerk.pk in on_duty] or desk
    _tell(release_pass, template, [*people, *filter(None, [release_pass.issued_by])], at=at, **words)


def _tell(
    release_pass: ReleasePass, template: str, people: list[User], *, at: datetime, **words: Any
) -> None:
    tell_staff(
        people,
        template,
        about=release_pass,
        key=f"pass:{release_pass.pk}:{template}:{at.timestamp():.0f}",
        link=reverse("pass_detail", args=[release_pass.pk]),
        where=release_pass.unit.code,
        applicant=release_pass.applicant_name,
        **words,
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
