"""Calling strangers' addresses: private ones are refused by name, by address and at the moment of connecting."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.utils import timezone

from notifications import outgoing
from notifications.outgoing import AddressRefusedError, check_url, may_be_called, post, resolve
from tests.notifications.receiver import Receiver, listening

PUBLIC = "93.184.215.14"


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_LOOPBACK = True
    with listening() as receiver:
        yield receiver


def answers(*addresses: str) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "https://",
        "https://user:password@hooks.example.com/",
        "https://user@hooks.example.com/",
        "https://hooks.example.com/#part",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com/a b",
        "https://hooks.example.com/\r\nX-Header: 1",
        "//hooks.example.com/",
        "https://[::1",
    ],
)
def test_address_of_another_form_is_refused(url: str) -> None:
    with pytest.raises(AddressRefusedError):
        check_url(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "192.0.2.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::a00:1", "2002:a00:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_address_that_is_not_public_is_refused(address: str) -> None:
    assert not may_be_called(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"])
def test_public_address_is_called(address: str) -> None:
    assert may_be_called(ipaddress.ip_address(address))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f000001", "2130706433", "017700000001", "[::1]", "127.1"])
def test_loopback_is_refused_in_every_spelling(host: str) -> None:
    with pytest.raises(AddressRefusedError):
        resolve(host.strip("[]"), 443)


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: answers(PUBLIC, "10.0.0.1"))

    with pytest.raises(AddressRefusedError, match="private network"):
        resolve("hooks.example.com", 443)


def test_name_that_turns_private_after_the_check_is_called_at_the_checked_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the first answer is public, every later one is this machine."""
    asked, connected = iter([answers(PUBLIC)]), []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: next(asked, answers("127.0.0.1")))

    def connect(address: tuple[str, int], *_more: Any, **_named: Any) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)

    with pytest.raises(ConnectionRefusedError):
        post("https://hooks.example.com/", b"{}", {})

    assert connected == [(PUBLIC, 443)]


def test_connection_that_ends_elsewhere_is_refused_before_a_byte_is_sent(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever bends the connection itself: the address at its other end counts."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: answers(PUBLIC))
    elsewhere = socket.socket()
    elsewhere.connect(("127.0.0.1", receiver.port))
    monkeypatch.setattr(socket, "create_connection", lambda *_args: elsewhere)

    with pytest.raises(AddressRefusedError, match="did not lead"):
        post("http://hooks.example.com/", b"{}", {})

    assert receiver.calls == []


def test_unknown_host_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: Any, **_named: Any) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with pytest.raises(AddressRefusedError, match="not known"):
        resolve("nowhere.example.com", 443)


def test_redirect_is_an_answer_and_not_followed(receiver: Receiver) -> None:
    receiver.status, receiver.headers = 302, {"Location": receiver.url + "/elsewhere"}

    assert post(receiver.url, b"{}", {}).status == 302
    assert [path for path, _headers, _body in receiver.calls] == ["/hook"]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for localhost that only this test trusts, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), timezone.now()
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - timedelta(1), now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "localhost.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return path


def test_https_checks_the_certificate_of_the_name(settings: Any, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection goes to the checked address, the certificate must be that of the name."""
    settings.WEBHOOK_LOOPBACK = True
    with listening(certificate) as receiver:
        url = f"https://localhost:{receiver.port}/hook"
        with pytest.raises(ssl.SSLCertVerificationError):
            post(url, b"{}", {})
        trusting = ssl.create_default_context(cafile=certificate)
        monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)

        assert post(url, b"{}", {}).status == 204
        with pytest.raises(ssl.SSLCertVerificationError):
            post(url.replace("localhost", "127.0.0.1"), b"{}", {})

    assert len(receiver.calls) == 1


def test_little_of_a_large_answer_is_read(receiver: Receiver) -> None:
    receiver.status, receiver.body = 200, b"x" * 1_000_000

    assert len(post(receiver.url, b"{}", {}).body) == 64 * 1024


def test_an_answer_that_drips_is_cut_off(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "TIMEOUT_SECONDS", 0.5)
    receiver.status, receiver.body, receiver.drip = 200, b"x" * 100, 0.1
    begun = monotonic()

    with suppress(OSError):  # on a busy machine it is cut off before its first line
        assert len(post(receiver.url, b"{}", {}).body) < 100

    assert monotonic() - begun < 9, "all of it takes ten seconds"


def test_body_and_headers_arrive_as_given(receiver: Receiver) -> None:
    post(receiver.url + "?key=1", b'{"a":1}', {"Content-Type": "application/json", "X-Cdmo-Event": "x"})

    ((path, headers, body),) = receiver.calls
    assert (path, body, headers["X-Cdmo-Event"]) == ("/hook?key=1", b'{"a":1}', "x")
    assert headers["Host"] == f"127.0.0.1:{receiver.port}"
