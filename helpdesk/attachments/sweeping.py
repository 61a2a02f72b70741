"""Taking away files that belong to no record: what a transaction wrote before it was rolled back."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db.models import Q

from helpdesk.attachments.models import Attachment

# An upload that is still being written has no row yet.
YOUNG = timedelta(days=1)
ESTATE, FOLDER = re.compile(r"\d+"), re.compile(r"[0-9a-f]{4}")


def sweep_files(at: datetime) -> int:
    """Delete what is older than a day and in no row; returns how many. Only folders that `attach` makes are looked at."""
    gone = 0
    for folder in _folders():
        paths = [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]]
        old = [path for path in paths if default_storage.get_modified_time(path) < at - YOUNG]
        for path in set(old) - _in_use(old):
            default_storage.delete(path)
            gone += 1
    return gone


def _folders() -> Iterator[str]:
    try:
        estates = default_storage.listdir("")[0]
    except FileNotFoundError:  # nothing was ever kept
        return
    for estate in filter(ESTATE.fullmatch, estates):
        for folder in filter(FOLDER.fullmatch, default_storage.listdir(estate)[0]):
            yield f"{estate}/{folder}"


def _in_use(paths: list[str]) -> set[str]:
    rows = Attachment.objects.filter(Q(file__in=paths) | Q(thumbnail__in=paths))
    return {path for pair in rows.order_by().values_list("file", "thumbnail") for path in pair}
