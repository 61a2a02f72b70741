from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitorsConfig(AppConfig):
    name = "visitors"
    label = "visitors"
    verbose_name = _("Visitors")

    def ready(self) -> None:
        from visitors.clearances import register  # the models must stand before checks read them

        register()
