"""Colleagues, to read: one row for each membership that the caller shares an estate with."""

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers
from rest_framework.response import Response

from helpdesk.api.serializers import StrictModelSerializer
from helpdesk.api.viewsets import BIGGEST_ID, DeskViewSet
from helpdesk.staff.models import Membership


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the API's description names the token."""

    target_class = "helpdesk.staff.tokens.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class StaffSerializer(StrictModelSerializer):
    id = serializers.IntegerField(source="user_id", read_only=True)
    username = serializers.CharField(source="user.username", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)

    class Meta:
        model = Membership
        fields = ("id", "username", "name", "estate", "role", "department")


class StaffFilter(django_filters.FilterSet):
    class Meta:
        model = Membership
        fields = ("estate", "role", "department")


class StaffViewSet(DeskViewSet):
    """Active staff; `id` is what responsible and handler name. Somebody in two estates has a row in each."""

    queryset = Membership.objects.select_related("user")
    serializer_class = StaffSerializer
    filterset_class = StaffFilter
    permissions = {"*": "estates.view"}
    ordering_fields = ("id",)

    def get_queryset(self) -> QuerySet[Membership]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset.none()
        mine = self.request.user.estate_ids
        return self.queryset.filter(estate_id__in=mine, is_active=True, user__is_active=True)

    def get_object(self) -> Membership:
        # Somebody in two of my estates is the same person: the first row will do.
        found = None
        if int(self.kwargs["pk"]) <= BIGGEST_ID:
            found = self.get_queryset().filter(user_id=self.kwargs["pk"]).order_by("id").first()
        if found is None:
            raise Http404
        self.check_object_permissions(self.request, found)
        return found

    def answer(self, obj: Membership, *, status: int = 200) -> Response:
        return Response(self.get_serializer(obj).data, status=status)
