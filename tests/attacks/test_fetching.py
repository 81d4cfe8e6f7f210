"""Nothing of ours calls where a stranger points: not the printer of documents, not the webhooks, not a reader of tables."""

from __future__ import annotations

import io
import socket
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from weasyprint.urls import FatalURLFetchingError

from documents import narrative, rendering
from documents.rendering import FONTS_DIR, TEMPLATES_DIR, OwnFilesOnly
from notifications import outgoing
from notifications.outgoing import AddressRefusedError
from tests.notifications.receiver import listening

OUT_OF_IT = TEMPLATES_DIR.parent / "base.html"
PUBLIC = "93.184.216.34"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x.css",
        "https://example.com/x.png",
        "HTTP://example.com/",
        "//example.com/x.png",
        "ftp://example.com/x",
        "gopher://example.com/",
        "jar:file:///x",
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "file://example.com/etc/passwd",
        "file:////example.com/share/x",
        "file:/etc/passwd",
        "file:etc/passwd",
        OUT_OF_IT.as_uri(),
        f"{TEMPLATES_DIR.as_uri()}/../base.html",
        f"{TEMPLATES_DIR.as_uri()}/%2e%2e/base.html",
        f"{TEMPLATES_DIR.as_uri()}/..%2fbase.html",
        f"{TEMPLATES_DIR.as_uri()}/x%00/../../base.html",
        f"{TEMPLATES_DIR.as_uri()}-other/base.html",
        f"{FONTS_DIR.as_uri()}/../../../manage.py",
        "/etc/passwd",
        "",
    ],
)
def test_the_printer_fetches_our_own_files_only(url: str) -> None:
    with pytest.raises((FatalURLFetchingError, ValueError)):
        OwnFilesOnly().fetch(url)


def test_the_printer_fetches_its_style_sheet() -> None:
    assert OwnFilesOnly().fetch(f"{TEMPLATES_DIR.as_uri()}/print.css")


def test_a_link_out_of_our_folder_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, secret = tmp_path / "ours", tmp_path / "secret.txt"
    ours.mkdir()
    secret.write_text("secret")
    (ours / "link.css").symlink_to(secret)
    monkeypatch.setattr(rendering, "ALLOWED_DIRS", (ours,))

    with pytest.raises(FatalURLFetchingError):
        OwnFilesOnly().fetch((ours / "link.css").as_uri())


@pytest.mark.parametrize(
    "html",
    [
        '<img src="http://169.254.169.254/latest/meta-data/">a',
        '<img src="file:///etc/passwd">a',
        "<style>@import url(http://127.0.0.1/)</style>a",
        '<p style="background: url(file:///etc/passwd)">a</p>',
        '<link rel="attachment" href="file:///etc/passwd">a',
        '<a rel="attachment" href="file:///etc/passwd">a</a>',
        '<object data="file:///etc/passwd"></object>a',
        '<svg><image href="file:///etc/passwd"/></svg>a',
        '<svg><use xlink:href="http://127.0.0.1/#x"/></svg>a',
        '<p><td background="file:///etc/passwd">a</td></p>',
    ],
)
def test_no_text_of_people_holds_an_address_to_fetch(html: str) -> None:
    cleaned = narrative.sanitise(html)

    assert "a" in cleaned
    assert not any(words in cleaned for words in ("http", "file:", "url(", "src", "href", "import"))


PRIVATE = (
    "127.0.0.1",
    "2130706433",  # the same in one number
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "0",
    "localhost",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "198.18.0.1",
    "[::]",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:5ef5:79fd:0:0:80ff:fffe]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[2001:db8::1]",
    "[100::1]",
)


@pytest.mark.parametrize("host", PRIVATE)
def test_a_webhook_calls_no_network_of_ours(host: str) -> None:
    with pytest.raises(AddressRefusedError):
        outgoing.post(f"https://{host}/hook", b"{}", {})


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "gopher://hooks.example.com:6379/_x",
        "https://user:secret@hooks.example.com/",
        "https://hooks.example.com@127.0.0.1/",
        "https://hooks.example.com#@127.0.0.1/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com:x/",
        "https://hooks.example.com/a b",
        "https://hooks.example.com/\r\nX: y",
        "https://hooks.example.com\t/",
        "https://höoks.example.com/",
        "https:///x",
        "https://[::1",
        "//hooks.example.com/",
        "",
    ],
)
def test_an_address_of_another_form_is_refused(url: str) -> None:
    with pytest.raises(AddressRefusedError):
        outgoing.check_url(url)


def answering(*addresses: str) -> Any:
    """A name server that has these addresses, one after the other, and the last for ever."""
    left = list(addresses)

    def resolve(host: str, port: int, **_more: Any) -> list[Any]:
        now = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in now.split()]

    return resolve


def test_a_name_that_turns_inwards_is_called_where_it_led(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: what was judged is what is called."""
    called = []

    def connect(address: tuple[str, int], _timeout: float) -> None:
        called.append(address)
        raise OSError("nobody is called from a test")

    monkeypatch.setattr(socket, "getaddrinfo", answering(PUBLIC, "127.0.0.1"))
    monkeypatch.setattr(socket, "create_connection", connect)

    with pytest.raises(OSError, match="nobody"):
        outgoing.post("https://hooks.example.com/", b"{}", {})

    assert called == [(PUBLIC, 443)]


def test_a_name_with_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering(f"{PUBLIC} 10.0.0.1"))

    with pytest.raises(AddressRefusedError):
        outgoing.post("https://hooks.example.com/", b"{}", {})


def test_a_redirect_is_an_answer_and_not_followed(settings: Any) -> None:
    settings.WEBHOOK_LOOPBACK = True
    with listening() as receiver, listening() as other:
        receiver.status, receiver.headers = 307, {"Location": other.url}

        answer = outgoing.post(receiver.url, b"{}", {})

        assert (answer.status, len(receiver.calls), len(other.calls)) == (307, 1, 0)


def test_no_proxy_of_the_machine_takes_the_call(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WEBHOOK_LOOPBACK = True
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with listening() as receiver:
        assert outgoing.post(receiver.url, b"{}", {}).status == 204


@pytest.mark.parametrize("entity", ['SYSTEM "file://{secret}"', '"' + "ha" * 10 + '"'])
def test_a_workbook_reads_no_file_of_ours(tmp_path: Path, entity: str) -> None:
    """Entities of XML: the reader of tables gives no file away and is not multiplied."""
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of the machine")
    head = f"<!DOCTYPE sst [<!ENTITY e {entity.format(secret=secret)}>]>"
    content = with_shared_strings(head + '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&e;</t></si></sst>')

    try:
        book = load_workbook(io.BytesIO(content), read_only=True)
        found = [value for row in book.active.iter_rows(values_only=True) for value in row]  # type: ignore[union-attr]
        book.close()
    except Exception:  # the parser refuses it, in the words of whichever parser there is
        found = []

    assert not any("secret" in str(value) for value in found)


def with_shared_strings(xml: str) -> bytes:
    buffer, changed = io.BytesIO(), io.BytesIO()
    book = Workbook()
    book.active["A1"] = "text"  # type: ignore[index]
    book.save(buffer)
    with zipfile.ZipFile(buffer) as before, zipfile.ZipFile(changed, "w") as after:
        for part in before.namelist():
            after.writestr(part, xml if part == "xl/sharedStrings.xml" else before.read(part))
    return changed.getvalue()
