"""What the tests of documents share: the sample type, people, a project."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from pypdf import PdfReader
from pytest_django import Settings

from accounts.models import Client, Department, Role, User
from audit.context import acting
from audit.files import open_file
from catalogue.chemistry import parse_structure
from catalogue.models import Compound
from documents import registry, services
from documents.models import DocumentVersion
from documents.registry import Meaning
from documents.rendering import RenderedPdf
from documents.services import queue
from documents.tasks import render_version as render_task
from projects.models import Project, Rfp
from tests.documents import sample
from tests.documents import sample_types as types

TEMPLATES = Path(__file__).parent / "templates"


@pytest.fixture(scope="session", autouse=True)
def sample_templates() -> Iterator[None]:
    """Templates of the sample type are found besides the product's own."""
    configured = [{**django_settings.TEMPLATES[0], "DIRS": [*django_settings.TEMPLATES[0]["DIRS"], TEMPLATES]}]
    with override_settings(TEMPLATES=configured):
        yield


@pytest.fixture(autouse=True)
def sample_types(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> None:
    """The sample types besides those of the product; files go to a folder of the test's own."""
    monkeypatch.setattr(registry, "_types", {**registry._types})
    registry.register(*types.ALL)
    settings.FILES_DIR = tmp_path / "files"
    types.EFFECTIVE.clear()
    types.BATCH_WORDS.clear()
    types.ROUNDS.clear()


@dataclass(frozen=True)
class Proof:
    """A fresh confirmation of identity, as `accounts.signing` gives it."""

    user_id: int
    method: str = "password"
    at: datetime = field(default_factory=timezone.now)


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Make an internal person with the given roles."""

    def person(name: str, *roles: Role, **fields: Any) -> User:
        user = User.objects.create(
            email=f"{name.lower().replace(' ', '.')}@example.com", full_name=name, function=f"{name}, Demo CDMO", **fields
        )
        for role in roles:
            user.grants.create(role=role)
        return user

    return person


@pytest.fixture
def manager(person: Callable[..., User]) -> User:
    return person("Project Manager", Role.PROJECT_MANAGER)


@pytest.fixture
def chemist(person: Callable[..., User], project: Project) -> User:
    chemist = person("Process Chemist", Role.RESEARCH)
    project.team.create(department=Department.objects.get_or_create(key="research", defaults={"name": "Research"})[0])
    return chemist


@pytest.fixture
def quality(person: Callable[..., User]) -> User:
    return person("Quality Manager", Role.QUALITY_ASSURANCE)


@pytest.fixture
def client_company(db: None) -> Client:
    return Client.objects.create(code="DCA", name="Demo Client A", country="CH")


@pytest.fixture
def customer(person: Callable[..., User], client_company: Client) -> User:
    return person("Client Viewer", Role.CLIENT_VIEWER, kind=User.Kind.CLIENT, client=client_company)


@pytest.fixture
def project(client_company: Client, manager: User) -> Project:
    contact = client_company.contacts.create(name="Purchasing Manager", email="buyer@example.com")
    rfp = Rfp.objects.create(
        number="RFP-2026-0001",
        client=client_company,
        contact=contact,
        channel="email",
        compound_name="Paracetamol",
        wanted="5 kg",
        created_by=manager,
        received_at=timezone.now(),
    )
    structure = parse_structure(sample.PARACETAMOL)
    compound = Compound.objects.create(
        name="Paracetamol",
        cas_number="103-90-2",
        smiles=structure.smiles,
        inchikey=structure.inchikey,
        formula=structure.formula,
        molar_mass_g_per_mol=structure.molar_mass_g_per_mol,
    )
    return make_project(
        code="API-2026-0001", title="Paracetamol", rfp=rfp, client=client_company, compound=compound, project_manager=manager
    )


def make_project(**fields: Any) -> Project:
    """A project in evaluation with the move that opened it, as the database asks for."""
    with transaction.atomic():
        now = timezone.now()
        made = Project.objects.create(opened_at=now, **fields)
        made.moves.create(kind="opened", to_phase=made.phase, actor=fields["project_manager"], moved_at=now)
    return made


@pytest.fixture
def requested(project: Project, manager: User) -> DocumentVersion:
    """A queued version of the sample report."""
    return services.request_document("sample_report", actor=manager, project=project)


@pytest.fixture
def rendered(requested: DocumentVersion) -> DocumentVersion:
    """A draft with its PDF."""
    render(requested)
    return again(requested)


@pytest.fixture
def in_review(rendered: DocumentVersion, manager: User) -> DocumentVersion:
    """A version with its required text, in review."""
    number = rendered.document.number
    services.save_narrative(number, 1, "summary", "<p>All went well: <strong>收率 72 %</strong>.</p>", actor=manager)
    render(rendered)
    return services.submit_for_review(number, 1, actor=manager)


@pytest.fixture
def stub_pdf(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file at once instead of a PDF after half a second; a test that reads it asks for `real_pdf`."""

    def stub(html: str, **_arguments: Any) -> RenderedPdf:
        return RenderedPdf(b"%PDF-1.7 " + hashlib.sha256(html.encode()).hexdigest().encode(), 4)

    if "real_pdf" not in request.fixturenames:
        monkeypatch.setattr("documents.rendering.render_pdf", stub)


@pytest.fixture
def real_pdf() -> None:
    """Named by a test that reads what the PDF says."""


@pytest.fixture
def bell(monkeypatch: pytest.MonkeyPatch) -> None:
    """The task that a service rings for runs at once, in this process."""
    monkeypatch.setattr("documents.services.shared.render_version.delay", render_task)


def render(version: DocumentVersion) -> bool:
    """What a worker does when the bell rings."""
    with acting(channel="worker"):
        return queue.render_version(version.pk)


def text_of(sha256: str, *, page: int | None = None) -> str:
    """What a stored PDF says, on one page or on all, with single spaces."""
    with open_file(sha256) as stored:
        pages = PdfReader(stored).pages
        return " ".join(" ".join(each.extract_text() for each in (pages if page is None else [pages[page]])).split())


def again(version: DocumentVersion) -> DocumentVersion:
    """The row as the database has it now."""
    return DocumentVersion.objects.select_related("document").get(pk=version.pk)


def sign(version: DocumentVersion, actor: User, meaning: Meaning, **changes: Any) -> DocumentVersion:
    return services.sign_version(
        version.document.number, version.number, actor=actor, meaning=meaning, authentication=Proof(actor.pk), **changes
    )
