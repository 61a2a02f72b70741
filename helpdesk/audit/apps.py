from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.triggers import install


class AuditConfig(AppConfig):
    name = "helpdesk.audit"
    label = "audit"
    verbose_name = _("History")

    def ready(self) -> None:
        # Once, when every app is migrated: whichever was, Django calls for each of them.
        post_migrate.connect(install, sender=self, dispatch_uid="audit.triggers")
