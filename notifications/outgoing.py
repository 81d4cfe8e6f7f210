"""Calling an address that a stranger gave us, without being turned against our own network.

The name is resolved once, every address it has must be public, and the connection goes to exactly that address: a name that answers
differently a moment later (DNS rebinding) changes nothing. No redirects, no proxy, little of the answer is read, and all of it has to be
over in a few seconds.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _t

TIMEOUT_SECONDS = 10
ANSWER_MAX_BYTES = 64 * 1024
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class AddressRefusedError(Exception):
    """The address is not one that we call; the message says why."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


def check_url(url: str) -> SplitResult:
    """The parts of an address that may be called as far as its form tells. Raises AddressRefusedError."""
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError as error:
        raise AddressRefusedError(_t("This is no address.")) from error
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.WEBHOOK_LOOPBACK):
        raise AddressRefusedError(_t("The address must begin with https://."))
    if not parts.hostname or parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressRefusedError(_t("The address needs a host, and no user name, password or fragment."))
    if any(ord(letter) <= 32 or ord(letter) > 126 for letter in url):
        raise AddressRefusedError(_t("The address holds blanks or letters that an address cannot hold."))
    return parts


def resolve(host: str, port: int) -> Address:
    """The address to connect to. Raises AddressRefusedError when any of the host's addresses is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressRefusedError(_t("The host %(host)s is not known.") % {"host": host}) from error
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses or not all(map(may_be_called, addresses)):
        raise AddressRefusedError(_t("The host %(host)s leads into a private network.") % {"host": host})
    return addresses[0]


def may_be_called(address: Address) -> bool:
    """Public and for one receiver; an IPv4 address wrapped in an IPv6 one is judged by itself. Loopback only where settings allow it."""
    inner = _unwrapped(address)
    if inner is not None:
        return may_be_called(inner)
    if settings.WEBHOOK_LOOPBACK and address.is_loopback:
        return True
    is_inside = isinstance(address, ipaddress.IPv6Address) and address.is_site_local  # given up, yet routed in old networks
    return address.is_global and not (address.is_multicast or address.is_reserved or is_inside)


def _unwrapped(address: Address) -> ipaddress.IPv4Address | None:
    if not isinstance(address, ipaddress.IPv6Address):
        return None
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


class _Pinned(http.client.HTTPConnection):
    """Connects to the address that was checked, whatever the name says by now."""

    def __init__(self, parts: SplitResult, address: Address) -> None:
        self.secure = parts.scheme == "https"
        port = parts.port or (443 if self.secure else 80)
        super().__init__(parts.hostname or "", port, timeout=TIMEOUT_SECONDS)
        self.default_port = 443 if self.secure else 80  # type: ignore[misc]  # the Host header leaves out the scheme's own port
        self.address = address
        self.line: socket.socket | None = None  # kept apart: http.client forgets its socket while the answer is still being read

    def connect(self) -> None:
        raw = self.line = socket.create_connection((str(self.address), self.port), TIMEOUT_SECONDS)
        peer = ipaddress.ip_address(str(raw.getpeername()[0]).partition("%")[0])
        if peer != self.address or not may_be_called(peer):
            raw.close()
            raise AddressRefusedError(_t("The connection did not lead where it should."))
        if self.secure:
            self.line = ssl.create_default_context().wrap_socket(raw, server_hostname=self.host, do_handshake_on_connect=False)
            self.line.do_handshake()
        self.sock = self.line

    def abort(self) -> None:
        """From another thread: end whatever is being waited for."""
        if self.line is not None:
            with suppress(OSError):
                self.line.shutdown(socket.SHUT_RDWR)


def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """POST and read what fits. Raises OSError or HTTPException when it fails, AddressRefusedError before a byte is sent."""
    parts = check_url(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    call = _Pinned(parts, resolve(parts.hostname or "", port))
    watchdog = Timer(TIMEOUT_SECONDS, call.abort)  # a server that answers a byte a second must not hold a worker
    watchdog.daemon = True
    watchdog.start()
    try:
        path = parts.path or "/"
        call.request("POST", f"{path}?{parts.query}" if parts.query else path, body, headers)
        response = call.getresponse()
        return Answer(response.status, response.read(ANSWER_MAX_BYTES))
    finally:
        watchdog.cancel()
        call.close()
        if call.line is not None:
            call.line.close()
