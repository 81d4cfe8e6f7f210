"""What a file of a request probably is, by its name. A guess that a person corrects."""

from __future__ import annotations

import re

from projects.models.rfp_choices import FileKind

# The first that fits counts. A name is read without capitals, with every sign between words as a space.
BY_NAME = (
    (FileKind.SDS, r"\b(e?sds|msds|safety data)\b"),
    (FileKind.STRUCTURE, r"\b(mol|sdf|smi|structure)\b"),
    (FileKind.AGREEMENT, r"\b(cda|nda|confidential\w*|agreement)\b"),
    (FileKind.SPECIFICATION, r"\b(spec|specs|specification|coa|certificate)\b"),
    (FileKind.METHOD, r"\b(method|methods|hplc|validation report)\b"),
    (FileKind.PROCESS, r"\b(process|procedure|route|synthesis|batch record)\b"),
    (FileKind.REQUEST, r"\b(rfp|rfq|questionnaire|eml)\b"),
)


def kind_by_name(name: str) -> FileKind:
    words = re.sub(r"[\W_]+", " ", name.casefold())
    return next((kind for kind, pattern in BY_NAME if re.search(pattern, words)), FileKind.UNKNOWN)
