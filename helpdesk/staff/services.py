"""Tokens of staff, and the opening of an estate with its first administrator."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.lib.crypto import digest_secret, new_secret
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import ApiToken, Membership, User
from helpdesk.staff.permissions import Role
from helpdesk.staff.roles import SCOPES, scopes_of

MOST_DAYS = 730


@transaction.atomic
def open_estate(estate: Estate, *, administrator: User) -> Estate:
    """Saves a new estate and makes `administrator` its first one; everything else is set on the settings pages.

    A code that is taken or a value that is none is a ValidationError.
    """
    estate.full_clean()
    estate.save(force_insert=True)
    membership = Membership.objects.create(user=administrator, estate=estate, role=Role.ADMIN)
    record("setting.added", estate, actor=None)
    record("setting.added", membership, actor=None)
    return estate


@transaction.atomic
def create_token(
    user: User,
    *,
    name: str,
    scopes: list[str] | None = None,
    days: int = 90,
    actor: User | None,
    at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """A new token and its text, which is shown this once. Scopes default to all of the user's roles; 1 to 730 days."""
    unknown = sorted(set(scopes or []) - set(SCOPES))
    if unknown:
        raise Refused(
            "unknown_scope",
            _("There is no scope called %(name)s.") % {"name": ", ".join(unknown)},
            field="scopes",
        )
    if not 1 <= days <= MOST_DAYS:
        raise Refused("days_out_of_range", _("A token lives 1 to 730 days."), field="days")
    at = at or timezone.now()
    plain = new_secret(32)
    token = ApiToken.objects.create(
        user=user,
        name=name[:80],
        digest=digest_secret(plain),
        scopes=sorted(scopes) if scopes else scopes_of(user),
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    record("token.created", token, actor=actor, owner=user.username, scopes=token.scopes)
    return token, plain


@transaction.atomic
def revoke_token(token: ApiToken, *, actor: User, at: datetime | None = None) -> ApiToken:
    """End a token at once; ending it again changes nothing."""
    token = ApiToken.objects.select_for_update().get(pk=token.pk)
    if token.revoked_at is None:
        token.revoked_at = at or timezone.now()
        token.save(update_fields=["revoked_at"])
        record("token.revoked", token, actor=actor)
    return token
