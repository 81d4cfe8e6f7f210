"""What is shared for approval: asked, answered by signature, changed since, taken back; and one act for many items."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Role, User
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from audit.signatures import verify
from projects.approvals import standings_of
from projects.models import ApprovalAnswer, ApprovalRequest, Deliverable, Milestone, Phase, Project, VisibilityChange, WaitingFor
from projects.services.approvals import answer_approval
from projects.services.lifecycle import hold_project
from projects.services.plan import reschedule_milestone
from projects.services.publishing import publish_milestone
from projects.services.sharing import ask_for_approval, preview_sharing, set_visibility, share_items
from projects.shareable import Item, items_of, shareable
from tests.kept import kept_until_the_end
from tests.projects import factories as make
from tests.projects.people import approver

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]
Events = Callable[[Callable[[], object]], list[str]]
KEY = "sample_shipped"


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """One project in small scale for all tests of the module."""
    with kept_until_the_end(django_db_blocker):
        yield make.a_project_in(Phase.SMALL_SCALE).pk


@pytest.fixture
def project(made: int, db: None) -> Project:
    return Project.objects.get(pk=made)


def ask(project: Project, key: str = KEY, **values: Any) -> ApprovalRequest:
    ask_for_approval(project.code, "milestone", key, actor=make.manager(), **values)
    return ApprovalRequest.objects.filter(kind="milestone", key=key).latest("round")


def answer(asked: ApprovalRequest, kind: str = "accepted", *, by: User | None = None, **values: Any) -> ApprovalAnswer:
    actor = by or approver()
    return answer_approval(asked.pk, kind=kind, actor=actor, authentication=make.fake_authentication(actor), **values)


def item(project: Project, key: str = KEY, kind: str = "milestone") -> Item:
    return next(each for each in items_of(project) if each.ref == f"{kind}:{key}")


def state(project: Project, key: str = KEY, kind: str = "milestone") -> str:
    found = item(project, key, kind)
    return standings_of([found])[found.ref].state


def share(project: Project, *refs: tuple[str, str], to: str = "shared", **values: Any) -> list[Item]:
    return share_items(project.code, refs, visibility=to, actor=make.manager(), **values)


def publish_later(project: Project, key: str = KEY) -> None:
    later = timezone.localdate() + timedelta(days=400)
    reschedule_milestone(project.code, key, not_before=later, actor=make.manager(), reason="The reactor is occupied.")
    publish_milestone(project.code, key, reason_class="capacity", side="cdmo", reason="Occupied.", actor=make.manager())


def test_asking_opens_a_question_that_only_the_approver_has(project: Project, events_of: Events) -> None:
    due = timezone.localdate() + timedelta(days=10)

    assert events_of(lambda: ask(project, words="Is this date right?", due_on=due)) == ["approval.asked"]

    asked = ApprovalRequest.objects.get()
    wait = WaitingFor.objects.open().get(key=f"approval.answer:{asked.pk}")
    assert (asked.round, asked.words, asked.due_on, state(project)) == (1, "Is this date right?", due, "waiting")
    assert (wait.client_id, wait.role, wait.due_on, wait.link) == (
        project.client_id,
        "client_approver",
        due,
        f"/portal/approvals/{asked.pk}/",
    )
    assert list(WaitingFor.objects.open().of(approver()).filter(pk=wait.pk)) == [wait]
    assert not WaitingFor.objects.open().of(make.person(Role.CLIENT_VIEWER)).filter(pk=wait.pk).exists()


@pytest.mark.parametrize("visibility", ["internal", "for_approval", "shared"])
def test_the_client_sees_what_is_for_approval(project: Project, visibility: str) -> None:
    Milestone.objects.filter(project=project, key=KEY).update(visibility=visibility)

    seen = Milestone.objects.visible_to(approver()).filter(project=project, key=KEY).exists()

    assert seen is (visibility != "internal")


@pytest.mark.parametrize(
    ("kind", "words", "stored"),
    [("accepted", "", "accepted"), ("accepted", "With pleasure.", "accepted_with_comment"), ("rejected", "Too late.", "rejected")],
)
def test_an_answer_is_signed_and_closes_the_question(project: Project, events_of: Events, kind: str, words: str, stored: str) -> None:
    asked = ask(project)

    assert events_of(lambda: answer(asked, kind, words=words)) == [f"approval.{stored}"]

    given = ApprovalAnswer.objects.select_related("signature").get(request=asked)
    signature = given.signature
    assert signature is not None
    assert (given.kind, given.words, signature.signer, signature.reason) == (stored, words, approver(), words)
    assert (signature.meaning, signature.object, verify(signature).valid) == (f"approval_{stored}", item(project).row, True)
    assert signature.content["published_on"] == item(project).row.published_on.isoformat()
    assert state(project) == stored
    assert not WaitingFor.objects.open().filter(key=f"approval.answer:{asked.pk}").exists()
    told = Event.objects.get(kind=f"approval.{stored}")
    assert (told.client_visible, told.client_data["title"], told.reason) == (True, asked.title, words)


def test_a_rejection_needs_a_reason(project: Project, nothing_written: Check) -> None:
    asked = ask(project)

    refusal = nothing_written(lambda: answer(asked, "rejected", words="  "), BadInput)

    assert list(refusal.errors) == ["words"]  # type: ignore[attr-defined]


def test_a_rejection_waits_for_the_manager_until_it_is_asked_again_or_no_more(project: Project) -> None:
    waits = WaitingFor.objects.open().filter(key__startswith="approval.rejected:")
    for settled in (lambda: ask(project), lambda: share(project, ("milestone", KEY))):
        answer(ask(project), "rejected", words="Filing is in March.")
        assert (waits.get().user, waits.get().link) == (make.manager(), item(project).link)
        browser = Browser()
        browser.force_login(make.manager())
        assert "Filing is in March." in browser.get(item(project).link).content.decode()

        settled()

        assert not waits.exists()


def test_who_is_not_the_approver_does_not_answer(project: Project, nothing_written: Check) -> None:
    asked = ask(project)

    for person in (make.person(Role.CLIENT_VIEWER), make.manager()):
        nothing_written(partial(answer, asked, by=person), NotAllowed)
    foreign = make.person(Role.CLIENT_APPROVER, client=make.a_client("DCB"))
    nothing_written(lambda: answer(asked, by=foreign), ApprovalRequest.DoesNotExist)


def test_nobody_answers_twice_or_what_was_taken_back(project: Project, nothing_written: Check) -> None:
    asked = ask(project)
    answer(asked)

    nothing_written(lambda: answer(asked, "rejected", words="No."), Refused)

    set_visibility(project.code, "milestone", KEY, visibility="internal", actor=make.manager())
    nothing_written(lambda: answer(asked, "rejected", words="No."), ApprovalRequest.DoesNotExist)


def test_what_was_read_is_what_is_signed(project: Project, nothing_written: Check) -> None:
    asked = ask(project)
    publish_later(project)

    refusal = nothing_written(lambda: answer(asked, expected_hash=asked.content_hash), Refused)

    assert [blocker.key for blocker in refusal.blockers] == ["signature.content_changed"]  # type: ignore[attr-defined]


def test_an_approval_is_shown_as_changed_once_the_content_moved_on(project: Project) -> None:
    before = item(project).row.published_on
    answer(ask(project))
    reschedule_milestone(project.code, KEY, not_before=before + timedelta(days=90), actor=make.manager(), reason="Internal.")
    assert state(project) == "accepted"  # an internal forecast is nothing that was approved

    publish_later(project)

    found = item(project)
    standing = standings_of([found])[found.ref]
    assert standing.state == "changed"
    assert [(str(each.words), each.before != each.after) for each in standing.differences] == [("Forecast", True)]


def test_what_was_rejected_or_changed_is_asked_again_and_what_waits_is_not(project: Project, events_of: Events) -> None:
    asked = ask(project)
    assert events_of(lambda: ask(project)) == []
    answer(asked, "rejected", words="Too late.")

    assert events_of(lambda: ask(project)) == ["approval.asked"]

    assert [row.round for row in ApprovalRequest.objects.order_by("round")] == [1, 2]
    answer(ApprovalRequest.objects.get(round=2))
    assert events_of(lambda: ask(project)) == []
    publish_later(project)
    assert ask(project).round == 3


@pytest.mark.parametrize(("to", "kinds"), [("shared", ["approval.withdrawn"]), ("internal", ["approval.withdrawn", "milestone.unshared"])])
def test_a_question_is_withdrawn_with_its_state(project: Project, events_of: Events, to: str, kinds: list[str]) -> None:
    asked = ask(project)

    assert events_of(lambda: share(project, ("milestone", KEY), to=to, reason="Asked too early.")) == kinds

    assert (ApprovalAnswer.objects.get(request=asked).kind, state(project)) == ("withdrawn", "withdrawn")
    assert not WaitingFor.objects.open().filter(key=f"approval.answer:{asked.pk}").exists()
    assert ApprovalRequest.objects.visible_to(approver()).exists() is (to == "shared")


def test_only_what_can_be_read_is_asked_about(project: Project, nothing_written: Check) -> None:
    refs = [("milestone", "methods_ready"), ("deliverable", "sample_confirmation"), ("milestone", KEY)]

    refusal = nothing_written(lambda: share(project, *refs, to="for_approval"), Refused)

    assert [blocker.key for blocker in refusal.blockers] == ["approval.no_date", "approval.not_done"]  # type: ignore[attr-defined]
    assert not VisibilityChange.objects.filter(visibility="for_approval").exists()


def test_a_deliverable_is_approved_with_the_hash_of_its_record(project: Project) -> None:
    make.done(project, "route_selection_report")
    share(project, ("deliverable", "route_selection_report"), to="for_approval")

    given = answer(ApprovalRequest.objects.get(kind="deliverable"))

    row = Deliverable.objects.get(project=project, key="route_selection_report")
    assert given.signature is not None
    assert given.signature.content["evidence"] == row.evidence_hash
    make.done(project, "route_selection_report")
    assert state(project, "route_selection_report", "deliverable") == "changed"


def test_many_items_are_one_act(project: Project, events_of: Events) -> None:
    shared = [("milestone", "methods_ready"), ("deliverable", "sample_confirmation")]

    assert events_of(lambda: share(project, *shared, reason="Agreed on the phone.")) == ["milestone.shared", "deliverable.shared"]

    events = Event.objects.filter(kind__in=["milestone.shared", "deliverable.shared"], project_id=project.pk).order_by("-pk")[:2]
    assert len({event.transaction_id for event in events}) == 1
    assert {(event.client_visible, event.client_id, event.reason) for event in events} == {
        (True, project.client_id, "Agreed on the phone.")
    }
    rows = VisibilityChange.objects.filter(key__in=["methods_ready", "sample_confirmation"])
    assert {(row.visibility, row.by, row.reason) for row in rows} == {("shared", make.manager(), "Agreed on the phone.")}


def test_the_same_state_again_changes_and_records_nothing(project: Project, events_of: Events) -> None:
    before = VisibilityChange.objects.count()

    assert events_of(lambda: share(project, ("milestone", KEY))) == []
    assert VisibilityChange.objects.count() == before


@pytest.mark.parametrize("role", [Role.RESEARCH, Role.QUALITY_ASSURANCE])
def test_sharing_is_not_everybodys(project: Project, nothing_written: Check, role: str) -> None:
    for visibility in ("internal", "for_approval"):
        nothing_written(partial(set_visibility, project.code, "milestone", KEY, visibility=visibility, actor=make.person(role)), NotAllowed)


def test_what_is_not_of_the_project_is_not_there(project: Project, nothing_written: Check) -> None:
    nothing_written(lambda: share(project, ("milestone", KEY), ("milestone", "nowhere")), Milestone.DoesNotExist)
    nothing_written(lambda: share(project), BadInput)
    nothing_written(lambda: share(project, ("milestone", KEY), to="secret"), BadInput)
    yesterday = timezone.localdate() - timedelta(days=1)
    nothing_written(lambda: share(project, ("milestone", KEY), to="for_approval", due_on=yesterday), BadInput)


def test_nothing_is_asked_while_the_project_rests(project: Project, nothing_written: Check) -> None:
    asked = ask(project)
    hold_project(project.code, actor=make.manager(), reason="Pause.")

    nothing_written(lambda: ask(project, "g2"), Refused)
    nothing_written(lambda: answer(asked), Refused)


def test_a_preview_says_what_happens_and_holds_only_while_it_is_true(project: Project, nothing_written: Check) -> None:
    ask(project, "g2")
    items = [each for each in items_of(project) if each.key in (KEY, "methods_ready", "g2")]

    hiding = preview_sharing(items, "internal")
    showing = preview_sharing(items, "shared")

    assert {each.key for each in hiding.hidden} == {KEY, "g2"}
    assert [each.key for each in hiding.withdrawn] == ["g2"]
    assert ([each.key for each in showing.newly], [each.key for each in showing.unchanged]) == (["methods_ready"], [KEY])
    refs = [(each.kind, each.key) for each in items]
    share(project, ("milestone", KEY), to="internal")
    nothing_written(lambda: share(project, *refs, expected_hash=showing.expected_hash), Refused)


def test_what_leaves_the_charter_is_shown_no_more() -> None:
    project = make.a_planned_project()
    share(project, ("milestone", "g3"))
    make.charter(project, last=Phase.SMALL_SCALE)

    last = VisibilityChange.objects.filter(project=project, key="g3").order_by("-at", "-pk")[0]

    assert last.visibility == "internal"
    assert shareable("milestone").model.objects.filter(project=project, key="g3").count() == 0
