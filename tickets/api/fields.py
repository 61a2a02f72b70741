"""Fields that several of the ticket serializers share."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers


class VisibleKey(serializers.PrimaryKeyRelatedField):
    """A foreign key in a body: an object that the caller can't see is as absent as one that does not exist."""

    def get_queryset(self) -> QuerySet[Any]:
        queryset = super().get_queryset()
        return queryset.visible_to(self.context["request"].user)  # type: ignore[union-attr]


class ColleagueKey(serializers.PrimaryKeyRelatedField):
    """A member of staff who shares an estate with the caller."""

    def get_queryset(self) -> QuerySet[Any]:
        mine = self.context["request"].user.estate_ids
        return (
            super()
            .get_queryset()
            .filter(is_active=True, memberships__estate_id__in=mine, memberships__is_active=True)
            .distinct()
        )
