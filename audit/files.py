"""Files kept under the SHA-256 of their content: stored once, never changed, the same bytes always at the same address.

What a file is, is decided by its content; a name that says otherwise is refused.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

import filetype
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from audit.archives import ArchiveRefusedError, check_archive
from audit.refusals import BadInput
from audit.stores import current_store

CHUNK_BYTES = 1024 * 1024
TEXT_SAMPLE_BYTES = 4 * 1024 * 1024
NAME_MAX_LENGTH = 200

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PNG = "image/png"
JPEG = "image/jpeg"
EML = "message/rfc822"
MEDIA_TYPES = {
    "pdf": PDF,
    "docx": DOCX,
    "xlsx": XLSX,
    "png": PNG,
    "jpg": JPEG,
    "jpeg": JPEG,
    "csv": "text/csv",
    "txt": "text/plain",
    "mol": "chemical/x-mdl-molfile",
    "sdf": "chemical/x-mdl-sdfile",
}
MESSAGES = {"eml": EML}  # only where a message is asked for: what is attached to it is judged by itself
TEXT_EXTENSIONS = frozenset({"csv", "txt", "mol", "sdf", *MESSAGES})
SHOWN_INLINE = frozenset({PDF, PNG, JPEG})
OFFICE_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
FORBIDDEN_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
MESSAGE_MARK = re.compile(rb"\A(From [^\r\n]*\r?\n)?[!-9;-~]+:")
MOLECULE_MARK = re.compile(rb"^(.*\bV[23]000\b|M  END)", re.MULTILINE)
# A file of such a name cannot be kept on Windows.
WINDOWS_DEVICE = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|COM\d|LPT\d)(\.|$)", re.IGNORECASE)
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class StoredFile:
    """A file in the store: its hash in hexadecimal and its size in bytes."""

    sha256: str
    size: int

    @property
    def path(self) -> str:
        """Where it is, in the store."""
        return relative_path(self.sha256)


def relative_path(sha256: str) -> str:
    """Where the content with this hash lives, in the store. Raises ValueError for anything that is no hash."""
    if not SHA256.fullmatch(sha256):
        raise ValueError(f"{sha256!r} is no SHA-256")
    return f"sha256/{sha256[:2]}/{sha256}"


def store_file(content: bytes | BinaryIO) -> StoredFile:
    """Write the content under its hash: to a temporary file, flushed to disk, then handed over: a half-written one is never seen."""
    store = current_store()
    store.incoming.mkdir(parents=True, exist_ok=True)
    source = io.BytesIO(content) if isinstance(content, bytes) else content
    with tempfile.NamedTemporaryFile(dir=store.incoming, delete=False) as temporary:
        try:
            stored = StoredFile(*_copy(source, temporary))
            temporary.flush()
            os.fsync(temporary.fileno())
            store.take(Path(temporary.name), stored.path)
            return stored
        finally:
            Path(temporary.name).unlink(missing_ok=True)


def open_file(sha256: str) -> BinaryIO:
    """The stored content, for reading. Raises FileNotFoundError when there is none."""
    return current_store().open(relative_path(sha256))


def stored_files() -> Iterator[str]:
    """The hash of every file in the store."""
    return (name.rpartition("/")[2] for name in current_store().names())


def clear_abandoned(older_than_seconds: float = 86_400) -> int:
    """Remove what writers that died left half-written; how many files went."""
    before = time.time() - older_than_seconds
    left = [path for path in current_store().incoming.glob("*") if path.stat().st_mtime < before]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def is_intact(sha256: str) -> bool:
    """Whether the stored bytes still have the hash under which they are kept."""
    try:
        with open_file(sha256) as stored:
            return _digest(stored) == sha256
    except FileNotFoundError:
        return False


def clean_name(name: str) -> str:
    """A file name without folders, control characters and surprises in its length; the extension stays."""
    try:
        valid = get_valid_filename(name.replace("\\", "/").rsplit("/", 1)[-1] or "file")
    except SuspiciousFileOperation:  # nothing but dots
        valid = "file"
    stem, dot, extension = valid.rpartition(".") if "." in valid else (valid, "", "")
    stem = stem.lstrip(".-").rstrip(".")[:NAME_MAX_LENGTH] or "file"
    return f"{'_' if WINDOWS_DEVICE.match(stem) else ''}{stem}{dot}{extension[:8]}"


def accept_upload(content: BinaryIO, name: str, *, field: str = "file", kinds: Mapping[str, str] = MEDIA_TYPES) -> str:
    """The media type of an upload, decided by its content. Raises BadInput on `field` when it is refused; the position is back at 0."""
    size = content.seek(0, io.SEEK_END)
    content.seek(0)
    if not size:
        raise BadInput({field: [_("The file is empty.")]})
    if size > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
        raise BadInput({field: [_("The file is larger than %(limit)d MB.") % {"limit": limit}]})
    claimed = kinds.get(name.rpartition(".")[2].lower())
    if claimed is None:
        possible = ", ".join(sorted(kinds))
        raise BadInput({field: [_("Files of this kind are not taken. Possible are: %(kinds)s.") % {"kinds": possible}]})
    if claimed in OFFICE_PARTS.values() and content.read(2) == b"PK":
        try:
            check_archive(content)
        except ArchiveRefusedError as refused:
            raise BadInput({field: [str(refused)]}) from refused
    if sniff(content, name) != claimed:
        raise BadInput({field: [_("The content of the file is not what its name says (%(name)s).") % {"name": name}]})
    return claimed


def sniff(content: BinaryIO, name: str = "") -> str:
    """The media type by content, "" when it is none that we take. For plain text the name decides which kind of text it is."""
    content.seek(0)
    head = content.read(TEXT_SAMPLE_BYTES)
    content.seek(0)
    if head.startswith(b"PK"):
        return _office_type(content)
    guess = filetype.guess(head[:8192])
    if guess is not None:
        return guess.mime if guess.mime in SHOWN_INLINE else ""
    return _text_type(head, name.rpartition(".")[2].lower())


def _office_type(content: BinaryIO) -> str:
    """Word or Excel by the parts inside; a file with macros or embedded programs is neither."""
    try:
        with zipfile.ZipFile(content) as archive:
            parts = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return ""
    finally:
        content.seek(0)
    if "[Content_Types].xml" not in parts or any(part.endswith(("vbaProject.bin", ".exe", ".dll")) for part in parts):
        return ""
    return next((media_type for part, media_type in OFFICE_PARTS.items() if part in parts), "")


def _text_type(head: bytes, extension: str) -> str:
    if extension not in TEXT_EXTENSIONS or FORBIDDEN_TEXT.search(head) or head.startswith(b"#!"):
        return ""
    if extension in {"mol", "sdf"} and not MOLECULE_MARK.search(head):
        return ""
    if extension in MESSAGES and not MESSAGE_MARK.match(head):
        return ""
    return (MEDIA_TYPES | MESSAGES)[extension]


def _digest(stored: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := stored.read(CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def _copy(source: BinaryIO, target: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    source.seek(0)
    while chunk := source.read(CHUNK_BYTES):
        digest.update(chunk)
        target.write(chunk)
        size += len(chunk)
    return digest.hexdigest(), size
