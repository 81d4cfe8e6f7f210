"""Evaluation never waits for nobody: at every step somebody finds it in "My work"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, RoleGrant
from accounts.services import end_delegation, end_role, grant_role
from audit.context import acting
from audit.models import Event
from phases.evaluation.asking import ask_after, ask_everywhere, ask_next
from phases.evaluation.services import recommend
from projects.models import Project, Quotation, Rfp, WaitingFor
from projects.services import commercial, quotation_answers
from projects.services.readiness import refresh_readiness
from projects.services.rfp import decline_rfp, update_rfp
from projects.services.waiting import escalate_waits
from tests.projects import factories
from tests.projects.confidential import agreed, another_seller, disclose, keep, named
from tests.projects.people import as_person, business, person

pytestmark = pytest.mark.django_db

BUSINESS, MANAGER = "Business development", "Project manager"


def asked(project: Project) -> list[tuple[str, str]]:
    """(person or role, step) of every open wait of the phase's own."""
    ask_next(project.pk)
    rows = WaitingFor.objects.open().filter(key__startswith="evaluation.", project=project).order_by("key")
    return [(str(row.user or Role(row.role).label), row.key.split(":")[0].removeprefix("evaluation.")) for row in rows]


def words(project: Project) -> str:
    return WaitingFor.objects.open().get(key__startswith="evaluation.", project=project).words


def bid(project: Project, recommendation: str = "bid") -> None:
    recommend(project.code, recommendation=recommendation, reason="Feasible.", actor=business())


def test_every_step_of_evaluation_asks_somebody() -> None:
    project = factories.a_project()
    assert asked(project) == []  # the departments are asked for their sheets

    factories.sign_off_sheets(project)
    assert asked(project) == [(BUSINESS, "recommendation")]
    bid(project)
    assert asked(project) == [(BUSINESS, "quotation")]
    assert "Draft the quotation" in words(project)
    quotation = factories.a_quotation(project)
    assert asked(project) == [(BUSINESS, "quotation")]
    assert quotation.label in words(project)
    commercial.release_quotation(project.code, 1, actor=business(), authentication=factories.fake_authentication(business()))
    assert asked(project) == []  # the second release has a wait of its own
    director = factories.person(Role.MANAGEMENT)
    commercial.release_quotation(project.code, 1, actor=director, authentication=factories.fake_authentication(director))
    assert asked(project) == [(BUSINESS, "quotation")]
    assert "Send it to the client" in words(project)
    factories.send(quotation)
    assert asked(project) == []  # the client is asked
    approver = factories.person(Role.CLIENT_APPROVER)
    quotation_answers.accept_quotation(project.code, 1, actor=approver, authentication=factories.fake_authentication(approver))
    assert asked(project) == [(BUSINESS, "agreements"), (MANAGER, "charter")]
    factories.signed_agreements(project)
    assert asked(project) == [(MANAGER, "charter")]
    factories.charter(project)
    assert asked(project) == []  # the charter's deliverables have waits of their own


def test_a_quotation_that_expired_or_was_declined_asks_for_the_next_revision() -> None:
    project = factories.a_project()
    factories.sign_off_sheets(project)
    bid(project)
    quotation = factories.a_quotation(project)
    factories.release(quotation)
    factories.send(quotation)
    Quotation.objects.filter(project=project).update(valid_until=timezone.localdate() - timedelta(days=1))

    assert ask_everywhere() == 1
    assert "expired without an answer" in words(project)

    quotation_answers.decline_quotation(project.code, 1, actor=factories.person(Role.CLIENT_APPROVER), reason="Too dear.")
    ask_next(project.pk)
    assert "draft the next revision" in words(project)


def test_no_bid_asks_for_the_end_or_another_recommendation() -> None:
    project = factories.a_project()
    factories.sign_off_sheets(project)
    bid(project, "no_bid")

    assert asked(project) == [(BUSINESS, "recommendation")]
    assert "no bid" in words(project)


def test_a_project_that_rests_asks_nobody() -> None:
    project = factories.a_project()
    factories.sign_off_sheets(project)
    assert asked(project)

    factories.hold(project)

    assert asked(project) == []


def test_a_project_that_left_evaluation_asks_nobody() -> None:
    project = factories.decide(factories.a_project_ready_for_g1())

    assert asked(project) == []


def test_the_feed_of_events_keeps_the_waits() -> None:
    project = factories.a_project()
    factories.sign_off_sheets(project)

    ask_after(list(Event.objects.filter(project_id=project.pk)))

    assert WaitingFor.objects.open().filter(key=f"evaluation.recommendation:{project.pk}").exists()


def test_a_draft_request_waits_for_its_owner_until_it_is_submitted_or_declined() -> None:
    rfp = factories.an_rfp(quotation_needed_on=timezone.localdate() + timedelta(days=9))
    wait = WaitingFor.objects.open().get(key=f"rfp.complete:{rfp.pk}")
    assert (wait.user, wait.due_on) == (business(), rfp.quotation_needed_on)

    other = factories.person(Role.BUSINESS_DEVELOPMENT, name="Second Business Developer")
    update_rfp(rfp.number, changes={"account_owner": other}, actor=business())
    assert WaitingFor.objects.open().get(key=f"rfp.complete:{rfp.pk}").user == other

    decline_rfp(rfp.number, actor=business(), reason="Not our chemistry.")
    assert not WaitingFor.objects.open().filter(key=f"rfp.complete:{rfp.pk}").exists()


def test_submitting_closes_the_wait_for_the_request() -> None:
    project = factories.a_project()

    assert not WaitingFor.objects.open().filter(key=f"rfp.complete:{project.rfp_id}").exists()


def test_a_ready_gate_waits_for_its_project_manager_until_it_is_proposed() -> None:
    project = factories.a_project_ready_for_g1()
    refresh_readiness([project.pk])
    review = factories.gate.current_review(project)
    assert WaitingFor.objects.open().get(key=f"gate.propose:{review.pk}").user == factories.manager()

    factories.propose(project)
    assert not WaitingFor.objects.open().filter(key=f"gate.propose:{review.pk}").exists()

    refresh_readiness([project.pk])
    assert not WaitingFor.objects.open().filter(key=f"gate.propose:{review.pk}").exists()


def test_a_gate_that_is_no_longer_ready_waits_no_more() -> None:
    project = factories.a_project_ready_for_g1()
    refresh_readiness([project.pk])

    factories.hold(project)
    refresh_readiness([project.pk])

    assert not WaitingFor.objects.open().filter(key__startswith="gate.propose:").exists()


def a_kept_offer() -> Quotation:
    """Its sheets are signed off; business development has signed the release."""
    project = factories.a_project()
    factories.sign_off_sheets(project)
    bid(project)
    quotation = factories.a_quotation(project)
    keep(project.client)
    commercial.release_quotation(project.code, 1, actor=business(), authentication=factories.fake_authentication(business()))
    return quotation


def naming(project: Project) -> WaitingFor | None:
    """Asked after what happened last."""
    ask_after([Event.objects.latest("pk")])
    return WaitingFor.objects.open().filter(key=f"evaluation.naming:{project.pk}").first()


def test_business_development_names_people_while_a_role_is_waited_for_in_vain() -> None:
    project = a_kept_offer().project

    wait = naming(project)

    assert wait is not None
    assert wait.words.startswith(f"{project.code}: Name people: nobody of Management may see it before the confidentiality agreement")
    assert wait.link == reverse("rfp-confidentiality", args=[project.rfp.number]) + "#name-title"
    assert wait in WaitingFor.objects.of(business())
    assert wait.link in as_person(business()).get(reverse("my-work")).content.decode()


def test_nobody_is_asked_for_names_once_somebody_is_named() -> None:
    project = a_kept_offer().project
    assert naming(project)
    named(project, person(Role.MANAGEMENT))

    assert naming(project) is None


@pytest.mark.parametrize("lift", [lambda project: disclose(project.client), agreed])
def test_nobody_is_asked_for_names_of_what_is_disclosed(lift: Callable[[Project], object]) -> None:
    project = a_kept_offer().project
    assert naming(project)

    lift(project)

    assert naming(project) is None


def test_asking_for_names_waits_for_nobody_itself() -> None:
    """Also where nobody of business development may see it, and where it has waited too long."""
    project = a_kept_offer().project
    Rfp.objects.filter(pk=project.rfp_id).update(created_by=another_seller(), account_owner=None)
    Project.objects.filter(pk=project.pk).update(account_owner=None)
    assert naming(project)
    with acting(channel="worker"):
        escalate_waits(timezone.localdate() + timedelta(days=30))
    RoleGrant.objects.filter(user=another_seller()).update(ended_at=timezone.now())

    named(project, person(Role.MANAGEMENT), actor=person(Role.MANAGEMENT, name="Another of management"))

    assert naming(project) is None


def test_who_is_waited_for_in_vain_since_this_very_event_is_asked_for_at_once() -> None:
    """The recommendation is asked of business development, of whom nobody may see the project."""
    project, research = factories.a_project(), person(Role.RESEARCH)
    factories.sign_off_sheets(project)
    keep(project.client)
    named(project, research)
    Rfp.objects.filter(pk=project.rfp_id).update(created_by=research, account_owner=None)
    Project.objects.filter(pk=project.pk).update(account_owner=None)

    assert asked(project) == [(BUSINESS, "naming"), (BUSINESS, "recommendation")]


def test_a_role_of_who_may_see_it_is_waited_for_no_more_once_they_hold_it_or_sign_in_it() -> None:
    project, chemist, manager = a_kept_offer().project, person(Role.RESEARCH), person(Role.MANAGEMENT)
    named(project, chemist)
    assert naming(project)

    given = factories.a_delegation(manager, chemist, Role.MANAGEMENT)
    assert naming(project) is None
    end_delegation(given.pk, actor=manager)
    assert naming(project)
    grant = grant_role(chemist.pk, role=Role.MANAGEMENT, reason="Leads the bid.", actor=person(Role.ADMINISTRATOR))
    assert naming(project) is None
    end_role(grant.pk, reason="Over.", actor=person(Role.ADMINISTRATOR))
    assert naming(project)
