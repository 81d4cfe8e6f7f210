"""Uploaded files that say what was looked for, each only through the row that holds it and that the reader may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast
from django.urls import reverse

from accounts.models import User
from desk.search_passages import Passage, passage_in
from documents.models import FileText, Rendition
from projects.models import Agreement, ReferencedEvidence, RfpFile

FEW = 500  # that say so: these are named to the database, of more it reads on
Hashes = list[str] | QuerySet[Any, Any]


@dataclass(frozen=True)
class FoundFile:
    """`where`: what it was uploaded to; `page`: where the reader opens it."""

    name: str
    where: str
    page: str
    passage: Passage | None = None


@dataclass(frozen=True)
class _Held:
    """A row that holds a file; `subject`, `part` and `title` as its kind needs them for its words and address."""

    kind: str
    sha256: str
    name: str
    pk: int
    subject: str
    part: str
    title: str


def files_saying(user: User, words: str, *, shown: int) -> list[FoundFile]:
    """At most `shown`, and counted of those alone that the reader may see."""
    found = (_found_by_us if user.is_internal else _found_by_client)(user, FileText.objects.saying(words).order_by(), shown)
    texts = dict(FileText.objects.filter(sha256__in={held.sha256 for held in found}).values_list("sha256", "text")) if found else {}
    return [FoundFile(held.name, *PLACES[held.kind](user, held), passage_in([texts[held.sha256]], words)) for held in found]


def _found_by_us(user: User, saying: QuerySet[FileText], shown: int) -> list[_Held]:
    hashes = list(saying.values_list("sha256", flat=True)[: FEW + 1])
    asked = saying.values("sha256") if len(hashes) > FEW else hashes
    return [_Held(*row) for row in _held(user, asked)[:shown]] if hashes else []


def _found_by_client(user: User, saying: QuerySet[FileText], shown: int) -> list[_Held]:
    """Its own files are few and asked first: behind the database's policies the index of words is of no use."""
    own = [_Held(*row) for row in _held(user)]
    said = set(saying.filter(sha256__in={held.sha256 for held in own}).values_list("sha256", flat=True))
    return [held for held in own if held.sha256 in said][:shown]


def _held(user: User, hashes: Hashes | None = None) -> QuerySet[Any, Any]:
    """In one question of all kinds, newest first of each. Agreements and evidence are opened by our people only."""
    uploads = Rendition.objects.visible_to(user).filter(kind=Rendition.Kind.UPLOADED)
    asked = [
        _rows("request", RfpFile.objects.visible_to(user), hashes, "rfp__number"),
        _rows("upload", uploads, hashes, "version__document__number", "version__number", "version__document__title"),
    ]
    if user.is_internal:
        agreements, evidence = Agreement.objects.visible_to(user), ReferencedEvidence.objects.visible_to(user)
        asked += [
            _rows("agreement", agreements.filter(project__isnull=False), hashes, "project__code", "kind", "number", prefix="file_"),
            _rows("client agreement", agreements.of_whole_client(), hashes, "client__name", "kind", "number", prefix="file_"),
            _rows("evidence", evidence, hashes, "deliverable__project__code", "deliverable__key", "deliverable__title", prefix="file_"),
        ]
    first, *others = asked
    return first.union(*others, all=True).order_by("-held_kind", "-held_pk")


def _rows(kind: str, holders: QuerySet[Any], hashes: Hashes | None, *fields: str, prefix: str = "") -> QuerySet[Any, Any]:
    """In the order of `_Held`."""
    if hashes is not None:
        holders = holders.filter(**{f"{prefix}sha256__in": hashes})
    text = CharField()
    said: dict[str, Any] = {f"held_{number}": Cast(F(name), text) for number, name in enumerate(fields)}
    said |= {f"held_{number}": Value("", text) for number in range(len(fields), 3)}
    facts = {"held_kind": Value(kind, text), "held_hash": F(f"{prefix}sha256"), "held_name": F(f"{prefix}name"), "held_pk": F("pk")}
    return holders.order_by().annotate(**facts, **said).values_list(*facts, *said)


def _request(user: User, held: _Held) -> tuple[str, str]:
    return held.subject, reverse("rfp-file" if user.is_internal else "portal-request-file", args=[held.subject, held.pk])


def _upload(_user: User, held: _Held) -> tuple[str, str]:
    return f"{held.subject} {held.title}", reverse("document-uploaded", args=[held.subject, held.part])


def _agreement(_user: User, held: _Held) -> tuple[str, str]:
    kind = Agreement.Kind(held.part).label
    return f"{held.subject} {kind} {held.title}", reverse("agreement-file", args=[held.subject, held.pk])


def _client_agreement(_user: User, held: _Held) -> tuple[str, str]:
    kind = Agreement.Kind(held.part).label
    return f"{held.subject} {kind} {held.title}", reverse("client-agreement-file", args=[held.pk])


def _evidence(_user: User, held: _Held) -> tuple[str, str]:
    return f"{held.subject} {held.title}", reverse("reference-file", args=[held.subject, held.part, held.pk])


PLACES: dict[str, Callable[[User, _Held], tuple[str, str]]] = {
    "request": _request,
    "upload": _upload,
    "agreement": _agreement,
    "client agreement": _client_agreement,
    "evidence": _evidence,
}
