"""The answers book 问答库: written, kept, and found while one types (docs/domain.md §3)."""

import math
import re
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused, Stale
from helpdesk.lib.names import bigrams
from helpdesk.staff.models import User
from helpdesk.staff.roles import role_in
from tickets.models import Answer

TEXTS = ("question", "question_zh_hans", "question_zh_hant", "answer", "answer_zh_hans", "answer_zh_hant")
LONGEST = 500  # characters of what is typed that are looked at
SMALL_BOOK = 3
# Part of nearly every sentence, so they point to no answer.
SMALL_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and are at by can do does for from how i in is it me my of on or our please say the there they to was we "
        "what when where which who will with would you your 请问 什么 怎么 可以 你们 我们 我家 一下 有没 没有",
    )
)


@transaction.atomic
def write_answer(
    *,
    estate: Estate,
    actor: User,
    keeper: User,
    checked_on: date,
    entry: Answer | None = None,
    version: int | None = None,
    at: datetime | None = None,
    **texts: str,
) -> Answer:
    """A new answer, or `entry` as it is now. Refused text_missing, other_estate, in_the_future; Stale."""
    at = at or timezone.now()
    row = Answer(estate=estate) if entry is None else _lock(entry, version)
    for name in TEXTS:
        if name in texts:
            setattr(row, name, texts[name].strip())
    _guard(row, keeper, checked_on, timezone.localdate(at))
    row.keeper, row.checked_on = keeper, checked_on
    row.search_text = bigrams(" ".join(getattr(row, name) for name in TEXTS))
    row.version = row.version + 1 if entry else 1
    row.save()
    record("answer.written" if entry is None else "answer.changed", row, actor=actor, at=at)
    return row


def _lock(answer: Answer, version: int | None) -> Answer:
    now = Answer.objects.select_for_update(of=("self",)).select_related("estate").get(pk=answer.pk)
    if version is not None and version != now.version:
        raise Stale(_("A colleague changed this answer meanwhile; nothing was saved."), version=now.version)
    return now


def _guard(row: Answer, keeper: User, checked_on: date, today: date) -> None:
    if not any(row.asked) or not row.asked[0]:
        raise Refused("text_missing", _("Write the question in one language at least."), field="question")
    if not row.said[0]:
        raise Refused("text_missing", _("Write the answer in one language at least."), field="answer")
    if role_in(keeper, row.estate_id) is None:
        raise Refused("other_estate", _("This colleague does not work in this estate."), field="keeper")
    if checked_on > today:
        raise Refused("in_the_future", _("That day is still to come."), field="checked_on")


@transaction.atomic
def archive_answer(
    answer: Answer, *, actor: User, archived: bool = True, at: datetime | None = None
) -> Answer:
    """Take it out of use, or back into it; again changes nothing."""
    if Answer.objects.filter(pk=answer.pk, is_archived=not archived).update(is_archived=archived):
        record("answer.archived" if archived else "answer.brought_back", answer, actor=actor, at=at)
    answer.refresh_from_db()
    return answer


def find_answers(estate: Estate, words: str, *, limit: int = 3) -> list[Answer]:
    """The answers that what is being typed points to, the nearest first; a rare word points better than a common one."""
    asked = _pieces(words[:LONGEST])
    rows = list(Answer.objects.filter(estate=estate).in_use().select_related("keeper")) if asked else []  # type: ignore[attr-defined]
    kept = {row.pk: set(row.search_text.split()) for row in rows}
    scores: dict[int, float] = dict.fromkeys(kept, 0.0)
    for piece in asked:
        holders = [pk for pk, pieces in kept.items() if piece in pieces]
        # What half the book says is no pointer; a book of three has too little to tell.
        if len(rows) > SMALL_BOOK and len(holders) * 2 > len(rows):
            continue
        for pk in holders:
            scores[pk] += math.log(1 + len(rows) / len(holders))
    found = sorted((row for row in rows if scores[row.pk]), key=lambda r: (-scores[r.pk], r.pk))
    best = scores[found[0].pk] if found else 0
    return [row for row in found if scores[row.pk] * 3 >= best][:limit]


def _pieces(words: str) -> set[str]:
    """Pairs of Chinese characters, and Latin words, without those that every sentence has."""
    return {piece for piece in bigrams(words).split() if len(piece) > 1} - SMALL_WORDS
