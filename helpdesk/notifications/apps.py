from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "helpdesk.notifications"
    label = "notifications"
    verbose_name = _("Messages")

    def ready(self) -> None:
        from helpdesk.notifications import checks  # noqa: F401  (registers itself)
