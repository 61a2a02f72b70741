"""Writing history: the last act of every service, in the same transaction as the change."""

from collections.abc import Iterable
from dataclasses import dataclass, field
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
    entry = _entry(verb, target, actor, filed_under, at or timezone.now(), data)
    entry.save(force_insert=True)
    return entry


@dataclass(frozen=True)
class Event:
    """One line for `record_many`; `data` as for `record`."""

    verb: str
    target: models.Model
    data: dict[str, Any] = field(default_factory=dict)
    filed_under: models.Model | None = None


def record_many(events: Iterable[Event], *, actor: AbstractBaseUser | None, at: datetime) -> None:
    """What `record` writes, for thousands at once (an import, a billing run)."""
    Entry.objects.bulk_create(
        (_entry(event.verb, event.target, actor, event.filed_under, at, event.data) for event in events),
        batch_size=500,
    )


def _entry(
    verb: str,
    target: models.Model,
    actor: AbstractBaseUser | None,
    filed_under: models.Model | None,
    at: datetime,
    data: dict[str, Any],
) -> Entry:
    return Entry(
        at=at,
        estate_id=getattr(target, "estate_id", None) or getattr(filed_under, "estate_id", None),
        actor=actor,  # type: ignore[misc]  # staff stand above history and are known by name only
        actor_name=str(actor) if actor else "",
        verb=verb,
        target_type=target._meta.label_lower,
        target_id=target.pk,
        # A name would outlive a wish to be forgotten: here nothing can be changed.
        target_label=getattr(target, "history_label", str(target))[:120],
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
