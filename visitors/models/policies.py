"""What an estate has settled about visitors and goods (docs/domain.md §6, §7)."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate


def relations_that_need_consent() -> list[str]:
    """All but the owner."""
    return ["tenant", "family", "agent"]


class VisitorPolicy(models.Model):
    """One row an estate; an estate without one goes by the defaults."""

    class Arrears(models.TextChoices):
        WARN = "warn", _("warn: the clerk acknowledges the figure")
        BLOCK = "block", _("block until a manager overrides")

    estate = models.OneToOneField(
        Estate, models.CASCADE, related_name="visitor_policy", verbose_name=_("estate")
    )
    arrears = models.CharField(
        _("release pass for a unit in arrears"), max_length=5, choices=Arrears, default=Arrears.WARN
    )
    consent_relations = models.JSONField(
        _("applicants who need the owner's consent"), default=relations_that_need_consent, blank=True
    )
    identity_number_required = models.BooleanField(_("identity number required"), default=False)
    stay_minutes = models.PositiveIntegerField(
        _("a guest may stay (minutes)"),
        default=120,
        validators=[MinValueValidator(15), MaxValueValidator(60 * 24)],
    )
    gates = models.JSONField(_("gates"), default=list, blank=True)

    class Meta:
        verbose_name = _("visitor policy")
        verbose_name_plural = _("visitor policies")

    def __str__(self) -> str:
        return str(self.estate)


def policy_of(estate: Estate) -> VisitorPolicy:
    """The estate's policy, or the defaults (unsaved)."""
    return VisitorPolicy.objects.filter(estate=estate).first() or VisitorPolicy(estate=estate)
