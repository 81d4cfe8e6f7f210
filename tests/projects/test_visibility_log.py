"""The log of what was visible when says at each moment what the client saw."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Role
from audit.refusals import BadInput, Refused
from documents import registry
from documents.models import Document
from documents.registry import DocumentType
from documents.services import share_document, submit_for_review, unshare_document, upload_version
from projects.models import ApprovalRequest, Deliverable, Milestone, Phase, Project, VisibilityChange
from projects.services.approvals import answer_approval
from projects.services.plan import reschedule_milestone
from projects.services.publishing import publish_milestone
from projects.services.sharing import share_items
from projects.visibility_log import shown_at, shown_on, spells_of
from tests.kept import kept_until_the_end
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
MEMO = DocumentType(key="memo", title="Memo", phase=Phase.EVALUATION, number_prefix="MEM")
KEYS = (("milestone", "g2"), ("milestone", "methods_ready"), ("milestone", "sample_shipped"), ("deliverable", "route_selection_report"))
ACTS = st.tuples(
    st.sampled_from(["internal", "shared", "for_approval", "answer"]), st.lists(st.integers(0, len(KEYS)), min_size=1, max_size=3)
)


class Undo(Exception):
    """Ends an example: everything it did is rolled back."""


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """In small scale, with a memo in effect and one deliverable done: each kind can be shared for approval."""
    registry._types["memo"] = MEMO
    with override_settings(FILES_DIR=tmp_path_factory.mktemp("files")), kept_until_the_end(django_db_blocker):
        project, manager = make.a_project_in(Phase.SMALL_SCALE), make.manager()
        make.done(project, "route_selection_report")
        version = upload_version("memo", upload=BytesIO(b"%PDF-1.7 a memo\n%%EOF\n"), name="memo.pdf", actor=manager, project=project)
        submit_for_review(version.document.number, 1, actor=manager)
        yield project.pk
    del registry._types["memo"]


@pytest.fixture
def project(made: int, db: None) -> Project:
    return Project.objects.get(pk=made)


def the_memo(project: Project) -> Document:
    return Document.objects.get(project=project, type_key="memo")


def seen_by(project: Project) -> set[tuple[str, int]]:
    """What the client reads now, by the one query layer."""
    viewer = make.person(Role.CLIENT_VIEWER)
    kinds = (("milestone", Milestone.objects), ("deliverable", Deliverable.objects), ("document", Document.objects))
    return {(kind, pk) for kind, rows in kinds for pk in rows.visible_to(viewer).filter(project=project).values_list("pk", flat=True)}


def do(project: Project, act: str, chosen: list[int]) -> None:
    """One act; what is refused simply does not happen."""
    if act == "answer":
        asked = ApprovalRequest.objects.open().order_by("pk").first()
        if asked is not None:
            person = make.person(Role.CLIENT_APPROVER)
            answer_approval(asked.pk, kind="rejected", words="No.", actor=person, authentication=make.fake_authentication(person))
        return
    refs = [*KEYS, ("document", the_memo(project).number)]
    share_items(project.code, {refs[number] for number in chosen}, visibility=act, actor=make.manager(), reason="Tried.")


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=st.lists(ACTS, min_size=1, max_size=8))
def test_the_log_says_at_each_moment_what_the_client_saw(project: Project, acts: list[tuple[str, list[int]]]) -> None:
    with pytest.raises(Undo), transaction.atomic():
        seen = [(timezone.now(), seen_by(project))]
        for act in acts:
            with suppress(Refused, BadInput):
                do(project, *act)
            seen.append((timezone.now(), seen_by(project)))
        assert [shown_at(project, moment) for moment, _what in seen] == [what for _moment, what in seen]
        raise Undo


def test_what_the_charter_shows_stands_in_the_log_from_the_contract_on() -> None:
    project = make.a_project_ready_for_g1()
    before, quotation = timezone.now(), seen_by(project)
    assert {kind for kind, _pk in quotation} == {"document"}, "the quotation's paper alone"

    make.decide(project)

    assert (shown_at(project, before), shown_at(project, timezone.now())) == (quotation, seen_by(project))
    assert seen_by(project) > quotation
    assert {row.by.is_internal for row in VisibilityChange.objects.filter(project=project)} == {True}


def noon_of(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    """Let the services stamp their acts with noon of that day."""
    monkeypatch.setattr(timezone, "now", lambda: timezone.make_aware(datetime.combine(day, time(12))))


def test_a_day_shows_from_when_to_when_by_whom_and_what_was_told(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    manager, refs = make.manager(), [("document", the_memo(project).number)]
    first, last = (timezone.localdate() - timedelta(days=days) for days in (9, 4))
    with monkeypatch.context() as then:
        noon_of(then, first)
        share_items(project.code, refs, visibility="for_approval", actor=manager, reason="Agreed.")
        noon_of(then, last)
        share_items(project.code, refs, visibility="internal", actor=manager, reason="By mistake.")

    def of_memo(day: date) -> list[Any]:
        return [spell for spell in shown_on(project, day) if spell.began.kind == "document"]

    assert (of_memo(first - timedelta(days=1)), of_memo(last + timedelta(days=1))) == ([], [])
    for day in (first, first + timedelta(days=2), last):
        (spell,) = of_memo(day)
        assert (spell.began.visibility, spell.began.by, spell.began.reason) == ("for_approval", manager, "Agreed.")
        assert (timezone.localdate(spell.until), spell.ended.by, spell.ended.reason) == (last, manager, "By mistake.")


def test_a_day_says_the_date_that_was_told_then(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Milestone.objects.get(project=project, key="g2").published_on
    share_items(project.code, [("milestone", "g2")], visibility="internal", actor=make.manager())
    share_items(project.code, [("milestone", "g2")], visibility="shared", actor=make.manager())
    reschedule_milestone(project.code, "g2", not_before=told + timedelta(days=90), actor=make.manager(), reason="Internal.")
    publish_milestone(project.code, "g2", reason_class="other", side="cdmo", reason="Later.", actor=make.manager())
    now = Milestone.objects.get(project=project, key="g2").published_on

    first, second = [spell for spell in spells_of(project) if spell.began.key == "g2"]

    assert (first.told, second.told) == (f"planned for {told:%-d %b %Y}", f"planned for {now:%-d %b %Y}")


def test_the_cost_does_not_grow_with_the_log(project: Project) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            spells_of(project)
        return len(captured)

    refs = [*KEYS, ("document", the_memo(project).number)]
    share_items(project.code, refs, visibility="shared", actor=make.manager())
    before = cost()
    for visibility in ("internal", "shared"):
        share_items(project.code, refs, visibility=visibility, actor=make.manager())

    assert cost() == before <= 12


def test_one_document_is_shared_by_the_same_service(project: Project) -> None:
    number = the_memo(project).number
    share_document(number, actor=make.manager())
    unshare_document(number, actor=make.manager(), reason="By mistake.")

    rows = VisibilityChange.objects.filter(kind="document", key=number).order_by("pk")
    assert [(row.visibility, row.project, row.reason) for row in rows] == [("shared", project, ""), ("internal", project, "By mistake.")]


def test_the_log_is_written_once(project: Project) -> None:
    rows = VisibilityChange.objects.filter(project=project)

    for act in (lambda: rows.update(title="Other"), lambda: rows.delete()):
        with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
            act()
