"""What walks through every address looks at none of it, and pays for none: pictures drawn twice, the context of templates, the log."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
import vl_convert
from django.template import Template
from django.test import utils

from documents.rendering import RenderedPdf

UNLAID = b"%PDF of words alone: "
DRAWN: dict[str, Any] = {}  # in this process


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for by the fixtures of those walks."""
    draw_once(monkeypatch)
    leave_templates_unwatched(monkeypatch)
    monkeypatch.setattr(logging.root.manager, "disable", logging.WARNING)  # a line for each request, one more for each refusal


def draw_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for a picture that was drawn before gets that one."""

    def remembering(convert: Callable[..., Any]) -> Callable[..., Any]:
        def once(spec: Any, **told: Any) -> Any:
            key = f"{convert.__name__} {json.dumps([spec, told], sort_keys=True)}"
            if key not in DRAWN:
                DRAWN[key] = convert(spec, **told)
            return DRAWN[key]

        return once

    kinds = (vl_convert.vegalite_to_svg, vl_convert.vegalite_to_png, vl_convert.vegalite_to_pdf)
    monkeypatch.setattr("charts.render.vl_convert", SimpleNamespace(**{each.__name__: remembering(each) for each in kinds}))


def leave_templates_unwatched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django's tests copy the context of every template for `response.context`, which a walk asks nothing."""
    monkeypatch.setattr(Template, "_render", utils._TestState.saved_data.template_render)


def watch_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the one test that asks."""
    monkeypatch.setattr(Template, "_render", utils.instrumented_test_render)


@contextmanager
def pages_unwritten() -> Iterator[None]:
    """Whatever a template would say inside is empty: by then the view has decided whether it answers, and with what status."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.template.backends.django.Template.render", lambda *_told, **_named: "")
        yield


@pytest.fixture
def unlaid(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of what a document says and of what its signatures do: its words in their order stand for the PDF, which takes a second
    to lay out. That every type is laid out and right as PDF/A, other tests of it say (tests/documents/test_pdf_checks.py).
    """
    lay_nothing_out(monkeypatch)


@contextmanager
def words_alone() -> Iterator[None]:
    """What is rendered inside is not laid out either: the drafts on the way to the rendition that a test looks at."""
    with pytest.MonkeyPatch.context() as patch:
        lay_nothing_out(patch)
        yield


def lay_nothing_out(patch: pytest.MonkeyPatch) -> None:
    def words_alone(html: str, **_told: Any) -> RenderedPdf:
        return RenderedPdf(UNLAID + words_of(html).encode(), 1)

    patch.setattr("documents.services.queue.rendering.render_pdf", words_alone)


def words_of(html: str) -> str:
    """Of a page, with single spaces."""
    body = re.sub(r"<(head|style|script|svg)\b.*?</\1>", " ", html, flags=re.DOTALL)
    inline = re.sub(r"</?(a|b|i|em|strong|span|sub|sup|small|code|time|bdi)\b[^>]*>", "", body)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", inline)).split())
