"""Secrets of webhooks and addresses of calendars: made here, stored encrypted or hashed, shown once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet
from django.conf import settings

PREFIX = "whsec_"


def new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def encrypt(secret: str) -> str:
    return _cipher().encrypt(secret.encode()).decode()


def decrypt(stored: str) -> str:
    return _cipher().decrypt(stored.encode()).decode()


def signature(secret: str, at: int, body: bytes) -> str:
    """HMAC-SHA256 of `<time>.<body>` in hexadecimal."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def new_address() -> str:
    return secrets.token_urlsafe(32)


def digest(address: str) -> str:
    """The address has 256 random bits: a plain hash cannot be turned back."""
    return hashlib.sha256(address.encode()).hexdigest()


def _cipher() -> Fernet:
    key = hashlib.sha256(b"notifications.webhook:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
