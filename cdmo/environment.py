"""Typed reading of the environment. A value that makes no sense raises ImproperlyConfigured with the name of its variable."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import available_timezones

import environ
from django.core.exceptions import ImproperlyConfigured

YES, NO = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})
RATE = re.compile(r"[1-9]\d*/(s|sec|second|m|min|minute|h|hour|d|day)")
BROKERS = ("redis", "rediss", "redis+socket")


def text(name: str, default: str = "") -> str:
    """An empty variable counts as none, as compose files and shells pass them; NAME_FILE names a file that holds it: a mounted secret."""
    return os.environ.get(name, "").strip() or _from_file(f"{name}_FILE") or default


def _from_file(name: str) -> str:
    path = os.environ.get(name, "").strip()
    try:
        return Path(path).read_text().strip() if path else ""
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(f"{name} names a file that cannot be read: {type(error).__name__}.") from error


def one_of(name: str, choices: Sequence[str], default: str) -> str:
    return _checked(name, text(name, default), text(name, default) in choices, f"one of {', '.join(choices)}")


def listed(name: str, default: Sequence[str] = ()) -> list[str]:
    """Parts between commas."""
    return [part.strip() for part in text(name).split(",") if part.strip()] or list(default)


def whole(name: str, default: int, *, least: int = 0) -> int:
    value = text(name, str(default))
    return int(_checked(name, value, value.isascii() and value.isdigit() and int(value) >= least, f"a whole number of at least {least}"))


def seconds(name: str, default: float) -> float:
    value = text(name, str(default))
    return float(_checked(name, value, bool(re.fullmatch(r"\d+(\.\d+)?", value)) and float(value) > 0, "a number of seconds above 0"))


def share(name: str, default: float) -> float:
    """Between 0 and 1."""
    value = text(name, str(default))
    return float(_checked(name, value, bool(re.fullmatch(r"[01](\.\d+)?", value)) and float(value) <= 1, "a number from 0 to 1"))


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Addresses and networks, with commas between."""
    value = text(name)
    try:
        return [ip_network(part) for part in listed(name)]
    except ValueError:
        _checked(name, value, False, "addresses or networks such as 10.1.2.3, 10.1.0.0/16")
        raise


def yes(name: str, default: bool) -> bool:
    value = text(name, str(default)).lower()
    return _checked(name, value, value in YES | NO, "true or false") in YES


def rate(name: str, default: str) -> str:
    value = text(name, default)
    return _checked(name, value, bool(RATE.fullmatch(value)), "a rate such as 600/min")


def zone(name: str, default: str) -> str:
    value = text(name, default)
    return _checked(name, value, value in available_timezones(), "a time zone such as Europe/Zurich")


def broker(name: str, default: str) -> str:
    value = text(name, default)
    return _checked(name, value, urlsplit(value).scheme in BROKERS, "the address of a Redis: redis://host:6379/0")


def site(name: str, default: str) -> str:
    """Where the product is reached from outside, without a slash at the end."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    good = parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.path or parts.query or parts.fragment)
    return _checked(name, value, good, "an address such as https://tracker.example.com")


def issuer(name: str) -> str:
    """The address of an identity provider, "" where there is none; HTTPS, but for one on this machine."""
    value = text(name).rstrip("/")
    parts = urlsplit(value)
    good = not value or (bool(parts.hostname) and (parts.scheme == "https" or parts.hostname in ("localhost", "127.0.0.1")))
    return _checked(name, value, good, "an address such as https://login.example.com/realm")


def starting_with(prefix: str) -> dict[str, str]:
    """Every variable with the prefix, by the rest of its name: the keys of a mail service are its own to define."""
    return {name.removeprefix(prefix): value for name, value in os.environ.items() if name.startswith(prefix) and value}


def database(name: str, default: str = "") -> dict[str, Any]:
    """A PostgreSQL by its address; the folder of a socket stands in it percent-encoded: postgres://role@%2Ftmp%2Fdb/name.

    The password may stand apart: DATABASE_PASSWORD beside DATABASE_URL, or DATABASE_PASSWORD_FILE.
    """
    value = text(name, default)
    parts = urlsplit(value)
    known = parts.scheme in ("postgres", "postgresql") and bool(parts.hostname) and len(parts.path) > 1
    found: dict[str, Any] = environ.Env.db_url_config(
        _checked(name, value, known, "the address of a PostgreSQL: postgres://role@host/name")
    )
    host = parts.netloc.rpartition("@")[2]
    if host.startswith("%"):
        folder, _colon, port = host.partition(":")
        found |= {"HOST": unquote(folder), "PORT": port}  # as written: a folder's capitals count
    password = text(name.replace("_URL", "_PASSWORD"))
    return {**found, "PASSWORD": password} if password else found


def _checked(name: str, value: str, good: bool, wanted: str) -> str:
    if not good:
        shown = "not understood" if "://" in value else repr(value)  # an address may carry a password
        raise ImproperlyConfigured(f"{name} is {shown}; it must be {wanted}.")
    return value
