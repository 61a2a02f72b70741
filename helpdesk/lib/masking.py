"""Personal data for eyes that need not know it. What isn't understood is hidden whole."""

import re

HIDDEN = "****"


def mask_name(name: str) -> str:
    """张*: the first character; the star tells nothing of the length."""
    name = name.strip()
    if len(name) < 2:
        return "*" if name else ""
    return name[0] + "*"


def mask_identity(value: str) -> str:
    """Stars and the last four of a document number; only stars up to six characters.

    Never its beginning: from the first six and the last four of an identity number the birth date can be guessed.
    """
    signs = re.sub(r"[\W_]", "", value)
    if not signs:
        return HIDDEN if value else ""
    return "*" * len(signs) if len(signs) <= 6 else "*" * (len(signs) - 4) + signs[-4:]


def mask_email(address: str) -> str:
    """z***@example.com; only stars if it is no address."""
    if not address:
        return ""
    match = re.fullmatch(r"([^@\s]+)@([^@\s]+\.[^@\s.]+)", address.strip())
    if match is None:
        return HIDDEN
    name, domain = match.groups()
    return f"{name[0] if len(name) > 1 else ''}***@{domain}"
