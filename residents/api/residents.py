"""Residents, to read; telephone numbers masked."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from helpdesk.api.serializers import StrictModelSerializer
from helpdesk.api.viewsets import DeskViewSet
from helpdesk.lib.masking import mask_identity
from helpdesk.lib.phones import mask_phone
from residents.models import Occupancy, Phone, Resident


class PhoneSerializer(StrictModelSerializer):
    number = serializers.SerializerMethodField()

    class Meta:
        model = Phone
        fields = ("id", "number", "label", "is_primary")

    def get_number(self, phone: Phone) -> str:
        """Masked: the last four digits show."""
        return mask_phone(phone.number)


class HomeSerializer(StrictModelSerializer):
    class Meta:
        model = Occupancy
        fields = ("unit", "relation", "since", "until", "is_primary", "is_payer")


class ResidentSerializer(StrictModelSerializer):
    phones = PhoneSerializer(many=True, read_only=True)
    identity_masked = serializers.SerializerMethodField()
    units = HomeSerializer(source="occupancies", many=True, read_only=True)

    class Meta:
        model = Resident
        fields = (
            "id", "estate", "kind", "name", "other_name", "salutation", "phones", "email", "language",
            "accepts_messages", "do_not_disturb", "identity_masked", "units", "is_archived", "created_at",
        )  # fmt: skip

    def get_identity_masked(self, resident: Resident) -> str | None:
        """The last four characters; null where no number is kept."""
        return mask_identity(resident.identity_number) if resident.identity_number else None


class ResidentFilter(django_filters.FilterSet):
    unit = django_filters.NumberFilter(field_name="occupancies__unit", distinct=True)

    class Meta:
        model = Resident
        fields = ("estate", "kind", "is_archived")


class ResidentViewSet(DeskViewSet):
    """People and organisations."""

    queryset = Resident.objects.all()
    serializer_class = ResidentSerializer
    filterset_class = ResidentFilter
    permissions = {"*": "residents.view"}
    ordering_fields = ("id", "name", "created_at")

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().prefetch_related("phones", "occupancies")
