"""What an uploaded Word or Excel file unfolds to, found out before anybody's program unfolds it.

Such a file is an archive, and an archive says itself how large it is: that is checked, and then counted, with a bound on all work: the
list of parts is refused by its length before it is read, and unfolding stops at the first byte beyond what was declared.
"""

from __future__ import annotations

import io
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

PARTS_MAX = 10_000
DIRECTORY_MAX_BYTES = 4 * 1024 * 1024
TIMES_UPLOAD_MAX = 8  # a large table of numbers unfolds to less
RATIO_MAX = 150
RATIO_COUNTS_FROM_BYTES = 16 * 1024 * 1024  # a small file may be all blanks
CHUNK_BYTES = 256 * 1024
ARCHIVE = b"PK\x03\x04"
END = struct.Struct("<4s4H2LH")
END_MARK, LARGE_END_MARK = b"PK\x05\x06", b"PK\x06\x07"
LONGEST_END = END.size + 0xFFFF
LOCAL = struct.Struct("<4s5H3L2H")
EMBEDDED = re.compile(r"(word|xl|ppt)/embeddings/[^/]+\.(docx|xlsx|pptx)")
LEADS_ELSEWHERE = re.compile(r"^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)|[\x00-\x1f]")


class ArchiveRefusedError(Exception):
    """The archive is not taken; the message says why."""


@dataclass
class _Budget:
    """How many bytes may still be unfolded, in all archives inside each other together."""

    left: int

    def take(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            words = _("The file unfolds to more than %(limit)d MB; files like that are used to fill other people's machines.")
            raise ArchiveRefusedError(words % {"limit": TIMES_UPLOAD_MAX * settings.UPLOAD_MAX_BYTES // (1024 * 1024)})


def check_archive(content: BinaryIO) -> None:
    """Raises ArchiveRefusedError. What is no archive at all is not judged; the position is back at 0."""
    try:
        _check(content, _Budget(TIMES_UPLOAD_MAX * settings.UPLOAD_MAX_BYTES), depth=0)
    except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, ValueError, OSError) as error:
        raise ArchiveRefusedError(_("The file is damaged: it cannot be unfolded.")) from error
    finally:
        content.seek(0)


def _check(content: BinaryIO, budget: _Budget, *, depth: int) -> None:
    _check_directory(content)
    with zipfile.ZipFile(content) as archive:
        parts = archive.infolist()
        size = content.seek(0, io.SEEK_END)
        declared = sum(part.file_size for part in parts)
        if declared > budget.left:
            budget.take(declared)
        if declared > max(RATIO_COUNTS_FROM_BYTES, RATIO_MAX * size):
            raise ArchiveRefusedError(
                _("The file unfolds to far more than such a document holds (%(times)d times its size).") % {"times": declared // size}
            )
        for part in parts:
            _check_part(content, part, budget, depth)


def _check_directory(content: BinaryIO) -> None:
    """Before the list of parts is read: how long it is."""
    size = content.seek(0, io.SEEK_END)
    content.seek(max(0, size - LONGEST_END))
    tail = content.read(LONGEST_END)
    at = tail.rfind(END_MARK)
    if at < 0:
        raise zipfile.BadZipFile
    _mark, _disk, _start, _here, count, length, _offset, _comment = END.unpack_from(tail, at)
    is_large = LARGE_END_MARK in tail[max(0, at - 20) : at]
    if count > PARTS_MAX or length > DIRECTORY_MAX_BYTES or is_large:
        raise ArchiveRefusedError(_("The file has more than %(count)d parts inside; no document has.") % {"count": PARTS_MAX})


def _check_part(content: BinaryIO, part: zipfile.ZipInfo, budget: _Budget, depth: int) -> None:
    if LEADS_ELSEWHERE.search(part.orig_filename):
        raise ArchiveRefusedError(_("A part inside the file is named so that it would be written elsewhere when it is unfolded."))
    if part.flag_bits & 0x1 or part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ArchiveRefusedError(_("The file is locked or packed in a way that Word and Excel do not use."))
    with tempfile.SpooledTemporaryFile(CHUNK_BYTES) as inner:
        head, found = b"", 0
        for chunk in _unfolded(content, part):
            found += len(chunk)
            budget.take(len(chunk))
            if found > part.file_size:
                raise ArchiveRefusedError(_("A part inside the file is larger than the file says."))
            head = head or chunk[: len(ARCHIVE)]
            if head == ARCHIVE:
                inner.write(chunk)
        if head == ARCHIVE:
            if depth or not EMBEDDED.fullmatch(part.filename):
                raise ArchiveRefusedError(_("There is an archive inside the file."))
            _check(inner, budget, depth=depth + 1)  # type: ignore[arg-type]


def _unfolded(content: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of one part, whatever length is declared; a piece at a time, however well it is packed."""
    content.seek(part.header_offset)
    header = LOCAL.unpack(content.read(LOCAL.size))
    content.seek(header[-2] + header[-1], io.SEEK_CUR)
    left, unpacker = part.compress_size, zlib.decompressobj(-zlib.MAX_WBITS)
    while left > 0 and (packed := content.read(min(CHUNK_BYTES, left))):
        left -= len(packed)
        place = content.tell()
        if part.compress_type == zipfile.ZIP_STORED:
            yield packed
        else:
            while chunk := unpacker.decompress(packed, CHUNK_BYTES):
                yield chunk
                packed = unpacker.unconsumed_tail
        content.seek(place)
