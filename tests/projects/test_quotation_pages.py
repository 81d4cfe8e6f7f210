"""Quotations: exact money, release by two roles, revisions, and their pages."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.models import Event, Signature
from audit.refusals import BadInput, Refused
from audit.signatures import content_hash
from documents.models import DocumentVersion
from documents.services import request_document, submit_for_review
from projects.models import Project, Quotation, QuotationLine, QuotationPayment, Rfp
from projects.quotations import changed_fields, compared_lines
from projects.services import commercial as services
from projects.services import quotation_answers
from projects.services.quotation_parts import Parts, Payment, Rate
from projects.services.releasing import open_release_roles
from tests.projects import factories as make
from tests.projects.people import as_person, business

pytestmark = pytest.mark.django_db
MOST_QUERIES = 20


@pytest.fixture
def project() -> Project:
    return make.a_project()


def posted(**values: Any) -> dict[str, Any]:
    """The form as a browser sends it."""
    data = {
        "currency": "EUR",
        "valid_until": (timezone.localdate() + timedelta(days=30)).isoformat(),
        "scope": "Development to pilot scale.",
        "assumptions": "",
        "payment_terms": "",
    }
    return data | values


def draft(project: Project, *amounts: str) -> Quotation:
    lines = [services.Line("pilot", f"Batch {number}", Decimal(amount)) for number, amount in enumerate(amounts)]
    until = timezone.localdate() + timedelta(days=30)
    return services.draft_quotation(project.code, currency="EUR", valid_until=until, scope="All", lines=lines, actor=business())


def test_money_is_exact(project: Project) -> None:
    quotation = draft(project, "0.10", "0.20", "9999999999999.01")

    assert Quotation.objects.get(pk=quotation.pk).total == Decimal("9999999999999.31")


def test_a_new_revision_supersedes_and_closes_the_old_one(project: Project) -> None:
    first = draft(project, "100.00")
    make.release(first)
    make.send(first)
    draft(project, "90.00")
    approver = make.person(Role.CLIENT_APPROVER)

    with pytest.raises(Refused):
        quotation_answers.accept_quotation(project.code, 1, actor=approver, authentication=make.fake_authentication(approver))

    assert list(project.quotations.values_list("revision", "state")) == [(2, "draft"), (1, "superseded")]


def test_an_expired_quotation_is_not_accepted(project: Project) -> None:
    quotation = draft(project, "100.00")
    make.release(quotation)
    make.send(quotation)
    Quotation.objects.filter(pk=quotation.pk).update(valid_until=timezone.localdate() - timedelta(days=1))
    approver = make.person(Role.CLIENT_APPROVER)

    with pytest.raises(Refused, match="expired"):
        quotation_answers.accept_quotation(project.code, 1, actor=approver, authentication=make.fake_authentication(approver))


def test_nothing_is_drafted_after_acceptance(project: Project) -> None:
    make.accepted_quotation(project)

    with pytest.raises(Refused, match="change order"):
        draft(project, "1.00")


def test_one_person_in_both_roles_releases_once(project: Project) -> None:
    quotation, both = draft(project, "100.00"), make.person(Role.BUSINESS_DEVELOPMENT, Role.MANAGEMENT)
    services.release_quotation(project.code, 1, actor=both, authentication=make.fake_authentication(both))

    with pytest.raises(Refused, match="other role"):
        services.release_quotation(project.code, 1, actor=both, authentication=make.fake_authentication(both))

    assert Quotation.objects.get(pk=quotation.pk).state == "draft"


def test_a_change_asks_for_both_releases_again(project: Project) -> None:
    quotation, actor = draft(project, "100.00"), business()
    services.release_quotation(project.code, 1, actor=actor, authentication=make.fake_authentication(actor))

    services.change_quotation(
        project.code,
        1,
        currency="EUR",
        valid_until=quotation.valid_until,
        scope="All",
        lines=[services.Line("pilot", "Batch", Decimal("99.00"))],
        actor=actor,
    )

    assert open_release_roles(Quotation.objects.get(pk=quotation.pk)) == {"business_development", "management"}


def test_two_people_change_a_draft_and_the_second_reads_what_the_first_wrote(project: Project) -> None:
    draft(project, "100.00")
    browser, address = as_person(business()), reverse("quotation-edit", args=[project.code, 1])
    version = browser.get(address).context["version"]

    saved = browser.post(address, posted(version=version, scope="Theirs"))
    refused = browser.post(address, posted(version=version, scope="Mine"))
    page = refused.content.decode()
    again = browser.post(address, posted(version=refused.context["version"], scope="Mine"))

    assert [answer.status_code for answer in (saved, refused, again)] == [302, 400, 302]
    assert "It now says: “Theirs”" in page
    assert (Quotation.objects.get().scope, Quotation.objects.get().total) == ("Mine", Decimal("100.00"))


def test_a_price_line_that_was_replaced_stays_in_the_history(project: Project) -> None:
    quotation = draft(project, "100.00")
    line = quotation.lines.get()
    lines, until = [services.Line("pilot", "Batch", Decimal("99.00"))], quotation.valid_until
    services.change_quotation(project.code, 1, currency="EUR", valid_until=until, scope="All", lines=lines, actor=business())

    rows = QuotationLine.pgh_event_models["update"].objects.filter(pgh_obj_id=line.pk)  # type: ignore[attr-defined]
    assert list(rows.values_list("pgh_label", "amount")) == [("insert", Decimal("100.00")), ("delete", Decimal("100.00"))]


def test_a_revision_drafted_meanwhile_is_not_superseded_unseen(project: Project) -> None:
    browser, address = as_person(business()), reverse("quotation-new", args=[project.code])
    version = browser.get(address).context["version"]
    draft(project, "100.00")

    refused = browser.post(address, posted(version=version))

    assert (refused.status_code, project.quotations.count()) == (400, 1)
    assert "has drafted" in refused.content.decode()
    assert browser.post(address, posted(version=refused.context["version"])).status_code == 302


@pytest.mark.parametrize("act", ["send", "change"])
def test_a_held_project_sends_and_changes_nothing(project: Project, act: str) -> None:
    quotation = draft(project, "100.00")
    if act == "send":
        make.release(quotation)
        make.a_paper(quotation)
    make.hold(project)
    before = Event.objects.count()
    values: dict[str, Any] = {
        "currency": "EUR",
        "valid_until": quotation.valid_until,
        "scope": "x",
        "lines": [services.Line("pilot", "x", Decimal(1))],
    }

    with pytest.raises(Refused):
        if act == "send":
            services.send_quotation(project.code, 1, actor=business())
        else:
            services.change_quotation(project.code, 1, actor=business(), **values)

    assert Event.objects.count() == before


def test_a_past_date_is_bad_input(project: Project) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)

    with pytest.raises(BadInput) as raised:
        services.draft_quotation(project.code, currency="EUR", valid_until=yesterday, scope="", lines=[], actor=business())

    assert set(raised.value.errors) == {"valid_until", "scope", "lines"}


def test_comparison_names_what_differs(project: Project) -> None:
    first = draft(project, "100.00", "200.00")
    lines = [services.Line("pilot", "Batch 0", Decimal("90.00")), services.Line("pilot", "Stability", Decimal("5.00"))]
    second = services.draft_quotation(
        project.code, currency="EUR", valid_until=first.valid_until, scope="More", lines=lines, actor=business()
    )

    assert [change.after for change in changed_fields(first, second)] == ["More"]
    assert {row.description: row.kind for row in compared_lines(first, second)} == {
        "Batch 0": "changed",
        "Stability": "added",
        "Batch 1": "removed",
    }


# Pages


@pytest.mark.parametrize(
    ("role", "status"), [(Role.MANAGEMENT, 200), (Role.RESEARCH, 200), (Role.REGULATORY, 404), (Role.CLIENT_APPROVER, 404)]
)
@pytest.mark.parametrize("name", ["quotation-detail", "quotation-new", "quotation-edit", "quotation-compare"])
def test_who_reads(project: Project, name: str, role: str, status: int) -> None:
    draft(project, "100.00")
    arguments = {"quotation-new": [], "quotation-compare": [1, 1]}.get(name, [1])

    assert as_person(make.person(role)).get(reverse(name, args=[project.code, *arguments])).status_code == status


def test_a_first_draft_opens_with_empty_tables_and_says_what_they_lack(project: Project) -> None:
    browser = as_person(business())

    answer = browser.post(reverse("quotation-new", args=[project.code]), posted())
    page = browser.get(answer["Location"]).content.decode()

    quotation = project.quotations.get()
    assert answer["Location"] == reverse("quotation-detail", args=[project.code, 1])
    assert (quotation.state, quotation.total, quotation.lines.count()) == ("draft", 0, 0)
    assert [each.words for each in services.release_blockers(quotation, business())] == ["A quotation needs at least one line."]
    assert "A quotation needs at least one line." in page and 'id="sheet-quotation-lines"' in page


def test_the_next_draft_takes_over_the_rows_also_those_that_cannot_be_offered_any_more(project: Project) -> None:
    past = timezone.localdate() - timedelta(days=3)
    first = draft(project, "100.00", "50.00")
    parts = Parts(payments=[Payment("All", Decimal(100))], rates=[Rate("Chemist", "hour", Decimal("180.00"))])
    services.change_in_draft(first, payments=parts.payments, rates=parts.rates, actor=business())
    first.payments.update(planned_on=past)

    answer = as_person(business()).post(reverse("quotation-new", args=[project.code]), posted(scope="Less of it."))

    second = project.quotations.get(revision=2)
    assert (answer.status_code, second.scope, second.total) == (302, "Less of it.", Decimal("150.00"))
    assert [(row.title, row.planned_on) for row in second.payments.all()] == [("All", past)]
    assert [(row.work, row.rate) for row in second.rates.all()] == [("Chemist", Decimal("180.00"))]
    assert [each.words for each in services.release_blockers(second, business())] == ["Payments, row 1: This day is past."]


def test_money_of_the_rows_that_the_new_currency_cannot_hold_is_said_with_its_row(project: Project) -> None:
    draft(project, "100.50")

    answer = as_person(business()).post(reverse("quotation-new", args=[project.code]), posted(currency="JPY"))

    assert (answer.status_code, project.quotations.count()) == (400, 1)
    assert "Price lines, row 1: " in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "value", "words"), [("valid_until", "2020-01-31", "would be invalid"), ("delivery_place", "Basel", "Choose")]
)
def test_a_refused_form_keeps_what_was_typed(project: Project, name: str, value: str, words: str) -> None:
    typed = posted(scope="Typed scope") | {name: value}

    answer = as_person(business()).post(reverse("quotation-new", args=[project.code]), typed)

    page = answer.content.decode()
    assert (answer.status_code, Quotation.objects.count()) == (400, 0)
    assert words in page and "Typed scope" in page


def test_release_with_a_wrong_password_signs_nothing(project: Project) -> None:
    quotation = draft(project, "100.00")

    answer = as_person(business()).post(
        reverse("quotation-release", args=[project.code, 1]), {"password": "wrong", "expected_hash": content_hash(quotation)}
    )

    assert (answer.status_code, Signature.objects.count()) == (400, 0)
    assert "The password is wrong." in answer.content.decode()


def test_release_of_what_has_changed_is_refused(project: Project) -> None:
    draft(project, "100.00")

    answer = as_person(business()).post(
        reverse("quotation-release", args=[project.code, 1]), {"password": make.PASSWORD, "expected_hash": "0" * 64}
    )

    assert (answer.status_code, Signature.objects.count()) == (409, 0)


def test_release_by_both_then_send(project: Project) -> None:
    quotation = draft(project, "100.00")
    for role in (Role.BUSINESS_DEVELOPMENT, Role.MANAGEMENT):
        signed = {"password": make.PASSWORD, "expected_hash": content_hash(quotation)}
        assert as_person(make.person(role)).post(reverse("quotation-release", args=[project.code, 1]), signed).status_code == 302

    make.a_paper(quotation)
    page = as_person(business()).get(reverse("quotation-detail", args=[project.code, 1])).content.decode()
    assert f'href="{reverse("project-costs", args=[project.code])}"' in page
    assert f"No approver of {project.client} has an account; an administrator opens one." in page
    assert as_person(business()).post(reverse("quotation-send", args=[project.code, 1])).status_code == 409
    approver = make.person(Role.CLIENT_APPROVER)
    page = as_person(business()).get(reverse("quotation-detail", args=[project.code, 1])).content.decode()
    assert f"These people can answer: {approver.full_name}" in page
    assert as_person(business()).post(reverse("quotation-send", args=[project.code, 1])).status_code == 302
    assert project.quotations.get().state == "sent"
    page = as_person(business()).get(reverse("quotation-detail", args=[project.code, 1])).content.decode()
    assert "Price released for management" in page


@pytest.mark.parametrize("revisions", [1, 3])
def test_quotation_page_costs_few_queries(project: Project, revisions: int) -> None:
    for _number in range(revisions):
        drafted = draft(project, "100.00", "5.00")
    QuotationPayment.objects.create(quotation=drafted, title="All", percent=100, source="quotation:accepted")
    client, address = as_person(business()), reverse("quotation-detail", args=[project.code, revisions])
    client.get(address)

    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200

    assert len(captured) <= MOST_QUERIES


def test_sending_needs_the_pdf_of_the_released_revision_and_says_so(project: Project) -> None:
    quotation, browser = draft(project, "100.00"), as_person(business())
    make.release(quotation)
    address = reverse("quotation-send", args=[project.code, 1])

    page = browser.get(quotation.get_absolute_url()).content.decode()
    refused = browser.post(address)
    version = request_document("quotation", actor=business(), project=project)
    queued = browser.post(address)

    assert "is not made yet; make it from the released revision" in page
    assert (refused.status_code, queued.status_code) == (409, 409)
    assert "is not made yet" in refused.content.decode()
    assert "is being made" in queued.content.decode()
    with pytest.raises(Refused, match="It takes effect when"):
        make.drawn(version)
        submit_for_review(version.document.number, version.number, actor=business())
    assert (Quotation.objects.get().state, DocumentVersion.objects.get().state) == ("released", "draft")


def test_sending_shares_the_pdf_in_the_same_act(project: Project) -> None:
    quotation, browser = draft(project, "100.00"), as_person(business())
    make.release(quotation)
    number = make.a_paper(quotation).document.number
    approver = make.person(Role.CLIENT_APPROVER)
    before = as_person(approver).get(reverse("document-detail", args=[number])).status_code

    assert browser.post(reverse("quotation-send", args=[project.code, 1])).status_code == 302

    version = DocumentVersion.objects.get()
    assert (before, as_person(approver).get(reverse("document-detail", args=[number])).status_code) == (404, 200)
    assert (version.state, version.document.visibility) == ("effective", "shared")
    assert number in as_person(approver).get(reverse("portal-quotation", args=[project.code, 1])).content.decode()
    sent, shared = (Event.objects.get(kind=kind) for kind in ("quotation.sent", "document.shared"))
    assert sent.transaction_id == shared.transaction_id


def test_the_next_revision_is_not_the_clients_to_see_before_it_is_sent(project: Project) -> None:
    first = draft(project, "100.00")
    make.release(first)
    make.send(first)
    second = draft(project, "90.00")
    make.release(second)
    paper = make.a_paper(second)
    approver = make.person(Role.CLIENT_APPROVER)

    assert [row.number for row in DocumentVersion.objects.visible_to(approver)] == [1]
    services.send_quotation(project.code, 2, actor=business())
    assert [row.number for row in DocumentVersion.objects.visible_to(approver)] == [paper.number, 1]


def test_the_first_revision_begins_with_what_the_client_wants(project: Project) -> None:
    Rfp.objects.filter(project=project).update(currency_wanted="CHF", incoterm_wanted="DAP", delivery_place="Basel")

    words = as_person(business()).get(reverse("quotation-new", args=[project.code])).context["form"]

    assert [words[name].value() for name in ("currency", "incoterm", "delivery_place")] == ["CHF", "DAP", "Basel"]
