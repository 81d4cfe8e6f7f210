"""Texts of an installation in its documents: revisions, what a version pins, what stays as it was signed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Role, User
from audit.models import Event
from audit.refusals import BadInput, Missing, NotAllowed, Refused
from audit.signatures import content_hash
from documents import services
from documents.models import DocumentVersion, DocumentWording, Rendition
from documents.services.queue import page_of
from documents.wording import HOUSE, is_of_release
from projects.models import Project
from tests.documents.conftest import again, render
from tests.routes.world import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stub_pdf")]

WHY = "The counsel wants it."
INTRODUCTION = "<p>Prepared under <strong>QP-01</strong>.</p>"


def change(actor: User, key: str = "sample_report", revision: int = 0, **texts: Any) -> DocumentWording:
    return services.change_wording(key, texts=texts, reason=WHY, revision=revision, actor=actor)


def test_a_new_version_pins_the_texts_and_an_older_one_keeps_its_own(requested: DocumentVersion, project: Project, quality: User) -> None:
    before = again(requested)
    assert before.template_version == "1" and "texts" not in before.snapshot

    change(quality, introduction=INTRODUCTION, closing="<p>End of the report.</p>")
    change(quality, HOUSE, address="Lab Street 1\nBasel", footer="Demo CDMO AG, Basel")
    after = services.request_document("sample_report", actor=before.requested_by, project=project, reason="New texts.")

    page = page_of(after, Rendition.Kind.REVIEW)
    assert after.template_version == after.snapshot["document"]["template_version"] == "1.1-h1"
    assert all(words in page for words in (INTRODUCTION, "End of the report.", "Lab Street 1<br>Basel", "Demo CDMO AG, Basel"))
    assert after.content_hash == content_hash(after) != before.content_hash
    kept = again(before)
    assert (kept.template_version, kept.content_hash, kept.snapshot) == ("1", before.content_hash, before.snapshot)
    assert INTRODUCTION not in page_of(kept, Rendition.Kind.REVIEW)


def test_a_later_change_touches_no_version_that_is_there(requested: DocumentVersion, quality: User) -> None:
    change(quality, introduction=INTRODUCTION)

    page = page_of(again(requested), Rendition.Kind.REVIEW)

    assert INTRODUCTION not in page and again(requested).content_hash == requested.content_hash


def test_versions_with_and_without_the_texts_go_into_review(
    rendered: DocumentVersion, project: Project, manager: User, quality: User
) -> None:
    change(quality, introduction=INTRODUCTION)
    change(quality, HOUSE, footer="Demo CDMO AG, Basel")
    assert "document.template" not in [each.key for each in services.submission_blockers(again(rendered))]

    second = services.request_document("sample_report", actor=manager, project=project, reason="New texts.")
    services.save_narrative(second.document.number, 2, "summary", "<p>All went well.</p>", actor=manager)
    render(second)

    assert again(second).template_version == "1.1-h1"
    assert services.submit_for_review(second.document.number, 2, actor=manager).state == DocumentVersion.State.IN_REVIEW


def test_a_version_of_another_release_s_template_does_not(rendered: DocumentVersion) -> None:
    declared = rendered.document.type
    assert declared is not None
    others = ("2", "2.1", "11", "1.x", "", "1-h")

    assert [each for each in ("1", "1.7", "1-h3", "1.7-h3", *others) if is_of_release(each, declared)] == ["1", "1.7", "1-h3", "1.7-h3"]


def test_each_change_is_a_revision_and_an_event(quality: User) -> None:
    change(quality, introduction=INTRODUCTION)
    change(quality, revision=1, introduction="<p>Another.</p>", guidance={"summary": "Say the yield."})

    rows = list(DocumentWording.objects.values_list("revision", "reason"))
    event = Event.objects.filter(kind="wording.changed").latest("id")
    assert rows == [(2, WHY), (1, WHY)]
    assert event.words == "The template of Sample report was changed to version 2."
    assert (event.data["before"]["introduction"], event.data["after"]["introduction"]) == (INTRODUCTION, "<p>Another.</p>")
    assert event.data["after"]["guidance: summary"] == "Say the yield."
    assert not event.client_visible


@pytest.mark.parametrize(
    "html", ['<p>A<img src="https://evil.example/x.png"></p>', "<p>A<script>alert(1)</script></p>", '<p style="x">A</p>']
)
def test_nothing_that_fetches_or_runs_is_kept(quality: User, html: str) -> None:
    assert change(quality, introduction=html).content["introduction"] == "<p>A</p>"


@pytest.mark.parametrize(
    ("key", "texts", "field"),
    [
        (HOUSE, {"footer": "x" * 121}, "footer"),
        (HOUSE, {"footer": "two\nlines"}, "footer"),
        (HOUSE, {"address": "x" * 301}, "address"),
        ("sample_report", {"closing": "x" * 20_001}, "closing"),
        ("sample_report", {"guidance": {"summary": "x" * 1001}}, "guidance_summary"),
    ],
)
def test_what_is_too_long_is_said_at_its_field(quality: User, key: str, texts: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        change(quality, key, **texts)
    assert list(refusal.value.errors) == [field]


def test_nothing_without_reason_difference_or_type(quality: User) -> None:
    with pytest.raises(BadInput):
        services.change_wording("sample_report", texts={"introduction": INTRODUCTION}, reason=" ", revision=0, actor=quality)
    with pytest.raises(Refused):
        change(quality, introduction="")
    with pytest.raises(Missing):
        change(quality, "no_such_type", introduction=INTRODUCTION)
    change(quality, introduction=INTRODUCTION)
    for revision in (0, 1):  # somebody was quicker; nothing differs
        with pytest.raises(Refused):
            change(quality, revision=revision, introduction=INTRODUCTION)


@pytest.mark.parametrize("role", [Role.PROJECT_MANAGER, Role.MANAGEMENT, Role.RESEARCH])
def test_only_administrators_and_quality_assurance_change_texts(person: Callable[..., User], role: Role) -> None:
    with pytest.raises(NotAllowed):
        change(person("Somebody", role), introduction=INTRODUCTION)


def test_the_page_changes_guidance_which_the_writer_then_reads(requested: DocumentVersion, quality: User) -> None:
    browser = signed_in(quality)
    address = reverse("document-template", args=["sample_report"])
    data = {"revision": "0", "introduction": "", "closing": "", "guidance_summary": "Say the yield.", "guidance_conclusion": ""}

    refused = browser.post(address, data | {"reason": ""})
    done = browser.post(address, data | {"reason": WHY})

    assert refused.status_code == 400 and b"Say the yield." in refused.content
    assert done.status_code == 302
    shown = browser.get(address).content.decode()
    assert WHY in shown and "1.1" in shown and "Quality assurance" in shown
    text = reverse("document-text", args=[requested.document.number, 1, "summary"])
    assert b"Say the yield." in signed_in(requested.requested_by).get(text).content


def test_address_and_foot_are_changed_on_a_page_of_their_own(quality: User) -> None:
    browser, address = signed_in(quality), reverse("document-template", args=["house"])
    shown = browser.get(address).context["form"]

    answer = browser.post(address, {"revision": "0", "address": "Lab Street 1", "footer": "Demo CDMO AG", "reason": WHY})

    assert list(shown.fields) == ["revision", "address", "footer", "reason"]
    assert answer.status_code == 302 and DocumentWording.objects.get(type_key=HOUSE).content["footer"] == "Demo CDMO AG"


def test_the_preview_draws_the_texts_of_now_and_keeps_nothing(
    requested: DocumentVersion, quality: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("documents.wording_views.draw_preview", lambda version: page_of(version, Rendition.Kind.REVIEW).encode())
    change(quality, introduction=INTRODUCTION)

    answer = signed_in(quality).get(reverse("document-template-preview", args=["sample_report"]))

    assert answer["Content-Type"] == "application/pdf" and INTRODUCTION.encode() in answer.content
    assert "texts" not in again(requested).snapshot and not Rendition.objects.exists()


def test_without_a_document_that_one_sees_the_preview_says_so(requested: DocumentVersion, person: Callable[..., User]) -> None:
    browser = signed_in(person("Administrator", Role.ADMINISTRATOR))  # sees no project

    page = browser.get(reverse("document-template", args=["sample_report"]))

    assert b"the preview needs its data" in page.content
    assert browser.get(reverse("document-template-preview", args=["sample_report"])).status_code == 409


@pytest.mark.parametrize("name", ["document-templates", "document-template"])
def test_queries_do_not_grow_with_revisions(quality: User, django_assert_max_num_queries: Any, name: str) -> None:
    browser, arguments = signed_in(quality), [] if name == "document-templates" else ["sample_report"]
    change(quality, introduction=INTRODUCTION)
    with django_assert_max_num_queries(100) as one:
        read(browser, name, arguments)
    for revision in (1, 2, 3):
        change(quality, revision=revision, introduction=f"<p>{revision}</p>")
    with django_assert_max_num_queries(len(one)):
        read(browser, name, arguments)


def read(browser: Browser, name: str, arguments: list[str]) -> None:
    assert browser.get(reverse(name, args=arguments)).status_code == 200
