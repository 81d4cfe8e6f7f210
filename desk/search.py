"""What one box finds: codes and numbers, clients, compounds, CAS numbers, InChIKeys and structures, and the words of documents and files.

Each kind is asked through `visible_to`, so that nothing and no number tells of what the reader may not see; the number of queries is fixed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.lookups import GreaterThanOrEqual
from django.urls import reverse

from accounts.models import Client, User
from catalogue.models import Compound
from desk.search_files import FEW, FoundFile, files_saying
from desk.search_passages import Passage, passage_in
from documents.models import Document, DocumentVersion, DocumentVersionQuerySet
from projects.alike import Alike, alike
from projects.models import ChangeOrder, Project, Quotation, Rfp
from projects.models.project import ProjectQuerySet
from projects.similar import typed_structure

SHOWN = 20  # of each kind
NAMED = 200  # clients and compounds of one name, whose projects are found with them
MAX_LENGTH = 200
ALIKE = 0.45  # of two words written nearly alike
TAGS = re.compile(r"<[^>]*>")
SMILES = re.compile(r"(?=.*[=#()\[\]]|.*[a-z]1)[A-Za-z0-9@+\-\[\]()=#$%/\\.:]{5,}")  # a bond, a branch or a ring; no name or number has one

Offer = Quotation | ChangeOrder


@dataclass
class Found:
    """By kind, at most `SHOWN` of each. `instead_of`: nothing is written as it was typed, and this is what is nearly so."""

    words: str
    exact: Project | None = None
    projects: list[Project] = field(default_factory=list)
    rfps: list[Rfp] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)
    offers: list[tuple[Offer, str]] = field(default_factory=list)
    documents: list[tuple[Document, Passage | None]] = field(default_factory=list)
    files: list[FoundFile] = field(default_factory=list)
    alike: list[Alike] = field(default_factory=list)
    instead_of: str = ""
    is_structure: bool = False

    @property
    def nothing(self) -> bool:
        return not (self.projects or self.rfps or self.clients or self.offers or self.documents or self.files or self.alike)


def tidy(typed: str) -> str:
    """What was typed, in one line and no longer than anything has a name."""
    return " ".join(typed.replace("\x00", "").split())[:MAX_LENGTH]


def find(user: User, typed: str) -> Found:
    """What this person may see and these words name."""
    words = tidy(typed)
    return _find(user, words) if words else Found("")


def find_nearly(user: User, typed: str) -> Found:
    """The same; where nothing is, what goes with a name that is written nearly so."""
    found = find(user, typed)
    name = nearly(user, found)
    return found if not name else instead_of(found.words, find(user, name))


def instead_of(words: str, found: Found) -> Found:
    """found: by another name than these words, so that nobody is led on to one page."""
    found.instead_of, found.exact = words, None
    return found


def nearly(user: User, found: Found) -> str:
    """A name of something that this person may see, written nearly as what was looked for in vain; one question, however many there are."""
    if not found.words or not found.nothing or found.is_structure:
        return ""
    projects = Project.objects.visible_to(user)
    compounds = Compound.objects.filter(Exists(projects.filter(compound=OuterRef("pk"))))
    kinds: list[tuple[QuerySet[Any], str]] = [(compounds, "name"), (Client.objects.visible_to(user), "name"), (projects, "title")]
    first, *others = (_alike(found.words, rows, name) for rows, name in kinds)
    best = first.union(*others).order_by("-likeness", "-called")[:1]
    return next((name for _likeness, name in best), "")


def _alike(words: str, rows: QuerySet[Any], name: str) -> QuerySet[Any, Any]:
    likeness = TrigramWordSimilarity(words, name)
    named = rows.filter(GreaterThanOrEqual(likeness, ALIKE)).annotate(likeness=likeness, called=F(name))
    return named.order_by("-likeness").values_list("likeness", "called")[:1]


def structure_in(words: str) -> tuple[str, str]:
    """InChIKey and SMILES of a structure that was typed; both "" where it is none."""
    return typed_structure(words) if SMILES.fullmatch(words) else ("", "")


def _find(user: User, words: str) -> Found:
    inchikey, smiles = structure_in(words)
    clients = list(Client.objects.visible_to(user).matching(words)[:NAMED])
    of_clients = [client.pk for client in clients]
    compounds = list(Compound.objects.matching(words).values_list("pk", flat=True)[:NAMED])
    own = Q(code__icontains=words) | Q(title__icontains=words)
    known = Q(client__in=of_clients) | Q(compound__in=compounds)
    projects = Project.objects.visible_to(user).select_related("client", "compound")
    found = Found(words, projects=list(projects.filter(own | known)[:SHOWN]), offers=_offers(user, words))
    called = _called(user, words)
    found.documents = [(document, None) for document in called] + _saying_so(user, words, but=called)
    found.files = files_saying(user, words, shown=SHOWN)
    found.alike, found.is_structure = alike(user, smiles, most=SHOWN), bool(smiles)
    found.exact = _exact(projects, words, found.projects)
    if user.is_internal:
        asked = (
            Q(number__icontains=words) | Q(compound_name__icontains=words) | Q(client__in=of_clients) | Q(project__compound__in=compounds)
        )
        rfps = Rfp.objects.visible_to(user).select_related("client")
        found.rfps = list(rfps.filter(asked | Q(cas_number=words) | Q(inchikey__iexact=inchikey or words))[:SHOWN])
        found.clients = clients[:SHOWN]
    return found


def _exact(projects: ProjectQuerySet, words: str, found: list[Project]) -> Project | None:
    """The project of this code; asked for only where more were found than are shown."""
    among = next((project for project in found if project.code.lower() == words.lower()), None)
    return projects.filter(code__iexact=words).first() if among is None and len(found) == SHOWN else among


def _offers(user: User, words: str) -> list[tuple[Offer, str]]:
    """Quotations and change orders, each with the address at which this person reads it."""
    quotations = Quotation.objects.visible_to(user).select_related("project").filter(number__icontains=words)
    named = Q(number__icontains=words) | Q(title__icontains=words)
    orders = ChangeOrder.objects.visible_to(user).select_related("project").filter(named)
    found = [*quotations[:SHOWN], *orders[:SHOWN]]
    return [(offer, offer.get_absolute_url() if user.is_internal else _in_portal(offer)) for offer in found]


def address_of(user: User, project: Project) -> str:
    return project.get_absolute_url() if user.is_internal else reverse("portal-project", args=[project.code])


def _in_portal(offer: Offer) -> str:
    if isinstance(offer, ChangeOrder):
        return reverse("portal-change-order", args=[offer.project.code, offer.sequence, offer.revision])
    return reverse("portal-quotation", args=[offer.project.code, offer.revision])


def _called(user: User, words: str) -> list[Document]:
    """By trigrams, which one or two letters do not have: the database chooses how to read."""
    return list(Document.objects.visible_to(user).filter(Q(number__icontains=words) | Q(title__icontains=words))[:SHOWN])


def _saying_so(user: User, words: str, *, but: list[Document]) -> list[tuple[Document, Passage | None]]:
    """Other documents of which a version that this person may read says so, with the passage."""
    versions = _saying(user, words).exclude(document__in=but)
    newest = versions.select_related("document").order_by("document_id", "-number").distinct("document_id")
    return [(version.document, passage_of(version, words)) for version in newest[: SHOWN - len(but)]]


def _saying(user: User, words: str) -> DocumentVersionQuerySet:
    """By the index of words where few say so; where many do, twenty are soon found by reading on, and the rights are asked of no more.

    Of a client its own are asked, however many: behind the database's policies the index of words is of no use.
    """
    seen, saying = DocumentVersion.objects.visible_to(user), DocumentVersion.objects.saying(words).order_by()
    if not user.is_internal:
        return seen.filter(pk__in=list(saying.filter(document__client=user.client_id).values_list("pk", flat=True)))
    found = list(saying.values_list("pk", flat=True)[: FEW + 1])
    return seen.saying(words) if len(found) > FEW else seen.filter(pk__in=found)


def passage_of(version: DocumentVersion, words: str) -> Passage | None:
    return passage_in(_texts([version.narrative, version.snapshot.get("data"), version.snapshot]), words)


def _texts(value: Any) -> Iterator[str]:
    """Every text inside, without markup."""
    if isinstance(value, str):
        yield " ".join(unescape(TAGS.sub(" ", value)).split())
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
