"""Every wait is read in the reader's language: the sentence in which it is asked stands among those that are translated when read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from django.utils import translation

from audit import spoken

APPS = ("projects", "documents", "process", "phases")
ROOT = Path(__file__).resolve().parents[2]


def asked_in(source: str) -> Iterator[str]:
    """The texts of the waits that each function opens, written in the call or named `words` beside it."""
    for function in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)):
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "open_wait"]
        parts = [keyword.value for call in calls for keyword in call.keywords if keyword.arg == "words"]
        if any(isinstance(name, ast.Name) and name.id == "words" for part in parts for name in ast.walk(part)):
            assigned = (node for node in ast.walk(function) if isinstance(node, ast.Assign))
            parts += [node.value for node in assigned if getattr(node.targets[0], "id", "") == "words"]
        for part in parts:
            texts = (str(node.value) for node in ast.walk(part) if isinstance(node, ast.Constant))
            yield from (text.replace(")+d", ")s") for text in texts if "%(" in text)


def test_every_wait_has_its_sentence() -> None:
    files = (path for app in APPS for path in sorted((ROOT / app).rglob("*.py")))
    asked = {words: path.name for path in files for words in asked_in(path.read_text())}

    with translation.override("en"):
        known = {str(sentence) for sentence in spoken._sentences}
    assert len(asked) > 20
    assert {words: name for words, name in asked.items() if words not in known} == {}


def test_a_draft_that_is_kept_to_named_people_asks_in_the_readers_language() -> None:
    with translation.override("zh-hans"):
        assert "complete and submit" not in spoken.spoken("RFP-2026-0001: complete and submit, or decline")
