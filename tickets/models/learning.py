"""What the classifier learnt from confirmed tickets, and each time it was asked to."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LearnedModel(models.Model):
    """A fitted model. One is in use at most; without one, the model that comes with the software is."""

    version = models.CharField(_("version"), max_length=40, unique=True)
    # Gzipped JSON, as tickets.classification.model writes it.
    weights = models.BinaryField()
    examples = models.PositiveIntegerField(_("examples"))
    confirmed = models.PositiveIntegerField(_("confirmed tickets among them"))
    # The last decision that it learnt from; the next one starts where this ended.
    learned_until = models.DateTimeField()
    macro_f1 = models.FloatField(_("macro-F1"))
    accuracy = models.FloatField(_("accuracy"))
    # What the model before it reached on the very same texts.
    macro_f1_before = models.FloatField()
    guard_macro_f1 = models.FloatField(_("macro-F1 of the guarding part"))
    guard_macro_f1_before = models.FloatField()
    is_active = models.BooleanField(_("in use"), default=False)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("learned model")
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_active"], condition=Q(is_active=True), name="one_model_in_use"
            ),
        ]

    def __str__(self) -> str:
        return self.version

    @property
    def was_used(self) -> bool:
        """Whether it ever came into use: of one that did not, the weights are not kept."""
        return bool(bytes(self.weights))


class Refit(models.Model):
    """One request to learn anew, its progress and how it ended."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        REPLACED = "replaced", _("New model in use")
        KEPT = "kept", _("Old model kept: the new one was not better")
        NOTHING = "nothing", _("Too little was confirmed since")
        FAILED = "failed", _("Failed")

    status = models.CharField(_("state"), max_length=8, choices=Status, default=Status.WAITING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    # A run that has not moved for long was cut off; another may take its place.
    moved_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    is_open = models.BooleanField(default=True)
    done = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveSmallIntegerField(default=0)
    model = models.ForeignKey(LearnedModel, models.PROTECT, null=True, related_name="refits")

    class Meta:
        verbose_name = _("refit")
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_open"], condition=Q(is_open=True), name="one_refit_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.asked_at:%Y-%m-%d %H:%M}"
