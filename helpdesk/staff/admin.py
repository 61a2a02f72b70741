"""Staff and what they are in an estate."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.forms import AdminUserCreationForm, ReadOnlyPasswordHashField
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.admin_site import SettingsAdmin
from helpdesk.staff.models import Membership, User


class NewUserForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("username", "name", "email")


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    password = ReadOnlyPasswordHashField(
        label=_("Password"), help_text=_("Shown to nobody. The person changes it on the log-in page.")
    )

    class Meta:
        model = User
        fields = ("username", "name", "email", "language", "is_active", "password")


@admin.register(User)
class StaffAdmin(SettingsAdmin):
    """Colleagues of the administrator's estates, and those who have no estate yet."""

    form = UserForm
    list_display = ("username", "name", "email", "is_active")
    search_fields = ("username", "name")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = NewUserForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        names = ("username", "name", "email", "usable_password", "password1", "password2")
        return [(None, {"fields": names if obj is None else UserForm.Meta.fields})]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        users = User.objects.all()
        mine = users.filter(memberships__estate_id__in=self.own_estates(request))
        return (mine | users.filter(memberships__isnull=True)).distinct().order_by("username")

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        # Filtering by its beginning would tell the hash letter by letter.
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Somebody who works elsewhere too is the other estate's as well: to be seen, not to be changed."""
        mine = super().has_change_permission(request, obj)
        return mine and (
            obj is None or not obj.memberships.exclude(estate_id__in=self.own_estates(request)).exists()
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Their name stands in the history: somebody who left is made inactive.
        return False


@admin.register(Membership)
class MembershipAdmin(SettingsAdmin):
    list_display = ("user", "estate", "role", "department", "is_active")
    list_filter = ("role",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Nobody gives themselves another role.
        return super().has_change_permission(request, obj) and (obj is None or obj.user_id != request.user.pk)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
