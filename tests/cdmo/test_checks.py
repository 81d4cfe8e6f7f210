"""`manage.py check --deploy` names settings that do not go together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks

SOUND = {
    "SITE_URL": "https://tracker.example.com",
    "ALLOWED_HOSTS": [".example.com"],
    "HTTPS": True,
    "FILES_BUCKET": "",
    "BREACHED_PASSWORDS": "",
    "OIDC_ISSUER": "https://id.example",
    "OIDC_ACR": [],
    "OIDC_AMR": [],
    "SECOND_FACTOR_REQUIRED": True,
    "EMAIL_USE_TLS": True,
    "EMAIL_USE_SSL": False,
}


def found(settings: Any, **changed: Any) -> list[str]:
    for name, value in (SOUND | changed).items():
        setattr(settings, name, value)
    return [str(each.id) for each in run_checks(tags=["configuration"], include_deployment_checks=True)]


def test_settings_that_agree_are_let_pass(settings: Any, tmp_path: Path) -> None:
    assert found(settings, FILES_DIR=tmp_path / "made" / "when needed") == []
    assert found(settings, SITE_URL="http://tracker.example.com:8000", HTTPS=False) == []


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"SITE_URL": "https://elsewhere.example.org"}, "cdmo.E001"),
        ({"SITE_URL": "http://tracker.example.com"}, "cdmo.E002"),
        ({"FILES_DIR": Path("/proc/version/files")}, "cdmo.E003"),
        ({"BREACHED_PASSWORDS": "/nowhere/words.txt"}, "cdmo.E004"),
        ({"OIDC_ISSUER": "", "OIDC_AMR": ["mfa"]}, "cdmo.E006"),
        ({"OIDC_ACR": ["phr"], "SECOND_FACTOR_REQUIRED": False}, "cdmo.E007"),
        ({"EMAIL_USE_SSL": True}, "cdmo.E005"),
    ],
)
def test_settings_that_do_not_agree_are_named(settings: Any, changed: dict[str, Any], named: str) -> None:
    assert found(settings, **changed) == [named]
    assert found(settings, FILES_BUCKET="files", FILES_DIR=Path("/proc/version/files")) == []
