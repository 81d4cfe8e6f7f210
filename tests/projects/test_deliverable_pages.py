"""The page of a deliverable: evidence that is entered, confirmed or rejected, its owner, its sharing, its document."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from projects import plans
from projects.models import Deliverable, Project, ReferencedEvidence
from tests.projects import factories as make
from tests.projects.pages import address, page, signed_in, small_scale

pytestmark = pytest.mark.django_db
__all__ = ["signed_in", "small_scale"]


def reference_form() -> dict[str, object]:
    return {"system": "LIMS", "number": "R-17", "record_state": "Approved", "record_date": timezone.localdate().isoformat(), "note": ""}


def test_evidence_is_entered_with_its_file_and_confirmed_by_another(client: Client, small_scale: Project) -> None:
    client.force_login(make.person(Role.RESEARCH))
    upload = SimpleUploadedFile("report.txt", b"yield 81 %\n", "text/plain")
    key = "route_selection_report"

    client.post(address("reference-enter", small_scale, key), {**reference_form(), "file": upload})

    reference = ReferencedEvidence.objects.latest("pk")
    assert "You entered it; a second person confirms." in page(client, "deliverable-detail", small_scale)
    download = client.get(address("reference-file", small_scale, key, reference.pk))
    assert (b"".join(download.streaming_content), download["Content-Type"]) == (b"yield 81 %\n", "text/plain")
    client.force_login(make.person(Role.QUALITY_ASSURANCE))
    client.post(address("reference-confirm", small_scale, key, reference.pk))
    assert Deliverable.objects.get(project=small_scale, key=key).evidence_label == "LIMS R-17 (Approved)"


def test_a_file_that_is_not_what_it_says_is_refused_at_its_field(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    upload = SimpleUploadedFile("report.pdf", io.BytesIO(b"MZ\x00\x01").getvalue(), "application/pdf")

    answer = signed_in(make.manager()).post(
        address("reference-enter", small_scale, "route_selection_report"), {**reference_form(), "file": upload}
    )

    assert answer.status_code == 400 and b"R-17" in answer.content
    assert not ReferencedEvidence.objects.filter(number="R-17").exists()


def test_evidence_is_rejected_with_words(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    key = "route_selection_report"
    reference = make.a_reference(small_scale, key)
    browser = signed_in(make.person(Role.QUALITY_ASSURANCE))

    assert browser.post(address("reference-reject", small_scale, key, reference.pk), {"reason": ""}).status_code == 400
    browser.post(address("reference-reject", small_scale, key, reference.pk), {"reason": "Another batch."})

    assert "Another batch." in page(browser, "deliverable-detail", small_scale)


def test_a_deliverable_is_assigned_and_shared(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    browser, key, owner = signed_in(make.manager()), "route_selection_report", make.person(Role.RESEARCH)

    browser.post(address("deliverable-assign", small_scale, key), {"owner": owner.pk, "due_on": "2027-03-12"})
    browser.post(address("deliverable-share", small_scale, key))

    row = Deliverable.objects.get(project=small_scale, key=key)
    assert (row.owner, row.due_on.isoformat(), row.visibility) == (owner, "2027-03-12", "shared")
    browser.post(address("deliverable-unshare", small_scale, key))
    assert Deliverable.objects.get(pk=row.pk).visibility == "internal"


@pytest.mark.parametrize(("offer", "made", "uploaded"), [(None, False, False), (False, False, True), (True, True, True)])
def test_a_document_is_offered_where_the_product_knows_its_type(
    offer: bool | None,
    made: bool,
    uploaded: bool,
    signed_in: Callable[[User], Client],
    small_scale: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plans, "_documents", {} if offer is None else {"route_selection_report": offer})

    shown = page(signed_in(make.manager()), "deliverable-detail", small_scale)

    assert ("/documents/new/?" in shown, "/documents/upload/?" in shown) == (made, uploaded)
