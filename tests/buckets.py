"""A local S3 server and a bucket of each test's own, for those who test files in S3-compatible storage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer
from storages.backends.s3 import S3Storage

KEYS = {"access_key": "key", "secret_key": "secret", "region_name": "us-east-1"}


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
    own = {**settings.S3_OPTIONS, "bucket_name": settings.FILES_BUCKET, "endpoint_url": server, "location": "cdmo", **KEYS}
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": own}}
    storage = storages["default"]
    assert isinstance(storage, S3Storage)
    storage.connection.meta.client.create_bucket(Bucket=settings.FILES_BUCKET)
    yield storage
    storage.connection.meta.client.close()


def environment_of(server: str, name: str) -> dict[str, str]:
    """What an installation of its own is told whose files are in this bucket of the server."""
    told = {"ENDPOINT": server, "REGION": KEYS["region_name"], "ACCESS_KEY": KEYS["access_key"], "SECRET_KEY": KEYS["secret_key"]}
    return {"FILES_BUCKET": name, **{f"FILES_S3_{key}": value for key, value in told.items()}}
