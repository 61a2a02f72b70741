"""Residents, to read; telephone numbers masked."""

from django.db.models import Q, QuerySet
from rest_framework import serializers

from helpdesk.api.filters import FilterSet, IdFilter, before, contains, since
from helpdesk.api.serializers import StrictModelSerializer
from helpdesk.api.viewsets import DeskViewSet
from helpdesk.lib.masking import mask_identity
from helpdesk.lib.names import query_keys
from helpdesk.lib.phones import mask_phone
from residents.models import NameKey, Occupancy, Phone, Resident


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


class ResidentFilter(FilterSet):
    unit = IdFilter(field_name="occupancies__unit", distinct=True)
    created_after = since("created_at")
    created_before = before("created_at")

    class Meta:
        model = Resident
        fields = ("estate", "kind", "is_archived")


class ResidentViewSet(DeskViewSet):
    """People and organisations."""

    queryset = Resident.objects.all()
    serializer_class = ResidentSerializer
    filterset_class = ResidentFilter
    permissions = {"*": "residents.view"}
    search_fields = ("name", "other_name")
    ordering_fields = ("id", "name", "created_at")

    def rows(self) -> QuerySet[Resident]:
        return Resident.objects.prefetch_related("phones", "occupancies")

    def search(self, queryset: QuerySet[Resident], words: str) -> QuerySet[Resident]:
        """By name as in the one box: either script, pinyin, initials."""
        begins = Q(pk__in=[])
        for key in query_keys(words):
            begins |= Q(key__startswith=key)
        called = NameKey.objects.filter(begins).values("resident")
        written = contains(Resident.objects.all(), self.search_fields, words).values("pk")
        return queryset.filter(Q(pk__in=called) | Q(pk__in=written))
