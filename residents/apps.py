from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from helpdesk.lib.personal_data import discover


class ResidentsConfig(AppConfig):
    name = "residents"
    label = "residents"
    verbose_name = _("Residents")

    def ready(self) -> None:
        from residents import merging  # the models must stand before checks and registers read them
        from residents.own_clearances import register

        discover()
        merging.discover()
        register()
