"""Sealing personal data, and keyed hashes to find it by. The key stands outside the database."""

import base64
import hashlib
import hmac
import os
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from helpdesk.lib.sealed import clear

NONCE = 12


class UnsealError(ValueError):
    """The sealed text was made with a key that we don't have, or was changed."""


@lru_cache(maxsize=64)
def _derived(key: str, use: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"helpdesk {use}".encode()).derive(key.encode())


@lru_cache(maxsize=16)
def _key_id(key: str) -> str:
    return hashlib.sha256(_derived(key, "id")).hexdigest()[:8]


def seal(text: str, purpose: str) -> str:
    """`text` sealed for one purpose: v1.<key id>.<base64>. Twice the same text gives two different seals."""
    key, nonce = settings.FIELD_KEY, os.urandom(NONCE)
    box = AESGCM(_derived(key, "seal")).encrypt(nonce, text.encode(), purpose.encode())
    return seal_prefix() + base64.urlsafe_b64encode(nonce + box).decode()


def unseal(token: str, purpose: str) -> str:
    """The text again; UnsealError if no key of ours opens it or it was sealed for another purpose."""
    try:
        version, key_id, body = token.split(".")
        data = base64.urlsafe_b64decode(body)
    except ValueError as error:
        raise UnsealError("not a sealed text") from error
    for key in (settings.FIELD_KEY, *settings.FIELD_KEY_FALLBACKS):
        if version == "v1" and _key_id(key) == key_id:
            box = AESGCM(_derived(key, "seal"))
            try:
                return box.decrypt(data[:NONCE], data[NONCE:], purpose.encode()).decode()
            except (InvalidTag, ValueError) as error:
                raise UnsealError("changed, or sealed for another purpose") from error
    raise UnsealError("sealed with a key that is not here")


def keyed_hash(text: str, purpose: str) -> str:
    """32 hex characters that only who has the key can compute: to find equal texts without opening them."""
    return _hash_under(settings.FIELD_KEY, text, purpose)


def keyed_hashes(text: str, purpose: str) -> list[str]:
    """The hash under the key and under each fallback: look for all of them, for a change of key takes its time."""
    keys = (settings.FIELD_KEY, *settings.FIELD_KEY_FALLBACKS)
    return list(dict.fromkeys(_hash_under(key, text, purpose) for key in keys))


def seal_prefix() -> str:
    """How every seal under the present key begins."""
    return f"v1.{_key_id(settings.FIELD_KEY)}."


def _hash_under(key: str, text: str, purpose: str) -> str:
    message = f"{purpose}\0{clear(text)}".encode()
    return hmac.new(_derived(key, "hash"), message, "sha256").hexdigest()[:32]


def new_secret(size: int = 24) -> str:
    """A random text for links and tokens; `size` is in bytes (24 = 192 bits)."""
    return secrets.token_urlsafe(size)


def digest_secret(secret: str) -> str:
    """What is kept of a random secret; enough to recognise it, useless to whoever reads the table."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def token_for(form_token: str | None, about: object) -> str | None:
    """A form's one-time token as far as it is about one thing: corrected to another thing it is a form of its own."""
    return digest_secret(f"{form_token}\0{about}") if form_token else None
