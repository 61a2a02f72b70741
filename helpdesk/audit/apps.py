from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.triggers import install


class AuditConfig(AppConfig):
    name = "helpdesk.audit"
    label = "audit"
    verbose_name = _("History")

    def ready(self) -> None:
        # After every app's migrations, whichever of them was migrated.
        post_migrate.connect(install, dispatch_uid="audit.triggers")
