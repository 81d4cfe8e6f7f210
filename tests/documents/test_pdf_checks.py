"""The checks of a PDF see what is wrong, fail without their tool, and reach every type of document."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import BooleanObject, DictionaryObject, NameObject, TextStringObject

from documents import registry, rendering
from phases.reports import TEMPLATE
from tests.documents import sample_types
from tests.documents.pdf_checks import faults_of

TESTS = Path(__file__).parent.parent
HTML = """<html lang="en"><head><title>Record</title><link rel="stylesheet" href="print.css"></head>
<body><h1>Heading</h1><p>Words, 收率, and a <a href="#there">place</a>.</p><p id="there">There.</p></body></html>"""


@pytest.fixture(scope="module")
def pdf() -> bytes:
    """The smallest paper of ours: text in two scripts, a link, its data."""
    made = rendering.render_pdf(HTML, attachment=b"{}", attachment_name="data.json", created=datetime(2026, 3, 12, tzinfo=UTC))
    return made.content


def without(key: str) -> Callable[[PdfWriter], None]:
    return lambda writer: writer.root_object.pop(NameObject(key))


def with_script(writer: PdfWriter) -> None:
    script = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")})
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(script)


def with_address(writer: PdfWriter) -> None:
    writer.pages[0]["/Annots"][0].get_object()[NameObject("/A")] = DictionaryObject(
        {NameObject("/S"): NameObject("/URI"), NameObject("/URI"): TextStringObject("https://example.com/")}
    )


def with_hidden_link(writer: PdfWriter) -> None:
    writer.pages[0]["/Annots"][0].get_object().pop(NameObject("/F"))


def with_the_name_of_the_file(writer: PdfWriter) -> None:
    writer.root_object["/ViewerPreferences"][NameObject("/DisplayDocTitle")] = BooleanObject(False)


def with_foreign_font(writer: PdfWriter) -> None:
    for font in writer.pages[0]["/Resources"]["/Font"].values():
        descendant = font.get_object()["/DescendantFonts"][0].get_object()
        for key in {"/FontFile2", "/FontFile3"} & descendant["/FontDescriptor"].keys():
            descendant["/FontDescriptor"].pop(NameObject(key))


def with_mute_font(writer: PdfWriter) -> None:
    for font in writer.pages[0]["/Resources"]["/Font"].values():
        font.get_object().pop(NameObject("/ToUnicode"))


def with_unrelated_data(writer: PdfWriter) -> None:
    writer.root_object["/AF"][0].get_object()[NameObject("/AFRelationship")] = NameObject("/Unspecified")


def test_our_smallest_paper_is_right(pdf: bytes) -> None:
    assert faults_of(pdf) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without("/Lang"), "no language"),
        (without("/MarkInfo"), "tagged"),
        (without("/StructTreeRoot"), "no structure tree"),
        (without("/OutputIntents"), "colour profile"),
        (without("/Metadata"), "no XMP"),
        (without("/AF"), "0 associated files"),
        (with_the_name_of_the_file, "not the title"),
        (with_script, "JavaScript"),
        (with_address, "an action /URI"),
        (with_hidden_link, "not printed"),
        (with_foreign_font, "not embedded"),
        (with_mute_font, "does not say its characters"),
        (with_unrelated_data, "not said to be the data"),
    ],
)
def test_what_is_wrong_is_seen(pdf: bytes, change: Callable[[PdfWriter], None], words: str) -> None:
    writer, changed = PdfWriter(clone_from=PdfReader(BytesIO(pdf))), BytesIO()
    change(writer)
    writer.write(changed)

    assert words in " ".join(faults_of(changed.getvalue()))


def test_a_broken_file_is_seen(pdf: bytes) -> None:
    broken = pdf.replace(b"endstream", b"endstrean", 1)

    assert "qpdf" in " ".join(faults_of(broken))


def test_without_its_tool_nothing_passes(pdf: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(FileNotFoundError):
        faults_of(pdf)


WORDS_ALONE = re.compile(r"^( *)with words_alone\(\):\n(?:\1 +.+\n)+", re.MULTILINE)
EVERYWHERE = re.compile(r"^pytestmark = .*unlaid", re.MULTILINE)


def laid_out_in(text: str) -> str:
    """What stands in a file of tests, without those that take words for the PDF (`tests.quick`)."""
    if "lay_nothing_out" in text or EVERYWHERE.search(text):
        return ""
    return "".join(part for part in WORDS_ALONE.sub("", text).split("\n\n\n") if 'usefixtures("unlaid")' not in part)


def test_some_test_makes_every_type_of_document() -> None:
    """`tests.finished` checks what it has laid out; a type that no test has laid out has been checked by nobody."""
    text = "".join(laid_out_in(file.read_text()) for file in TESTS.glob("*/test_*.py") if "tests.finished" in file.read_text())
    own = {each.key for each in sample_types.ALL}
    single = {each.key for each in registry.document_types() if each.template != TEMPLATE and each.is_generated} - own

    made = {key for key in single if any(f'{make}("{key}"' in text for make in ("finished", "drafted"))}

    assert single - made == set()
    assert "drafted(key, planned" in text  # and all that share a template, in one test
