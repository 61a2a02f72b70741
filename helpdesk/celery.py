"""The Celery application. Tasks are wake-up calls: what is due stands in the database."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

# The library writes a message in place, where a worker may read it half written.
TRANSPORT_ALIASES["filesystem"] = "helpdesk.lib.file_broker:Transport"

app = Celery("helpdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
