"""What a client has agreed for all its projects: recorded before there is one, in force for each, foreign to every other client."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Client, Role, User
from audit.client_role import client_rows
from audit.events import events_of
from audit.refusals import BadInput, NotAllowed, Refused
from audit.seen import version_of
from phases.evaluation.asking import ask_after, ask_next, records_of
from phases.evaluation.documents import charter
from phases.evaluation.gate import judge_agreements
from phases.evaluation.progress import missing_agreements
from phases.evaluation.rfp_document import rfp_record
from projects.agreements import bearing_on, quality_wanted, running_out
from projects.kept import kept_from
from projects.models import Agreement, Project, Rfp, WaitingFor
from projects.remaining import after_declining
from projects.services.agreements import (
    change_agreement,
    correct_signatory,
    paper_values,
    record_agreement,
    record_client_agreement,
    record_signatory,
    signatory_values,
    withdraw_agreement,
)
from projects.touched import touched_by
from tests.projects import factories as make
from tests.projects.confidential import a_kept_project, keep
from tests.projects.people import business, manager, person

pytestmark = pytest.mark.django_db


def in_days(days: int) -> Any:
    return timezone.localdate() + timedelta(days=days)


def record(client: Client, actor: User | None = None, **values: Any) -> Agreement:
    paper = {"kind": "confidentiality", "number": "CDA-1", "effective_on": timezone.localdate(), **values}
    return record_client_agreement(client.code, actor=actor or business(), **paper)


def withdraw(agreement: Agreement) -> None:
    withdraw_agreement(None, agreement.pk, actor=business(), reason="Signed by the wrong company.")


# Recording and changing


def test_recorded_before_there_is_a_request() -> None:
    client = make.a_client()

    agreement = record(client)

    assert (agreement.client, agreement.project, agreement.standing) == (client, None, "unsigned")
    assert [(event.kind, event.client_id, event.project_id) for event in events_of(agreement)] == [("agreement.recorded", client.pk, None)]


@pytest.mark.parametrize("role", [Role.BUSINESS_DEVELOPMENT, Role.PROJECT_MANAGER])
def test_who_records_for_projects_records_for_clients(role: Role) -> None:
    assert record(make.a_client(), actor=person(role)).pk


@pytest.mark.parametrize("role", [Role.RESEARCH, Role.QUALITY_ASSURANCE, Role.MANAGEMENT, Role.ADMINISTRATOR])
def test_nobody_else_of_ours_does(role: Role) -> None:
    agreement, actor, client = record(make.a_client()), person(role), make.a_client()

    with pytest.raises(NotAllowed):
        record(client, actor=actor, number="CDA-2")
    with pytest.raises(NotAllowed):
        withdraw_agreement(None, agreement.pk, actor=actor, reason="No.")
    assert list(Agreement.objects.filter(withdrawn_at=None)) == [agreement]


def test_its_number_is_there_once_for_the_client_and_free_again_when_withdrawn() -> None:
    client = make.a_client()
    first = record(client)
    record(make.a_client("DCB"))
    record_agreement(make.a_project(client).code, kind="confidentiality", number="CDA-1", effective_on=in_days(0), actor=business())

    with pytest.raises(BadInput):
        record(client)
    withdraw(first)

    assert record(client).pk


def test_the_database_holds_the_number_once_and_always_a_client() -> None:
    first = record(make.a_client())
    same = {"kind": first.kind, "number": first.number, "effective_on": first.effective_on, "recorded_by": first.recorded_by}

    for client in (first.client_id, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            Agreement.objects.create(client_id=client, recorded_at=first.recorded_at, **same)


def test_signed_changed_corrected_and_withdrawn_as_one_of_a_project_is() -> None:
    agreement = record(make.a_client())
    signed = {"name": "A. Director", "function": "Director", "signed_on": in_days(0), "actor": business()}
    shown = {"reason": "A typo.", "actor": business()}

    change_agreement(None, agreement.pk, changes={"number": "CDA-2"}, version=version_of(paper_values(agreement)), **shown)
    signed_by = record_signatory(None, agreement.pk, side="cdmo", **signed)
    with pytest.raises(Refused):
        record_signatory(None, agreement.pk, side="cdmo", **signed)
    correct_signatory(
        None, agreement.pk, side="cdmo", changes={"name": "B. Director"}, version=version_of(signatory_values(signed_by)), **shown
    )
    withdraw(agreement)

    with pytest.raises(Refused) as refused:
        record_signatory(None, agreement.pk, side="client", **signed)
    assert refused.value.blockers[0].link == f"/clients/{agreement.client.code}/agreements/new/"
    kinds = ["recorded", "changed", "signed", "signatory_corrected", "withdrawn"]
    assert {event.kind for event in events_of(agreement)} == {f"agreement.{kind}" for kind in kinds}


# Who sees it


def test_whoever_of_ours_sees_the_client_sees_it() -> None:
    agreement = record(make.a_client())

    assert Agreement.objects.visible_to(person(Role.RESEARCH)).get() == agreement


def test_with_a_client_that_is_kept_it_is_kept() -> None:
    project = a_kept_project()
    agreement, other = record(project.client), person(Role.PROJECT_MANAGER, name="Somebody else")

    assert not Agreement.objects.visible_to(other).exists()
    with pytest.raises(ObjectDoesNotExist):
        withdraw_agreement(None, agreement.pk, actor=other, reason="No.")
    with pytest.raises(ObjectDoesNotExist):
        record(project.client, actor=other, number="CDA-2")
    assert Agreement.objects.visible_to(business()).exists()


def test_another_client_s_people_see_nothing_of_it_and_its_own_do() -> None:
    agreement = record(make.a_client())
    own, foreign = (person(Role.CLIENT_APPROVER, client=make.a_client(code)) for code in ("DCA", "DCB"))

    assert list(Agreement.objects.visible_to(own)) == [agreement]
    assert not Agreement.objects.visible_to(foreign).exists()
    for who, rows in ((own, 1), (foreign, 0)):
        with client_rows(who.client_id or 0):
            assert Agreement.objects.count() == rows, "nor does the database show it"


def test_the_agreements_of_a_project_are_not_found_by_the_way_of_clients() -> None:
    make.signed_agreements(make.a_project())
    agreement = Agreement.objects.all()[0]

    with pytest.raises(ObjectDoesNotExist):
        withdraw(agreement)


# What it discloses


def reads(user: User, rfp: Rfp) -> bool:
    return Rfp.objects.visible_to(user).filter(pk=rfp.pk).exists()


@pytest.fixture
def unnamed() -> User:
    return person(Role.MANAGEMENT)


def test_in_force_it_discloses_a_request_that_is_not_submitted(unnamed: User) -> None:
    client = make.a_client()
    keep(client)
    draft = make.an_rfp(client)
    assert not reads(unnamed, draft)

    agreement = make.client_agreement(client)
    assert reads(unnamed, draft)
    withdraw(agreement)

    assert not reads(unnamed, draft)


@pytest.mark.parametrize(("days", "sides"), [(0, ("cdmo",)), (0, ()), (1, ("cdmo", "client"))])
def test_not_signed_or_not_begun_it_discloses_nothing(unnamed: User, days: int, sides: tuple[str, ...]) -> None:
    project = a_kept_project()

    make.client_agreement(project.client, days=days, sides=sides)

    assert not Project.objects.visible_to(unnamed).exists()


def test_another_kind_or_another_client_s_discloses_nothing(unnamed: User) -> None:
    project = a_kept_project()

    make.client_agreement(project.client, "cooperation")
    make.client_agreement(make.a_client("DCB"))

    assert not Project.objects.visible_to(unnamed).filter(pk=project.pk).exists()


def test_after_it_has_run_out_the_projects_that_were_open_by_then_stay_known(unnamed: User) -> None:
    known = a_kept_project()
    agreement = make.client_agreement(known.client, days=-30, until=1)
    draft = make.an_rfp(known.client)
    later = make.a_project(known.client)
    assert reads(unnamed, draft)

    Agreement.objects.filter(pk=agreement.pk).update(expires_on=in_days(-5))
    Project.objects.filter(pk=known.pk).update(opened_at=timezone.now() - timedelta(days=5))

    assert [reads(unnamed, rfp) for rfp in (known.rfp, draft, later.rfp)] == [True, False, False]
    assert list(Project.objects.visible_to(unnamed)) == [known]
    withdraw(agreement)
    assert not Project.objects.visible_to(unnamed).exists()


def test_who_is_kept_out_reads_what_is_missing() -> None:
    client, other = make.a_client(), person(Role.MANAGEMENT)
    keep(client)
    make.an_rfp(client)
    (nothing,) = kept_from(other)

    agreement = make.client_agreement(client, sides=("client",))
    (one_side,) = kept_from(other)

    assert "on the page of its client" in nothing.missing
    assert one_side.missing == "Confidentiality agreement of the client: our signature open."
    assert agreement.number not in one_side.missing, "by its number the page of the client would say whose request it is"


# What it counts for


def met(project: Project) -> dict[str, bool]:
    return {key: found[project.pk].met for key, found in judge_agreements([project]).items()}


def missing(project: Project) -> list[str]:
    return missing_agreements(records_of(project).agreements, project.today)


def test_it_meets_the_criteria_of_g1_and_the_step_of_evaluation() -> None:
    project = make.a_project()
    assert (met(project), len(missing(project))) == (
        {"cooperation": False, "confidentiality": False},
        2,
    )

    agreements = [make.client_agreement(project.client, kind) for kind in ("confidentiality", "cooperation")]
    evidence = judge_agreements([project])["confidentiality"][project.pk].evidence

    assert (met(project), missing(project)) == (
        {"cooperation": True, "confidentiality": True},
        [],
    )
    assert [each.label for each in evidence] == [f"Confidentiality agreement {agreements[0].number} of the client"]
    make.signed_agreements(project)
    make.client_agreement(project.client)
    evidence = judge_agreements([project])["confidentiality"][project.pk].evidence
    assert [each.label for each in evidence] == [f"Confidentiality agreement CON-{project.code}"], "what binds of its own stays evidence"


def test_papers_name_what_bears_on_the_project() -> None:
    client = make.a_client()
    over, unsigned = make.client_agreement(client, days=-9, until=-1), make.client_agreement(client, sides=("cdmo",))
    project = make.a_project(client)
    binding = make.client_agreement(client)
    make.signed_agreements(project)

    named = [each.number for each in bearing_on(client.pk, project)]

    assert {over.number, unsigned.number}.isdisjoint(named)
    assert set(named) == {binding.number, f"CON-{project.code}", f"COO-{project.code}"}
    assert [each.number for each in bearing_on(client.pk, None)] == [binding.number]


def test_another_client_s_meets_nothing() -> None:
    project = make.a_project()
    make.a_project(make.a_client("DCB"))

    make.client_agreement(make.a_client("DCB"))

    assert not met(project)["confidentiality"]


@pytest.mark.parametrize(
    ("term", "words"),
    [({"days": -9, "until": -1}, "expired."), ({"days": 3}, "is in force only from"), ({"sides": ()}, "is not signed by")],
)
def test_one_that_binds_not_says_why(term: dict[str, Any], words: str) -> None:
    project = make.a_project()
    agreement = make.client_agreement(project.client, **term)

    finding = judge_agreements([project])["confidentiality"][project.pk]

    assert not finding.met and f"{agreement.number} {words}" in str(finding.blockers[0].words)


def test_the_gate_judges_many_with_the_queries_of_one(django_assert_num_queries: Any) -> None:
    for code in ("DCA", "DCB", "DCB"):
        make.a_project(make.a_client(code))
    for code in ("DCA", "DCB"):
        make.client_agreement(make.a_client(code))
    Project.objects.update(site=make.a_site())
    projects = list(Project.objects.select_related("site").order_by("pk"))

    for count in (1, 3):
        with django_assert_num_queries(1):
            found = judge_agreements(projects[:count])["confidentiality"]
        assert [finding.met for finding in found.values()] == [True] * count


def test_evaluation_is_asked_anew_for_every_project_of_the_client() -> None:
    project = make.a_project()
    make.sign_off_sheets(project)
    make.recommend(project.code, recommendation="bid", reason="Feasible.", actor=business())
    make.accepted_quotation(project)
    ask_next(project.pk)
    asked = WaitingFor.objects.open().filter(key=f"evaluation.agreements:{project.pk}")
    other = make.a_project(make.a_client("DCB"))

    agreements = [make.client_agreement(project.client, kind) for kind in ("confidentiality", "cooperation")]
    events = [event for each in agreements for event in events_of(each)]
    before, touched = asked.count(), touched_by(events)
    ask_after(events)

    assert (before, asked.count()) == (1, 0)
    assert touched == {project.pk} and other.pk not in touched


def test_a_quality_agreement_of_the_client_is_enough() -> None:
    project = make.a_project()
    Rfp.objects.filter(pk=project.rfp_id).update(gmp_needed="full")
    project = Project.objects.select_related("rfp", "client").get(pk=project.pk)
    wanted = len(quality_wanted(project))

    make.client_agreement(project.client, "quality")

    assert (wanted, quality_wanted(project)) == (1, [])


def test_each_project_is_warned_of_its_end_unless_its_own_succeeds_it() -> None:
    project, other = make.a_project(), make.a_project()
    agreement = make.client_agreement(project.client, until=20)
    said = [str(each) for each in running_out(project)]

    make.signed_agreement(project, "confidentiality", "CDA-OWN")

    assert said == [f"Confidentiality agreement {agreement.number} of the client expires on {date_format(in_days(20))}, in 20 days."]
    assert (running_out(project), len(running_out(other))) == ([], 1)
    assert running_out(other)[0].link == f"/agreements/{agreement.pk}/"
    make.client_agreement(project.client)
    assert running_out(other) == []


def test_one_of_the_client_succeeds_that_of_a_project() -> None:
    project = make.a_project()
    make.signed_agreement(project, "confidentiality", "CDA-OWN")
    Agreement.objects.filter(number="CDA-OWN").update(expires_on=in_days(20))
    warned = len(running_out(project))

    make.client_agreement(project.client)

    assert (warned, running_out(project)) == (1, [])


def test_charter_rfp_record_and_what_remains_name_it() -> None:
    project = make.a_project_ready_for_g1()
    agreement = make.client_agreement(project.client)
    draft = make.an_rfp(project.client)

    record_says = [row["value"] for rfp in (project.rfp, draft) for row in rfp_record(rfp)["reach"]]
    charter_says = [row["value"] for row in charter(project)["references"]]
    left = [row.words for row in after_declining(draft, is_kept=False)]

    assert sum(agreement.number in str(value) for value in record_says) == 2
    assert sum(agreement.number in str(value) for value in charter_says) == 1
    assert sum(f"{agreement.number} of the client remains binding" in words for words in left) == 1


def test_the_manager_of_a_project_named_before_reads_it_as_well() -> None:
    project = a_kept_project()
    Project.objects.filter(pk=project.pk).update(project_manager=manager())

    agreement = record(project.client)

    assert Agreement.objects.visible_to(manager()).covering(project).get() == agreement
