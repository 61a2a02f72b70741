"""The owner's consent 业主同意: heard on a number on file, or given by a link that is answered once (docs/domain.md §7)."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.lib.attempts import attempts, note_attempt
from helpdesk.lib.crypto import digest_secret, new_secret
from helpdesk.lib.errors import Refused, TooOften
from helpdesk.staff.models import User
from residents.models import Phone, Resident
from visitors.models import Consent, ReleasePass
from visitors.pass_selectors import owners_of
from visitors.services.pass_telling import send_link, tell_who_drafted
from visitors.services.release_passes import PASS_STATES, lock_pass, need_words, settle
from visitors.services.spent_links import nothing_to_answer

GUESSES_A_MINUTE = 10


@transaction.atomic
def record_consent(
    release_pass: ReleasePass,
    *,
    actor: User,
    telephoned: Resident,
    phone: Phone | None,
    note: str,
    agrees: bool = True,
    at: datetime | None = None,
) -> ReleasePass:
    """What an owner said on a number that is on file: who, at which number, when, what was said.

    Refused invalid_transition, number_not_on_file, reason_required (nothing was written down).
    """
    at = at or timezone.now()
    locked = lock_pass(release_pass)
    PASS_STATES.guard(locked.status, "consent")
    _need_on_file(locked, telephoned, phone, at)
    said = need_words(note, "note")
    consent = Consent.objects.create(
        release_pass=locked,
        owner=telephoned,
        phone=phone,
        way=Consent.Way.TELEPHONE,
        answer=Consent.Answer.GIVEN if agrees else Consent.Answer.REFUSED,
        note=said,
        asked_by=actor,
        asked_at=at,
        answered_at=at,
    )
    settle(locked, at)
    _record_answer(locked, consent, actor=actor, at=at)
    return locked


@transaction.atomic
def ask_by_link(
    release_pass: ReleasePass,
    *,
    actor: User,
    owner: Resident,
    phone: Phone | None = None,
    at: datetime | None = None,
) -> Consent:
    """Send an owner the goods and a link to answer by, to a number on file or else to their e-mail address.

    An older link that is still open answers nothing any more. Refused invalid_transition, number_not_on_file.
    """
    at = at or timezone.now()
    locked = lock_pass(release_pass)
    PASS_STATES.guard(locked.status, "consent")
    if phone is not None or not owner.email or owner not in owners_of(locked, at):
        _need_on_file(locked, owner, phone, at)
    secret = new_secret()
    locked.consents.filter(answer=Consent.Answer.WAITING).update(digest=None)
    consent = Consent.objects.create(
        release_pass=locked,
        owner=owner,
        phone=phone,
        way=Consent.Way.LINK,
        asked_by=actor,
        asked_at=at,
        digest=digest_secret(secret),
    )
    send_link(
        locked,
        "consent_asked",
        to=owner,
        phone=phone,
        link=reverse("consent_link", args=[secret]),
        key=f"consent:{consent.pk}",
    )
    record("release_pass.consent_asked", locked, actor=actor, at=at, consent=consent.pk)
    return consent


def open_consent(secret: str, *, address: str, at: datetime | None = None) -> Consent | None:
    """The consent behind an owner's link; None if there is none. Wrong ones count, ten a minute an address: TooOften.

    LinkEnded a week after it is over, and at once for who owns the unit no more: the page names people and goods.
    """
    if attempts("consent", address) >= GUESSES_A_MINUTE:
        raise TooOften(_("That was too often. Please try again later, or ring the front desk."), seconds=60)
    rows = Consent.objects.select_related("release_pass__estate", "release_pass__unit", "owner")
    found = rows.filter(digest=digest_secret(secret)).first()
    if found is None:
        note_attempt("consent", address, seconds=60)
    elif not _link_is_open(found, at or timezone.now()):
        raise nothing_to_answer(found.release_pass.estate)
    return found


def _link_is_open(consent: Consent, at: datetime) -> bool:
    asked = consent.release_pass
    if consent.owner not in owners_of(asked, at):
        return False
    over = [moment for moment in (consent.answered_at, asked.issued_at, asked.ended_at) if moment is not None]
    return not over or at < min(over) + timedelta(days=settings.CONSENT_LINK_DAYS)


def is_open(consent: Consent) -> bool:
    """Whether the link can still be answered."""
    waits = consent.release_pass.status in PASS_STATES.sources("consent")
    return waits and consent.answer == Consent.Answer.WAITING


@transaction.atomic
def answer_consent(consent: Consent, *, agrees: bool, note: str = "", at: datetime | None = None) -> Consent:
    """What the owner says by the link, once. Refused already_answered, invalid_transition (the pass has gone on)."""
    at = at or timezone.now()
    locked = lock_pass(consent.release_pass)
    consent = Consent.objects.select_for_update(of=("self",)).select_related("owner").get(pk=consent.pk)
    if consent.answer != Consent.Answer.WAITING:
        raise Refused("already_answered", _("You have answered already. Ring the front desk to change it."))
    PASS_STATES.guard(locked.status, "consent")
    _need_owner(locked, consent.owner, at)
    consent.answer = Consent.Answer.GIVEN if agrees else Consent.Answer.REFUSED
    consent.note, consent.answered_at = note.strip(), at
    consent.save(update_fields=["answer", "note", "answered_at"])
    settle(locked, at)
    _record_answer(locked, consent, actor=None, at=at)
    tell_who_drafted(locked, "consent_answered", at=at, agrees=agrees)
    return consent


def _need_on_file(release_pass: ReleasePass, owner: Resident, phone: Phone | None, at: datetime) -> None:
    is_theirs = phone is not None and phone.resident_id == owner.pk and phone.is_working
    if not is_theirs or owner not in owners_of(release_pass, at):
        raise not_on_file()


def not_on_file() -> Refused:
    """The refusal of a number, or of somebody, that is not an owner's on file."""
    sentence = _("Consent is asked for at a number of an owner that is on file.")
    return Refused("number_not_on_file", sentence, field="phone")


def _need_owner(release_pass: ReleasePass, owner: Resident, at: datetime) -> None:
    if owner not in owners_of(release_pass, at):
        raise Refused("invalid_transition", _("This unit belongs to somebody else by now."))


def _record_answer(release_pass: ReleasePass, consent: Consent, *, actor: User | None, at: datetime) -> None:
    verb = "consented" if consent.answer == Consent.Answer.GIVEN else "consent_refused"
    # Whose words they are stands in the consent alone: the history can't forget.
    said: dict[str, Any] = {"consent": consent.pk, "way": consent.way}
    record(f"release_pass.{verb}", release_pass, actor=actor, at=at, **said)
