"""The stock admin under our own door."""

from django.contrib.admin.apps import AdminConfig


class HelpdeskAdminConfig(AdminConfig):
    default_site = "helpdesk.audit.admin_site.SettingsSite"
