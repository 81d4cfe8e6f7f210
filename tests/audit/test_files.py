"""The store of files: same content, same address; types by content."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from audit import files
from audit.refusals import BadInput

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n"
MOLFILE = b"\n  test\n\n  1  0  0  0  0  0            999 V2000\n    0.0000    0.0000    0.0000 C   0  0\nM  END\n"


@pytest.fixture(autouse=True)
def _store(settings: pytest.FixtureRequest, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path


def office(*parts: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for part in ("[Content_Types].xml", *parts):
            archive.writestr(part, "<x/>")
    return buffer.getvalue()


def picture(kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, kind)
    return buffer.getvalue()


def test_store_file_same_content_once(tmp_path: Path) -> None:
    first, second = files.store_file(b"abc"), files.store_file(io.BytesIO(b"abc"))

    assert first == second == files.StoredFile(hashlib.sha256(b"abc").hexdigest(), 3)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [first.sha256]
    with files.open_file(first.sha256) as stored:
        assert stored.read() == b"abc"


def test_store_file_leaves_nothing_half_written(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("the line is gone")

    with pytest.raises(OSError, match="the line is gone"):
        files.store_file(Broken())

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_clear_abandoned_takes_only_what_is_old(tmp_path: Path) -> None:
    stored = files.store_file(b"abc")
    (tmp_path / "incoming" / "left").write_bytes(b"half")

    assert files.clear_abandoned() == 0
    assert files.clear_abandoned(-1) == 1
    assert files.is_intact(stored.sha256)


def test_is_intact_notices_a_changed_file() -> None:
    stored = files.store_file(b"abc")
    path = Path(files.settings.FILES_DIR) / stored.path

    assert files.is_intact(stored.sha256)
    path.chmod(0o640)
    path.write_bytes(b"abd")
    assert not files.is_intact(stored.sha256)


@pytest.mark.parametrize("name", ["../../etc/passwd", "x" * 64, "", "A" * 64])
def test_relative_path_refuses_what_is_no_hash(name: str) -> None:
    with pytest.raises(ValueError, match="no SHA-256"):
        files.relative_path(name)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.pdf", PDF, "application/pdf"),
        ("a.PDF", PDF, "application/pdf"),
        ("a.png", picture("PNG"), "image/png"),
        ("a.jpeg", picture("JPEG"), "image/jpeg"),
        ("a.docx", office("word/document.xml"), files.DOCX),
        ("a.xlsx", office("docProps/app.xml", "xl/workbook.xml"), files.XLSX),
        ("a.csv", "Batch;Gehalt\nPB-1;99,8 % 收率".encode(), "text/csv"),
        ("a.txt", b"plain", "text/plain"),
        ("a.mol", MOLFILE, "chemical/x-mdl-molfile"),
        ("a.sdf", MOLFILE + b"$$$$\n", "chemical/x-mdl-sdfile"),
    ],
)
def test_accept_upload_by_content(name: str, content: bytes, expected: str) -> None:
    assert files.accept_upload(io.BytesIO(content), name) == expected


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"MZ\x90\x00\x03" + bytes(200)),
        ("a.pdf", picture("PNG")),
        ("a.png", PDF),
        ("a.txt", b"\x7fELF\x02\x01\x01\x00" + bytes(64)),
        ("a.txt", b"#!/bin/sh\nrm -rf /\n"),
        ("a.txt", PDF),
        ("a.docx", office("word/document.xml", "word/vbaProject.bin")),
        ("a.docx", office("xl/workbook.xml")),
        ("a.docx", b"PK\x03\x04 broken"),
        ("a.xlsx", b"plain"),
        ("a.mol", b"no molecule"),
        ("a.exe", b"MZ"),
        ("a.html", b"<script>alert(1)</script>"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("noextension", b"plain"),
        ("a.txt", b""),
    ],
)
def test_accept_upload_refuses(name: str, content: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        files.accept_upload(io.BytesIO(content), name, field="upload")

    assert list(refused.value.errors) == ["upload"]


def test_accept_upload_limits_the_size(settings: pytest.FixtureRequest) -> None:
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    content = io.BytesIO(b"a" * (1024 * 1024 + 1))

    with pytest.raises(BadInput, match="1 MB"):
        files.accept_upload(content, "a.txt")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("../../a b.pdf", "a_b.pdf"),
        ("C:\\temp\\Bericht.pdf", "Bericht.pdf"),
        ("收率 1.xlsx", "收率_1.xlsx"),
        ("a" * 300 + ".pdf", "a" * 200 + ".pdf"),
    ],
)
def test_clean_name(given: str, expected: str) -> None:
    assert files.clean_name(given) == expected
