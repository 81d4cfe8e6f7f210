"""Every kind of event that opens a wait: whoever is waited for is asked, and the message leads to where the wait leads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Role, User
from audit.context import acting
from audit.spoken import spoken
from catalogue.services import name_sheet_owners
from documents import registry
from documents.registry import DocumentType, Meaning, SignerSlot
from documents.services import queue, request_document, sign_version, submit_for_review, upload_version
from notifications.asking import OF_MANY, WAIT_OF_KIND, WAIT_OF_PAGE
from notifications.models import Notification
from notifications.reading import items_of
from phases.evaluation.services import assign_sheet, reopen_sheet, submit_rfp
from projects.models import Deliverable, GateCondition, GateReview, Milestone, Phase, Project, WaitingFor
from projects.services import change_orders, commercial, conditions, evidence, owners, quotation_answers, rounds
from projects.services.meeting import call_meeting
from projects.services.payments import plan_payment
from projects.services.plan import reschedule_milestone
from projects.services.sharing import set_visibility
from projects.services.siting import choose_site
from projects.services.team import name_team_member
from projects.services.waiting import escalate_waits
from tests.notifications.conftest import told
from tests.notifications.scenes import MORE_IN_SMALL_SCALE
from tests.notifications.scenes_of_process import IN_PROCESS
from tests.projects import factories as make
from tests.projects.people import business

pytestmark = pytest.mark.django_db

SIGNED_MEMO = DocumentType(
    key="signed_memo",
    title="Signed memo",
    phase=Phase.SMALL_SCALE,
    number_prefix="XSM",
    signers=(SignerSlot(Meaning.REVIEWED, Role.MANAGEMENT), SignerSlot(Meaning.APPROVED, Role.QUALITY_ASSURANCE)),
)
KEY = re.compile(r'f"([a-z_]+(?:\.[a-z_]+)?):\{')
CHINESE = re.compile(r"[\u4e00-\u9fff]")
CODE = re.compile(r"API-\d{4}-\d{4}")
LATIN = re.compile("[A-Za-z]")
LEFT_OVER = re.compile(r"\b(the|sign|for|of|is|and|to|version|report)\b", re.IGNORECASE)  # words of ours that were not translated
UNTOLD = {"gate.propose", "gate.renew"}  # opened by the readiness of a gate and by a return, which tells of itself: they stand in "My work"
Act = Callable[[], object]
Scene = Callable[[Project], Act]


@pytest.fixture(autouse=True)
def memo() -> Iterator[None]:
    registry._types["signed_memo"] = SIGNED_MEMO
    yield
    del registry._types["signed_memo"]


def quality() -> User:
    return make.person(Role.QUALITY_ASSURANCE)


def in_background(act: Act) -> Act:
    def acted() -> None:
        with acting(channel="worker"):
            act()

    return acted


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


# what is prepared, and then the act that asks


def a_meeting(project: Project) -> Act:
    return lambda: call_meeting(project.code, meeting_on=in_days(1), agenda="G2", actor=make.manager())


def a_proposal(project: Project) -> Act:
    make.finish_phase(project)
    return lambda: make.propose(project)


def a_conditional_go(project: Project) -> Act:
    make.finish_phase(project)
    make.propose(project, "go_with_conditions", conditions=(make.a_condition(),))
    return lambda: make.sign(project)


def a_condition(project: Project) -> GateCondition:
    a_conditional_go(project)()
    return GateCondition.objects.select_related("owner").get(review__project=project)


def an_answer(project: Project) -> Act:
    row = a_condition(project)
    return lambda: conditions.answer_condition(project.code, row.pk, actor=row.owner, words="Qualified on Friday.")


def a_rejection(project: Project) -> Act:
    an_answer(project)()
    row = GateCondition.objects.get(review__project=project)
    return lambda: conditions.reject_answer(project.code, row.pk, actor=quality(), reason="Show the protocol.")


def an_overdue_condition(project: Project) -> Act:
    a_condition(project)
    return in_background(lambda: conditions.tell_overdue_conditions(in_days(60)))


def a_waiver(project: Project) -> Act:
    return lambda: make.a_waiver(project, "route")


def a_release_of_an_order(project: Project) -> Act:
    order, actor = make.a_change_order(project), business()
    return lambda: change_orders.release_change_order(
        project.code, order.sequence, order.revision, actor=actor, authentication=make.fake_authentication(actor)
    )


def an_order(project: Project) -> Act:
    make.person(Role.CLIENT_APPROVER, client=project.client)
    return lambda: make.sent_change_order(project)


def a_payment(project: Project) -> Act:
    return lambda: plan_payment(project.code, title="First payment", source="gate:G1", actor=make.manager())


def evidence_to_confirm(project: Project) -> Act:
    quality()
    return lambda: make.a_reference(project, "route_selection_report")


def a_name_on_the_team(project: Project) -> Act:
    chemist = make.person(Role.RESEARCH)
    return lambda: name_team_member(project.code, "research", user=chemist, actor=make.manager())


def an_assignment(project: Project) -> Act:
    chemist = make.person(Role.RESEARCH)
    return lambda: evidence.assign_deliverable(
        project.code, "route_selection_report", actor=make.manager(), owner=chemist, due_on=in_days(9)
    )


def a_renewal(project: Project) -> Act:
    make.done(project, "cost_yield_review")
    for department in Deliverable.objects.filter(project=project, phase=Phase.COMMERCIAL).values_list("department__key", flat=True):
        make.person(owners.ROLE_OF_DEPARTMENT.get(department, department), name=f"Another of {department}")
    review = GateReview.objects.current().get(project=project)
    review.gate, review.phase = "G5", Phase.COMMERCIAL  # as if it were that one
    return partial(transaction.atomic(rounds.repeat_yearly), project, review, actor=make.person(Role.EHS))


def a_moved_plan(project: Project) -> Act:
    other = make.person(Role.PROJECT_MANAGER, name="Second Manager")  # nobody is told of an act of their own
    return lambda: reschedule_milestone(project.code, "route_selected", not_before=in_days(400), actor=other, reason="Late material.")


def a_shared_date(project: Project) -> Act:
    row = Milestone.objects.open().filter(project=project, visibility="internal").exclude(forecast_on=None).first()
    assert row is not None
    Milestone.objects.filter(pk=row.pk).update(baseline_on=row.forecast_on)
    return lambda: set_visibility(project.code, "milestone", row.key, visibility="shared", actor=business())


def a_long_wait(project: Project) -> Act:
    make.person(Role.MANAGEMENT)
    return in_background(lambda: escalate_waits(in_days(700)))


def a_silent_client(project: Project) -> Act:
    make.sent_change_order(project)
    return in_background(lambda: escalate_waits(in_days(29)))


def a_submitted_memo(project: Project) -> Act:
    upload = upload_version("signed_memo", upload=BytesIO(b"%PDF-1.7\n%%EOF\n"), name="memo.pdf", actor=make.manager(), project=project)
    make.person(Role.MANAGEMENT), quality()
    return lambda: submit_for_review(upload.document.number, 1, actor=make.manager())


def a_reviewed_memo(project: Project) -> Act:
    a_submitted_memo(project)()
    (wait,) = WaitingFor.objects.open().filter(key__startswith="document.sign:")
    actor, number = make.person(wait.role), wait.link.strip("/").split("/")[-1]
    return lambda: sign_version(number, 1, actor=actor, authentication=make.fake_authentication(actor), meaning=Meaning.REVIEWED)


def a_failed_document(project: Project) -> Act:
    claimed = queue._claim(request_document("project_status_report", project=project, actor=make.manager()).pk)
    assert claimed is not None
    return in_background(lambda: queue._fail(claimed, "no such figure"))


def a_release_of_a_quotation(project: Project) -> Act:
    quotation, actor = make.a_quotation(project), business()
    make.person(Role.MANAGEMENT)
    return lambda: commercial.release_quotation(
        project.code, quotation.revision, actor=actor, authentication=make.fake_authentication(actor)
    )


def a_quotation(project: Project) -> Act:
    quotation = make.a_quotation(project)
    make.release(quotation)
    make.a_paper(quotation)
    make.person(Role.CLIENT_APPROVER, client=project.client)
    return lambda: commercial.send_quotation(project.code, quotation.revision, actor=business())


def changes_of_a_quotation(project: Project) -> Act:
    a_quotation(project)()
    approver = make.person(Role.CLIENT_APPROVER, client=project.client)
    return lambda: quotation_answers.ask_for_changes(project.code, 1, remarks={None: "Sooner."}, actor=approver)


def changes_taken_back(project: Project) -> Act:
    changes_of_a_quotation(project)()
    make.person(Role.CLIENT_APPROVER, name="Second Approver", client=project.client)  # nobody is told of an act of their own
    approver = make.person(Role.CLIENT_APPROVER, client=project.client)
    return lambda: quotation_answers.withdraw_changes(project.code, 1, actor=approver)


def new_sheets(project: Project) -> Act:
    make.person(Role.RESEARCH)
    rfp = make.an_rfp(**make.COMPLETE_REQUEST)
    return lambda: submit_rfp(rfp.number, actor=business())


def new_sheets_with_an_owner(project: Project) -> Act:
    site, research = make.a_site(), make.person(Role.RESEARCH)
    name_sheet_owners(site.key, {"research": research}, actor=make.person(Role.MANAGEMENT))
    rfp = make.an_rfp(**make.COMPLETE_REQUEST)
    return lambda: submit_rfp(rfp.number, site=site.key, actor=business())


def a_sheet_that_follows_the_site(project: Project) -> Act:
    site = make.a_site()
    name_sheet_owners(site.key, {"research": make.person(Role.RESEARCH)}, actor=make.person(Role.MANAGEMENT))
    return lambda: choose_site(project.code, site=site, actor=business())


def a_given_sheet(project: Project) -> Act:
    return lambda: assign_sheet(project.code, "research", owner=make.person(Role.RESEARCH), due_on=in_days(9), actor=business())


def a_sheet_for_another_day(project: Project) -> Act:
    return lambda: assign_sheet(project.code, "research", owner=None, due_on=in_days(9), actor=business())


def a_reopened_sheet(project: Project) -> Act:
    make.sign_off_sheets(project)
    return lambda: reopen_sheet(project.code, "research", actor=make.manager(), reason="The cost is missing.")


IN_SMALL_SCALE: dict[str, Scene] = {
    "gate.meeting_called": a_meeting,
    "gate.proposed": a_proposal,
    "condition.set": a_conditional_go,
    "condition.answered": an_answer,
    "condition.rejected": a_rejection,
    "condition.overdue": an_overdue_condition,
    "waiver.requested": a_waiver,
    "change_order.release_signed": a_release_of_an_order,
    "change_order.sent": an_order,
    "payment.ready_to_invoice": a_payment,
    "evidence.entered": evidence_to_confirm,
    "deliverable.asked": a_name_on_the_team,
    "work.asked": a_conditional_go,
    "deliverable.assigned": an_assignment,
    "deliverable.renewed": a_renewal,
    "plan.forecasts_moved": a_moved_plan,
    "milestone.shared": a_shared_date,
    "wait.escalated": a_long_wait,
    "wait.unanswered": a_silent_client,
    "wait.reminded": a_silent_client,
    "document.submitted": a_submitted_memo,
    "document.signed": a_reviewed_memo,
    "document.failed": a_failed_document,
    **MORE_IN_SMALL_SCALE,
}
IN_EVALUATION: dict[str, Scene] = {
    "quotation.release_signed": a_release_of_a_quotation,
    "quotation.sent": a_quotation,
    "quotation.changes_asked": changes_of_a_quotation,
    "quotation.changes_withdrawn": changes_taken_back,
    "sheet.opened": new_sheets,
    "sheet.opened_for": new_sheets_with_an_owner,
    "sheet.assigned": a_given_sheet,
    "sheet.moved": a_sheet_for_another_day,
    "sheet.followed_site": a_sheet_that_follows_the_site,
    "sheet.reopened": a_reopened_sheet,
    **IN_PROCESS,
}


def leads_to_the_wait(kind: str, act: Act) -> list[Notification]:
    """Everybody who is asked by events of this kind is led to something that is open and waits for exactly them."""
    asked = [each for each in told(act) if each.event.kind == kind and each.asked]
    for each in asked:
        (line,) = items_of([each], each.user)
        own = WaitingFor.objects.open().of(User.objects.get(pk=each.user_id))
        waits = own.filter(key=each.event.data["key"]) if kind in OF_MANY else own.filter(link=line.link)
        assert waits, (kind, each.user, line.link)
        assert line.link == (reverse("my-work") if kind in OF_MANY else each.link)
        says_it_in_chinese(each, waits[0])
    return asked


def says_it_in_chinese(told_of: Notification, wait: WaitingFor) -> None:
    """Whatever is told and waited for, also where the record wrote whole sentences in its own language."""
    with translation.override("zh-hans"):
        (line,) = items_of([told_of], told_of.user)
        for words in (line.words, spoken(wait.words)):
            ours = without_entered(words)
            assert CHINESE.search(ours) or not LATIN.search(CODE.sub("", ours)), words
            assert not LEFT_OVER.search(ours), words


def without_entered(words: str) -> str:
    """What people typed stays in the language they typed it in."""
    for entered in (make.a_condition().words, "The sample is confirmed.", "Order the starting material"):
        words = words.replace(entered, "")
    return words


@pytest.mark.parametrize("kind", IN_SMALL_SCALE)
def test_who_is_waited_for_is_led_to_the_act(kind: str, project: Project) -> None:
    assert leads_to_the_wait(kind, IN_SMALL_SCALE[kind](project))


@pytest.mark.parametrize("kind", IN_EVALUATION)
def test_who_is_waited_for_in_evaluation_is_led_to_the_act(kind: str) -> None:
    assert leads_to_the_wait(kind, IN_EVALUATION[kind](make.a_project()))


def test_every_wait_of_the_product_is_told_by_some_event() -> None:
    """A new kind of wait without an event that asks for it fails here; a new kind that asks, in the tests above."""
    places = [path for app in ("projects", "phases", "documents") for path in (Path(settings.BASE_DIR) / app).rglob("*.py")]
    opening = [path.read_text() for path in places if "open_wait(" in path.read_text()]
    opened = {key for text in opening for key in KEY.findall(text)}

    told_of = {key.partition(":")[0] for key in WAIT_OF_KIND.values()} | set(WAIT_OF_PAGE.values())

    assert opened - told_of == UNTOLD
    assert {*IN_SMALL_SCALE, *IN_EVALUATION} == {*WAIT_OF_KIND, *WAIT_OF_PAGE}


def test_an_overdue_condition_reaches_its_owner_who_is_not_on_the_team(project: Project) -> None:
    act = an_overdue_condition(project)
    owner = make.person(Role.PRODUCTION)
    project.team.filter(department__key="production").delete()

    (line,) = [each for each in told(act) if each.event.kind == "condition.overdue" and each.user_id == owner.pk]

    assert (line.asked, line.delivery) == (True, "digest")
    assert Notification.objects.visible_to(owner).filter(pk=line.pk).exists()


def test_an_overdue_condition_reaches_its_owner_also_when_it_waits_for_confirmation(project: Project) -> None:
    an_answer(project)()
    owner = make.person(Role.PRODUCTION)

    notifications = told(in_background(lambda: conditions.tell_overdue_conditions(in_days(60))))

    assert {(each.user_id, each.asked) for each in notifications if each.event.kind == "condition.overdue"} >= {
        (owner.pk, False),
        (quality().pk, True),
    }
