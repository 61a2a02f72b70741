"""The one business exception."""

from typing import Any


class Refused(Exception):
    """A rule says no: `code` is stable for programs, `message` is a sentence for people (may be lazy)."""

    def __init__(self, code: str, message: Any, *, field: str | None = None, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field
        self.extra = extra

    def __str__(self) -> str:
        return str(self.message)


class Stale(Refused):
    """Somebody else changed the record meanwhile; nothing was saved."""

    def __init__(self, message: Any, **extra: Any) -> None:
        super().__init__("stale", message, **extra)


class SentBefore(Refused):
    """A form, or a key, that did its deed already comes again with something else in it; nothing was done."""

    def __init__(self, message: Any) -> None:
        super().__init__("form_already_sent", message)


class TooOften(Refused):
    """Too many attempts from one address or by one person; `seconds` says when to try again."""

    def __init__(self, message: Any, *, seconds: int) -> None:
        super().__init__("too_often", message)
        self.seconds = seconds


class LinkEnded(Refused):
    """A secret link that was right once and opens nothing any more; `estate` is whose desk helps on."""

    def __init__(self, message: Any, *, estate: Any) -> None:
        super().__init__("link_ended", message)
        self.estate = estate
