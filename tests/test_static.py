"""No third-party host is ever asked for anything, and no page needs more than the strict policy allows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

ROOT = Path(settings.BASE_DIR)
OWN = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("static/css/*.css"), *ROOT.glob("static/js/*.js")]
ADDRESS = re.compile(
    r"""(?:src|href|action|url\(|@import|from|import\()\s*[=(]?\s*["']?(?:https?:)?//(?!localhost)[a-z0-9]""", re.IGNORECASE
)


@pytest.mark.parametrize("path", OWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_other_host(path: Path) -> None:
    assert not ADDRESS.search(path.read_text())


@pytest.mark.parametrize(
    "path", [p for p in OWN if p.suffix == ".html" and "documents" not in p.parts], ids=lambda path: str(path.relative_to(ROOT))
)
def test_no_inline_script_or_style(path: Path) -> None:
    """PDF templates aside: they are no pages."""
    text = path.read_text()

    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|javascript:", text)
    assert not re.search(r"<script(?![^>]*\b(src|type=\"application/json\"|nonce)=?)[^>]*>\s*\S", text)


@pytest.mark.django_db
def test_policy_is_strict(client: Client) -> None:
    policy = client.get("/accounts/login/").headers["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_every_static_reference_exists() -> None:
    """A file that a template names and nobody ships breaks the start in production."""
    named = {
        match for path in OWN if path.suffix == ".html" for match in re.findall(r"{%\s*static\s+['\"]([^'\"]+)['\"]", path.read_text())
    }

    assert [name for name in sorted(named) if finders.find(name) is None] == []


def test_a_page_loads_no_script_of_the_head_again() -> None:
    """Its listeners would answer every press twice."""
    script = re.compile(r"{% static '(js/[^']+\.js)' %}")
    head = set(script.findall((ROOT / "templates/_head.html").read_text()))
    pages = [path for path in OWN if path.suffix == ".html" and path.name not in ("_head.html", "base_plain.html")]

    assert {path.name: again for path in pages if (again := head & set(script.findall(path.read_text())))} == {}
