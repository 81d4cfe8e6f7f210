"""Details of a quotation that once were wrong: whose words win, what is frozen, what a currency can say, what an expired offer is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.models import Event
from audit.refusals import BadInput, Refused
from audit.seen import version_of
from audit.signatures import content_hash
from phases.evaluation.gate import judge_quotation
from projects.default_plan import FACTS, MILESTONES, content_now, newest
from projects.meanings import signed_rows
from projects.models import KpiCase, Milestone, Phase, Project, Quotation, QuotationOutcome, RevisionRemark, RevisionRequest, WaitingFor
from projects.money import fitted, split
from projects.quotations import compared_parts
from projects.services import commercial, quotation_answers
from projects.services.default_plan import change_default
from projects.services.facts import refresh_facts
from projects.services.payments import source_words
from projects.services.plan import achieve_milestone
from projects.services.quotation_parts import Break, Input, Line, Parts, Payment, Rate, due_words, payments_of
from projects.services.replies import Reply
from tests.projects import factories as make
from tests.projects.test_quotation_offer_pages import as_sent
from tests.projects.test_quotation_offers import LINES, PARTS, accept, approver, as_person, ask, business, draft, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make.a_project()


def draft_words() -> list[str]:
    """As a new quotation would say it."""
    return list(due_words(newest()).values())


def change(quotation: Quotation, **changes: Any) -> Quotation:
    values = {"currency": "EUR", "valid_until": quotation.valid_until, "scope": "All of it.", "lines": LINES, "parts": PARTS}
    return commercial.change_quotation(quotation.project.code, quotation.revision, actor=business(), **(values | changes))


# Two people at once


def test_what_another_said_of_a_remark_is_not_overwritten_unseen(project: Project) -> None:
    remark = ask(sent(project)).remarks.first()
    second = draft(project)
    seen = version_of(commercial.quotation_values(second))
    change(second, replies={remark.pk: Reply("kept", "It is our best.")})

    with pytest.raises(BadInput) as refused:
        change(second, replies={remark.pk: Reply("done")}, version=seen)

    assert set(refused.value.errors) == {f"replies-{remark.pk}-outcome", f"replies-{remark.pk}-words"}
    assert "It is our best." in str(refused.value)
    assert RevisionRemark.objects.get(pk=remark.pk).outcome == "kept"


def test_a_draft_that_was_changed_meanwhile_is_not_superseded_unseen(project: Project) -> None:
    first = draft(project)
    version = commercial.latest_version(first)
    change(first, scope="Much more.")

    with pytest.raises(BadInput, match="has been changed meanwhile"):
        draft(project, version=version)

    draft(project, version=commercial.latest_version(Quotation.objects.get()))
    assert Quotation.objects.count() == 2


def test_a_reply_to_what_nobody_asked_is_an_error(project: Project) -> None:
    remark = ask(sent(project)).remarks.first()

    with pytest.raises(BadInput) as refused:
        draft(project, replies={remark.pk: Reply("done"), 0: Reply("done")})

    assert list(refused.value.errors) == ["replies-0-outcome"]


def test_the_record_says_what_was_changed_of_a_draft_and_nothing_where_nothing_was(project: Project) -> None:
    quotation = draft(project)

    change(quotation)
    change(quotation, scope="More.", parts=replace(PARTS, rates=()))

    (event,) = Event.objects.filter(kind="quotation.changed")
    assert set(event.data["after"]) == {"scope", "rates"} and event.data["before"]["scope"] == "All of it."


# Payments


def test_a_payment_that_is_due_with_a_milestone_of_ours_is_ready_when_it_is_reached(project: Project) -> None:
    make.charter(project)
    own = Milestone.objects.get(project=project, key="sample_shipped")
    Milestone.objects.filter(pk=own.pk).update(source="")  # a person says when it is reached
    accept(sent(project, parts=Parts(payments=[Payment("With it", Decimal(100), f"milestone:{own.key}")])))
    payment = Milestone.objects.get(project=project, kind="payment")
    assert (payment.actual_on, payment.source) == (None, f"milestone:{own.key}")

    achieve_milestone(project.code, own.key, on=timezone.localdate(), actor=make.manager())

    payment.refresh_from_db()
    assert payment.actual_on == timezone.localdate()
    assert WaitingFor.objects.open().filter(key=f"payment.invoice:{payment.pk}").exists()


def test_every_payment_of_an_accepted_quotation_says_when_it_is_due(project: Project) -> None:
    make.charter(project)
    accept(sent(project))
    words = source_words(project)

    page = as_person(business()).get(reverse("project-payments", args=[project.code])).content.decode()

    sources = set(Milestone.objects.filter(project=project, kind="payment").values_list("source", flat=True))
    assert "quotation:accepted" in sources and sources - {""} <= words.keys()
    assert "The quotation is accepted" in page


def test_the_words_of_a_payment_stay_when_the_default_plan_changes(project: Project) -> None:
    quotation = sent(project)
    before = [due.when for due in payments_of(quotation)]
    accept(quotation)

    version, content = content_now()
    (line,) = [line for phase in content.values() for line in phase[MILESTONES] if line["key"] == "sample_shipped"]
    facts = {name: line[name] for name in FACTS[MILESTONES]} | {"title": "Something else entirely"}
    quality = make.person(Role.QUALITY_ASSURANCE)
    change_default(MILESTONES, "sample_shipped", facts=facts, reason="Renamed.", version=version, actor=quality)

    assert "Something else entirely" in str(draft_words())
    assert [due.when for due in payments_of(Quotation.objects.get())] == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lines": [Line(Phase.PILOT, "Batch", Decimal("10.50"))]}, "lines-0-amount"),
        ({"parts": Parts(breaks=[Break(Decimal(1), Decimal("8.5"))])}, "breaks-0-price_per_kg"),
        ({"parts": Parts(rates=[Rate("Chemist", "hour", Decimal("99.99"))])}, "rates-0-rate"),
        ({"reservation_fee": Decimal("0.01")}, "reservation_fee"),
    ],
)
def test_money_has_as_many_decimals_as_its_currency(project: Project, changes: dict[str, Any], field: str) -> None:
    lines = [Line(Phase.PILOT, "Batch", Decimal("1000.00"))]

    with pytest.raises(BadInput) as refused:
        draft(project, **{"currency": "JPY", "lines": lines, "parts": Parts()} | changes)

    assert refused.value.errors == {field: ["An amount in JPY is not finer than 1."]}


def test_yen_are_shared_out_and_shown_whole(project: Project) -> None:
    payments = [Payment(str(number), Decimal("33.333")) for number in range(3)]
    draft(project, currency="JPY", lines=[Line(Phase.PILOT, "Batch", Decimal(1000))], parts=Parts(payments=payments))

    page = as_person(business()).get(reverse("quotation-detail", args=[project.code, 1])).content.decode()

    assert [due.amount for due in payments_of(Quotation.objects.get())] == [334, 333, 333]
    assert ">334<" in page and ">1,000<" in page and "1,000.00" not in page
    assert split(Decimal("0.010"), [Decimal(50)] * 2, "KWD") == [Decimal("0.005")] * 2
    assert [str(fitted(Decimal(amount), "JPY")) for amount in ("7.00", "7.50")] == ["7", "7.50"]


# The form of the next revision, and what differs


def test_that_a_price_rises_is_confirmed_for_each_revision_anew(project: Project) -> None:
    parts = Parts(breaks=[Break(Decimal(1), Decimal(8)), Break(Decimal(9), Decimal(9))])
    draft(project, parts=parts, rise_confirmed=True)
    browser, address = as_person(business()), reverse("quotation-new", args=[project.code])

    answer = browser.post(address, as_sent(browser.get(address).context))

    following = Quotation.objects.get(revision=2)
    assert (answer.status_code, following.rise_confirmed) == (302, False)
    assert "costs more than below it" in str([each.words for each in commercial.release_blockers(following, business())])


def test_two_payments_of_one_title_are_two_rows_of_the_comparison(project: Project) -> None:
    twice = [Payment("Batch", Decimal(50), "gate:G2"), Payment("Batch", Decimal(50), "gate:G3")]
    other = [Payment("Batch", Decimal(50), "gate:G2"), Payment("Batch", Decimal(50), "gate:G4")]
    inputs = [Input("Standard"), Input("Standard")]
    first = draft(project, parts=Parts(payments=twice, inputs=inputs))
    second = draft(project, parts=Parts(payments=other, inputs=inputs[:1]))

    payments, given = compared_parts(first, second)

    assert [row.kind for row in payments.rows] == ["same", "changed"]
    assert [row.kind for row in given.rows] == ["same", "removed"]


# The client


def test_who_accepts_reads_its_choice_and_the_price_where_it_signs(project: Project) -> None:
    sent(project)
    browser = as_person(approver())
    place = reverse("portal-quotation", args=[project.code, 1])

    before = browser.get(place).content.decode()
    wrong = browser.post(reverse("portal-quotation-accept", args=[project.code, 1]), {"password": "wrong", "options": ["2"]})
    browser.post(reverse("portal-quotation-accept", args=[project.code, 1]), {"password": make.PASSWORD, "options": ["2"]})
    after = browser.get(place).content.decode()
    ours = as_person(business()).get(reverse("quotation-detail", args=[project.code, 1])).content.decode()

    assert "Price that you accept" in before and "<span data-offer-total>150,000.00</span>" in before
    assert "<span data-offer-total>170,000.01</span>" in wrong.content.decode()
    for page in (after, ours):
        assert "With option 2, Second polymorph screen: EUR 20,000.01." in page and "Price: EUR 170,000.01." in page


def test_at_each_tick_the_server_says_the_price_beside_the_options_and_where_it_is_signed(project: Project) -> None:
    sent(project)
    place = reverse("portal-quotation", args=[project.code, 1])

    page = as_person(approver()).get(place, {"options": ["2", "9" * 5000, "x"]}).content.decode()

    assert "data-offer-chosen>EUR 170,000.01<" in page and "<span data-offer-total>170,000.01</span>" in page
    assert 'value="2" form="accept-form" autocomplete="off" checked>' in page and 'name="said_options" value="2"' in page
    payments = page.partition('id="offer-payments"')[2].partition("</section>")[0]
    assert payments.count("170,000.01") == 1 + payments.count(">100<")  # together, and where all is due at once


def test_other_options_than_the_price_was_said_of_are_not_signed(project: Project) -> None:
    sent(project)
    posted = {"password": make.PASSWORD, "options": ["2"], "said_options": ""}

    answer = as_person(approver()).post(reverse("portal-quotation-accept", args=[project.code, 1]), posted)

    assert answer.status_code == 400 and "The options changed after the price was shown." in answer.content.decode()
    assert (Quotation.objects.get().state, 'name="said_options" value="2"' in answer.content.decode()) == ("sent", True)


def test_whoever_takes_no_option_signs_that(project: Project) -> None:
    quotation = sent(project)

    accept(quotation)

    (row,) = [each for each in signed_rows(Quotation.objects.get()) if each.signature.meaning == "accept_quotation"]
    assert row.choice is not None and (row.choice["options"], row.choice["total"], row.covers_now) == ([], "150000", True)


def test_what_the_client_cannot_do_leads_it_to_no_page_of_ours(project: Project) -> None:
    first = sent(project)
    sent(project)
    make.hold(project)
    browser = as_person(approver())

    pages = [browser.get(reverse("portal-quotation", args=[project.code, number])).content.decode() for number in (1, 2)]

    assert "superseded by a later revision" in pages[0] and "The project is on hold" in pages[1]
    assert f'"/projects/{project.code}/' not in "".join(pages)
    assert [blocker.link for blocker in quotation_answers.answer_blockers(Quotation.objects.get(pk=first.pk))] == ["", ""]


def test_on_a_held_project_nothing_is_taken_back(project: Project) -> None:
    ask(sent(project))
    make.hold(project)

    with pytest.raises(Refused, match="on hold"):
        quotation_answers.withdraw_changes(project.code, 1, actor=approver())

    assert RevisionRequest.objects.get().withdrawn_at is None
    page = as_person(approver()).get(reverse("portal-quotation", args=[project.code, 1])).content.decode()
    assert reverse("portal-quotation-withdraw", args=[project.code, 1]) not in page


def test_what_became_of_the_remarks_is_frozen_with_the_acceptance(project: Project) -> None:
    remark = ask(sent(project), remarks={None: "Sooner."}).remarks.get()
    second = draft(project, replies={remark.pk: Reply("done")})
    make.release(second)
    make.send(second)
    accept(second)

    acts = (
        lambda: RevisionRemark.objects.update(reply="Never."),
        lambda: RevisionRemark.objects.create(request_id=remark.request_id, words="More."),
        lambda: RevisionRequest.objects.update(answered_in=None),
        lambda: RevisionRemark.objects.all().delete(),
    )
    for act in acts:
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            act()


# What it costs to read


def test_the_gate_reads_an_offer_with_every_part_by_few_queries(project: Project, django_assert_max_num_queries: Any) -> None:
    remark = ask(sent(project), remarks={1: "Sooner."}).remarks.get()
    second = draft(project, replies={remark.pk: Reply("done")}, incoterm="DAP", delivery_place="Basel")
    make.release(second)
    make.send(second)
    accept(second, 2)
    browser, page = as_person(make.manager()), reverse("project-gate", args=[project.code])
    browser.get(page)

    with django_assert_max_num_queries(2):
        finding = judge_quotation([project])[project.pk]
    with django_assert_max_num_queries(20):
        browser.get(page)

    assert [evidence.content_hash for evidence in finding.evidence] == [content_hash(Quotation.objects.accepted().get())]


# Expired


def expired(project: Project) -> Quotation:
    quotation = sent(project)
    Quotation.objects.filter(pk=quotation.pk).update(valid_until=timezone.localdate() - timedelta(days=1))
    return Quotation.objects.get()


def test_an_offer_that_expired_is_recorded_as_lost_with_the_reason(project: Project) -> None:
    quotation = expired(project)
    browser, address = as_person(business()), reverse("quotation-outcome", args=[project.code, 1])
    assert "Record it as lost…" in browser.get(quotation.get_absolute_url()).content.decode()

    unsaid = browser.post(address, {"why": "time", "position": "unknown", "note": ""})
    said = browser.post(address, {"why": "time", "position": "unknown", "note": "Its filing moved by two years."})

    assert (unsaid.status_code, "say why it counts as lost" in unsaid.content.decode(), said.status_code) == (400, True, 302)
    assert QuotationOutcome.objects.get().note == "Its filing moved by two years."
    refresh_facts([project.pk])
    assert list(KpiCase.objects.filter(figure="won").values_list("number", flat=True)) == [0]
    assert not WaitingFor.objects.open().filter(key=f"quotation.answer:{quotation.pk}").exists()
    page = browser.get(reverse("project-evaluation", args=[project.code])).content.decode()
    assert "It is recorded as lost." in page and "or record it as lost" not in page


def test_an_offer_that_can_still_be_answered_is_not_lost(project: Project) -> None:
    sent(project)

    with pytest.raises(Refused):
        quotation_answers.record_outcome(project.code, 1, why="time", position="unknown", note="Too slow.", actor=business())
