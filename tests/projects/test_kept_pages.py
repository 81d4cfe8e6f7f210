"""What pages show of a project that is kept to named people: to who is named, to who may name people, and to everybody else."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Client, Role, User
from audit.signatures import content_hash
from projects.models import ConfidentialReader, Project, Quotation, Rfp
from tests.projects import factories
from tests.projects.confidential import a_kept_project, agreed, another_seller, disclose, keep, named, secrets
from tests.projects.people import as_person, business, manager, person

pytestmark = pytest.mark.django_db
LISTS = {"rfp-list": False, "project-list": False, "bids": True, "kpis": True, "portfolio": True, "portfolio-gantt": True}  # of figures


@pytest.fixture
def project() -> Project:
    return a_kept_project()


@pytest.fixture
def unnamed() -> User:
    return person(Role.MANAGEMENT)


def test_the_page_says_what_is_missing_and_who_can_act_and_nothing_else(project: Project, unnamed: User) -> None:
    agreed(project, sides=("cdmo",))
    for address in (project.get_absolute_url(), project.rfp.get_absolute_url()):
        answer = as_person(unnamed).get(address)
        words = answer.content.decode()

        assert answer.status_code == 403
        assert "client&#x27;s signature open" in words
        assert business().full_name in words
        assert not secrets(project, words)


def test_lists_say_how_many_are_kept(project: Project, unnamed: User) -> None:
    for name, counts in LISTS.items():
        words = as_person(unnamed).get(reverse(name)).content.decode()

        assert "1 is kept to named people" in words, name
        assert ("No figure, list or picture here counts it." in words) is counts, name
        assert not secrets(project, words)
    words = as_person(unnamed).get(reverse("rfp-kept")).content.decode()
    assert project.rfp.number in words
    assert business().full_name in words
    assert not secrets(project, words)


def test_the_page_of_who_is_named(project: Project, unnamed: User) -> None:
    address, chemist = reverse("rfp-confidentiality", args=[project.rfp.number]), person(Role.RESEARCH)
    browser = as_person(unnamed)
    assert browser.post(address, {"person": chemist.pk, "reason": ""}).status_code == 400
    assert browser.post(address, {"person": chemist.pk, "reason": "Judges the route."}).status_code == 302
    page = browser.get(address).content.decode()
    assert chemist.full_name in page
    assert not secrets(project, page)
    off = reverse("rfp-reader-off", args=[project.rfp.number, ConfidentialReader.objects.get().pk])
    assert browser.post(off, {"reason": ""}).status_code == 400

    assert browser.post(off, {"reason": "Moved on."}).status_code == 302

    assert not ConfidentialReader.objects.open().exists()
    assert as_person(person(Role.EHS)).get(address).status_code == 404


def test_every_page_of_it_says_that_it_is_kept_and_the_api_and_others_find_nothing(project: Project, unnamed: User) -> None:
    code, number = project.code, project.rfp.number
    pages = [reverse(name, args=[code]) for name in ("project-plan", "project-gate", "project-charter", "project-costs")]

    for address in (*pages, reverse("rfp-standing", args=[number]), reverse("rfp-structure", args=[number])):
        answer = as_person(unnamed).get(address)
        assert (answer.status_code, business().full_name in answer.content.decode()) == (403, True), address
        assert not secrets(project, answer.content.decode())
        assert as_person(person(Role.REGULATORY)).get(address).status_code == 404, "nobody who would see it afterwards"
        assert as_person(person(Role.CLIENT_VIEWER, client=factories.a_client("DCB"))).get(address).status_code == 404
    assert as_person(unnamed).get(f"/api/v1/projects/{code}/").status_code == 404
    assert as_person(unnamed).get(pages[0], headers={"HX-Request": "true"}).status_code == 404
    assert as_person(unnamed).get(reverse("project-plan", args=["API-1999-0001"])).status_code == 404


def test_who_gives_it_away_is_led_to_what_they_can_see(project: Project) -> None:
    another = another_seller()
    reader, number = named(project, another), project.rfp.number
    off = reverse("rfp-reader-off", args=[number, reader.pk])

    answer = as_person(another).post(off, {"reason": "Moved on."}, follow=True)

    assert answer.redirect_chain[-1] == (reverse("rfp-kept"), 302)
    assert f"{number} is kept to named people, and you are not one of them any more." in answer.content.decode()
    draft = factories.an_rfp(project.client)
    Rfp.objects.filter(pk=draft.pk).update(created_by=manager(), account_owner=manager())
    address = reverse("client-confidentiality", args=[project.client.code])
    disclose(project.client)
    kept = {"asks_confidentiality": "yes", "reason": "They ask for it now."}
    assert as_person(another).post(address, kept, follow=True).redirect_chain[-1] == (reverse("rfp-kept"), 302)


def test_who_sees_one_request_of_a_client_stays_on_its_page_though_another_is_kept(project: Project) -> None:
    another = another_seller()
    Rfp.objects.filter(pk=factories.an_rfp(project.client).pk).update(created_by=another, account_owner=another)
    assert Rfp.objects.kept_from(another).filter(client=project.client_id).exists()
    address = reverse("client-detail", args=[project.client.code])

    answer = as_person(another).post(address, {"sees_names": "no", "reason": "Its rule."})

    assert (answer.status_code, answer.headers["Location"]) == (302, address)


def test_only_management_is_led_to_naming_people(project: Project, unnamed: User) -> None:
    address, naming = reverse("rfp-kept"), reverse("rfp-confidentiality", args=[project.rfp.number])
    for who, leads in ((unnamed, True), (another_seller(), False)):
        browser = as_person(who)

        assert [naming in browser.get(page).content.decode() for page in (address, project.get_absolute_url())] == [leads, leads]
        assert (browser.get(naming).status_code == 200) is leads


def test_the_form_of_the_team_says_at_the_field_who_may_not_see_it(project: Project) -> None:
    named(project, manager())
    chemist, address = person(Role.RESEARCH), reverse("project-team", args=[project.code])

    answer = as_person(manager()).post(address, {"research-user": chemist.pk})

    assert answer.status_code == 400
    assert f"{chemist.full_name} may not see this project" in answer.content.decode()
    assert not project.team.filter(user=chemist).exists()


def test_a_department_that_is_waited_for_and_may_not_see_it_is_named(project: Project) -> None:
    naming = reverse("rfp-confidentiality", args=[project.rfp.number])
    evaluation = reverse("project-evaluation", args=[project.code])
    named(project, person(Role.ANALYTICAL))

    words, next_step = (as_person(business()).get(page).content.decode() for page in (naming, evaluation))

    assert "The work waits for EHS, Material control, Production, Research, and nobody of these may" in words
    assert f'<a class="btn" href="{naming}#name-title">Name somebody</a>' in words
    assert "Next: People who may see it" in next_step
    assert "Name people: nobody of EHS, Material control, Production, Research may see it" in next_step
    assert f'<a class="btn btn-primary" href="{naming}#name-title">Name somebody</a>' in next_step
    agreed(project)
    words, next_step = (as_person(business()).get(page).content.decode() for page in (naming, evaluation))
    assert "The work waits for" not in words
    assert "Next: Department sheets" in next_step


def test_the_choice_on_the_client_s_page(project: Project) -> None:
    browser, address = as_person(business()), reverse("client-confidentiality", args=[project.client.code])
    assert browser.post(address, {"asks_confidentiality": "no", "reason": ""}).status_code == 400

    assert browser.post(address, {"asks_confidentiality": "no", "reason": "They said so."}).status_code == 302

    assert not Client.objects.get(pk=project.client_id).asks_confidentiality


def test_who_submits_a_kept_request_is_told_whom_it_asks_in_vain() -> None:
    """Before and after: their sheets are opened, but nobody of them can read what for."""
    client = factories.a_client("DCB")
    keep(client)
    rfp = factories.an_rfp(client, **factories.COMPLETE_REQUEST)
    browser = as_person(business())
    shut_out = "of Analytical, EHS, Material control, Production, Research may see it before the confidentiality agreement is in force"
    assert f"Nobody {shut_out}" in " ".join(browser.get(reverse("rfp-detail", args=[rfp.number])).content.decode().split())

    page = browser.post(reverse("rfp-submit", args=[rfp.number]), follow=True).content.decode()

    assert f"Nobody else {shut_out}. <a href=" in page
    assert "have been asked for their sheets" not in page


def a_kept_offer() -> Quotation:
    """A draft whose sheets are signed off, so that nobody but its releasers is waited for."""
    project = factories.a_project()
    factories.sign_off_sheets(project)
    quotation = factories.a_quotation(project)
    keep(project.client)
    return quotation


def released_by(who: User, quotation: Quotation) -> str:
    """What the page says after this person's signature."""
    given = {"password": factories.PASSWORD, "expected_hash": content_hash(quotation)}
    address = reverse("quotation-release", args=[quotation.project.code, quotation.revision])
    return " ".join(as_person(who).post(address, given, follow=True).content.decode().split())


def test_who_signs_the_release_is_told_that_nobody_of_the_other_role_may_see_it() -> None:
    quotation = a_kept_offer()
    naming = reverse("rfp-confidentiality", args=[quotation.project.rfp.number])
    draft = as_person(business()).get(quotation.get_absolute_url()).content.decode()
    assert "Nobody else of Management may see it before the confidentiality agreement is in force." in draft

    words = released_by(business(), quotation)

    assert "Signed. Nobody else of Management may see it before the confidentiality agreement is in force" in words
    assert f'<a href="{naming}#name-title">Name somebody</a>' in words
    assert "the other role has been asked" not in words


def test_the_other_role_is_asked_where_somebody_of_it_is_named() -> None:
    quotation = a_kept_offer()
    named(quotation.project, person(Role.MANAGEMENT))

    assert "Signed; the other role has been asked." in released_by(business(), quotation)


def test_who_holds_both_roles_is_not_the_second_to_sign() -> None:
    quotation, both = a_kept_offer(), person(Role.BUSINESS_DEVELOPMENT, Role.MANAGEMENT)
    named(quotation.project, both)

    assert "Signed. Nobody else of Management may see it" in released_by(both, quotation)


def test_who_may_name_nobody_is_told_who_may(project: Project) -> None:
    quality = person(Role.QUALITY_ASSURANCE)
    named(project, quality)
    address, asked = reverse("gate-request", args=[project.code]), {"reason": "The slot is booked."}
    assert not project.project_manager_id

    words = " ".join(as_person(quality).post(address, asked, follow=True).content.decode().split())

    assert "The decision is asked for. Nobody else of Project manager may see it" in words
    assert "Business development, a project manager or management names who is to be asked." in words
    assert reverse("rfp-confidentiality", args=[project.rfp.number]) in words
    assert "Name somebody" not in words


@pytest.mark.parametrize("page", ["project-evaluation", "rfp-confidentiality"])
def test_who_may_name_nobody_is_offered_their_own_next_step(project: Project, page: str) -> None:
    """Of evaluation; who may name somebody is said below it."""
    chemist = person(Role.RESEARCH)
    named(project, chemist)
    key = project.code if page == "project-evaluation" else project.rfp.number

    words = " ".join(as_person(chemist).get(reverse(page, args=[key])).content.decode().split())

    assert "Name somebody" not in words
    if page == "project-evaluation":
        own, who = words.index("Next: Department sheets"), "Business development, a project manager or management names who is to be asked."
        assert own < words.index("Nobody else of Analytical, EHS, Material control, Production may see it") < words.index(who)


def test_a_draft_says_who_may_name_somebody_to_who_may_not() -> None:
    quotation, controller = a_kept_offer(), person(Role.MATERIAL_CONTROL)
    named(quotation.project, controller)

    draft = as_person(controller).get(quotation.get_absolute_url()).content.decode()

    assert "Nobody else of Management may see it before the confidentiality agreement is in force. Business development, a" in draft
    assert "Name somebody" not in draft


def test_signers_of_a_gate_that_may_not_see_it_are_named(project: Project) -> None:
    named(project, manager())
    chosen = {"decision": "hold", "reason": "The client is bought."}

    words = as_person(manager()).post(reverse("gate-propose", args=[project.code]), chosen, follow=True).content.decode()

    assert "The decision is proposed. Nobody else of " in words
    assert "every signer has been asked" not in words
