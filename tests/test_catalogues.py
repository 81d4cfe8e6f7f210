"""A fresh clone speaks every language: the compiled catalogues lie beside their sources and say the same."""

from __future__ import annotations

import re
from pathlib import Path

import polib
import pytest
from django.conf import settings

from tests.catalogues import compiled, sources

PLACEHOLDER = re.compile(r"%\(\w+\)[+]?[sd]")


def test_every_language_but_the_product_s_own_has_a_catalogue() -> None:
    found = {source.parent.parent.name.replace("_", "-").lower() for source in sources()}

    assert found == set(dict(settings.LANGUAGES)) - {settings.LANGUAGE_CODE}


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.parent.parent.name)
def test_the_compiled_catalogue_is_that_of_its_source(source: Path) -> None:
    assert source.with_suffix(".mo").read_bytes() == compiled(source)


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.parent.parent.name)
def test_a_translation_fills_in_what_its_original_does(source: Path) -> None:
    for entry in polib.pofile(str(source)).translated_entries():
        said = entry.msgstr or entry.msgstr_plural[0]
        assert sorted(PLACEHOLDER.findall(said)) == sorted(PLACEHOLDER.findall(entry.msgid)), entry.msgid
