"""Settings come from the environment; nonsense stops the start with its name."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings

SECRET = "x" * 60
GOOD = {"CDMO_ENVIRONMENT": "production", "SECRET_KEY": SECRET, "ALLOWED_HOSTS": "a.example.com", "DATABASE_URL": "postgres://a@127.0.0.1/a"}


def load(**environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", "-c", "import cdmo.settings"]
    clean = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    return subprocess.run(command, cwd=settings.BASE_DIR, env={**clean, **environment}, capture_output=True, text=True, check=False)


def test_production_starts_with_everything() -> None:
    assert load(**GOOD).returncode == 0


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "development-only-secret-never-used-in-production-7c1d"}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"CDMO_ENVIRONMENT": "prod"}, "CDMO_ENVIRONMENT"),
        ({"DATABASE_URL": "sqlite:///x.db"}, "DATABASE_URL"),
        ({"UPLOAD_MAX_BYTES": "many"}, "UPLOAD_MAX_BYTES"),
    ],
)
def test_nonsense_stops_the_start(change: dict[str, str], named: str) -> None:
    refused = load(**{**GOOD, **change})

    assert refused.returncode != 0
    assert named in refused.stderr


def test_production_cookies_are_secure() -> None:
    code = "import cdmo.settings as s; assert s.SESSION_COOKIE_SECURE and s.CSRF_COOKIE_SECURE and s.SECURE_SSL_REDIRECT and s.SECURE_HSTS_SECONDS"
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env={"PATH": os.environ["PATH"], **GOOD}, check=False)

    assert done.returncode == 0
