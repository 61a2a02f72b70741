"""Buildings and units for the administrator; people are put on file on their own pages, which keep the history."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from helpdesk.audit.admin_site import SettingsAdmin
from residents.models import Building, Unit


@admin.register(Building)
class BuildingAdmin(SettingsAdmin):
    list_display = ["code", "name", "estate", "floors", "is_archived"]
    list_filter = ["estate", "is_archived"]
    search_fields = ["code", "name"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Nothing is deleted: it is archived (docs/domain.md §8).
        return False


@admin.register(Unit)
class UnitAdmin(SettingsAdmin):
    list_display = ["code", "estate", "building", "floor", "use", "status", "is_archived"]
    list_filter = ["estate", "use", "status", "is_archived"]
    search_fields = ["code"]
    list_select_related = ["estate", "building"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Nothing is deleted: it is archived (docs/domain.md §8).
        return False
