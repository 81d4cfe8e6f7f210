"""docker-compose.yml lets no service be more than it must: a new one that lacks a limit is named here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
OUR_IMAGE = "cdmo-tracker:local"
OUR_USER = re.findall(r"^USER (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)[-1]


def lacks(service: dict[str, Any]) -> list[str]:
    """A number says who it is: a name could be root's in another image."""
    user = service.get("user", OUR_USER if service.get("image") == OUR_IMAGE else "0")
    kept = {
        "user": re.fullmatch(r"[1-9]\d*:[1-9]\d*", user) is not None,
        "cap_drop": service.get("cap_drop") == ["ALL"] and "cap_add" not in service and not service.get("privileged"),
        "security_opt": "no-new-privileges:true" in service.get("security_opt", []),
        "read_only": service.get("read_only") is True,
        "healthcheck": bool(service.get("healthcheck", {}).get("test")) or service.get("restart") == "no",  # that one ends
    }
    return [key for key, holds in kept.items() if not holds]


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_is_root_or_can_become_it(name: str) -> None:
    assert lacks(SERVICES[name]) == []


@pytest.mark.parametrize("key", ["user", "cap_drop", "security_opt", "read_only", "healthcheck"])
def test_a_service_without_a_limit_is_found(key: str) -> None:
    loose = {name: value for name, value in SERVICES["postgres"].items() if name != key}

    assert lacks(loose) == [key]
