"""Moving in 入住 and moving out 迁出, as checklists of a unit and the people concerned (docs/domain.md §8)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.estates.models import Estate
from residents.models.residents import Occupancy, Resident
from residents.models.units import Unit


def staff_field() -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )


class EstateQuerySet(models.QuerySet):  # type: ignore[type-arg]
    def visible_to(self, user):  # type: ignore[no-untyped-def]
        """What belongs to the estates that `user` works in."""
        return self.filter(estate_id__in=user.estate_ids)


class MoveKind(models.TextChoices):
    MOVE_IN = "move_in", _("Move-in")
    MOVE_OUT = "move_out", _("Move-out")


class MoveRule(models.Model):
    """One step of an estate's checklist; without rows the house's own list holds (residents/move_steps.py)."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="move_rules")
    kind = models.CharField(_("kind"), max_length=8, choices=MoveKind)
    key = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField()
    # Empty: the house's own word for it.
    title = models.CharField(_("title"), max_length=60, blank=True)
    title_zh_hans = models.CharField(_("title in Simplified Chinese"), max_length=60, blank=True)
    title_zh_hant = models.CharField(_("title in Traditional Chinese"), max_length=60, blank=True)
    # A removed one stays, so that its key is never given to another step.
    is_removed = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("step of a checklist")
        ordering = ["kind", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["estate", "kind", "key"], name="move_rule_once"),
            models.CheckConstraint(
                condition=~Q(key__startswith="own_") | ~Q(title=""), name="own_move_step_has_a_title"
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.key


class Move(models.Model):
    """One household moving in or out, from the day it is told of to the day it is done."""

    Kind = MoveKind

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("of a move", "Open")
        COMPLETED = "completed", _("Completed")
        CANCELLED = "cancelled", pgettext_lazy("of a move", "Cancelled")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="moves", verbose_name=_("estate"))
    number = models.CharField(_("number"), max_length=20)
    kind = models.CharField(_("kind"), max_length=8, choices=MoveKind)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="moves", verbose_name=_("unit"))
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.OPEN)
    planned_on = models.DateField(_("planned for"))
    completed_on = models.DateField(_("day of the move"), null=True, blank=True)
    # Where letters go to from the day of moving out on.
    mailing_address = models.CharField(_("new postal address"), max_length=200, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    override_by = staff_field()
    override_at = models.DateTimeField(null=True, blank=True)
    override_reason = models.CharField(_("reason of the override"), max_length=300, blank=True)
    end_reason = models.CharField(_("reason"), max_length=300, blank=True)
    opened_by = staff_field()
    opened_at = models.DateTimeField(default=timezone.now)
    ended_by = staff_field()
    ended_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = EstateQuerySet.as_manager()

    class Meta:
        verbose_name = _("move")
        verbose_name_plural = _("moves")
        constraints = [
            models.UniqueConstraint(fields=["estate", "number"], name="move_number_once"),
            models.UniqueConstraint(
                fields=["unit", "kind"], condition=Q(status="open"), name="one_open_move_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(status="open", ended_at__isnull=True)
                | ~Q(status="open") & Q(ended_at__isnull=False),
                name="move_ended_at_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(status="completed") | Q(completed_on__isnull=False), name="move_done_on_a_day"
            ),
            models.CheckConstraint(
                condition=~Q(status="cancelled") | ~Q(end_reason=""), name="move_cancelled_with_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(override_at__isnull=True) | Q(override_by__isnull=False) & ~Q(override_reason=""),
                name="move_overridden_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["estate", "status", "planned_on"], name="move_planned"),
            models.Index(fields=["unit", "status"], name="move_unit"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN


class MovePerson(models.Model):
    """Somebody who comes or goes with a move, as what; the first contact and the payer are named beforehand."""

    move = models.ForeignKey(Move, models.CASCADE, related_name="people")
    resident = models.ForeignKey(
        Resident, models.PROTECT, related_name="move_places", verbose_name=_("resident")
    )
    relation = models.CharField(_("relation"), max_length=10, choices=Occupancy.Relation)
    is_primary = models.BooleanField(_("primary contact"), default=False)
    is_payer = models.BooleanField(_("payer"), default=False)

    class Meta:
        verbose_name = _("person of a move")
        verbose_name_plural = _("people of moves")
        ordering = ["-is_primary", "id"]
        constraints = [
            models.UniqueConstraint(fields=["move", "resident"], name="person_once_a_move"),
            models.UniqueConstraint(fields=["move"], condition=Q(is_primary=True), name="one_primary_a_move"),
            models.UniqueConstraint(fields=["move"], condition=Q(is_payer=True), name="one_payer_a_move"),
        ]

    def __str__(self) -> str:
        return f"{self.move_id} {self.resident_id}"


class MoveStep(models.Model):
    """One line of a move's checklist. Where another part of the house answers for it, that answer counts."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("of a step", "Open")
        DONE = "done", pgettext_lazy("of a step", "Done")
        NOT_NEEDED = "not_needed", _("Not needed")
        NOT_APPLICABLE = "not_applicable", _("Not applicable")

    move = models.ForeignKey(Move, models.CASCADE, related_name="steps")
    key = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=60, blank=True)
    title_zh_hans = models.CharField(max_length=60, blank=True)
    title_zh_hant = models.CharField(max_length=60, blank=True)
    state = models.CharField(_("status"), max_length=14, choices=State, default=State.OPEN)
    # Why it is not needed; or, once the move has ended, what stood open or settled then.
    note = models.CharField(_("note"), max_length=300, blank=True)
    by = staff_field()
    at = models.DateTimeField(null=True, blank=True)
    # A manager lets the move be completed with this one open; what opens later is not covered.
    let_pass_by = staff_field()
    let_pass_at = models.DateTimeField(null=True, blank=True)
    let_pass_reason = models.CharField(_("reason of the override"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("step of a move")
        verbose_name_plural = _("steps of moves")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["move", "key"], name="move_step_once"),
            models.CheckConstraint(
                condition=~Q(state="not_needed") | ~Q(note="") & Q(by__isnull=False),
                name="move_step_waived_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(let_pass_at__isnull=True) | Q(let_pass_by__isnull=False) & ~Q(let_pass_reason=""),
                name="move_step_let_pass_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.move_id} {self.key}"
