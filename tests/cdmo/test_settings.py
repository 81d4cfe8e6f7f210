"""Settings come from the environment; nonsense stops the start with its name."""

from __future__ import annotations

import os
import re
import subprocess

import pytest
from django.conf import settings

from tests.cdmo.beginnings import begin

SECRET = "x" * 60
GOOD = {
    "CDMO_ENVIRONMENT": "production",
    "SECRET_KEY": SECRET,
    "ALLOWED_HOSTS": "a.example.com",
    "DATABASE_URL": "postgres://a@127.0.0.1/a",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}


def load(code: str = "import cdmo.settings", **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    return begin(code, **{**clean, **environment})


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
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite:///x.db"}, "DATABASE_URL"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        ({"MIGRATION_DATABASE_URL": "mysql://a@b/c"}, "MIGRATION_DATABASE_URL"),
        ({"REDIS_URL": ""}, "REDIS_URL"),
        ({"REDIS_URL": "http://127.0.0.1"}, "REDIS_URL"),
        ({"UPLOAD_MAX_BYTES": "many"}, "UPLOAD_MAX_BYTES"),
        ({"UPLOAD_MAX_BYTES": "-1"}, "UPLOAD_MAX_BYTES"),
        ({"SWEEP_SECONDS": "0"}, "SWEEP_SECONDS"),
        ({"CDMO_HTTPS": "maybe"}, "CDMO_HTTPS"),
        ({"API_RATE": "lots"}, "API_RATE"),
        ({"TIME_ZONE": "Mars"}, "TIME_ZONE"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL"),
        ({"SITE_URL": "tracker"}, "SITE_URL"),
        ({"SITE_URL": "https://a.example.com/below"}, "SITE_URL"),
        ({"EMAIL_PORT": "none"}, "EMAIL_PORT"),
        ({"WEBHOOK_LOOPBACK": "true"}, "WEBHOOK_LOOPBACK"),
    ],
)
def test_nonsense_stops_the_start(change: dict[str, str], named: str) -> None:
    refused = load(**{**GOOD, **change})

    assert refused.returncode != 0
    assert named in refused.stderr


def test_production_cookies_are_secure() -> None:
    wanted = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS")

    done = load(f"import cdmo.settings as s; print([name for name in {wanted} if not getattr(s, name)])", **GOOD)

    assert done.stdout.strip() == "[]"


def test_a_refusal_does_not_print_a_password() -> None:
    refused = load(**{**GOOD, "DATABASE_URL": "mysql://a:secret-word@b/c"})

    assert "secret-word" not in refused.stderr


def test_the_example_names_every_variable_that_the_settings_read() -> None:
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (settings.BASE_DIR / "cdmo" / "settings.py").read_text()))
    named = set(re.findall(r"^(?:# )?([A-Z_]+)=", (settings.BASE_DIR / ".env.example").read_text(), re.MULTILINE))

    assert {name for name in read if name != "ANYMAIL_"} - named == set()
    assert any(name.startswith("ANYMAIL_") for name in named)


@pytest.mark.parametrize("service", ["postmark", "mailgun"])
def test_a_mail_service_is_chosen_by_its_back_end_alone(service: str) -> None:
    """The app is installed with it, and a connection of its class is made from the environment's settings."""
    ask = (
        "import django; from django.conf import settings; django.setup();"
        "from django.core.mail import get_connection; connection = get_connection();"
        "print('anymail' in settings.INSTALLED_APPS, type(connection).__module__, settings.ANYMAIL)"
    )
    keys = {"ANYMAIL_POSTMARK_SERVER_TOKEN": "token", "ANYMAIL_MAILGUN_API_KEY": "key"}

    done = load(ask, **GOOD, **keys, EMAIL_BACKEND=f"anymail.backends.{service}.EmailBackend", DJANGO_SETTINGS_MODULE="cdmo.settings")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"True anymail.backends.{service} ")
    assert "'POSTMARK_SERVER_TOKEN': 'token'" in done.stdout


def test_without_a_mail_service_its_app_is_not_there() -> None:
    assert load("import cdmo.settings as s; print('anymail' in s.INSTALLED_APPS)", **GOOD).stdout.strip() == "False"
