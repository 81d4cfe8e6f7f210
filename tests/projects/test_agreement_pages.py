"""Agreements through their pages: recording, the file, both sides' signatories, withdrawing."""

from __future__ import annotations

import html
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.models import Event
from audit.seen import version_of
from phases.evaluation.gate import judge_agreements
from phases.evaluation.progress import missing_agreements
from projects.agreements import running_out
from projects.findings import Finding
from projects.models import Agreement, GateReview, Project, Rfp
from projects.services.agreements import paper_values, signatory_values
from tests.projects import factories as make
from tests.projects.people import as_person

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def project() -> Project:
    return make.a_project()


@pytest.fixture
def ready(project: Project) -> Project:
    """Confidentiality and cooperation are signed by both."""
    make.signed_agreements(project)
    return project


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
    assert b"does not send a file twice" not in answer.content  # type: ignore[attr-defined]  # this one is no good
    assert not Agreement.objects.exists()


def test_a_chosen_file_is_to_be_chosen_again_where_something_else_is_wrong(project: Project, business: Client) -> None:
    answer = record(business, project, number="", file=SimpleUploadedFile("coop.txt", b"Signed by both."))

    assert "Choose “coop.txt” again: nothing was kept yet" in answer.content.decode()  # type: ignore[attr-defined]


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


def copy(words: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("coop.txt", words)


def keep(client: Client, agreement: Agreement, words: bytes, **values: str) -> int:
    address = reverse("agreement-keep-file", args=[agreement.project.code, agreement.pk])
    return client.post(address, {"file": copy(words), **values}).status_code


def test_the_copy_is_kept_later_and_replaced_with_a_reason(project: Project, business: Client) -> None:
    record(business, project)
    agreement = Agreement.objects.get(project=project)

    assert keep(business, agreement, b"First") == 302
    first = Agreement.objects.get()
    seen = {"replaces": first.file_sha256}
    assert keep(business, first, b"Second", **seen) == 400, "no reason"
    assert keep(business, first, b"Second", reason="A page was missing.") == 409, "another copy was shown"
    assert keep(business, first, b"First", **seen, reason="The same.") == 400
    assert keep(business, first, b"Second", **seen, reason="A page was missing.") == 302

    replaced = Event.objects.get(kind="agreement.file_replaced")
    assert replaced.data["before"]["sha256"] == first.file_sha256
    assert Agreement.objects.get().file_sha256 == replaced.data["after"]["sha256"]


def test_withdrawn_with_a_reason_it_opens_the_criterion_again(business: Client, ready: Project) -> None:
    agreement = Agreement.objects.get(project=ready, kind="cooperation")
    address = reverse("agreement-withdraw", args=[ready.code, agreement.pk])
    assert _criterion(ready).met

    assert business.post(address, {"reason": " "}).status_code == 400
    assert business.post(address, {"reason": "The client signed another text."}).status_code == 302

    assert not _criterion(ready).met
    page = business.get(agreement.get_absolute_url()).content.decode()
    assert "The client signed another text." in page
    assert 'data-dialog="withdraw"' not in page
    assert keep(business, agreement, b"Late") == 409
    assert business.post(address, {"reason": "Again."}).status_code == 409
    assert record(business, ready, number=agreement.number).status_code == 302, "the number is free again"  # type: ignore[attr-defined]


def _criterion(project: Project) -> Finding:
    return judge_agreements([project])["cooperation"][project.pk]


def test_only_those_who_record_withdraw(ready: Project) -> None:
    agreement = Agreement.objects.filter(project=ready)[0]
    research = as_person(make.person(Role.RESEARCH))

    assert research.post(reverse("agreement-withdraw", args=[ready.code, agreement.pk]), {"reason": "No."}).status_code == 403
    assert "Agreements are recorded by" in research.get(agreement.get_absolute_url()).content.decode()
    assert Agreement.objects.get(pk=agreement.pk).withdrawn_at is None


def mend(client: Client, agreement: Agreement, side: str = "", **values: str) -> object:
    """As somebody sends the form that the page of the agreement shows, with these values in place of what it shows."""
    row = agreement.signatories.get(side=side) if side else agreement
    shown = signatory_values(row) if side else paper_values(agreement)  # type: ignore[arg-type]
    name, where = ("agreement-correct-signatory", [side]) if side else ("agreement-change", [])
    data = {key: "" if value is None else str(value) for key, value in shown.items()} | {"version": version_of(shown)}
    return client.post(reverse(name, args=[agreement.project.code, agreement.pk, *where]), data | values)


def test_a_typo_is_mended_with_a_reason(project: Project, business: Client) -> None:
    record(business, project, number="COOP-7")
    agreement = Agreement.objects.get()

    assert mend(business, agreement, number="COOP-1").status_code == 400, "no reason"  # type: ignore[attr-defined]
    assert mend(business, agreement, reason="A typo.").status_code == 400, "nothing is changed"  # type: ignore[attr-defined]
    changed = {"number": "COOP-1", "kind": "quality", "reason": "A typo."}
    assert mend(business, agreement, **changed).status_code == 302  # type: ignore[attr-defined]

    told = Event.objects.get(kind="agreement.changed")
    assert (told.data["before"], told.data["after"]) == (
        {"number": "COOP-7", "kind": "cooperation"},
        {"number": "COOP-1", "kind": "quality"},
    )
    assert (told.reason, Agreement.objects.get().number) == ("A typo.", "COOP-1")


def test_what_both_signed_is_corrected_and_stays_the_agreement_that_it_is(business: Client, ready: Project) -> None:
    agreement = Agreement.objects.get(project=ready, kind="cooperation")
    day = (TODAY() + timedelta(days=400)).isoformat()

    mend(business, agreement, kind="quality", expires_on=day, reason="The end was left out.")

    corrected = Agreement.objects.get(pk=agreement.pk)
    assert (corrected.kind, corrected.expires_on.isoformat()) == ("cooperation", day)  # type: ignore[union-attr]
    assert Event.objects.get(kind="agreement.corrected").data["after"] == {"expires_on": day}


def test_who_signed_is_corrected(business: Client, ready: Project) -> None:
    agreement = Agreement.objects.get(project=ready, kind="cooperation")

    assert mend(business, agreement, "client", signed_on="2999-01-01", reason="A typo.").status_code == 400  # type: ignore[attr-defined]
    assert mend(business, agreement, "client", name="Dr B. Director", reason="A typo.").status_code == 302  # type: ignore[attr-defined]

    assert agreement.signatories.get(side="client").name == "Dr B. Director"
    assert Event.objects.get(kind="agreement.signatory_corrected").data["after"] == {"name": "Dr B. Director"}


def test_of_two_who_mend_it_the_second_reads_what_the_first_wrote(project: Project, business: Client) -> None:
    record(business, project, number="COOP-7")
    agreement = Agreement.objects.get()
    mend(business, agreement, number="COOP-8", reason="A typo.")

    answer = mend(business, agreement, number="COOP-9", reason="A typo.")

    assert "It now says: “COOP-8”" in html.unescape(answer.content.decode())  # type: ignore[attr-defined]
    assert Agreement.objects.get().number == "COOP-8"


def test_sides_are_named(project: Project, business: Client) -> None:
    record(business, project)
    agreement = Agreement.objects.get()
    data = {"name": "A. Director", "function": "Director", "signed_on": TODAY().isoformat(), "side": "cdmo"}

    page = business.post(reverse("agreement-sign", args=[project.code, agreement.pk]), data, follow=True).content.decode()

    assert f"A. Director signed for {settings.ORGANISATION_NAME}" in page
    assert f"For {project.client.name}" in page


def test_what_nobody_signed_does_not_read_as_in_force(project: Project, business: Client) -> None:
    record(business, project)

    for address in (Agreement.objects.get().get_absolute_url(), reverse("project-evaluation", args=[project.code])):
        page = business.get(address).content.decode()
        assert ">In force<" not in page and ">Term<" in page


def ending(project: Project, *, meeting_on: date | None = None) -> list[str]:
    found = Project.objects.get(pk=project.pk)
    return [str(each) for each in running_out(found, meeting_on=meeting_on)]


@pytest.mark.parametrize(
    ("days", "meeting", "said"),
    [
        (-1, None, "expired on"),
        (0, None, "expires today, on"),
        (5, 9, "before the meeting on"),
        (60, None, "in 60 days"),
        (200, None, "the plan runs until"),
        (9000, None, ""),
    ],
)
def test_the_gate_warns_of_an_agreement_that_ends_while_it_is_needed(
    ready: Project, business: Client, days: int, meeting: int | None, said: str
) -> None:
    make.charter(ready)
    expires_on, start = TODAY() + timedelta(days=days), TODAY() - timedelta(days=9)
    rows = Agreement.objects.filter(project=ready, kind="cooperation")
    rows.update(effective_on=start, expires_on=expires_on)
    meeting_on = TODAY() + timedelta(days=meeting) if meeting else None
    GateReview.objects.filter(project=ready).update(meeting_on=meeting_on)

    found = ending(ready, meeting_on=meeting_on)
    page = business.get(reverse("project-gate", args=[ready.code])).content.decode()

    assert [said in words for words in found] == ([True] if said else [])
    assert all(words in html.unescape(page) for words in found) and ("An agreement ends" in page) == bool(said)


@pytest.mark.parametrize(("asked", "is_said"), [("full", True), ("clinical", True), ("none", False), ("", False)])
def test_where_gmp_is_asked_for_the_gate_misses_the_quality_agreement_until_both_have_signed(
    ready: Project, business: Client, asked: str, is_said: bool
) -> None:
    Rfp.objects.filter(pk=ready.rfp_id).update(gmp_needed=asked)
    words, addresses = "no quality agreement is signed by both sides", ("project-gate", "project-evaluation")

    def said() -> list[bool]:
        data = business.get(f"/api/v1/projects/{ready.code}/gate/").json()["missing_agreements"]
        pages = [business.get(reverse(name, args=[ready.code])).content.decode() for name in addresses]
        return [words in text for text in (*pages, str(data))]

    make.charter(ready)
    assert said() == [is_said] * 3
    make.signed_agreement(ready, "quality", "QA-1")
    assert said() == [False] * 3


def test_with_a_signed_successor_nothing_is_warned_of(ready: Project) -> None:
    old = Agreement.objects.get(project=ready, kind="cooperation")
    Agreement.objects.filter(pk=old.pk).update(expires_on=TODAY() + timedelta(days=20))
    assert len(ending(ready)) == 1

    make.signed_agreement(ready, "cooperation", "COO-2")

    assert ending(ready) == []


def test_after_a_gap_the_agreement_in_force_is_the_successor(ready: Project) -> None:
    old = Agreement.objects.get(project=ready, kind="cooperation")
    start, end = TODAY() - timedelta(days=90), TODAY() - timedelta(days=30)
    Agreement.objects.filter(pk=old.pk).update(effective_on=start, expires_on=end)
    assert "expired on" in ending(ready)[0]

    make.signed_agreement(ready, "cooperation", "COO-2")
    in_force = ending(ready)
    Agreement.objects.filter(number="COO-2").update(effective_on=TODAY() - timedelta(days=9), expires_on=TODAY() - timedelta(days=1))

    assert in_force == []
    assert len(ending(ready)) == 2, "one that has run out as well succeeds nothing"


def test_a_correction_without_the_version_of_the_page_is_refused_at_its_fields(project: Project, business: Client) -> None:
    record(business, project)
    agreement = Agreement.objects.get()

    answer = business.post(reverse("agreement-change", args=[project.code, agreement.pk]), {"number": "COOP-8"})

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("change", "standing"),
    [
        ({}, "in_force"),
        ({"effective_on": timedelta(days=2)}, "ahead"),
        ({"effective_on": timedelta(days=-9), "expires_on": timedelta(days=-1)}, "expired"),
    ],
)
def test_where_a_signed_agreement_stands(ready: Project, change: dict[str, timedelta], standing: str) -> None:
    agreement = Agreement.objects.filter(project=ready)[0]
    Agreement.objects.filter(pk=agreement.pk).update(**{name: TODAY() + days for name, days in change.items()})

    found = Agreement.objects.get(pk=agreement.pk)
    missing = missing_agreements(Agreement.objects.filter(project=ready), ready.today)
    judged = judge_agreements([ready])[found.kind][ready.pk]
    counts = standing == "in_force"

    assert (found.standing, missing, judged.met) == (standing, [] if counts else [found.get_kind_display()], counts)


def test_where_an_unsigned_agreement_stands(project: Project, business: Client) -> None:
    record(business, project)
    agreement = Agreement.objects.get()
    found = [agreement.standing]
    for side in ("client", "cdmo"):
        data = {"name": "A. Director", "function": "Director", "signed_on": TODAY().isoformat(), "side": side}
        business.post(reverse("agreement-sign", args=[project.code, agreement.pk]), data)
        found.append(Agreement.objects.get().standing)

    assert found == ["unsigned", "ours_open", "in_force"]


@pytest.mark.parametrize(
    ("role", "status"), [(Role.PROJECT_MANAGER, 200), (Role.RESEARCH, 200), (Role.REGULATORY, 404), (Role.CLIENT_APPROVER, 404)]
)
def test_who_reads(project: Project, business: Client, role: str, status: int) -> None:
    record(business, project)
    client, pk = as_person(make.person(role)), Agreement.objects.get(project=project).pk

    assert client.get(reverse("agreement-detail", args=[project.code, pk])).status_code == status
    assert client.get(reverse("agreement-new", args=[project.code])).status_code == status
