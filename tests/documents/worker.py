"""The product's Celery worker, knowing the types of the tests as well: `celery -A tests.documents.worker worker`."""

from pathlib import Path

import django

from cdmo.celery import app

django.setup()

from django.conf import settings  # noqa: E402

from documents import registry  # noqa: E402
from tests.documents import sample_types as types  # noqa: E402

settings.TEMPLATES[0]["DIRS"].append(Path(__file__).parent / "templates")
registry.register(*types.ALL)

__all__ = ["app"]
