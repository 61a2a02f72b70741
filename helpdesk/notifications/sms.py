"""The SMS gateway: the console in the embedded mode, or one JSON POST to a provider's address."""

import json
import logging
import urllib.request

from django.conf import settings

from helpdesk.lib.phones import mask_phone

log = logging.getLogger(__name__)
SECONDS = 10


def send(number: str, text: str, *, reference: str) -> None:
    """Send `text` to an E.164 number; raises OSError when the gateway does not take it. `reference` lets it spot repeats."""
    if settings.SMS_GATEWAY == "console":
        log.info("SMS to %s (%d characters)", mask_phone(number), len(text))
        return
    request = urllib.request.Request(  # noqa: S310 - the address is a setting that begins with https://
        settings.SMS_GATEWAY_URL,
        data=json.dumps({"to": number, "text": text, "reference": reference}).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {settings.SMS_GATEWAY_KEY}"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
        answer.read(1024)
