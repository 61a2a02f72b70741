"""Estates, calendars, limits, departments, shifts and the duty list."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from helpdesk.audit.admin_site import SettingsAdmin
from helpdesk.estates.models import Department, Duty, Estate, Holiday, PriorityLimit, Shift


@admin.register(Estate)
class EstateAdmin(SettingsAdmin):
    estate_path = "id"
    list_display = ("code", "name", "telephone", "time_zone", "is_active")

    def has_add_permission(self, request: HttpRequest) -> bool:
        # A new estate has no administrator yet: it comes in by a command, with its first one.
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Department)
class DepartmentAdmin(SettingsAdmin):
    list_display = ("estate", "code", "name", "kind", "is_active")
    list_filter = ("kind",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Holiday)
class HolidayAdmin(SettingsAdmin):
    list_display = ("estate", "day", "name", "is_working")
    date_hierarchy = "day"


@admin.register(PriorityLimit)
class PriorityLimitAdmin(SettingsAdmin):
    list_display = (
        "estate", "priority", "response_amount", "response_unit", "resolution_amount", "resolution_unit",
    )  # fmt: skip


@admin.register(Shift)
class ShiftAdmin(SettingsAdmin):
    list_display = ("estate", "department", "name", "starts", "ends")


@admin.register(Duty)
class DutyAdmin(SettingsAdmin):
    estate_path = "shift__estate_id"
    list_display = ("day", "shift", "person")
    date_hierarchy = "day"
