"""Waking the sender without waiting for the broker.

A broker that is down or frozen must cost a request nothing, so the call is made by a thread of its own and a failure
is only logged: the sweep finds whatever was not woken.
"""

import contextlib
import logging
import queue
import threading

from celery import current_app
from django.conf import settings
from django.db import transaction

log = logging.getLogger(__name__)
_calls: queue.Queue[str] = queue.Queue(maxsize=1)
_started = threading.Lock()
_thread: threading.Thread | None = None


def wake_after_commit() -> None:
    """Ask for a delivery round once the current transaction has committed; never blocks, never raises."""
    transaction.on_commit(_ask, robust=True)


def _ask() -> None:
    if settings.TESTING:
        return
    global _thread
    with _started:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_call_broker, name="wake", daemon=True)
            _thread.start()
    # Where one waits already, a call is on its way and will see our row.
    with contextlib.suppress(queue.Full):
        _calls.put_nowait("deliver")


def _call_broker() -> None:
    while True:
        _calls.get()
        try:
            # By name, as any other client would: tasks import services, never the other way.
            current_app.send_task("helpdesk.notifications.tasks.deliver_due", retry=False, expires=60)
        except Exception as error:  # whatever the broker's client raises, the sweep delivers
            log.warning("could not wake the sender: %s", type(error).__name__)
