"""What comes out of a seal: clear for a program that works with it, masked for everybody it is shown to."""

from collections.abc import Callable
from html import escape

HIDDEN = "****"
Mask = Callable[[str], str]


def hide(_text: str) -> str:
    """Nothing of it shows."""
    return HIDDEN


class Sealed(str):
    """A text that is compared, cut and hashed as any other, but written on a page, in a log or a file it is masked.

    `clear(text)` gives the plain text; whoever calls it keeps who looked.
    """

    mask: Mask

    def __new__(cls, text: str, mask: Mask = hide) -> "Sealed":
        self = super().__new__(cls, text)
        self.mask = mask
        return self

    def __str__(self) -> str:
        return self.mask(clear(self))

    def __repr__(self) -> str:
        return repr(str(self))

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __html__(self) -> str:
        # Without it a template would escape and show the text itself.
        return escape(str(self))


def clear(text: str) -> str:
    """The plain text of what came out of a seal; any other text as it is."""
    return str.__str__(text)
