"""What of PDF/A-3a (ISO 19005-3) can be checked without a validator of its own: qpdf reads the syntax, we read the structure.

`faults_of` is run on every rendition that `tests.finished` makes, so over every document type. Without qpdf it fails.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from io import BytesIO
from tempfile import NamedTemporaryFile
from typing import Any
from xml.etree import ElementTree

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

XMP = {
    "rdf": "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}",
    "pdfaid": "{http://www.aiim.org/pdfa/ns/id/}",
    "dc": "{http://purl.org/dc/elements/1.1/}",
}
STANDARD_TYPES = frozenset({
    "Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "TOC", "TOCI", "Index", "NonStruct", "Private", "P", "H",
    "H1", "H2", "H3", "H4", "H5", "H6", "L", "LI", "Lbl", "LBody", "Table", "TR", "TH", "TD", "THead", "TBody", "TFoot", "Span",
    "Quote", "Note", "Reference", "BibEntry", "Code", "Link", "Annot", "Ruby", "RB", "RT", "RP", "Warichu", "WT", "WP", "Figure",
    "Formula", "Form",
})  # fmt: skip
FORBIDDEN_ACTIONS = frozenset({
    "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Hide", "/SetOCGState", "/Rendition", "/Trans", "/GoTo3DView",
    "/JavaScript", "/SubmitForm", "/GoToR", "/GoToE", "/URI",
})  # fmt: skip
FORBIDDEN_KEYS = {"/JS": "JavaScript", "/AA": "actions by themselves", "/Encrypt": "encryption", "/OPI": "OPI", "/Alternates": "alternates"}
HIDDEN_BITS = 0b100011  # invisible, hidden, no view
PRINT_BIT = 0b100


def faults_of(content: bytes) -> list[str]:
    """What is wrong with a rendition, in words; empty when nothing is."""
    unreadable = list(_syntax(content))
    if unreadable:
        return unreadable
    reader = PdfReader(BytesIO(content))
    catalog = reader.root_object
    return [
        *_header(content, reader),
        *_catalog(catalog),
        *_metadata(catalog),
        *_attachment(catalog),
        *_structure(catalog),
        *_objects(reader),
    ]


def _syntax(content: bytes) -> Iterator[str]:
    """Raises FileNotFoundError where qpdf is not installed."""
    with NamedTemporaryFile(suffix=".pdf") as file:  # it seeks
        file.write(content)
        file.flush()
        done = subprocess.run(["qpdf", "--check", file.name], capture_output=True, text=True, check=False)
    if done.returncode:
        yield f"qpdf: {done.stdout}{done.stderr}"


def _header(content: bytes, reader: PdfReader) -> Iterator[str]:
    if not re.match(rb"%PDF-1\.[4-7]\n%[\x80-\xff]{4}", content):
        yield "the header does not say PDF 1.4 to 1.7 and that the file is binary"
    if reader.is_encrypted or "/Encrypt" in reader.trailer:
        yield "it is encrypted"
    if len(reader.trailer.get("/ID", ())) != 2:
        yield "the file has no identifier"


def _catalog(catalog: DictionaryObject) -> Iterator[str]:
    if not catalog.get("/Lang"):
        yield "it says no language"
    if not _says_yes(catalog, "/MarkInfo", "/Marked"):
        yield "it does not say that it is tagged"
    if not _says_yes(catalog, "/ViewerPreferences", "/DisplayDocTitle"):
        yield "a reader shows the file's name, not the title"
    for key in ("/OpenAction", "/AcroForm", "/OCProperties", "/Requirements", "/NeedsRendering"):
        if key in catalog:
            yield f"the catalog has {key}"
    intents = [each.get_object() for each in catalog.get("/OutputIntents", ())]
    profiles = [intent.get("/DestOutputProfile") for intent in intents if intent.get("/S") == "/GTS_PDFA1"]
    if len(profiles) != 1 or profiles[0] is None or profiles[0].get_object().get_data()[36:40] != b"acsp":
        yield "it has not one output intent with a colour profile"


def _says_yes(catalog: DictionaryObject, part: str, key: str) -> bool:
    said = catalog.get(part, {}).get(key)
    return bool(said is not None and said.value)  # the object itself is true, whatever it says


def _metadata(catalog: DictionaryObject) -> Iterator[str]:
    stream = catalog.get("/Metadata")
    if stream is None:
        yield "it has no XMP"
        return
    root = ElementTree.fromstring(stream.get_data())
    said: dict[str, str] = {}
    for description in root.iter(f"{XMP['rdf']}Description"):
        said |= dict(description.attrib) | {child.tag: "".join(child.itertext()).strip() for child in description}
    if said.get(f"{XMP['pdfaid']}part") != "3" or said.get(f"{XMP['pdfaid']}conformance") != "A":
        yield "the XMP does not claim PDF/A-3a"
    if not said.get(f"{XMP['dc']}title"):
        yield "the XMP has no title"


def _attachment(catalog: DictionaryObject) -> Iterator[str]:
    """The data it was made from: one JSON file, associated with the document."""
    named = {each.idnum: each.get_object() for each in catalog.get("/AF", ())}  # the renderer names the same one twice
    files = list(named.values())
    if len(files) != 1:
        yield f"it has {len(files)} associated files instead of its data"
        return
    names = catalog.get("/Names", {}).get("/EmbeddedFiles", {}).get("/Names", ArrayObject())
    if files[0] not in [each.get_object() for each in names]:
        yield "the data are not among the embedded files"
    if files[0].get("/AFRelationship") != "/Data":
        yield "the attachment is not said to be the data"
    if not (files[0].get("/F") and files[0].get("/UF")):
        yield "the attachment has not both names"
    stream = files[0]["/EF"]["/F"].get_object()
    if stream.get("/Subtype") != "/application/json":
        yield f"the attachment is said to be {stream.get('/Subtype')}"
    if not stream.get("/Params", {}).get("/ModDate"):
        yield "the attachment has no date"
    try:
        json.loads(stream.get_data())
    except ValueError:
        yield "the attachment is no JSON"


def _structure(catalog: DictionaryObject) -> Iterator[str]:
    tree = catalog.get("/StructTreeRoot")
    if tree is None or "/K" not in tree:
        yield "it has no structure tree"
        return
    roles = {str(key): str(value) for key, value in tree.get("/RoleMap", {}).items()}
    waiting, headings = [tree["/K"]], 0
    while waiting:
        node = waiting.pop()
        node = node.get_object() if isinstance(node, IndirectObject) else node
        if isinstance(node, ArrayObject):
            waiting.extend(node)
        if not isinstance(node, DictionaryObject) or "/S" not in node:
            continue
        kind = _standard(str(node["/S"]), roles).removeprefix("/")
        if kind not in STANDARD_TYPES:
            yield f"{node['/S']} is no type of structure and is mapped to none"
        if kind in {"Figure", "Formula"} and not (node.get("/Alt") or node.get("/ActualText")):
            yield "a figure has no words"
        headings += bool(re.fullmatch(r"H[1-6]?", kind))
        waiting.append(node.get("/K", ArrayObject()))
    if not headings:
        yield "the structure has no heading"


def _standard(kind: str, roles: dict[str, str]) -> str:
    for _step in range(8):
        if kind not in roles:
            break
        kind = roles[kind]
    return kind


def _objects(reader: PdfReader) -> Iterator[str]:
    for each in reader.xref_objStm.keys() | {number for table in reader.xref.values() for number in table}:
        found = reader.get_object(IndirectObject(each, 0, reader))
        if isinstance(found, DictionaryObject):
            yield from _dictionary(found)
    for page in reader.pages:
        if page.get("/Annots") and page.get("/Tabs") != "/S":
            yield "the order of the links on a page is not that of the structure"


def _dictionary(found: DictionaryObject) -> Iterator[str]:
    for key, words in FORBIDDEN_KEYS.items():
        if key in found:
            yield f"it has {words}"
    if found.get("/S") in FORBIDDEN_ACTIONS and found.get("/Type") != "/StructElem":
        yield f"it has an action {found['/S']}"
    action = found.get("/A")
    if isinstance(action, DictionaryObject) and action.get("/S") in FORBIDDEN_ACTIONS:
        yield f"it has an action {action['/S']}"
    if "/LZWDecode" in str(found.get("/Filter", "")):
        yield "a stream is compressed by LZW"
    if isinstance(found, StreamObject) and ({"/F", "/FFilter", "/FDecodeParms"} & found.keys()):
        yield "a stream lies in another file"
    if found.get("/Type") == "/Font":
        yield from _font(found)
    if found.get("/Subtype") == "/Image" and found.get("/Interpolate"):
        yield "an image is interpolated"
    if found.get("/Type") == "/Annot":
        yield from _annotation(found)


def _font(font: DictionaryObject) -> Iterator[str]:
    name, kind = font.get("/BaseFont"), font.get("/Subtype")
    if kind == "/Type0":
        to_unicode: Any = font.get("/ToUnicode")
        if to_unicode is None or b"begincmap" not in to_unicode.get_data():
            yield f"the font {name} does not say its characters"
        if font.get("/Encoding") not in {"/Identity-H", "/Identity-V"}:
            yield f"the font {name} has an encoding that is not embedded"
        return
    if kind not in {"/CIDFontType0", "/CIDFontType2"}:
        yield f"the font {name} is a {kind}"
        return
    descriptor = font.get("/FontDescriptor", {})
    if not {"/FontFile2", "/FontFile3"} & descriptor.keys():
        yield f"the font {name} is not embedded"
    if kind == "/CIDFontType2" and font.get("/CIDToGIDMap") is None:
        yield f"the font {name} does not map its glyphs"


def _annotation(note: DictionaryObject) -> Iterator[str]:
    if note.get("/Subtype") != "/Link":
        yield f"it has a {note.get('/Subtype')}"
    flags = int(note.get("/F", 0))
    if not flags & PRINT_BIT or flags & HIDDEN_BITS:
        yield "a link is not printed or is hidden"
    if "/StructParent" not in note:
        yield "a link is not in the structure"
