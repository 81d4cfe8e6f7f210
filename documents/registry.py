"""Document types: each a declaration, made at the layer where its data live and registered in `AppConfig.ready`.

What `build_context` returns is pinned with the version, hashed, printed, and attached to the PDF as JSON. So it holds
what the document says and nothing else: whoever may read the PDF reads all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from documents.about import About
from projects.plans import offer_document

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from accounts.models import User
    from audit.refusals import Blocker


INPUTS, MISSING = "inputs", "missing"  # the parts of the data that `DocumentType` speaks of


class Meaning(models.TextChoices):
    """What a signature under a document says. Reviews come before approvals, and the client's acceptance after both."""

    REVIEWED = "reviewed", _("Reviewed")
    APPROVED = "approved", _("Approved")
    ACCEPTED = "accepted", _("Accepted")


class SubjectKind(models.TextChoices):
    PROJECT = "project", _("Project")
    RFP = "rfp", _("RFP")


@dataclass(frozen=True)
class NarrativeSection:
    """A part written by people in the browser; `required` ones must hold text before the review."""

    key: str
    title: str | _StrPromise
    help: str | _StrPromise = ""
    required: bool = False


@dataclass(frozen=True)
class SignerSlot:
    """One signature that a version needs: what it means, and the role of the person who gives it."""

    meaning: Meaning
    role: Role

    @property
    def key(self) -> str:
        return f"{self.meaning}:{self.role}"

    @property
    def words(self) -> str:
        return f"{self.meaning.label} · {self.role.label}"

    @property
    def is_clients(self) -> bool:
        """Filled by the answer of the client's approver, who is shown the version when all of ours have signed."""
        return self.role == Role.CLIENT_APPROVER


@dataclass(frozen=True)
class DocumentType:
    """A kind of document. Which deliverable it makes done is said by the plan of the phase (`PlannedDeliverable.document_type`).

    `template` is empty for a type that is only uploaded. `build_context(subject)` returns the JSON-able snapshot;
    `figures(snapshot)` draws its pictures (name → SVG) in the worker, from the snapshot alone. `on_effective(version,
    actor=…)` runs in the transaction of the last signature. `requesters` limits who may make one; empty means every
    internal person who sees the subject. `missing(subject)` says what is not there yet to make it from. A type that
    `follows_data` cannot be submitted when the data have moved on since its version pinned them. `usual_reason` stands in
    the revision history where a type is made again and again and nobody says another reason. `dated_by` names the parts of the
    snapshot whose change makes an effective version out of date: none named means all, None that it is of its day and never is.
    Its part `inputs` maps what the document rests on to content hashes: what came to it after the version was pinned dates nothing.
    Its part `missing` is a list of questions: an answer dates the document, another question (a later release asks more) does not.
    `build_dating` builds only those parts, and `reads` names the relations of the project from which it does so without a query.
    A type with `about` is repeated: a project has one document of it about each batch, round, order; `build_context(subject,
    reference)` is then told which. A type that is `for_us` is never shown to a client. One that is `for_others` goes to a third party:
    its frame names neither client nor compound, and of the project the code alone. One that is `in_their_language` is made in that of
    the client where nobody names another; its texts stand in the catalogues of all. So it is with one that `speaks(subject, reference)` the
    language of a third party.
    """

    key: str
    title: str | _StrPromise
    phase: str
    number_prefix: str
    template: str = ""
    build_context: Callable[..., dict[str, Any]] | None = None
    narrative: tuple[NarrativeSection, ...] = ()
    signers: tuple[SignerSlot, ...] = ()
    on_effective: Callable[..., None] | None = None
    template_version: str = "1"
    subject: SubjectKind = SubjectKind.PROJECT
    figures: Callable[[Mapping[str, Any]], Mapping[str, str]] | None = None
    requesters: frozenset[Role] = field(default_factory=frozenset)
    missing: Callable[[Any], list[Blocker]] | None = None
    follows_data: bool = False
    usual_reason: str | _StrPromise = ""
    dated_by: tuple[str, ...] | None = ()
    build_dating: Callable[..., dict[str, Any]] | None = None
    reads: tuple[str, ...] = ()
    about: About | None = None
    for_us: bool = False
    for_others: bool = False
    in_their_language: bool = False
    speaks: Callable[[Any, str], str] | None = None

    @property
    def is_generated(self) -> bool:
        return bool(self.template)

    @property
    def slots(self) -> tuple[SignerSlot, ...]:
        """The signatures in the order in which they are given."""
        order = list(Meaning)
        return tuple(sorted(self.signers, key=lambda slot: order.index(slot.meaning)))

    def data_of(self, subject: Any, about: str = "") -> dict[str, Any]:
        """What the version about this subject pins now. Raises LookupError for a type that is only uploaded."""
        if self.build_context is None:
            raise LookupError(f"Document type {self.key} is not made from data.")
        return self.build_context(subject, about) if self.about else self.build_context(subject)

    def dating_of(self, subject: Any, about: str = "") -> dict[str, Any]:
        """What of the data dates a version, as it is now; all of the data where the type cannot say it by itself."""
        if self.build_dating is None:
            return self.data_of(subject, about)
        return self.build_dating(subject, about) if self.about else self.build_dating(subject)

    def section(self, key: str) -> NarrativeSection | None:
        return next((section for section in self.narrative if section.key == key), None)

    def may_be_requested_by(self, user: User) -> bool:
        return not self.requesters or bool(self.requesters & user.roles)


_types: dict[str, DocumentType] = {}


def register(*types: DocumentType) -> None:
    """Make the types known. Raises ValueError for two different types of one key, one prefix, or a slot declared twice."""
    for declared in types:
        _check(declared)
        _types[declared.key] = declared
        client_signs = any(slot.is_clients for slot in declared.signers)
        offer_document(declared.key, generated=declared.is_generated, repeated=declared.about is not None, client_signs=client_signs)


def _check(declared: DocumentType) -> None:
    if declared.is_generated and declared.build_context is None:
        raise ValueError(f"Document type {declared.key} has a template and nothing to fill it.")
    if len({slot.key for slot in declared.signers}) != len(declared.signers):
        raise ValueError(f"Document type {declared.key} declares a signature twice.")
    if declared.signers and not any(slot.meaning == Meaning.APPROVED for slot in declared.signers):
        raise ValueError(f"Document type {declared.key} has reviewers and nobody who approves.")
    if any(slot.is_clients != (slot.meaning == Meaning.ACCEPTED) for slot in declared.signers):
        raise ValueError(f"Document type {declared.key}: the client accepts, and nobody else does.")
    if declared.for_us and any(slot.is_clients for slot in declared.signers):
        raise ValueError(f"Document type {declared.key} is made for us alone; no client signs it.")
    for other in _types.values():
        if other.key != declared.key and other.number_prefix == declared.number_prefix:
            raise ValueError(f"Document types {other.key} and {declared.key} share the prefix {declared.number_prefix}.")


def document_type(key: str) -> DocumentType:
    """The registered type. Raises KeyError when there is none."""
    return _types[key]


def document_types(subject: SubjectKind | None = None) -> list[DocumentType]:
    """All registered types in the order of their registration, or those about one kind of subject."""
    return [declared for declared in _types.values() if subject is None or declared.subject == subject]


def known(key: str) -> DocumentType | None:
    return _types.get(key)


__all__ = [
    "DocumentType",
    "Meaning",
    "NarrativeSection",
    "SignerSlot",
    "SubjectKind",
    "document_type",
    "document_types",
    "known",
    "register",
]
