"""Secrets of channels: encrypted in the database, opened only to send.

The first key of `LIAISON_SECRETS_KEYS` encrypts and all of them open, so that keys can be changed without losing what
was sealed with the old one (`manage.py rotate_secrets`). Without that variable the key comes from the secret key.
"""

import base64
import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """Sealed with a key that is gone."""


def keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.SECRETS_KEYS or [derived()]])


def derived() -> bytes:
    """A key of its own from the secret key: whoever learns one message learns nothing about sessions."""
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"liaison.notices.sealing")
    return base64.urlsafe_b64encode(hkdf.derive(settings.SECRET_KEY.encode()))


def seal(secrets: dict[str, str]) -> str:
    return keys().encrypt(json.dumps(secrets).encode()).decode() if secrets else ""


def unseal(sealed: str) -> dict[str, str]:
    if not sealed:
        return {}
    try:
        return json.loads(keys().decrypt(sealed.encode()))
    except InvalidToken:
        raise Unreadable from None


def again(sealed: str) -> str:
    """The same secrets under the first key."""
    try:
        return keys().rotate(sealed.encode()).decode() if sealed else ""
    except InvalidToken:
        raise Unreadable from None
