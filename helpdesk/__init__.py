# Loaded with the package, so that every process sends its wake-up calls to the configured broker.
from helpdesk.celery import app as celery_app

__all__ = ["celery_app"]
