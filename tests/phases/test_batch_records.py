"""A deliverable that needs all its documents: the records of the validation batches."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from documents.models import Document, DocumentVersion
from documents.services import sign_version, submit_for_review, upload_version, withdraw_document
from documents.services.deliverables import refresh_deliverable
from projects.models import Deliverable, Project
from projects.plans import planned_deliverable
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 a record\n%%EOF\n"
BEFORE = ("pre_production_plan", "technology_transfer_report", "process_validation_protocol", "issued_master_batch_record")


@pytest.fixture
def project() -> Project:
    """With its plan drafted, and what has to be there before the first validation batch."""
    project = make.a_planned_project()
    day = timezone.localdate()
    Deliverable.objects.filter(project=project, key__in=BEFORE).update(
        done_at=timezone.now(),
        evidence_kind="referenced",
        evidence_label="MES 1",
        evidence_hash="0" * 64,
        evidence_on=day,
        evidence_since=day,
    )
    return project


def begun(project: Project, batch: str, reason: str = "") -> DocumentVersion:
    made_by, file = make.person(Role.RESEARCH), BytesIO(PDF)
    return upload_version(
        "batch_production_record", upload=file, name="record.pdf", actor=made_by, project=project, about=batch, reason=reason
    )


def signed(project: Project, *batches: str) -> None:
    for batch in batches:
        sign(begun(project, batch))


def sign(version: DocumentVersion) -> None:
    submit_for_review(version.document.number, version.number, actor=make.person(Role.RESEARCH))
    for slot in version.document.type.slots:  # type: ignore[union-attr]
        signer = make.person(slot.role)
        proof = make.fake_authentication(signer)
        sign_version(version.document.number, version.number, actor=signer, meaning=slot.meaning, authentication=proof)


def owed(project: Project) -> Deliverable:
    return Deliverable.objects.get(project=project, key="validation_batch_records")


def test_it_is_done_with_the_third_and_names_them_all(project: Project) -> None:
    signed(project, "1", "2")
    assert not owed(project).is_done

    signed(project, "3")

    assert owed(project).is_done
    assert list(owed(project).evidence_facts) == ["Batch 1", "Batch 2", "Batch 3"]
    assert owed(project).evidence_label.startswith("3 documents: ")


def test_it_waits_for_every_record_that_was_begun(project: Project) -> None:
    open_record = begun(project, "4")
    signed(project, "1", "2", "3")
    assert not owed(project).is_done

    sign(open_record)

    assert owed(project).is_done


def test_a_record_begun_later_asks_again_until_it_is_signed_or_taken_out(project: Project) -> None:
    signed(project, "1", "2", "3")
    fourth = begun(project, "4")
    assert owed(project).outdated_since is not None

    withdraw_document(fourth.document.number, actor=make.person(Role.RESEARCH), reason="There is no fourth batch.")

    assert owed(project).outdated_since is None


def test_one_record_out_of_date_makes_the_deliverable_so(project: Project) -> None:
    signed(project, "1", "2", "3")
    document = Document.objects.get(about_reference="2")
    Document.objects.filter(pk=document.pk).update(out_of_date_since=timezone.now())

    refresh_deliverable(owed(project))

    assert owed(project).outdated_since is not None


def test_its_page_says_which_documents_it_needs(client: Client, project: Project) -> None:
    signed(project, "1")
    client.force_login(make.manager())

    page = client.get(reverse("deliverable-detail", args=[project.code, "validation_batch_records"])).content.decode()

    assert "every document of this type that was begun is in effect, and at least 3 of them" in page
    assert "Batch 1 · Effective" in page and "Make from the data" in page


def test_of_other_repeated_types_one_is_enough(project: Project) -> None:
    planned = planned_deliverable("first_commercial_certificate")

    assert planned is not None and planned.rule(None) == "One document of this type in effect is enough; the last one signed counts."
