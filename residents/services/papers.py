"""Contracts and other papers: kept with their files, and with the day they run out (docs/domain.md §8)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.attachments.inspection import Inspected
from helpdesk.attachments.services import attach
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from residents.models import Paper, Resident, Unit
from residents.services.kept import change, keep, lock


@transaction.atomic
def add_paper(
    *,
    actor: User | None,
    title: str,
    unit: Unit | None = None,
    resident: Resident | None = None,
    files: Iterable[Inspected] = (),
    **details: Any,
) -> Paper:
    """A paper of a unit or a resident, with its pages. Refused: title_missing, paper_ends_before, too_many_files."""
    if not title.strip():
        raise Refused("title_missing", _("Say what paper it is."), field="title")
    _guard_days(details.get("signed_on"), details.get("expires_on"))
    paper = keep(Paper(unit=unit, resident=resident, title=title.strip(), **details), actor=actor)
    attach(paper, files, actor=actor, estate=paper.estate, purpose="paper")
    return paper


@transaction.atomic
def edit_paper(
    paper: Paper,
    *,
    actor: User | None,
    version: int | None = None,
    files: Iterable[Inspected] = (),
    **changes: Any,
) -> Paper:
    """Another day, another title, more pages. Refused: stale, paper_ends_before, too_many_files."""
    paper = lock(paper, version)
    _guard_days(
        changes.get("signed_on", paper.signed_on),
        changes.get("expires_on", paper.expires_on),
    )
    paper = change(paper, actor=actor, **changes)
    attach(paper, files, actor=actor, estate=paper.estate, purpose="paper")
    return paper


def _guard_days(signed_on: date | None, expires_on: date | None) -> None:
    if signed_on and expires_on and expires_on < signed_on:
        raise Refused("paper_ends_before", _("It would run out before it was signed."), field="expires_on")
