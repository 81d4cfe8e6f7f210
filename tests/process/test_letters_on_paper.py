"""The letters of the process as PDFs: what a supplier reads, and what a client is asked."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Role
from catalogue.models import Supplier
from process.assumptions.ledger import take_over
from process.assumptions.letters import write_letter
from process.assumptions.models import Assumption
from process.purchasing.services import prepare_inquiry
from projects.models import Project
from tests.finished import drafted, text_of
from tests.process import factories as make
from tests.projects import factories as projects

pytestmark = pytest.mark.django_db


def test_a_purchase_inquiry_on_paper_names_no_client_and_no_product(project: Project) -> None:
    version, chemist = make.draft_of(make.a_whole_route(project)), make.chemist()
    by = timezone.localdate() + timedelta(days=14)
    prepare_inquiry(version.pk, target_kg=Decimal(100), answer_by=by, with_priced=True, actor=chemist)
    Project.objects.filter(pk=project.pk).update(site=projects.a_site())

    paper = drafted("purchase_inquiry", project, author=chemist, about="1-1", reason="For the test.")

    said = " ".join(text_of(paper).split())
    contact, place = f"Our contact {chemist.full_name}, {chemist.email}", "Place of delivery Demo Site"
    for words in (f"{project.code}-PI-1-1", "4-Aminophenol", "80.213", "Chemical Works", "no order", contact, place):
        assert words in said, words
    for secret in (project.client.name, project.title, project.compound.name):
        assert secret not in said, secret


def test_a_purchase_inquiry_speaks_the_language_of_the_supplier(project: Project) -> None:
    """Chinese in its frame and its words; what the catalogue of materials calls a thing stays as it is."""
    version = make.draft_of(make.a_whole_route(project))
    Supplier.objects.update(language="zh-hans")
    by = timezone.localdate() + timedelta(days=14)
    prepare_inquiry(version.pk, target_kg=Decimal(100), answer_by=by, with_priced=True, actor=make.chemist())

    paper = drafted("purchase_inquiry", project, author=make.chemist(), about="1-1")

    said = "".join(text_of(paper).split())
    for words in ("询价内容", "贵方报价应说明的内容", "包装规格和最小订购量，以公斤计。", "并非订单", "当日的询价内容。", "4-Aminophenol"):
        assert words in said, words
    for words in ("What we ask", "Request for prices", "Quantity", "Inquiry 1", "Please", "Status", "Wanted"):
        assert words.replace(" ", "") not in said, words
    assert (paper.language, paper.missing_characters) == ("zh-hans", "")


def test_a_clarification_letter_on_paper_says_what_each_answer_is_worth(project: Project) -> None:
    seller = projects.person(Role.BUSINESS_DEVELOPMENT)
    scenario = make.a_scenario(project, make.draft_of(make.a_whole_route(project)))
    take_over(project.code, scenario.number, actor=seller)
    write_letter(project.code, answer_by=timezone.localdate() + timedelta(days=7), actor=seller)

    paper = drafted("clarification_letter", project, author=seller, about="1", reason="For the test.")

    said = " ".join(text_of(paper).split())
    for words in ("How many kilograms at pilot scale?", "Why it matters", "(20 kg; 10 to 40)", "How much each open question widens"):
        assert words in said, words


def test_a_clarification_letter_speaks_the_language_of_the_client(project: Project) -> None:
    """Chinese in its frame, its questions and its picture; what somebody has written in place of a standard text stays as it is."""
    type(project.client).objects.filter(pk=project.client_id).update(language="zh-hans")
    seller = projects.person(Role.BUSINESS_DEVELOPMENT)
    scenario = make.a_scenario(project, make.draft_of(make.a_whole_route(project)))
    take_over(project.code, scenario.number, actor=seller)
    Assumption.objects.filter(field="sample_quantity_g").update(question="Which vials?")
    write_letter(project.code, answer_by=timezone.localdate() + timedelta(days=7), actor=seller)

    paper = drafted("clarification_letter", project, author=seller, about="1")

    said = "".join(text_of(paper).split())
    for words in (
        "中试规模需要多少公斤？",
        "为何重要",
        "（20kg；10至40）。",
        "修订记录",
        "审阅稿",
        "当日未答复的问题。",
        "各未答复问题使价格区间扩大的金额",
        "Whichvials?",
    ):
        assert words in said, words
    for words in ("How many", "Why it matters", "We assume", "Draft for review", "Letter 1", "Prepared", "Status"):
        assert words.replace(" ", "") not in said, words
    assert (paper.language, paper.missing_characters) == ("zh-hans", "")
    assert "中试规模需要多少公斤" in paper.snapshot["data"]["pictures"]["widening"].encode().decode("unicode_escape")
