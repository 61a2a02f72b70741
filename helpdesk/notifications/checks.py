"""What a site that serves people should not be silent about."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register


@register(deploy=True)
def check_ways_out(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A warning for each way to residents that ends on the console."""
    found: list[CheckMessage] = []
    if settings.EMAIL_BACKEND == "django.core.mail.backends.console.EmailBackend":
        found.append(Warning("E-mail is written to the console only.", hint="Set EMAIL_URL.", id="desk.W001"))
    if settings.SMS_GATEWAY == "console":
        hint = "Set SMS_GATEWAY=http and SMS_GATEWAY_URL."
        found.append(Warning("SMS are written to the console only.", hint=hint, id="desk.W002"))
    return found
