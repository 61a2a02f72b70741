from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "billing"
    label = "billing"
    verbose_name = _("Fees")

    def ready(self) -> None:
        # The models must stand before the rules about them are read.
        from billing.clearances import register
        from billing.triggers import install, make_way

        register()

        pre_migrate.connect(make_way, dispatch_uid="billing.make_way")
        post_migrate.connect(install, sender=self, dispatch_uid="billing.triggers")
