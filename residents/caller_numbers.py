"""The number of a caller who is not on file, carried from the one box to the form: never in an address, nor in clear."""

from django.contrib.sessions.backends.base import SessionBase

from helpdesk.lib.crypto import UnsealError, seal, unseal

KEY = "caller_number"
PURPOSE = "session.phone"
LONGEST = 40


def remember_number(session: SessionBase, number: str) -> None:
    """Keep what was typed, sealed, until another number is looked up."""
    if remembered_number(session) != number[:LONGEST]:
        session[KEY] = seal(number[:LONGEST], PURPOSE)


def remembered_number(session: SessionBase) -> str:
    """The number looked up last; empty where there was none."""
    try:
        return unseal(session.get(KEY, ""), PURPOSE)
    except UnsealError:
        return ""
