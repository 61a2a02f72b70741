"""Communication complaints that were handled badly and wait for the question: is it a valid complaint by now?"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tickets.models.tickets import ClassDecision, Ticket


class ClassReviewQuerySet(models.QuerySet["ClassReview"]):
    def visible_to(self, user) -> "ClassReviewQuerySet":  # type: ignore[no-untyped-def]
        """Those of the tickets that `user` may see."""
        return self.filter(ticket__in=Ticket.objects.visible_to(user).values("pk"))  # type: ignore[attr-defined]

    def waiting(self) -> "ClassReviewQuerySet":
        """Nobody has answered yet."""
        return self.filter(outcome="")


class ClassReview(models.Model):
    """One ticket put up for reclassification, once for each cause and round; the answer stays (docs/domain.md §2)."""

    class Cause(models.TextChoices):
        LATE = "late", _("Not resolved within its limit")
        DISSATISFIED = "dissatisfied", _("Opened again by a dissatisfied follow-up visit")

    class Outcome(models.TextChoices):
        BECOMES_VALID = "becomes_valid", _("Becomes valid")
        STAYS = "stays", _("Stays")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="class_reviews")
    cause = models.CharField(_("cause"), max_length=12, choices=Cause)
    # How often the ticket had been opened again by then: each round has a limit and a visit of its own.
    round = models.PositiveSmallIntegerField()
    put_up_at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(_("outcome"), max_length=13, choices=Outcome, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    # The change of class that followed: it tells of the handling, not of how the text reads.
    decision = models.ForeignKey(ClassDecision, models.PROTECT, null=True, related_name="reviews")

    objects = ClassReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review of a class")
        ordering = ["put_up_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "cause", "round"], name="put_up_once_for_a_cause"),
            models.CheckConstraint(
                condition=Q(outcome="", decided_at__isnull=True)
                | ~Q(outcome="") & Q(decided_at__isnull=False) & ~Q(reason=""),
                name="an_answer_has_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["put_up_at"], condition=Q(outcome=""), name="class_review_waiting")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.cause}"
