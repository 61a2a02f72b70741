"""Settings pages for administrators: the stock admin, shown to the role and held to its estates."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from helpdesk.audit.services import record


class SettingsSite(admin.AdminSite):
    """Open to whoever holds the administrator's role in some estate, whatever Django's own flags say."""

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return bool(user.is_authenticated and user.is_active and user.may_somewhere("settings.change"))  # type: ignore[union-attr]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        """No second way in: strangers go to the log-in page, which counts their tries; who has no such role gets 403."""
        if request.user.is_authenticated:
            if not self.has_permission(request):
                raise PermissionDenied
            return redirect("admin:index")
        wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
        return redirect_to_login(wanted or reverse("admin:index"), reverse("login"))


class SettingsAdmin(admin.ModelAdmin):
    """Rows of the administrator's own estates; every change is written into the history."""

    # Path from the row to its estate's id, such as "estate_id" or "shift__estate_id".
    estate_path = "estate_id"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_authenticated and request.user.may_somewhere("settings.change"))  # type: ignore[union-attr]

    def _may(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_module_permission(request)

    has_view_permission = has_add_permission = has_change_permission = _may

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_module_permission(request)

    def own_estates(self, request: HttpRequest) -> list[int]:
        user = request.user
        return [e for e in user.estate_ids if user.may("settings.change", e)]  # type: ignore[union-attr]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(**{f"{self.estate_path}__in": self.own_estates(request)})

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        """Choices end at the border of the administrator's estates."""
        related = self.admin_site._registry.get(db_field.remote_field.model)
        if related is not None and "queryset" not in kwargs:
            kwargs["queryset"] = related.get_queryset(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        record(
            "setting.changed" if change else "setting.added",
            obj,
            actor=request.user,
            fields=form.changed_data,
        )

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        record("setting.removed", obj, actor=request.user)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset:
            self.delete_model(request, obj)
