"""The catalogues of translations, compiled: `python -m tests.catalogues` writes what the test of them expects."""

from __future__ import annotations

from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent / "locale"


def sources() -> list[Path]:
    return sorted(ROOT.glob("*/LC_MESSAGES/*.po"))


def compiled(source: Path) -> bytes:
    """What `msgfmt` would make of it, without needing it."""
    return bytes(polib.pofile(str(source), wrapwidth=0).to_binary())


if __name__ == "__main__":
    for source in sources():
        source.with_suffix(".mo").write_bytes(compiled(source))
