"""Every wait is read in the reader's language: the sentence in which it is asked stands among those that are translated when read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

from django.utils import translation

from audit import spoken

APPS = ("projects", "documents", "process", "phases")
ROOT = Path(__file__).resolve().parents[2]
UNREAD = {
    "phases/evaluation/asking.py: _settle",  # it writes “%(code)s: %(title)s” with the words of the step
    "projects/services/supplier_reviews.py: ask_for_supplier_reviews",  # with the words of a review or a certificate
}


def asked_in(source: str) -> Iterator[tuple[str, set[str]]]:
    """Each wait that is opened: the function that does, and the texts written in the call or named `words` beside it."""
    for function in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)):
        assigned = [node for node in ast.walk(function) if isinstance(node, ast.Assign) and any(map(names_words, node.targets))]
        for call in (node for node in ast.walk(function) if opens_a_wait(node)):
            parts = [keyword.value for keyword in call.keywords if keyword.arg == "words"]
            if any(map(names_words, parts)):
                parts += [node.value for node in assigned]
            yield function.name, {text for part in parts for text in texts_of(part)}


def opens_a_wait(node: ast.AST) -> TypeGuard[ast.Call]:
    """By its name, or as `waiting.open_wait`."""
    return isinstance(node, ast.Call) and "open_wait" in (getattr(node.func, "id", ""), getattr(node.func, "attr", ""))


def names_words(part: ast.AST) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "words" for node in ast.walk(part))


def texts_of(part: ast.AST) -> Iterator[str]:
    texts = (str(node.value) for node in ast.walk(part) if isinstance(node, ast.Constant))
    # unpublished.py writes %(days)+d, a number with its sign; filled in it is text, and its sentence is known with %(days)s
    yield from (text.replace(")+d", ")s") for text in texts if "%(" in text)


def test_every_wait_has_its_sentence() -> None:
    files = (path for app in APPS for path in sorted((ROOT / app).rglob("*.py")))
    calls = [(f"{path.relative_to(ROOT)}: {name}", texts) for path in files for name, texts in asked_in(path.read_text())]

    with translation.override("en"):
        known = {str(sentence) for sentence in spoken._sentences}
    assert len(calls) > 30
    assert {where for where, texts in calls if not texts} == UNREAD
    assert [(where, texts - known) for where, texts in calls if texts - known] == []


def test_a_wait_that_is_opened_by_the_name_of_its_module_is_read_too() -> None:
    source = """def ask():\n    code, words = "DCA-1", _t("%(code)s: sign")\n    waiting.open_wait("key", words=words % {"code": code})"""

    assert list(asked_in(source)) == [("ask", {"%(code)s: sign"})]


def test_a_draft_that_is_kept_to_named_people_asks_in_the_readers_language() -> None:
    with translation.override("zh-hans"):
        assert spoken.spoken("RFP-2026-0001: complete and submit, or decline") == "RFP-2026-0001：请补全并提交，或予以拒绝"


def test_a_sentence_that_counts_is_read_for_one_and_for_several() -> None:
    with translation.override("zh-hans"):
        one = spoken.spoken("API-2026-0001: the client knows another date of 1 milestone")
        several = spoken.spoken("API-2026-0001: the client knows other dates of 3 milestones")

    assert (one, several) == ("API-2026-0001：有 1 个里程碑的日期与客户所知不同", "API-2026-0001：有 3 个里程碑的日期与客户所知不同")
