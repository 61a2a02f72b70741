from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from tickets.search_index import install


class TicketsConfig(AppConfig):
    name = "tickets"
    label = "tickets"
    verbose_name = _("Tickets")

    def ready(self) -> None:
        from tickets.clearances import register  # the models must stand before checks read them

        register()
        # Once, when every app is migrated: whichever was, Django calls for each of them.
        post_migrate.connect(install, sender=self, dispatch_uid="tickets.search_index")
