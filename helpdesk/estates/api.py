"""Estates and departments, to read."""

from helpdesk.api.filters import FilterSet
from helpdesk.api.serializers import StrictModelSerializer
from helpdesk.api.viewsets import DeskViewSet
from helpdesk.estates.models import Department, Estate


class EstateSerializer(StrictModelSerializer):
    class Meta:
        model = Estate
        fields = (
            "id", "code", "name", "name_zh_hans", "name_zh_hant", "telephone", "email", "address",
            "time_zone", "currency", "language",
        )  # fmt: skip


class DepartmentSerializer(StrictModelSerializer):
    class Meta:
        model = Department
        fields = (
            "id",
            "estate",
            "code",
            "kind",
            "name",
            "name_zh_hans",
            "name_zh_hant",
            "telephone",
            "is_active",
        )


class EstateFilter(FilterSet):
    class Meta:
        model = Estate
        fields = ("code",)


class DepartmentFilter(FilterSet):
    class Meta:
        model = Department
        fields = ("estate", "kind", "code", "is_active")


class EstateViewSet(DeskViewSet):
    """Estates that the token's owner works in."""

    queryset = Estate.objects.all()
    serializer_class = EstateSerializer
    filterset_class = EstateFilter
    permissions = {"*": "estates.view"}
    search_fields = ("code", "name", "name_zh_hans", "name_zh_hant")
    ordering_fields = ("id", "code", "name")
    estate_column = "pk"


class DepartmentViewSet(DeskViewSet):
    """Departments and contractors of those estates."""

    queryset = Department.objects.all()
    serializer_class = DepartmentSerializer
    filterset_class = DepartmentFilter
    permissions = {"*": "estates.view"}
    search_fields = ("code", "name", "name_zh_hans", "name_zh_hant")
    ordering_fields = ("id", "code", "name")
