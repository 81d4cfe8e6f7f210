"""What remains to be done about an offer that is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Contact, Role
from projects.models import Agreement, Quotation
from projects.remaining import after_losing
from projects.services.lifecycle import cancel_project, hold_project
from projects.services.quotation_answers import decline_quotation, record_outcome
from tests.projects import factories as make
from tests.projects.people import as_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent() -> Quotation:
    project = make.a_project()
    make.sign_off_sheets(project)
    make.signed_agreement(project, "confidentiality", "CDA-1")
    quotation = make.a_quotation(project)
    make.release(quotation)
    return make.send(quotation)


def shown(quotation: Quotation) -> str:
    page = as_person(make.person(Role.BUSINESS_DEVELOPMENT)).get(quotation.get_absolute_url()).content.decode()
    return page.split('id="remaining"', 1)[1].split("</section>")[0] if 'id="remaining"' in page else ""


def test_a_declined_offer_says_what_is_left(sent: Quotation) -> None:
    assert shown(sent) == ""
    decline_quotation(sent.project.code, sent.revision, actor=make.person(Role.CLIENT_APPROVER, client=sent.project.client), reason="Dear.")

    left = shown(sent)

    places = [reverse("quotation-new", args=[sent.project.code]), reverse("project-status", args=[sent.project.code]), "#outcome"]
    assert all(f'href="{place}"' in left for place in places)
    assert "CDA-1 remains binding on both sides (without an end)" in left


def test_one_that_expired_says_it_once_it_is_called_lost(sent: Quotation) -> None:
    Quotation.objects.filter(pk=sent.pk).update(valid_until=timezone.localdate() - timedelta(days=1))
    before = shown(sent)
    actor = make.person(Role.BUSINESS_DEVELOPMENT)
    record_outcome(sent.project.code, sent.revision, why="price", position="highest", note="No answer.", actor=actor)

    assert before == "" and "Nobody tells the client that the offer has expired." in shown(sent)


def test_of_a_cancelled_project_nothing_is_to_be_drafted(sent: Quotation) -> None:
    cancel_project(sent.project.code, actor=make.person(Role.BUSINESS_DEVELOPMENT), reason="Lost.", cancel_class="lost")
    quotation = Quotation.objects.select_related("project").get(pk=sent.pk)

    left = after_losing(quotation, None, Contact.objects.get(rfps__project=sent.project))

    assert reverse("quotation-new", args=[sent.project.code]) not in [row.link for row in left]
    assert "The project is cancelled." in [row.words for row in left]


def test_of_a_project_on_hold_the_next_steps_stay(sent: Quotation) -> None:
    hold_project(sent.project.code, actor=make.person(Role.PROJECT_MANAGER), reason="The client thinks.")
    quotation = Quotation.objects.select_related("project").get(pk=sent.pk)

    left = after_losing(quotation, None, Contact.objects.get(rfps__project=sent.project))

    places = {reverse(name, args=[sent.project.code]) for name in ("quotation-new", "project-status")}
    assert places <= {row.link for row in left if not row.done}


def test_an_agreement_that_has_run_out_binds_nobody(sent: Quotation) -> None:
    today = timezone.localdate()
    start, end = today - timedelta(days=9), today - timedelta(days=2)
    Agreement.objects.filter(number="CDA-1").update(effective_on=start, expires_on=end)

    left = after_losing(sent, None, Contact.objects.get(rfps__project=sent.project))

    assert not [row.words for row in left if "CDA-1" in row.words]
