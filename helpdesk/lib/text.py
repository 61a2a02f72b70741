"""What people typed, without what no screen can show."""

import re
import unicodedata

from django.utils.translation import ngettext

from helpdesk.lib.errors import Refused

# Overrides and isolates make a text read otherwise than it is stored; marks (200E, 200F) are harmless.
BIDI_OVERRIDES = "\u202a-\u202e\u2066-\u2069"
UNSHOWABLE = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{BIDI_OVERRIDES}\ud800-\udfff]")


def clean_text(value: str, *, max_length: int) -> str:
    """The text in NFC with plain line ends; refused (`too_long`) beyond `max_length` characters, never cut."""
    text = re.sub(r"\r\n?", "\n", value)
    text = unicodedata.normalize("NFC", UNSHOWABLE.sub("", text))
    if len(text) > max_length:
        sentence = ngettext(
            "This may have %(count)d character at most.",
            "This may have %(count)d characters at most.",
            max_length,
        )
        raise Refused("too_long", sentence % {"count": max_length}, max_length=max_length)
    return text
