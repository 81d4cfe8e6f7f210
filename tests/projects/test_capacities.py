"""Acting for another: wherever a role signs or confirms, a deputy does it under both names, and counts for both people."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from accounts.capacities import capacity
from accounts.models import Role, User
from audit.context import acting
from audit.models import Event, Signature
from audit.refusals import NotAllowed, Refused
from documents import services as documents
from documents.models import DocumentVersion
from notifications.audience import readers_of
from phases.evaluation.services import save_sheet, sign_off_sheet
from projects.models import GateCondition, Phase, Project, ReferencedEvidence, WaitingFor
from projects.services import change_orders, commercial, conditions, evidence
from tests.finished import drafted, render
from tests.projects import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlaid")]
Check = Callable[[Callable[[], object], type[Exception]], Exception]


def deputy_of(role: str) -> User:
    """Regulatory, who holds none of the roles that sign here."""
    make.a_delegation(make.person(role), make.person(Role.REGULATORY), role)
    return make.person(Role.REGULATORY)


def both_names(kind: str) -> tuple[str, str]:
    event = Event.objects.filter(kind=kind).latest("pk")
    return event.actor_name, event.on_behalf_of_name


def test_an_own_role_comes_before_one_for_another() -> None:
    other = make.person(Role.QUALITY_ASSURANCE)
    make.a_delegation(other, make.manager(), Role.QUALITY_ASSURANCE)
    actor = make.manager()

    own, handed = capacity(actor, Role.QUALITY_ASSURANCE, Role.PROJECT_MANAGER), capacity(actor, Role.QUALITY_ASSURANCE)

    assert own is not None and (own.role, own.giver) == (Role.PROJECT_MANAGER, None)
    assert handed is not None and handed.people == {actor.pk, other.pk}
    assert capacity(actor, Role.MANAGEMENT) is None


def test_the_giver_who_did_not_act_before_is_taken() -> None:
    first, second, actor = make.person(Role.QUALITY_ASSURANCE), make.person(Role.MANAGEMENT), make.person(Role.REGULATORY)
    make.a_delegation(first, actor, Role.QUALITY_ASSURANCE)
    make.a_delegation(second, actor, Role.MANAGEMENT)

    found = capacity(make.person(Role.REGULATORY), Role.QUALITY_ASSURANCE, Role.MANAGEMENT, apart_from=[first.pk])

    assert found is not None and found.giver == second


# Evidence


def test_a_deputy_confirms_evidence_under_both_names() -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)
    reference = make.a_reference(project, "route_selection_report")
    make.a_delegation(make.person(Role.QUALITY_ASSURANCE), make.person(Role.BUSINESS_DEVELOPMENT), Role.QUALITY_ASSURANCE)
    actor = make.person(Role.BUSINESS_DEVELOPMENT)

    evidence.confirm_reference(project.code, "route_selection_report", reference.pk, actor=actor)

    row = ReferencedEvidence.objects.get(pk=reference.pk)
    assert (row.confirmed_by, row.confirmed_for) == (actor, make.person(Role.QUALITY_ASSURANCE))
    assert both_names("evidence.confirmed") == ("Business development", "Quality assurance")


def test_a_deputy_of_quality_assurance_confirms_the_charter_that_takes_something_out() -> None:
    project = make.a_planned_project()
    make.tailor(project, "criterion", "methods")
    reference = make.a_reference(project, "project_charter")
    make.a_delegation(make.person(Role.QUALITY_ASSURANCE), make.person(Role.RESEARCH), Role.QUALITY_ASSURANCE)

    evidence.confirm_reference(project.code, "project_charter", reference.pk, actor=make.person(Role.RESEARCH))

    assert both_names("evidence.confirmed") == ("Research", "Quality assurance")


def test_nobody_confirms_through_a_deputy_what_they_entered(nothing_written: Check) -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)
    reference = make.a_reference(project, "route_selection_report", actor=make.person(Role.MANAGEMENT, Role.PROJECT_MANAGER))
    make.a_delegation(make.person(Role.MANAGEMENT, Role.PROJECT_MANAGER), make.person(Role.BUSINESS_DEVELOPMENT), Role.MANAGEMENT)
    confirm = partial(evidence.confirm_reference, project.code, "route_selection_report", reference.pk)

    refusal = nothing_written(lambda: confirm(actor=make.person(Role.BUSINESS_DEVELOPMENT)), Refused)

    assert "The person for whom you act entered it" in str(refusal)


# Conditions


def test_a_deputy_confirms_a_condition_under_both_names(nothing_written: Check) -> None:
    project = make.a_conditional_project(Phase.SMALL_SCALE)
    row = GateCondition.objects.get(review__project=project)
    conditions.answer_condition(project.code, row.pk, actor=make.person(Role.PRODUCTION), words="Done.")
    confirm = partial(conditions.confirm_condition, project.code, row.pk)
    nothing_written(lambda: confirm(actor=make.person(Role.BUSINESS_DEVELOPMENT)), NotAllowed)

    confirm(actor=deputy_of(Role.QUALITY_ASSURANCE))

    assert GateCondition.objects.get(pk=row.pk).confirmed_for == make.person(Role.QUALITY_ASSURANCE)
    assert both_names("condition.met") == ("Regulatory", "Quality assurance")


def test_nobody_confirms_through_a_deputy_what_they_answered(nothing_written: Check) -> None:
    project = make.a_conditional_project(Phase.SMALL_SCALE)
    row = GateCondition.objects.get(review__project=project)
    conditions.answer_condition(project.code, row.pk, actor=make.manager(), words="Done.")
    actor = deputy_of(Role.PROJECT_MANAGER)

    refusal = nothing_written(lambda: conditions.confirm_condition(project.code, row.pk, actor=actor), Refused)

    assert "The person for whom you act gave the evidence" in str(refusal)


# Quotation and change order


def release(project: Project, actor: User) -> object:
    return commercial.release_quotation(project.code, 1, actor=actor, authentication=make.fake_authentication(actor))


def test_a_deputy_releases_a_quotation_under_both_names(client: Client) -> None:
    project = make.a_project()
    quotation = make.a_quotation(project)
    release(project, make.person(Role.BUSINESS_DEVELOPMENT))
    actor = deputy_of(Role.MANAGEMENT)
    client.force_login(actor)
    assert 'data-dialog="release"' in client.get(quotation.get_absolute_url()).content.decode()

    release(project, actor)

    signature = Signature.objects.latest("pk")
    assert signature.people == {actor.pk, make.person(Role.MANAGEMENT).pk}
    assert signature.signer_words == "Regulatory for Management"
    assert commercial.Quotation.objects.get(pk=quotation.pk).state == "released"


def test_nobody_releases_in_two_roles_also_not_for_another(nothing_written: Check) -> None:
    project = make.a_project()
    make.a_quotation(project)
    make.a_delegation(make.person(Role.MANAGEMENT), make.person(Role.BUSINESS_DEVELOPMENT), Role.MANAGEMENT)
    release(project, make.person(Role.BUSINESS_DEVELOPMENT))

    assert "You have released it" in str(nothing_written(lambda: release(project, make.person(Role.BUSINESS_DEVELOPMENT)), Refused))


def test_one_person_does_not_release_twice_through_a_deputy(nothing_written: Check) -> None:
    project = make.a_project()
    make.a_quotation(project)
    both = make.person(Role.MANAGEMENT, Role.BUSINESS_DEVELOPMENT)
    make.a_delegation(both, make.manager(), Role.BUSINESS_DEVELOPMENT)
    make.a_delegation(both, make.person(Role.RESEARCH), Role.MANAGEMENT)
    release(project, make.manager())

    refusal = nothing_written(lambda: release(project, make.person(Role.RESEARCH)), Refused)

    assert "not through another person" in str(refusal)


def test_a_deputy_releases_a_change_order() -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)
    order = make.a_change_order(project)
    actor = deputy_of(Role.MANAGEMENT)
    for signer in (make.person(Role.BUSINESS_DEVELOPMENT), actor):
        change_orders.release_change_order(
            project.code, order.sequence, order.revision, actor=signer, authentication=make.fake_authentication(signer)
        )

    assert change_orders.ChangeOrder.objects.get(pk=order.pk).state == "released"
    assert both_names("change_order.release_signed") == ("Regulatory", "Management")


def test_a_deputy_signs_off_the_sheet_of_a_department() -> None:
    project = make.a_project()
    make.a_delegation(make.person(Role.RESEARCH), make.manager(), Role.RESEARCH)
    values = {
        "feasibility_score": 4,
        "feasibility_reason": "Known.",
        "cost_base": Decimal(1),
        "currency": "EUR",
        "duration_weeks": Decimal(2),
    }
    save_sheet(project.code, "research", changes=values, actor=make.manager())

    sign_off_sheet(project.code, "research", actor=make.manager(), authentication=make.fake_authentication(make.manager()))

    assert both_names("sheet.signed_off") == ("Project manager", "Research")


# Documents


def in_review(project: Project, author: User) -> DocumentVersion:
    """The Project Charter: quality assurance reviews, then three roles approve."""
    version = drafted("project_charter", project, author=author)
    documents.submit_for_review(version.document.number, version.number, actor=author)
    return DocumentVersion.objects.select_related("document").get(pk=version.pk)


def sign(version: DocumentVersion, actor: User, meaning: str) -> DocumentVersion:
    authentication = make.fake_authentication(actor)
    return documents.sign_version(version.document.number, version.number, actor=actor, meaning=meaning, authentication=authentication)


@pytest.fixture
def charter(db: None) -> DocumentVersion:
    project = make.a_planned_project()
    return in_review(Project.objects.get(pk=project.pk), make.person(Role.BUSINESS_DEVELOPMENT))


def test_a_deputy_signs_a_document_and_the_paper_says_for_whom(charter: DocumentVersion) -> None:
    actor = deputy_of(Role.QUALITY_ASSURANCE)
    assert WaitingFor.objects.open().of(actor).filter(key__startswith="document.sign:").exists()

    sign(charter, actor, "reviewed")

    version = DocumentVersion.objects.select_related("document").get(pk=charter.pk)
    given = next(slot.signature for slot in documents.slots_of(version) if slot.signature)
    assert given is not None and given.signer_words == "Regulatory for Quality assurance"
    assert both_names("document.signed") == ("Regulatory", "Quality assurance")
    for role in (Role.BUSINESS_DEVELOPMENT, Role.PROJECT_MANAGER, Role.MANAGEMENT):
        sign(charter, make.person(role), "approved")
    assert render(DocumentVersion.objects.get(pk=charter.pk))


def test_nobody_signs_a_document_twice_also_not_through_another(charter: DocumentVersion) -> None:
    both = make.person(Role.QUALITY_ASSURANCE, Role.MANAGEMENT)
    make.a_delegation(both, make.person(Role.REGULATORY), Role.MANAGEMENT)
    sign(charter, both, "reviewed")

    with pytest.raises(Refused, match="not through another person"):
        sign(charter, make.person(Role.REGULATORY), "approved")


def test_an_author_does_not_approve_alone_through_a_deputy(charter: DocumentVersion) -> None:
    """Everybody else who approves is an author too: the last approval is given by somebody who is none, nor acts for one."""
    author = make.person(Role.MANAGEMENT)
    for writer in (author, make.person(Role.BUSINESS_DEVELOPMENT), make.manager()):
        charter.authors.add(writer)
    sign(charter, make.person(Role.QUALITY_ASSURANCE), "reviewed")
    for approver in (make.person(Role.BUSINESS_DEVELOPMENT), make.manager()):
        sign(charter, approver, "approved")

    with pytest.raises(Refused, match="author of this version"):
        sign(charter, deputy_of(Role.MANAGEMENT), "approved")


def test_a_deputy_is_told_of_what_waits_for_the_role() -> None:
    actor = deputy_of(Role.MANAGEMENT)
    project = make.a_project_ready_for_g1()
    with acting(make.manager()):
        make.propose(project)
    event = Event.objects.get(kind="gate.proposed")

    told = {reader.user.pk: reader.asked for reader in readers_of([event])}

    assert told[actor.pk] is True and told[make.person(Role.MANAGEMENT).pk] is True
    assert make.person(Role.EHS).pk not in told


def test_the_page_of_evidence_names_both(client: Client) -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)
    reference = make.a_reference(project, "route_selection_report")
    make.a_delegation(make.person(Role.QUALITY_ASSURANCE), make.person(Role.BUSINESS_DEVELOPMENT), Role.QUALITY_ASSURANCE)
    client.force_login(make.person(Role.BUSINESS_DEVELOPMENT))

    client.post(reverse("reference-confirm", args=[project.code, "route_selection_report", reference.pk]))

    page = client.get(reverse("deliverable-detail", args=[project.code, "route_selection_report"])).content.decode()
    assert "confirmed by Business development" in page and "for Quality assurance" in page
