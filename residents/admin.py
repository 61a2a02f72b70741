"""Buildings and units for the administrator; people are put on file on their own pages, which keep the history."""

from django.contrib import admin

from residents.models import Building, Unit


@admin.register(Building)
class BuildingAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "estate", "floors", "is_archived"]
    list_filter = ["estate", "is_archived"]
    search_fields = ["code", "name"]


@admin.register(Unit)
class UnitAdmin(admin.ModelAdmin):
    list_display = ["code", "estate", "building", "floor", "use", "status", "is_archived"]
    list_filter = ["estate", "use", "status", "is_archived"]
    search_fields = ["code"]
    list_select_related = ["estate", "building"]
