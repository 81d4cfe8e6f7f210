"""Files in S3-compatible storage: the same words as in a folder, against a local S3 server."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer
from storages.backends.s3 import S3Storage

from audit import files, stores

ABC = hashlib.sha256(b"abc").hexdigest()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    served = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    served.start()
    host, port = served.get_host_and_port()
    yield f"http://{host}:{port}"
    served.stop()


@pytest.fixture
def bucket(server: str, settings: Any, request: pytest.FixtureRequest) -> Iterator[S3Storage]:
    """The settings that FILES_BUCKET makes, with a bucket of this test's own."""
    settings.FILES_BUCKET = f"bucket-{abs(hash(request.node.name))}"
    keys = {"access_key": "key", "secret_key": "secret", "region_name": "us-east-1"}
    own = {**settings.S3_OPTIONS, "bucket_name": settings.FILES_BUCKET, "endpoint_url": server, "location": "cdmo", **keys}
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": own}}
    storage = storages["default"]
    assert isinstance(storage, S3Storage)
    storage.connection.meta.client.create_bucket(Bucket=settings.FILES_BUCKET)
    yield storage
    storage.connection.meta.client.close()


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
