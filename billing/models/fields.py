"""Columns that every page of the ledger shares."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class BillingQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> "BillingQuerySet":
        """Rows of the estates that `user` works in."""
        return self.filter(estate_id__in=user.estate_ids)


def amount_field(name: Any = "", **kwargs: Any) -> models.DecimalField:
    """Money: two places, exact."""
    return models.DecimalField(name or _("amount"), max_digits=12, decimal_places=2, **kwargs)


def price_field(name: Any = "", **kwargs: Any) -> models.DecimalField:
    """A price by the unit of measure: four places, for tariffs such as 0.5283 a kilowatt hour."""
    return models.DecimalField(name or _("rate"), max_digits=9, decimal_places=4, **kwargs)


def quantity_field(name: Any = "", **kwargs: Any) -> models.DecimalField:
    return models.DecimalField(name or _("quantity"), max_digits=13, decimal_places=3, **kwargs)


def once(name: str, *more: str) -> models.UniqueConstraint:
    """One row for what one form sent, or one key asked for; as many as come without."""
    return models.UniqueConstraint(
        fields=["estate", "form_token", *more], condition=models.Q(form_token__isnull=False), name=name
    )


def actor_field(**kwargs: Any) -> models.ForeignKey:
    """Who did it; None is the system."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", **kwargs
    )
