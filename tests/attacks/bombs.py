"""Files that attack whoever opens them, made small."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

DOCX_PART, XLSX_PART = "word/document.xml", "xl/workbook.xml"
MB = 1024 * 1024


def office(part: str = DOCX_PART, **parts: bytes) -> bytes:
    """A Word or Excel file of these parts."""
    return archive({"[Content_Types].xml": b"<x/>", part: b"<x/>", **parts})


def archive(parts: dict[str, bytes], *, kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", kind) as found:
        for name, content in parts.items():
            found.writestr(name, content)
    return buffer.getvalue()


def with_part(name: str, content: bytes, *, of: str = DOCX_PART, kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    return archive({"[Content_Types].xml": b"<x/>", of: b"<x/>", name: content}, kind=kind)


def lying() -> bytes:
    """A part of four megabytes that says it is ten bytes long, its check sum right for the ten."""
    whole = bytearray(with_part("word/media.bin", b"0" * 4 * MB))
    short = struct.pack("<L", 10), struct.pack("<L", zlib.crc32(b"0" * 10))
    for mark, at in ((b"PK\x03\x04", 14), (b"PK\x01\x02", 16)):
        place = whole.rindex(mark)
        whole[place + at : place + at + 4] = short[1]
        whole[place + at + 8 : place + at + 12] = short[0]
    return bytes(whole)


def overlapping(copies: int = 300) -> bytes:
    """One packed part that every entry of the list points at: small on the disk, `copies` times as large unfolded."""
    whole = with_part("word/a.bin", b"0" * MB)
    start = whole.index(b"PK\x01\x02")
    end = whole.index(b"PK\x05\x06")
    last = whole[whole.rindex(b"PK\x01\x02") : end]
    entries = whole[start:end] + last * copies
    tail = bytearray(whole[end:])
    struct.pack_into("<2H", tail, 8, copies + 3, copies + 3)
    struct.pack_into("<L", tail, 12, len(entries))
    return whole[:start] + entries + bytes(tail)


def many_parts(count: int) -> bytes:
    parts = {f"word/{number}": b"" for number in range(count)}
    return archive({"[Content_Types].xml": b"", DOCX_PART: b"", **parts}, kind=zipfile.ZIP_STORED)


def many_pages(count: int = 10_000) -> bytes:
    """A PDF of so many empty pages, each an object of its own."""
    kids = " ".join(f"{number + 3} 0 R" for number in range(count))
    pages = "\n".join(f"{number + 3} 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj" for number in range(count))
    tree = f"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count {count}/Kids[{kids}]>>endobj\n"
    return f"%PDF-1.7\n{tree}{pages}\ntrailer<</Root 1 0 R/Size {count + 3}>>\nstartxref\n0\n%%EOF\n".encode()


def packed_pages(*contents: bytes) -> bytes:
    """A PDF with a page for each of these contents, packed."""
    kids = b" ".join(b"%d 0 R" % (2 * number + 4) for number in range(len(contents)))
    tree = b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count %d/Kids[%s]>>endobj\n" % (len(contents), kids)
    font = b"3 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
    pages = b"".join(_packed_page(2 * number + 4, content) for number, content in enumerate(contents))
    return b"%PDF-1.7\n" + tree + font + pages + b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n0\n%%%%EOF\n" % (2 * len(contents) + 4)


def _packed_page(number: int, content: bytes) -> bytes:
    stream, resources = zlib.compress(content), b"<</Font<</F 3 0 R>>>>"
    page = b"%d 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents %d 0 R/Resources%s>>endobj\n" % (number, number + 1, resources)
    return page + b"%d 0 obj<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream endobj\n" % (number + 1, len(stream), stream)
