"""Files in S3-compatible storage: the same words as in a folder, against a local S3 server."""

from __future__ import annotations

import hashlib

import pytest
from storages.backends.s3 import S3Storage

from audit import files, stores
from tests.buckets import bucket, server

__all__ = ["bucket", "server"]
ABC = hashlib.sha256(b"abc").hexdigest()


def test_the_same_content_is_stored_once(bucket: S3Storage) -> None:
    first, second = files.store_file(b"abc"), files.store_file(b"abc")

    assert first == second == files.StoredFile(ABC, 3)
    assert list(files.stored_files()) == [ABC]
    assert [each.key for each in bucket.bucket.objects.all()] == [f"cdmo/sha256/{ABC[:2]}/{ABC}"]
    with files.open_file(ABC) as stored:
        assert stored.read() == b"abc"
    assert list(stores.current_store().incoming.iterdir()) == []


def test_what_is_missing_or_changed_is_noticed(bucket: S3Storage) -> None:
    files.store_file(b"abc")

    assert files.is_intact(ABC)
    assert not files.is_intact("0" * 64)
    bucket.bucket.Object(f"cdmo/sha256/{ABC[:2]}/{ABC}").put(Body=b"abd")
    assert not files.is_intact(ABC)
    with pytest.raises(FileNotFoundError):
        files.open_file("0" * 64)
