"""What a criterion of a gate says about one project: met or not, on which evidence, what is missing, by when it is expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from audit.hashes import hash_of
from audit.refusals import Blocker


@dataclass(frozen=True)
class Evidence:
    """What a criterion rests on: words, address, content hash, and since when it stands.

    `facts` are the few values behind it, by their names: kept with a decision so that a later change can be read. They are no part of the
    hash, which covers them already.
    """

    label: str
    link: str = ""
    content_hash: str = ""
    as_of: datetime | None = None
    facts: Mapping[str, str] = field(default_factory=dict, compare=False)

    def as_dict(self) -> dict[str, Any]:
        return {"label": self.label, "link": self.link, "hash": self.content_hash, "as_of": self.as_of.isoformat() if self.as_of else None}

    def frozen(self) -> dict[str, Any]:
        """As it is written beside a decision."""
        return {**self.as_dict(), "facts": dict(self.facts)}


@dataclass(frozen=True)
class Finding:
    """The state of one criterion for one project. `conditions` are words that a passing decision must set as its conditions."""

    met: bool
    evidence: tuple[Evidence, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    expected: date | None = None
    conditions: tuple[str, ...] = ()

    @property
    def as_of(self) -> datetime | None:
        """The age of a finding is that of its newest evidence."""
        return max((e.as_of for e in self.evidence if e.as_of), default=None)

    @property
    def content_hash(self) -> str:
        """SHA-256 over what was found; frozen at the decision and compared later."""
        return hash_of({"met": self.met, "evidence": [e.as_dict() for e in self.evidence]})


Findings = Mapping[int, Finding]


def thawed(stored: Mapping[str, Any]) -> Evidence:
    """Evidence as it was frozen with a decision."""
    as_of = datetime.fromisoformat(stored["as_of"]) if stored["as_of"] else None
    return Evidence(stored["label"], stored["link"], stored["hash"], as_of, stored.get("facts", {}))
