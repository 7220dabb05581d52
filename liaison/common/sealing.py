"""What the database keeps and must not tell: secrets of channels, names and telephones of voters.

The first key of `LIAISON_SECRETS_KEYS` encrypts and all of them open, so that keys can be changed without losing what
was sealed with the old one (`manage.py rotate_secrets`). The last one is always derived from the secret key: it is the
only one where that variable is not set, and whoever sets it later loses nothing.

What is sealed is found again by a keyed hash, its fingerprint: under every key, so that it is found while keys change.
"""

import base64
import hashlib
import hmac
import json
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """Sealed with a key that is gone."""


def keys() -> list[bytes]:
    return [*(key.encode() for key in settings.SECRETS_KEYS), derived()]


def derived() -> bytes:
    """A key of its own from the secret key: whoever learns one message learns nothing about sessions.

    Its purpose has the name under which the first secrets were sealed; under another they could not be opened.
    """
    return base64.urlsafe_b64encode(_own_key(settings.SECRET_KEY.encode(), b"liaison.notices.sealing"))


@lru_cache(maxsize=32)
def _own_key(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key)


@lru_cache(maxsize=4)
def _fernet(keys: tuple[bytes, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def seal(secrets: dict) -> str:
    return _fernet(tuple(keys())).encrypt(json.dumps(secrets).encode()).decode() if secrets else ""


def unseal(sealed: str) -> dict:
    if not sealed:
        return {}
    try:
        return json.loads(_fernet(tuple(keys())).decrypt(sealed.encode()))
    except InvalidToken:
        raise Unreadable from None


def again(sealed: str) -> str:
    """The same secrets under the first key."""
    try:
        return _fernet(tuple(keys())).rotate(sealed.encode()).decode() if sealed else ""
    except InvalidToken:
        raise Unreadable from None


def fingerprints(text: str, purpose: str) -> list[str]:
    """Keyed hashes of `text`, the first key's first. Without a key nobody can try all telephones there are."""
    return [
        hmac.new(_own_key(key, f"liaison.fingerprint.{purpose}".encode()), text.encode(), hashlib.sha256).hexdigest()
        for key in keys()
    ]
