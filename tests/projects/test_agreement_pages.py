"""Agreements through their pages: recording, the file, both sides' signatories."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from projects.models import Agreement, Project
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def as_person(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def project() -> Project:
    return make.a_project()


@pytest.fixture
def business(project: Project) -> Client:
    return as_person(make.person(Role.BUSINESS_DEVELOPMENT))


def record(client: Client, project: Project, **values: object) -> object:
    data = {"kind": "cooperation", "number": "COOP-1", "effective_on": TODAY().isoformat(), "expires_on": "", **values}
    return client.post(reverse("agreement-new", args=[project.code]), data)


def test_recorded_with_its_file(project: Project, business: Client) -> None:
    record(business, project, file=SimpleUploadedFile("coop.txt", b"Signed by both."))

    agreement = Agreement.objects.get(project=project)
    answer = business.get(reverse("agreement-file", args=[project.code, agreement.pk]))
    assert b"".join(answer.streaming_content) == b"Signed by both."  # type: ignore[attr-defined]
    answer.close()


def test_wrong_file_keeps_what_was_typed(project: Project, business: Client) -> None:
    answer = record(business, project, file=SimpleUploadedFile("coop.exe", b"MZ"))

    assert answer.status_code == 400  # type: ignore[attr-defined]
    assert b"COOP-1" in answer.content  # type: ignore[attr-defined]
    assert not Agreement.objects.exists()


def test_the_same_number_twice_is_named(project: Project, business: Client) -> None:
    record(business, project)

    assert b"This agreement is recorded already." in record(business, project).content  # type: ignore[attr-defined]


def test_both_sides_sign_once(project: Project, business: Client) -> None:
    record(business, project)
    agreement = Agreement.objects.get(project=project)
    address = reverse("agreement-sign", args=[project.code, agreement.pk])
    data = {"name": "A. Director", "function": "Director", "signed_on": TODAY().isoformat()}

    statuses = [business.post(address, data | {"side": side}).status_code for side in ("cdmo", "client", "client")]

    assert statuses == [302, 302, 409]
    assert agreement.signatories.count() == 2


def test_a_signature_of_tomorrow_is_refused_at_its_field(project: Project, business: Client) -> None:
    record(business, project)
    agreement = Agreement.objects.get(project=project)
    data = {"side": "cdmo", "name": "A. Director", "function": "Director", "signed_on": "2999-01-01"}

    answer = business.post(reverse("agreement-sign", args=[project.code, agreement.pk]), data)

    assert answer.status_code == 400
    assert b"cannot be dated in the future" in answer.content
    assert b"A. Director" in answer.content


@pytest.mark.parametrize(
    ("role", "status"), [(Role.PROJECT_MANAGER, 200), (Role.RESEARCH, 200), (Role.EHS, 404), (Role.CLIENT_APPROVER, 404)]
)
def test_who_reads(project: Project, business: Client, role: str, status: int) -> None:
    record(business, project)
    client, pk = as_person(make.person(role)), Agreement.objects.get(project=project).pk

    assert client.get(reverse("agreement-detail", args=[project.code, pk])).status_code == status
    assert client.get(reverse("agreement-new", args=[project.code])).status_code == status
