"""Who is told of what: the team, those who are asked, the client; never the actor, never a stranger."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Department, Role, User
from notifications.models import MailMessage, Notification
from notifications.services.inbox import tell
from projects.models import ApprovalRequest, Milestone, Project
from projects.models.project import TeamMember
from projects.services import gate
from projects.services.approvals import answer_approval
from projects.services.commercial import send_quotation
from projects.services.lifecycle import hold_project
from projects.services.plan import reschedule_milestone
from projects.services.publishing import publish_milestone
from projects.services.sharing import set_visibility, share_items
from tests.notifications.conftest import events_of, names, told
from tests.projects import factories

pytestmark = pytest.mark.django_db


def name_on_team(project: Project, role: str, label: str) -> User:
    person = factories.person(role, name=label)
    department = Department.objects.get(key=role)
    TeamMember.objects.update_or_create(project=project, department=department, defaults={"user": person})
    return person


def publish(project: Project) -> None:
    later = timezone.localdate() + timedelta(days=400)
    reschedule_milestone(project.code, "route_selected", not_before=later, actor=factories.manager(), reason="Internal words.")
    publish_milestone(
        project.code, "route_selected", reason_class="technical", side="cdmo", reason="A step failed.", actor=factories.manager()
    )


def test_team_and_account_owner_are_told_and_the_actor_is_not(project: Project) -> None:
    owner = factories.person(Role.BUSINESS_DEVELOPMENT, name="Account Owner")
    project.account_owner = owner
    project.save(update_fields=["account_owner"])
    chemist = name_on_team(project, "research", "Named Chemist")

    notifications = told(lambda: hold_project(project.code, actor=factories.manager(), reason="The client asked for a pause."))

    ours = {each.user.full_name for each in notifications if each.user.is_internal}
    assert {owner.full_name, chemist.full_name} <= ours
    assert factories.manager().full_name not in ours


def test_people_whose_role_the_gate_waits_for_are_asked_at_once(project: Project) -> None:
    project = Project.objects.get(pk=project.pk)
    factories.finish_phase(project)
    outsider = factories.person(Role.REGULATORY, name="Not Asked")
    review = gate.current_review(project)
    assert review is not None
    signers = {factories.person(role) for role in review.signers} - {factories.manager()}

    notifications = told(lambda: factories.propose(project))

    asked = [each for each in notifications if each.asked]
    assert {each.user for each in asked} >= signers
    assert {each.delivery for each in asked} == {"at_once"}
    assert {each.link for each in asked} == {f"/projects/{project.code}/gate/"}
    assert outsider.full_name not in names(notifications)


def test_a_department_is_asked_only_about_projects_that_it_sees(project: Project) -> None:
    factories.finish_phase(project)
    project.team.filter(department__key="research").delete()
    stranger = factories.person(Role.RESEARCH, name="Elsewhere Chemist")

    assert stranger.full_name not in names(told(lambda: factories.propose(project)))


def test_client_is_told_of_its_own_shared_things_and_of_nothing_internal(project: Project) -> None:
    approver = factories.person(Role.CLIENT_APPROVER, client=project.client)

    notifications = told(lambda: publish(project))

    theirs = [each for each in notifications if each.user_id == approver.pk]
    assert [each.event.kind for each in theirs] == ["milestone.published"]
    assert [each.delivery for each in theirs] == ["at_once"]


def test_foreign_client_is_told_nothing(project: Project) -> None:
    foreign = factories.person(Role.CLIENT_APPROVER, client=factories.a_client("DCB"))

    assert not [each for each in told(lambda: publish(project)) if each.user_id == foreign.pk]


def test_client_is_not_told_of_what_is_taken_back_before_it_is_told(project: Project) -> None:
    factories.person(Role.CLIENT_VIEWER, client=project.client)
    events = events_of(lambda: publish(project))
    set_visibility(project.code, "milestone", "route_selected", visibility="internal", actor=factories.manager())

    tell(events)

    assert not Notification.objects.filter(event__in=events, user__kind=User.Kind.CLIENT).exists()


def test_client_approver_is_asked_for_the_answer_to_a_quotation() -> None:
    project = factories.a_project()
    quotation = factories.a_quotation(project)
    factories.release(quotation)
    factories.a_paper(quotation)
    approver = factories.person(Role.CLIENT_APPROVER, client=project.client)
    viewer = factories.person(Role.CLIENT_VIEWER, client=project.client)

    notifications = told(lambda: send_quotation(project.code, quotation.revision, actor=factories.person(Role.BUSINESS_DEVELOPMENT)))

    by_user = {each.user_id: each for each in notifications}
    assert (by_user[approver.pk].asked, by_user[approver.pk].link) == (True, f"/portal/{project.code}/quotation/{quotation.revision}/")
    assert (by_user[viewer.pk].asked, by_user[viewer.pk].delivery) == (False, "digest")


def test_inactive_people_and_systems_are_told_nothing(project: Project) -> None:
    gone = name_on_team(project, "research", "Gone Chemist")
    User.objects.filter(pk=gone.pk).update(is_active=False)

    notifications = told(lambda: publish(project))

    assert gone.full_name not in names(notifications)
    assert {each.user.kind for each in notifications} <= {"internal", "client"}


def test_reading_again_tells_nobody_twice(project: Project) -> None:
    factories.person(Role.CLIENT_APPROVER, client=project.client)
    events = events_of(lambda: publish(project))
    tell(events)
    before = (Notification.objects.count(), MailMessage.objects.count())

    tell(events)

    assert (Notification.objects.count(), MailMessage.objects.count()) == before


def test_old_events_fill_the_inbox_and_no_mailbox(project: Project) -> None:
    approver = factories.person(Role.CLIENT_APPROVER, client=project.client)
    events = events_of(lambda: publish(project))
    for event in events:
        event.at -= timedelta(days=4)  # as if the feed had not been read since

    tell(events)

    assert set(Notification.objects.filter(user=approver, event__in=events).values_list("delivery", flat=True)) == {"inbox"}
    assert not MailMessage.objects.filter(user=approver).exists()


def test_publishing_many_dates_in_one_act_is_one_mail(project: Project) -> None:
    approver = factories.person(Role.CLIENT_APPROVER, client=project.client)
    shared = Milestone.objects.filter(project=project, visibility="shared", actual_on=None)
    later = timezone.localdate() + timedelta(days=900)
    reschedule_milestone(project.code, "route_selected", not_before=later, actor=factories.manager(), reason="Internal.")
    moved = [m.key for m in shared.all() if m.unpublished]

    def publish_all() -> None:
        for key in moved:
            publish_milestone(project.code, key, reason_class="technical", side="cdmo", reason="Late.", actor=factories.manager())

    notifications = [each for each in told(publish_all) if each.user_id == approver.pk]
    assert len(notifications) == len(moved) > 1
    assert MailMessage.objects.filter(user=approver).count() == 1


def test_cost_is_the_same_for_one_and_for_thirty_people(project: Project) -> None:
    def cost() -> int:
        events = events_of(lambda: publish(project))
        with CaptureQueriesContext(connection) as captured:
            tell(events)
        assert Notification.objects.filter(event__in=events).exists()
        publish_milestone_back(project)
        return len(captured)

    name_on_team(project, "research", "First Chemist")
    factories.person(Role.CLIENT_VIEWER, client=project.client)
    one = cost()
    for number in range(30):
        factories.person(Role.CLIENT_VIEWER, name=f"Viewer {number}", client=project.client)

    assert cost() == one


def publish_milestone_back(project: Project) -> None:
    reschedule_milestone(project.code, "route_selected", not_before=None, actor=factories.manager(), reason="Back.")
    publish_milestone(project.code, "route_selected", reason_class="other", side="cdmo", reason="Back.", actor=factories.manager())


def test_sharing_and_asking_for_many_items_is_one_mail_to_the_approver(project: Project) -> None:
    approver = factories.person(Role.CLIENT_APPROVER, client=project.client)
    manager = factories.manager()
    open_rows = Milestone.objects.filter(project=project, visibility="shared", actual_on=None)
    refs = [("milestone", key) for key in open_rows.values_list("key", flat=True)]

    notifications = [
        each
        for each in told(lambda: share_items(project.code, refs, visibility="for_approval", words="Please look.", actor=manager))
        if each.user_id == approver.pk
    ]

    assert len(notifications) == len(refs) > 1
    assert {(each.group, each.asked, each.link.startswith("/portal/approvals/")) for each in notifications} == {("asked", True, True)}
    assert MailMessage.objects.filter(user=approver).count() == 1


def test_the_answer_to_an_approval_reaches_the_manager_at_once(project: Project) -> None:
    approver = factories.person(Role.CLIENT_APPROVER, client=project.client)
    share_items(project.code, [("milestone", "g2")], visibility="for_approval", actor=factories.manager())
    asked, proof = ApprovalRequest.objects.get(), factories.fake_authentication(approver)

    notifications = told(lambda: answer_approval(asked.pk, kind="rejected", words="Too late.", actor=approver, authentication=proof))

    (mine,) = [each for each in notifications if each.user == factories.manager()]
    assert (mine.group, mine.delivery, mine.event.reason) == ("answers", "at_once", "Too late.")


def test_a_question_about_what_is_no_longer_shown_is_no_longer_told(project: Project) -> None:
    approver = factories.person(Role.CLIENT_APPROVER, client=project.client)
    notifications = told(lambda: share_items(project.code, [("milestone", "g2")], visibility="for_approval", actor=factories.manager()))
    mine = [each.pk for each in notifications if each.user_id == approver.pk]
    assert Notification.objects.visible_to(approver).filter(pk__in=mine).count() == 1

    share_items(project.code, [("milestone", "g2")], visibility="internal", actor=factories.manager())

    assert not Notification.objects.visible_to(approver).filter(pk__in=mine).exists()
