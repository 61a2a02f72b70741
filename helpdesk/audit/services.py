"""Writing history: the last act of every service, in the same transaction as the change."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.dispatch import Signal
from django.utils import timezone

from helpdesk.audit.models import AccessEntry, Entry

# Sent once an entry is committed; the project's one signal, for those who pass events on.
recorded = Signal()


def record(
    verb: str,
    target: models.Model,
    *,
    actor: AbstractBaseUser | None,
    filed_under: models.Model | None = None,
    at: datetime | None = None,
    **data: Any,
) -> Entry:
    """Write that `actor` (None: the system) did `verb` to `target`; `data` must be JSON and free of personal numbers."""
    return Entry.objects.create(
        at=at or timezone.now(),
        estate_id=getattr(target, "estate_id", None) or getattr(filed_under, "estate_id", None),
        actor=actor,  # type: ignore[misc]  # staff stand above history and are known by name only
        actor_name=str(actor) if actor else "",
        verb=verb,
        target_type=target._meta.label_lower,
        target_id=target.pk,
        target_label=str(target)[:120],
        filed_type=filed_under._meta.label_lower if filed_under else "",
        filed_id=filed_under.pk if filed_under else None,
        data=data,
    )


def log_access(
    subject: models.Model,
    field: str,
    *,
    actor: AbstractBaseUser,
    estate_id: int,
    reason: str = "",
    address: str | None = None,
) -> None:
    """Keep that `actor` was shown `field` of `subject` in clear."""
    AccessEntry.objects.create(
        at=timezone.now(),
        estate_id=estate_id,
        actor=actor,  # type: ignore[misc]
        field=field,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        reason=reason[:200],
        address=address,
    )
