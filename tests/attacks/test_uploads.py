"""Files that attack: what unfolds to more than it says, what is two things at once, names that lead elsewhere.

Each is refused at its field with a sentence, or kept and handed out so that no browser runs it.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponseBase
from django.urls import reverse

from audit.archives import ArchiveRefusedError, check_archive
from audit.files import accept_upload, clean_name, stored_files
from audit.refusals import BadInput
from tests.attacks import bombs
from tests.attacks.bombs import MB, office, with_part
from tests.attacks.walking import body_of, taken_back
from tests.routes.world import World

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
SCRIPT = b"<script>alert(document.domain)</script>"
SVG = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT + b"</svg>"
GIF_AND_SCRIPT = b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)"


@pytest.fixture(autouse=True)
def small_limits(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nothing here is large: eight megabytes may be unfolded."""
    settings.UPLOAD_MAX_BYTES = MB
    monkeypatch.setattr("audit.archives.PARTS_MAX", 1000)


BOMBS = {
    "unfolds to more": (bombs.with_part("word/a.bin", b"0" * 9 * MB), "unfolds to more than 8 MB"),
    "says less than it is": (bombs.lying(), "larger than the file says"),
    "one part under many names": (bombs.overlapping(), "unfolds"),
    "too many parts": (bombs.many_parts(2000), "parts inside"),
    "an archive inside": (with_part("word/a.zip", bombs.archive({"a": b"0" * MB})), "an archive inside"),
    "a bomb embedded": (with_part("word/embeddings/a.xlsx", with_part("xl/a.bin", b"0" * 9 * MB, of="xl/workbook.xml")), "unfolds to more"),
    "embedded in embedded": (
        with_part("word/embeddings/a.xlsx", with_part("xl/embeddings/b.docx", office(), of="xl/workbook.xml")),
        "an archive inside",
    ),
    "a part that leads elsewhere": (with_part("../../etc/cron.d/x", b"x"), "written elsewhere"),
    "a part of Windows that leads elsewhere": (with_part("..\\..\\x", b"x"), "written elsewhere"),
    "packed otherwise": (with_part("word/a.bin", b"0" * MB, kind=zipfile.ZIP_LZMA), "Word and Excel do not use"),
    "cut": (office()[:-30], "damaged"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_an_archive_that_attacks_is_refused_with_a_sentence(name: str) -> None:
    content, words = BOMBS[name]

    with pytest.raises(BadInput) as refused:
        accept_upload(io.BytesIO(content), "report.docx", field="upload")

    assert words in str(refused.value.errors["upload"])


def test_a_file_that_is_nearly_all_blanks_is_refused_by_its_ratio(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 50 * MB

    with pytest.raises(ArchiveRefusedError, match="far more"):
        check_archive(io.BytesIO(with_part("word/a.bin", b"0" * 20 * MB)))


def test_unfolding_stops_at_the_first_byte_beyond(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work done for a bomb has a bound, whatever it holds."""
    unfolded = []
    real = bombs.zlib.decompressobj

    class Counting:
        def __init__(self, *args: Any) -> None:
            self.inner = real(*args)

        def decompress(self, packed: bytes, most: int) -> bytes:
            chunk = self.inner.decompress(packed, most)
            unfolded.append(len(chunk))
            return chunk

        @property
        def unconsumed_tail(self) -> bytes:
            return self.inner.unconsumed_tail

    monkeypatch.setattr("audit.archives.zlib.decompressobj", Counting)
    with pytest.raises(ArchiveRefusedError):
        check_archive(io.BytesIO(bombs.lying()))

    assert sum(unfolded) < MB


@pytest.mark.parametrize(
    "content",
    [
        office(),
        with_part("word/embeddings/Sheet1.xlsx", office("xl/workbook.xml")),
        with_part("word/media/image1.png", b"\x89PNG" + bytes(1000)),
        with_part("customXml/item1.xml", b"<a/>" * 10_000),
    ],
)
def test_an_honest_document_is_taken(content: bytes) -> None:
    assert accept_upload(io.BytesIO(content), "report.docx")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("scheme.svg", SVG),
        ("scheme.png", SVG),
        ("scheme.txt.svg", SVG),
        ("report.pdf", b"<html>" + SCRIPT),
        ("report.pdf", SVG),
        ("report.html", SCRIPT),
        ("picture.gif", GIF_AND_SCRIPT),
        ("picture.png", GIF_AND_SCRIPT),
        ("picture.jpg", GIF_AND_SCRIPT),
        ("report.pdf", b" " * 2000 + PDF),
        ("report.docx", PDF + office()),
        ("report.pdf", office()),
        ("report.docm", office()),
        ("report.docx", office(**{"word/vbaProject.bin": b"x"})),
        ("report.pdf", b""),
        ("report.pdf\x00.txt", PDF),
        ("report.pdf ", PDF),
        ("report.pdf.", PDF),
        ("report.p\u202edf", PDF),
        ("report.pdf/", PDF),
        ("report", PDF),
        ("report.txt", b"a" * (MB + 1)),
    ],
)
def test_what_is_not_what_its_name_says_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        accept_upload(io.BytesIO(content), name)

    assert list(refused.value.errors) == ["file"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../../etc/report.pdf", "report.pdf"),
        ("..\\..\\report.pdf", "report.pdf"),
        ("report\x00.pdf", "report.pdf"),
        ("report\r\nSet-Cookie: a=b.pdf", "reportSet-Cookie_ab.pdf"),
        ("report\u202efdp.pdf", "reportfdp.pdf"),
        ('report"; filename="evil.html.pdf', "report_filenameevil.html.pdf"),
        ("x" * 300 + ".pdf", "x" * 200 + ".pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("nul.tar.pdf", "_nul.tar.pdf"),
        ("lpt1.pdf", "_lpt1.pdf"),
        ("console.pdf", "console.pdf"),
        (".pdf", "file.pdf"),
        ("....pdf", "file.pdf"),
        ("..", "file"),
        ("../\x00", "file"),
        ("-rf.pdf", "rf.pdf"),
        ("\u202e.pdf", "file.pdf"),
    ],
)
def test_a_name_leads_nowhere(given: str, kept: str) -> None:
    assert clean_name(given) == kept


POLYGLOTS = {
    "pdf and html": ("report.pdf", b"%PDF-1.7\n<html>" + SCRIPT + PDF, "application/pdf", "inline"),
    "pdf and archive": ("report.pdf", PDF + bombs.archive({"index.html": SCRIPT}), "application/pdf", "inline"),
    "text that is html": ("report.txt", b"<html>" + SCRIPT, "text/plain", "attachment"),
    "csv that is html": ("report.csv", b"<html>" + SCRIPT, "text/csv", "attachment"),
    "word file with html": ("report.docx", with_part("word/a.html", SCRIPT), "application/vnd.openxmlformats", "attachment"),
    "10,000 pages": ("report.pdf", bombs.many_pages(), "application/pdf", "inline"),
}


def places(world: World) -> dict[str, tuple[str, str, str, dict[str, str]]]:
    """Where a file comes in: the address, who sends it, the field, and what stands beside it."""
    things = world.things
    code, business = things["code"], "business_development"
    return {
        "request": (reverse("rfp-upload", args=[things["rfp"]]), business, "file", {}),
        "request by the API": (f"/api/v1/rfps/{things['rfp']}/files/", business, "file", {}),
        "evidence": (
            f"/projects/{code}/deliverables/route_selection_report/evidence/",
            "project_manager",
            "file",
            {"system": "lims", "number": "R-77", "record_state": "Approved", "record_date": "2026-01-05", "note": "Typed before."},
        ),
        "agreement": (
            f"/projects/{code}/agreements/new/",
            business,
            "file",
            {"kind": "quality", "number": "QAA-7", "effective_on": "2026-01-05"},
        ),
        "agreement of a client": (
            reverse("client-agreement-new", args=["DCA"]),
            business,
            "file",
            {"kind": "quality", "number": "QAA-7", "effective_on": "2026-01-05"},
        ),
        "signed copy of a client": (
            reverse("client-agreement-keep-file", args=[things["client_agreement"]]),
            business,
            "file",
            {"reason": "Typed before.", "replaces": "x"},
        ),
        "signed copy": (
            reverse("agreement-keep-file", args=[code, things["agreement"]]),
            business,
            "file",
            {"reason": "Typed before.", "replaces": "x"},
        ),
        "document": (f"/documents/upload/?project={code}", "project_manager", "upload", {"type_key": "memo", "reason": "Typed before."}),
        "request in the portal": (reverse("portal-request-upload", args=[things["request"]]), "client_approver", "file", {}),
        "intake": (reverse("rfp-intake-new"), business, "file", {}),
        "import": (reverse("import-new", args=["clients"]), business, "file", {}),
    }


def send(world: World, place: str, name: str, content: bytes) -> HttpResponseBase:
    address, caller, field, typed = places(world)[place]
    headers = {"X-Requested-With": "dropzone"} if place in DROPPED else {}
    with taken_back():
        return world.callers[caller].post(address, typed | {field: SimpleUploadedFile(name, content)}, headers=headers)


DROPPED = ("request in the portal",)  # a form without script goes back to its page with the sentence
OF_TABLES = ("intake", "import")  # they take a spreadsheet and no other file of those below
PLACES = (
    "request",
    "request by the API",
    "evidence",
    "agreement",
    "signed copy",
    "agreement of a client",
    "signed copy of a client",
    "document",
    *DROPPED,
    *OF_TABLES,
)
TABLES = {
    "unfolds to more": ("report.xlsx", with_part("xl/a.bin", b"0" * 9 * MB, of="xl/workbook.xml")),
    "not what it says": ("report.xlsx", SVG),
    "too large": ("report.xlsx", b"a" * (2 * MB)),
    "empty": ("report.xlsx", b""),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("bomb", ["unfolds to more", "not what it says", "too large", "empty"])
def test_every_place_refuses_at_the_field_and_keeps_what_was_typed(world: World, place: str, bomb: str) -> None:
    own = {"not what it says": ("report.pdf", SVG), "too large": ("report.txt", b"a" * (2 * MB)), "empty": ("report.pdf", b"")}
    name, content = TABLES[bomb] if place in OF_TABLES else own.get(bomb) or ("report.docx", BOMBS[bomb][0])
    before = set(stored_files())

    answer = send(world, place, name, content)

    said = {"not what it says": "is not what its name says", "too large": "larger than 1 MB", "empty": "empty"}
    text = body_of(answer).decode()
    assert answer.status_code == 400
    assert said.get(bomb, "unfolds to more") in text
    assert [value for value in ("Typed before.", "QAA-7", "R-77") if value in places(world)[place][3].values() and value not in text] == []
    assert set(stored_files()) == before


def test_no_more_than_the_limit_is_received(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is beyond it fills neither memory nor disk."""
    kept = []

    def take(content: Any, name: str) -> None:
        kept.append(content.seek(0, io.SEEK_END))
        accept_upload(content, name)

    monkeypatch.setattr("projects.views.rfp_detail.take_upload", take)

    send(world, "request", "report.txt", b"a" * (4 * MB))

    assert MB < kept[0] < MB + 128 * 1024


def test_ten_files_at_once_are_not_received(world: World) -> None:
    files = {f"file{number}": SimpleUploadedFile("a.txt", b"a") for number in range(10)}

    assert world.callers["business_development"].post(reverse("rfp-upload", args=[world.things["rfp"]]), files).status_code == 400


@pytest.mark.parametrize("kind", POLYGLOTS)
def test_what_is_two_things_at_once_is_never_run(world: World, kind: str) -> None:
    """The type follows the content, a browser guesses none, and what is no PDF is shut in."""
    name, content, media_type, disposition = POLYGLOTS[kind]
    code, browser = world.things["code"], world.callers["business_development"]
    with taken_back():
        sent = browser.post(
            f"/projects/{code}/agreements/new/",
            {"kind": "quality", "number": "QAA-7", "effective_on": "2026-01-05", "file": SimpleUploadedFile(name, content)},
        )
        assert sent.status_code == 302, sent.content
        found = browser.get(f"{sent.headers['Location']}file/")
        assert body_of(found) == content
        assert found.headers["Content-Type"].startswith(media_type)
        assert found.headers["Content-Disposition"].startswith(disposition)
        assert found.headers["X-Content-Type-Options"] == "nosniff"
        assert "script-src" not in found.headers["Content-Security-Policy"] or disposition == "inline"
        assert ("sandbox" in found.headers["Content-Security-Policy"]) == (disposition == "attachment")


def test_a_pdf_of_10_000_pages_is_not_parsed() -> None:
    """It is read once for its type, and only its beginning."""

    class Counting(io.BytesIO):
        read_bytes = 0

        def read(self, size: int | None = -1) -> bytes:
            found = super().read(size)
            self.read_bytes += len(found)
            return found

    content = Counting(bombs.many_pages())

    assert accept_upload(content, "report.pdf") == "application/pdf"
    assert content.read_bytes <= 4 * MB


HANDED_OUT: dict[str, dict[str, Any]] = {
    "rfp-file": {"number": "rfp", "pk": "attached"},
    "api-rfp-file": {"number": "rfp", "pk": "attached"},
    "reference-file": {"code": "code", "key": "route_selection_report", "pk": "reference"},
    "agreement-file": {"code": "code", "pk": "agreement"},
    "client-agreement-file": {"pk": "client_agreement"},
    "document-uploaded": {"number": "number", "version": 1},
    "api-document-file": {"number": "number"},
}


@pytest.mark.parametrize("address", HANDED_OUT)
def test_every_stored_file_goes_out_with_its_own_policy(world: World, address: str) -> None:
    arguments = {name: world.things.get(str(value), value) for name, value in HANDED_OUT[address].items()}

    found = world.callers["project_manager"].get(reverse(address, kwargs=arguments))
    body_of(found)

    assert found.status_code == 200
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in found.headers["Cache-Control"]
    assert found.headers["Content-Disposition"].startswith("attachment") == ("sandbox" in found.headers["Content-Security-Policy"])
