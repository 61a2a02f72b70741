"""Colleagues, to read: one row for each membership that the caller shares an estate with."""

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from helpdesk.api.filters import FilterSet
from helpdesk.api.serializers import StrictModelSerializer
from helpdesk.api.viewsets import DeskViewSet
from helpdesk.staff.models import Membership


class StaffSerializer(StrictModelSerializer):
    id = serializers.IntegerField(source="user_id", read_only=True)
    username = serializers.CharField(source="user.username", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)

    class Meta:
        model = Membership
        fields = ("id", "username", "name", "estate", "role", "department")


class StaffFilter(FilterSet):
    class Meta:
        model = Membership
        fields = ("estate", "role", "department")


class StaffViewSet(DeskViewSet):
    """Active staff; `id` is what responsible and handler name. Somebody in two estates has a row in each."""

    queryset = Membership.objects.select_related("user")
    serializer_class = StaffSerializer
    filterset_class = StaffFilter
    permissions = {"*": "estates.view"}
    search_fields = ("user__username", "user__name")
    ordering_fields = ("id",)
    ordering_columns = {"id": "user_id"}

    def get_queryset(self) -> QuerySet[Membership]:
        if getattr(self, "swagger_fake_view", False):
            return self.rows().none()
        return self.rows().filter(
            estate__in=self.request.user.estate_ids, is_active=True, user__is_active=True
        )

    def find(self, pk: int) -> Membership | None:
        # Somebody in two of my estates is the same person: the first row will do.
        return self.get_queryset().filter(user_id=pk).order_by("pk").first()

    def answer(self, obj: Membership, *, status: int = 200) -> Response:
        return Response(self.get_serializer(obj).data, status=status)
