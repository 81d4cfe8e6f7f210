"""All documents of a project, by phase and type: what there is, what is missing, and what the next of a repeated type can be about."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from accounts.permissions import allowed
from audit.refusals import Blocker
from documents.models import Document, DocumentVersion
from documents.registry import DocumentType, document_types
from documents.tables import listed_documents
from projects.models import Phase, Project
from projects.plans import planned_deliverables

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Shelf:
    """One type with the project's documents of it; `declared` is None for documents of a type that this release no longer has."""

    title: str
    declared: DocumentType | None
    documents: list[tuple[Document, str]]  # each with the state of its newest version in words
    rule: str
    may_add: bool

    @property
    def is_repeated(self) -> bool:
        return self.declared is not None and self.declared.about is not None

    @property
    def adds(self) -> bool:
        """Whether the reader is offered another document of the type."""
        return self.declared is not None and self.may_add and (self.is_repeated or not self.documents)


@dataclass(frozen=True)
class Next:
    """The next document of a repeated type: what it can be about where the record knows, else why there is none yet."""

    choices: list[tuple[str, str]]
    blockers: tuple[Blocker, ...] = ()


def shelves_of(project: Project, user: User) -> list[tuple[str, list[tuple[Shelf, Next | None]]]]:
    """(phase in words, its types in order); a fixed number of queries for any number of documents."""
    found: dict[str, list[tuple[Document, str]]] = defaultdict(list)
    for row in listed_documents(user).about(project).order_by("number"):
        found[row.type_key].append((row, str(DocumentVersion.State(row.newest_state).label)))  # type: ignore[attr-defined]  # annotated
    charter = getattr(project, "charter", None)
    rules = {item.document_type: item.rule(charter) for item in planned_deliverables() if item.document_type}
    declared = [_shelf(each, found.pop(each.key, []), rules, user) for each in document_types() if _concerns(each, project, found)]
    rest = [Shelf(rows[0][0].title, None, rows, "", False) for rows in found.values()]
    phases = [(str(phase.label), [each for each in declared if _phase(each) == phase]) for phase in Phase]
    groups = [*phases, (_t("In any phase"), [each for each in declared if not _phase(each)]), (_t("Others"), rest)]
    return [(words, [(shelf, _next(shelf, project)) for shelf in shelves]) for words, shelves in groups if shelves]


def _concerns(declared: DocumentType, project: Project, found: dict[str, Any]) -> bool:
    """Types of phases outside the contract are left out, unless a document of them was made."""
    return not declared.phase or project.in_scope(Phase(declared.phase)) or declared.key in found


def _phase(shelf: Shelf) -> str:
    return shelf.declared.phase if shelf.declared else ""


def _shelf(declared: DocumentType, documents: list[tuple[Document, str]], rules: dict[str, str], user: User) -> Shelf:
    return Shelf(str(declared.title), declared, documents, rules.get(declared.key, ""), allowed("documents.request", user, declared))


def _next(shelf: Shelf, project: Project) -> Next | None:
    if shelf.declared is None or shelf.declared.about is None or not shelf.may_add:
        return None
    if shelf.declared.about.known is None:
        return Next([])
    begun = {each.about_reference for each, _words in shelf.documents}
    choices = [(key, words) for key, words in shelf.declared.about.known(project).items() if key not in begun]
    if choices:
        return Next(choices)
    return Next([], tuple(shelf.declared.missing(project) if shelf.declared.missing else ()) or (_nothing_new(shelf.title),))


def _nothing_new(title: str) -> Blocker:
    return Blocker("document.all_begun", _t("%(title)s: there is one about each already.") % {"title": title})
