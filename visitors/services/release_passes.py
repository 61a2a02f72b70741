"""Release passes 放行条 up to the gate: overridden, issued, or ended, and what each waits for (docs/domain.md §7).

A pass begins in `pass_drafts` and ends in `gate`; owners speak in `consents`, the public form in `pass_requests`.
"""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.selectors import arrears_of
from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.lib.codes import short_code
from helpdesk.lib.errors import Refused
from helpdesk.lib.one_by_one import one_by_one
from helpdesk.lib.transitions import Transitions
from helpdesk.staff.models import User
from visitors.models import Consent, ReleasePass, VisitorPolicy
from visitors.models.policies import policy_of
from visitors.pass_selectors import is_owner_on_file
from visitors.services.pass_telling import ask_managers, tell_who_asked

S = ReleasePass.Status

PASS_STATES = Transitions(
    {
        "change": (ReleasePass.WAITING, ""),
        "confirm": (ReleasePass.WAITING, ""),
        "consent": (ReleasePass.WAITING, ""),
        "override": (ReleasePass.WAITING, ""),
        "issue": (ReleasePass.WAITING, S.ISSUED),
        "refuse": (ReleasePass.WAITING, S.REFUSED),
        "revoke": (ReleasePass.RELEASABLE, S.REVOKED),
        "release": (ReleasePass.RELEASABLE, ""),
        "send_back": (ReleasePass.RELEASABLE, S.REVOKED),
        "expire": (ReleasePass.OPEN, S.EXPIRED),
    },
    statuses=S.choices,
    actions={
        "change": gettext_lazy("Change"),
        "confirm": gettext_lazy("Confirm the request"),
        "consent": gettext_lazy("Owner's consent"),
        "override": gettext_lazy("Override"),
        "issue": gettext_lazy("Issue"),
        "refuse": gettext_lazy("Refuse"),
        "revoke": gettext_lazy("Revoke"),
        "release": gettext_lazy("Release"),
        "send_back": gettext_lazy("Send back to the desk"),
    },
)


@transaction.atomic
def override_pass(
    release_pass: ReleasePass, *, actor: User, reason: str, at: datetime | None = None
) -> ReleasePass:
    """A manager lets goods go although the unit owes. Refused invalid_transition, reason_required."""
    at = at or timezone.now()
    locked = lock_pass(release_pass)
    PASS_STATES.guard(locked.status, "override")
    locked.override_reason = need_words(reason, "reason")
    locked.override_by, locked.override_at = actor, at
    settle(locked, at)
    record("release_pass.overridden", locked, actor=actor, at=at, reason=locked.override_reason)
    tell_who_asked(locked, "pass_overridden", at=at, but=actor)
    return locked


@transaction.atomic
def issue_pass(
    release_pass: ReleasePass, *, actor: User, acknowledge_arrears: bool = False, at: datetime | None = None
) -> ReleasePass:
    """The pass with its code. The figure owed is looked at now and kept.

    Refused invalid_transition, expired, not_confirmed (a request of the public form), consent_missing,
    document_missing, arrears (until acknowledged or, where the estate blocks, overridden).
    """
    at = at or timezone.now()
    locked = lock_pass(release_pass)
    PASS_STATES.guard(locked.status, "issue")
    if locked.valid_until <= at:
        raise Refused("expired", _("The pass has run out: draft a new one."))
    if locked.is_request:
        raise Refused("not_confirmed", _("Nobody has confirmed this request yet."))
    if needs_consent(locked, at) and not has_consent(locked):
        raise Refused("consent_missing", _("The owner has not consented yet."))
    if not locked.id_document_type:
        raise Refused("document_missing", _("Write down which identity document you have seen."))
    owed = owed_by(locked, at)
    if owed > 0 and locked.override_at is None:
        _look_at_arrears(locked, acknowledge_arrears)
        locked.acknowledged_by = actor
    locked.arrears_at_issue = owed
    locked.issued_by, locked.issued_at = actor, at
    locked.code = short_code()
    _move(locked, S.ISSUED)
    record("release_pass.issued", locked, actor=actor, at=at, arrears=str(owed))
    return locked


def _look_at_arrears(release_pass: ReleasePass, acknowledged: bool) -> None:
    if blocks(release_pass.estate):
        raise Refused("arrears", _("The unit owes: a manager has to override, with a reason."))
    if not acknowledged:
        raise Refused("arrears", _("The unit owes: confirm that you have seen the figure."))


@transaction.atomic
def refuse_pass(
    release_pass: ReleasePass, *, actor: User | None, reason: str, at: datetime | None = None
) -> ReleasePass:
    """No pass, with the reason; whoever asked is told. Refused invalid_transition, reason_required."""
    at = at or timezone.now()
    ended = _end(release_pass, "refuse", actor=actor, reason=reason, at=at)
    # Of a request nobody stands behind nobody has asked.
    if not ended.is_request:
        tell_who_asked(ended, "pass_refused", at=at, but=actor, reason=ended.end_reason)
    return ended


@transaction.atomic
def revoke_pass(
    release_pass: ReleasePass, *, actor: User, reason: str, at: datetime | None = None
) -> ReleasePass:
    """An issued pass opens no gate any more; what has left has left. Refused invalid_transition, reason_required."""
    return _end(release_pass, "revoke", actor=actor, reason=reason, at=at)


def _end(
    release_pass: ReleasePass, act: str, *, actor: User | None, reason: str, at: datetime | None
) -> ReleasePass:
    at = at or timezone.now()
    locked = lock_pass(release_pass)
    target = PASS_STATES.guard(locked.status, act)
    locked.end_reason, locked.ended_at = need_words(reason, "reason"), at
    locked.confirm_digest = None
    _move(locked, target)
    record(f"release_pass.{target}", locked, actor=actor, at=at, reason=locked.end_reason)
    return locked


def expire_passes(at: datetime) -> int:
    """What ran out unused or half used, one by one so that no other change is lost; returns how many."""
    due = list(ReleasePass.objects.run_out(at).order_by("pk").values_list("pk", flat=True)[:1000])
    return one_by_one(due, lambda pk: _expire(pk, at), what="expiry of pass")


@transaction.atomic
def _expire(pk: int, at: datetime) -> int:
    locked = ReleasePass.objects.select_for_update().get(pk=pk)
    if locked.status not in ReleasePass.OPEN or locked.valid_until >= at:
        return 0
    locked.ended_at, locked.confirm_digest = locked.valid_until, None
    _move(locked, S.EXPIRED)
    record("release_pass.expired", locked, actor=None, at=at)
    return 1


def needs_consent(release_pass: ReleasePass, at: datetime) -> bool:
    """Whether this applicant needs the owner's consent here; an agent without a letter always does.

    Who says that they own the unit and is no owner on file counts as an agent.
    """
    relation = release_pass.applicant_relation
    if relation == ReleasePass.Relation.OWNER and not is_owner_on_file(release_pass, at):
        relation = ReleasePass.Relation.AGENT
    if relation == ReleasePass.Relation.AGENT and not release_pass.has_letter:
        return True
    return relation in policy_of(release_pass.estate).consent_relations


def has_consent(release_pass: ReleasePass) -> bool:
    """Whether an owner has said yes, and none said no after that."""
    last = (
        release_pass.consents.exclude(answer=Consent.Answer.WAITING).order_by("-answered_at", "-pk").first()
    )
    return last is not None and last.answer == Consent.Answer.GIVEN


def owed_by(release_pass: ReleasePass, at: datetime) -> Decimal:
    """What the unit owes past due at a moment."""
    return arrears_of(release_pass.unit, at=at).amount


def blocks(estate: Estate) -> bool:
    """Whether this estate issues nothing to a unit in arrears without an override."""
    return policy_of(estate).arrears == VisitorPolicy.Arrears.BLOCK


def lock_pass(release_pass: ReleasePass) -> ReleasePass:
    """The row as it is now, held until the commit."""
    return (
        ReleasePass.objects.select_for_update(of=("self",))
        .select_related("estate", "unit")
        .get(pk=release_pass.pk)
    )


def settle(release_pass: ReleasePass, at: datetime) -> None:
    """What it waits for now: consent first, then an override, else only to be issued."""
    status = S.DRAFT
    if needs_consent(release_pass, at) and not has_consent(release_pass):
        status = S.AWAITING_CONSENT
    elif blocks(release_pass.estate) and release_pass.override_at is None and owed_by(release_pass, at) > 0:
        status = S.AWAITING_OVERRIDE
    _move(release_pass, status)
    if status == S.AWAITING_OVERRIDE and not release_pass.is_request:
        ask_managers(release_pass)


def _move(release_pass: ReleasePass, status: str) -> None:
    release_pass.status = status
    release_pass.version += 1
    release_pass.save()


def need_words(words: str, field: str) -> str:
    """What was written down; Refused reason_required where nothing was."""
    if not words.strip():
        raise Refused("reason_required", _("Write it down in a few words."), field=field)
    return words.strip()
