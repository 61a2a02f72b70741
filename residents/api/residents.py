"""Residents; telephone and identity numbers masked."""

from functools import reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import FilterSet, IdFilter, before, since
from helpdesk.api.serializers import StrictModelSerializer, StrictSerializer, VisibleKey
from helpdesk.api.viewsets import DeskViewSet
from helpdesk.estates.models import Estate
from helpdesk.lib.begins import begins, in_byte_order
from helpdesk.lib.masking import mask_identity
from helpdesk.lib.names import query_keys
from helpdesk.lib.phones import mask_phone
from residents.api.inputs import NotMaskedField, bad_input, check_number, same_estate
from residents.models import NameKey, Occupancy, Phone, Resident
from residents.services.identity_numbers import read_identity, set_identity_number
from residents.services.occupancies import archive_resident
from residents.services.phones import edit_phone, remove_phone
from residents.services.residents import add_phone, add_resident, edit_resident

LANGUAGES = ("en", "zh-hans", "zh-hant")


class PhoneSerializer(StrictModelSerializer):
    number = serializers.SerializerMethodField()

    class Meta:
        model = Phone
        fields = ("id", "number", "label", "is_primary", "is_working")

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
            "id", "estate", "kind", "name", "other_name", "salutation", "contact_of", "phones", "email", "language",
            "accepts_messages", "do_not_disturb", "identity_masked", "units", "is_archived", "merged_into",
            "created_at",
        )  # fmt: skip

    def get_identity_masked(self, resident: Resident) -> str | None:
        """The last four characters; null where no number is kept."""
        return mask_identity(resident.identity_number) if resident.identity_number else None


class WrittenPhoneSerializer(StrictSerializer):
    """A new number, or with `id` one that is on file: its label, whether it comes first, whether it works, or `remove`."""

    id = serializers.IntegerField(required=False)
    number = NotMaskedField(max_length=40, required=False)
    label = serializers.CharField(max_length=40, required=False, allow_blank=True)
    is_primary = serializers.BooleanField(required=False)
    is_working = serializers.BooleanField(required=False)
    remove = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("id" in attrs) == ("number" in attrs):
            raise serializers.ValidationError({"number": ["Send a new number, or the id of one on file."]})
        return attrs


class EditResidentSerializer(StrictSerializer):
    """Numbers that `phones` leaves out stay as they are."""

    name = serializers.CharField(max_length=80, required=False)
    other_name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    salutation = serializers.CharField(max_length=40, required=False, allow_blank=True)
    phones = WrittenPhoneSerializer(many=True, required=False)
    email = serializers.EmailField(required=False, allow_blank=True)
    language = serializers.ChoiceField(LANGUAGES, required=False, allow_blank=True)
    accepts_messages = serializers.BooleanField(required=False)
    do_not_disturb = serializers.BooleanField(required=False)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)
    identity_number = NotMaskedField(max_length=40, required=False, allow_blank=True, write_only=True)


class NewResidentSerializer(EditResidentSerializer):
    estate = VisibleKey(queryset=Estate.objects.filter(is_active=True))
    kind = serializers.ChoiceField(Resident.Kind.choices, required=False, default=Resident.Kind.PERSON)
    name = serializers.CharField(max_length=80)
    contact_of = VisibleKey(queryset=Resident.objects.all(), required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        same_estate(attrs, attrs["estate"].pk, "contact_of")
        return attrs


class ResidentFilter(FilterSet):
    unit = IdFilter(field_name="occupancies__unit", distinct=True)
    contact_of = IdFilter(field_name="contact_of")
    created_after = since("created_at")
    created_before = before("created_at")

    class Meta:
        model = Resident
        fields = ("estate", "kind", "language", "accepts_messages", "do_not_disturb", "is_archived")


class ResidentViewSet(DeskViewSet):
    """People and organisations."""

    queryset = Resident.objects.all()
    serializer_class = ResidentSerializer
    filterset_class = ResidentFilter
    permissions = {"list": "residents.view", "retrieve": "residents.view", "*": "residents.write"}
    search_fields = ("name", "other_name")
    ordering_fields = ("id", "name", "created_at")

    def rows(self) -> QuerySet[Resident]:
        return Resident.objects.prefetch_related("phones", "occupancies")

    def search(self, queryset: QuerySet[Resident], words: str) -> QuerySet[Resident]:
        """By name as in the one box: either script, pinyin, initials, any word of it."""
        keys = query_keys(words)
        if not keys:
            return queryset.none()
        rows = in_byte_order(NameKey.objects.filter(estate__in=self.request.user.estate_ids), name="key")
        called = rows.filter(reduce(or_, (begins("name", key) for key in keys)))
        return queryset.filter(pk__in=called.values("resident"))

    @extend_schema(request=NewResidentSerializer, responses={201: ResidentSerializer})
    def create(self, request: Request) -> Response:
        body = self.body(NewResidentSerializer)
        self.check_object_permissions(request, body["estate"])
        phones, identity = body.pop("phones", []), body.pop("identity_number", "")
        _check_phones(phones, body["estate"].phone_region)
        with bad_input("identity_unreadable", "phone_twice"), transaction.atomic():
            number = read_identity(identity)
            resident = add_resident(actor=request.user, identity_number=number, **body)
            _write_phones(resident, phones, request.user)
        return self.answer(resident, status=201)

    @extend_schema(request=EditResidentSerializer, responses=ResidentSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        resident = self.get_object()
        version = self.expected_version(request, resident)
        body = self.body(EditResidentSerializer)
        phones, identity = body.pop("phones", []), body.pop("identity_number", None)
        _check_phones(phones, resident.estate.phone_region)
        with bad_input("identity_unreadable", "phone_twice"), transaction.atomic():
            edit_resident(resident, actor=request.user, version=version, **body)
            _write_phones(resident, phones, request.user)
            if identity is not None:
                set_identity_number(resident, actor=request.user, written=identity)
        return self.answer(resident)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Archives it: today was the last day in whatever unit they still belonged to."""
        resident = self.get_object()
        archive_resident(resident, actor=request.user, version=self.expected_version(request, resident))
        return Response(status=204)


def _check_phones(phones: list[dict[str, Any]], region: str) -> None:
    for phone in phones:
        if "number" in phone:
            check_number(phone["number"], region, "phones")


def _write_phones(resident: Resident, phones: list[dict[str, Any]], actor: Any) -> None:
    """New numbers are added, the named ones changed or taken off file; the first of a record without any comes first."""
    for phone in phones:
        if "number" in phone:
            is_working = phone.pop("is_working", True)
            phone.pop("remove", None)
            first = not Phone.objects.filter(resident=resident).exists()
            added = add_phone(resident, actor=actor, **{"is_primary": first} | phone)
            edit_phone(added, actor=actor, is_working=is_working)
            continue
        on_file = Phone.objects.filter(resident=resident, pk=phone.pop("id")).first()
        if on_file is None:
            raise serializers.ValidationError(
                {"phones": ["No such number is on file."]}, code="does_not_exist"
            )
        if phone.pop("remove", False):
            remove_phone(on_file, actor=actor)
        else:
            edit_phone(on_file, actor=actor, **phone)
