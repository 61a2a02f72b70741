"""Learning from what clerks confirm, and which model is in use (docs/domain.md §2)."""

import gzip
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from helpdesk.audit.services import record
from helpdesk.staff.models import User
from tickets.agreement import decided_by_reading, not_made_up
from tickets.classification.learning import PARTS, Learned, learn
from tickets.classification.model import Model, shipped_model
from tickets.classification.training import Example
from tickets.models import ClassDecision, LearnedModel, Refit

log = logging.getLogger(__name__)
# By itself it learns at most once a day, and only where that many tickets were confirmed since.
EVERY = timedelta(days=1)
LEAST_NEW = 20
# The newest ones: about a minute's work on one free core.
MOST_CONFIRMED = 2000
CUT_OFF_AFTER = timedelta(minutes=10)
S = Refit.Status


@dataclass(frozen=True)
class Confirmed:
    """A ticket's words with the class that a person gave them."""

    text: str
    complaint_class: str
    decided_at: datetime


def model_in_use() -> Model:
    """The learned model that is active, else the one that comes with the software; every process sees a change at once."""
    version = LearnedModel.objects.filter(is_active=True).values_list("version", flat=True).first()
    return _learned(version) if version else shipped_model()


@lru_cache(maxsize=2)
def _learned(version: str) -> Model:
    """A version never changes, so what was read once holds."""
    packed = LearnedModel.objects.values_list("weights", flat=True).get(version=version)
    return Model.from_stored(json.loads(gzip.decompress(bytes(packed))))


def decisions_by_reading() -> QuerySet[ClassDecision]:
    """The decisions that are learnt from: how a text reads, and of no made-up ticket."""
    return decided_by_reading().filter(not_made_up())


def confirmed_tickets() -> list[Confirmed]:
    """One for each confirmed ticket, by the last decision; the newest ones, oldest first."""
    rows = decisions_by_reading().order_by("-decided_at", "-id")
    last: dict[int, Confirmed] = {}
    for pk, text, name, at in rows.values_list(
        "ticket_id", "ticket__description", "to_class", "decided_at"
    ).iterator():
        last.setdefault(pk, Confirmed(text, name, at))
        if len(last) == MOST_CONFIRMED:
            break
    return list(last.values())[::-1]


def ask_refit(*, actor: User | None, at: datetime | None = None) -> Refit:
    """Ask to learn anew; where somebody asked already, that one."""
    at = at or timezone.now()
    try:
        with transaction.atomic():
            refit = Refit.objects.create(asked_by=actor, asked_at=at, moved_at=at, total=PARTS)
            record("classifier.refit_asked", refit, actor=actor, at=at)
            return refit
    except IntegrityError:
        return Refit.objects.get(is_open=True)


def ask_if_due(at: datetime) -> Refit | None:
    """Once a day, where enough was confirmed since the last time."""
    if Refit.objects.filter(Q(is_open=True) | Q(asked_at__gt=at - EVERY)).exists():
        return None
    return ask_refit(actor=None, at=at) if confirmed_since_last_time() >= LEAST_NEW else None


def confirmed_since_last_time() -> int:
    """How many tickets were judged, or judged anew, since the last attempt to learn."""
    rows, until = decisions_by_reading(), _looked_until()
    if until is not None:
        rows = rows.filter(decided_at__gt=until)
    return rows.order_by().values("ticket").distinct().count()


def _looked_until() -> datetime | None:
    """Up to which decision the last attempt looked, whether or not its model came into use."""
    return LearnedModel.objects.values_list("learned_until", flat=True).first()


def run_waiting_refit(at: datetime | None = None) -> Refit | None:
    """Carry out what was asked for; None where nothing waits, or another worker has it."""
    at = at or timezone.now()
    cut_off = Q(status=S.RUNNING, moved_at__lt=at - CUT_OFF_AFTER)
    refit = Refit.objects.filter(Q(status=S.WAITING) | cut_off, is_open=True).first()
    if refit is None:
        return None
    mine = Refit.objects.filter(pk=refit.pk, status=refit.status, moved_at=refit.moved_at)
    if not mine.update(status=S.RUNNING, moved_at=at, done=0):
        return None
    try:
        status, model = _refit(lambda part: _note_progress(refit, part))
    except Exception:
        log.exception("learning failed")
        status, model = S.FAILED, None
    _finish(refit, status, model)
    return refit


def _note_progress(refit: Refit, part: int) -> None:
    Refit.objects.filter(pk=refit.pk).update(done=part, moved_at=timezone.now())


def _finish(refit: Refit, status: str, model: LearnedModel | None) -> None:
    refit.status, refit.model, refit.is_open = status, model, False
    refit.finished_at = timezone.now()
    refit.save(update_fields=["status", "model", "is_open", "finished_at"])


def _refit(on_part: Callable[[int], None]) -> tuple[str, LearnedModel | None]:
    confirmed = confirmed_tickets()
    until = _looked_until()
    if not [each for each in confirmed if until is None or each.decided_at > until]:
        return S.NOTHING, None
    active = LearnedModel.objects.filter(is_active=True).first()
    known = [active is not None and each.decided_at <= active.learned_until for each in confirmed]
    examples = [Example(each.text, each.complaint_class) for each in confirmed]
    learned = learn(examples, known, version="learned", on_part=on_part)
    model = _keep(learned, len(confirmed), max(each.decided_at for each in confirmed))
    return (S.REPLACED if model.is_active else S.KEPT), model


@transaction.atomic
def _keep(learned: Learned, confirmed: int, until: datetime) -> LearnedModel:
    """Write the model down; it comes into use unless it is worse than the one before."""
    better = learned.is_no_worse
    if better:
        LearnedModel.objects.filter(is_active=True).update(is_active=False)
    body = json.dumps(learned.model.stored(), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    kept = LearnedModel.objects.create(
        version=learned.model.version,
        # What never comes into use is known by its figures alone.
        weights=gzip.compress(body.encode(), mtime=0) if better else b"",
        examples=learned.model.examples,
        confirmed=confirmed,
        learned_until=until,
        macro_f1=learned.figures.macro_f1,
        accuracy=learned.figures.accuracy,
        macro_f1_before=learned.figures_before.macro_f1,
        guard_macro_f1=learned.guard.macro_f1,
        guard_macro_f1_before=learned.guard_before.macro_f1,
        is_active=better,
    )
    verb = "classifier.replaced" if better else "classifier.kept"
    record(verb, kept, actor=None, macro_f1=round(kept.macro_f1, 4), before=round(kept.macro_f1_before, 4))
    return kept
