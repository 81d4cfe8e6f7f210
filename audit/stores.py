"""Where the bytes of stored files are: in a folder, or in S3-compatible storage, which many web servers and workers share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import Any, BinaryIO, Protocol, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages

PREFIX = "sha256"


class Store(Protocol):
    """Files by name; a name is written once, and only whole files are ever seen."""

    @property
    def incoming(self) -> Path: ...

    def take(self, temporary: Path, name: str) -> None: ...

    def open(self, name: str) -> BinaryIO: ...

    def names(self) -> Iterator[str]: ...


def current_store() -> Store:
    return BucketStore(storages["default"]) if settings.FILES_BUCKET else FolderStore(Path(settings.FILES_DIR))


@dataclass(frozen=True)
class FolderStore:
    root: Path

    @property
    def incoming(self) -> Path:
        """On the same disk as the files, so that renaming is one step."""
        return self.root / "incoming"

    def take(self, temporary: Path, name: str) -> None:
        """Rename into place and make the folder's entry durable."""
        target = self.root / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary.chmod(0o440)
            temporary.rename(target)
            _sync_folder(target.parent)

    def open(self, name: str) -> BinaryIO:
        return (self.root / name).open("rb")

    def names(self) -> Iterator[str]:
        return (str(path.relative_to(self.root)) for path in sorted((self.root / PREFIX).glob("*/*")))


@dataclass(frozen=True)
class BucketStore:
    """An upload to S3 is seen as a whole or not at all, so nothing needs renaming."""

    storage: Storage
    incoming: Path = Path(gettempdir()) / "cdmo-incoming"

    def take(self, temporary: Path, name: str) -> None:
        if not self.storage.exists(name):
            with temporary.open("rb") as content:
                self.storage.save(name, File(content))

    def open(self, name: str) -> BinaryIO:
        """Fetched to a temporary file at once. Raises FileNotFoundError when there is none."""
        return cast("BinaryIO", cast("Any", self.storage.open(name, "rb")).file)

    def names(self) -> Iterator[str]:
        for folder in sorted(self.storage.listdir(PREFIX)[0]):
            yield from (f"{PREFIX}/{folder}/{name}" for name in sorted(self.storage.listdir(f"{PREFIX}/{folder}")[1]))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
