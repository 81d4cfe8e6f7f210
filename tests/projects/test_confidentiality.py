"""Before the confidentiality agreement is in force: who sees a request, who is named, and the record of who looked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Client, Contact, Role, User
from accounts.services import choose_confidentiality
from audit.events import events_of, record
from audit.refusals import BadInput, NotAllowed, Refused
from catalogue.chemistry import parse_structure
from notifications.audience import readers_of
from phases.evaluation.services import assign_sheet
from projects.models import Agreement, ConfidentialReader, Project, Rfp, WaitingFor
from projects.models.confidentiality import SEEN
from projects.services.agreements import record_agreement, record_signatory, withdraw_agreement
from projects.services.charter import name_team_member
from projects.services.confidentiality import name_reader, take_reader_off
from tests.projects import factories
from tests.projects.people import as_person, business, manager, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    """In evaluation, of a client that asks for confidentiality; logged by business development."""
    project = factories.a_project()
    choose_confidentiality(project.client.code, asks_confidentiality=True, reason="As the law has it.", actor=business())
    return Project.objects.select_related("rfp", "client").get(pk=project.pk)


@pytest.fixture
def unnamed() -> User:
    return person(Role.MANAGEMENT)


def sees(user: User, project: Project) -> bool:
    """All of it or nothing: request, project, client, contact."""
    found = {
        Rfp.objects.visible_to(user).filter(pk=project.rfp_id).exists(),
        Project.objects.visible_to(user).filter(pk=project.pk).exists(),
        Client.objects.visible_to(user).filter(pk=project.client_id).exists(),
        Contact.objects.visible_to(user).filter(client=project.client_id).exists(),
    }
    assert len(found) == 1, found
    return found.pop()


def agreed(project: Project, *, days: int = 0, until: int | None = None, sides: tuple[str, ...] = ("cdmo", "client")) -> Agreement:
    today = timezone.localdate()
    dates = {"effective_on": today + timedelta(days=days), "expires_on": None if until is None else today + timedelta(days=until)}
    agreement = record_agreement(project.code, kind="confidentiality", number=f"CDA-{days}-{until}", actor=business(), **dates)
    for side in sides:
        record_signatory(project.code, agreement.pk, side=side, name="Ann", function="Director", signed_on=today, actor=business())
    return agreement


def named(project: Project, who: User, actor: User | None = None) -> ConfidentialReader:
    return name_reader(project.rfp.number, person=who, reason="Judges the route.", actor=actor or business())


def test_only_who_has_a_part_in_it_sees_it(project: Project, unnamed: User) -> None:
    assert sees(business(), project)
    assert not sees(unnamed, project)
    assert not sees(person(Role.BUSINESS_DEVELOPMENT, name="Another of business development"), project)
    assert not Rfp.objects.visible_to(person(Role.RESEARCH)).exists()
    assert not Client.objects.visible_to(person(Role.ADMINISTRATOR)).filter(pk=project.client_id).exists()


def test_the_project_manager_sees_it(project: Project) -> None:
    assert not sees(manager(), project)

    Project.objects.filter(pk=project.pk).update(project_manager=manager())

    assert sees(manager(), project)


def test_the_client_s_own_people_always_see_theirs(project: Project) -> None:
    assert Project.objects.visible_to(person(Role.CLIENT_VIEWER)).filter(pk=project.pk).exists()


def test_an_agreement_in_force_discloses_it(project: Project, unnamed: User) -> None:
    agreement = agreed(project)

    assert sees(unnamed, project)

    withdraw_agreement(project.code, agreement.pk, reason="Signed by the wrong company.", actor=business())

    assert not sees(unnamed, project)


@pytest.mark.parametrize(("days", "sides"), [(0, ("cdmo",)), (0, ("client",)), (0, ()), (1, ("cdmo", "client"))])
def test_what_is_not_signed_or_not_begun_discloses_nothing(project: Project, unnamed: User, days: int, sides: tuple[str, ...]) -> None:
    agreed(project, days=days, sides=sides)

    assert not sees(unnamed, project)


def test_other_kinds_of_agreement_disclose_nothing(project: Project, unnamed: User) -> None:
    agreement = agreed(project)
    Agreement.objects.filter(pk=agreement.pk).update(kind="cooperation")

    assert not sees(unnamed, project)


def test_an_agreement_covers_the_next_requests_of_its_client_until_it_runs_out(project: Project, unnamed: User) -> None:
    agreement = agreed(project, days=-2, until=1)
    draft = factories.an_rfp(project.client)
    assert Rfp.objects.visible_to(unnamed).filter(pk=draft.pk).exists()

    Agreement.objects.filter(pk=agreement.pk).update(expires_on=timezone.localdate() - timedelta(days=1))

    assert not Rfp.objects.visible_to(unnamed).filter(pk=draft.pk).exists()
    assert sees(unnamed, project), "its own project goes on: before the agreement is not after it"


def test_another_client_s_agreement_discloses_nothing(project: Project, unnamed: User) -> None:
    other = factories.a_project(factories.a_client("DCB"))
    agreed(other)

    assert not sees(unnamed, project)


def test_a_client_may_ask_for_none(project: Project, unnamed: User) -> None:
    choose_confidentiality(project.client.code, asks_confidentiality=False, reason="They said so.", actor=business())

    assert sees(unnamed, project)
    assert events_of(project.client).filter(kind="client.confidentiality_waived", reason="They said so.").exists()


def test_that_wish_needs_a_reason_and_somebody_who_keeps_clients(project: Project) -> None:
    with pytest.raises(BadInput):
        choose_confidentiality(project.client.code, asks_confidentiality=False, reason=" ", actor=business())
    with pytest.raises(Client.DoesNotExist):
        choose_confidentiality(project.client.code, asks_confidentiality=False, reason="x", actor=person(Role.MANAGEMENT))

    assert Client.objects.get(pk=project.client_id).asks_confidentiality


def test_a_named_person_sees_it_until_taken_off(project: Project) -> None:
    chemist = person(Role.RESEARCH)
    reader = named(project, chemist)
    assert sees(chemist, project)

    take_reader_off(project.rfp.number, reader.pk, reason="Moved on.", actor=business())

    assert not sees(chemist, project)
    kinds = events_of(project.rfp).values_list("kind", "actor", "reason")
    assert ("rfp.reader_named", business().pk, "Judges the route.") in kinds
    assert ("rfp.reader_taken_off", business().pk, "Moved on.") in kinds


def test_management_names_people_for_what_it_does_not_see(project: Project, unnamed: User) -> None:
    named(project, manager(), actor=unnamed)

    assert sees(manager(), project)
    assert not sees(unnamed, project)


def test_who_may_not_see_it_names_nobody(project: Project) -> None:
    chemist, stranger = person(Role.RESEARCH), person(Role.BUSINESS_DEVELOPMENT, name="Another of business development")
    with pytest.raises(Rfp.DoesNotExist):
        named(project, chemist, actor=stranger)
    named(project, chemist)
    with pytest.raises(NotAllowed):
        named(project, stranger, actor=chemist)

    assert ConfidentialReader.objects.count() == 1


def test_nobody_is_named_twice_nor_without_reason_nor_of_the_client(project: Project) -> None:
    chemist = person(Role.RESEARCH)
    named(project, chemist)

    for who, reason in ((chemist, "Again."), (person(Role.EHS), " "), (person(Role.CLIENT_VIEWER), "Curious.")):
        with pytest.raises((BadInput, Refused)):
            name_reader(project.rfp.number, person=who, reason=reason, actor=business())

    assert ConfidentialReader.objects.count() == 1


def test_what_came_by_the_portal_is_seen_by_business_development_until_taken_up(project: Project) -> None:
    rfp = project.rfp
    Project.objects.filter(pk=project.pk).update(account_owner=None)
    Rfp.objects.filter(pk=rfp.pk).update(created_by=person(Role.CLIENT_APPROVER), account_owner=None)
    another = person(Role.BUSINESS_DEVELOPMENT, name="Another of business development")
    assert sees(another, project)
    assert not sees(manager(), project)

    Rfp.objects.filter(pk=rfp.pk).update(account_owner=business())

    assert not sees(another, project)
    assert sees(business(), project)


def test_the_page_says_what_is_missing_and_who_can_act_and_nothing_else(project: Project, unnamed: User) -> None:
    agreed(project, sides=("cdmo",))
    for address in (project.get_absolute_url(), project.rfp.get_absolute_url()):
        answer = as_person(unnamed).get(address)
        words = answer.content.decode()

        assert answer.status_code == 403
        assert "client&#x27;s signature open" in words
        assert business().full_name in words
        assert not secrets(project, words)


def secrets(project: Project, words: str) -> list[str]:
    structure = parse_structure(factories.PARACETAMOL)
    kept = (project.client.name, project.rfp.contact.name, project.title, structure.smiles, structure.inchikey, "103-90-2")
    return [each for each in kept if each in words]


def test_lists_say_how_many_are_kept(project: Project, unnamed: User) -> None:
    for name in ("rfp-list", "project-list", "bids", "kpis", "portfolio", "portfolio-gantt"):
        words = as_person(unnamed).get(reverse(name)).content.decode()

        assert "1 is kept to named people" in words, name
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


def test_who_does_not_see_it_is_not_told_of_it(project: Project, unnamed: User) -> None:
    told = {business().pk, unnamed.pk}
    with transaction.atomic():
        record("wait.escalated", project, actor=business(), who="Ann", words="A sheet", wait=1, link="/", concerns=sorted(told))
    event = events_of(project).filter(kind="wait.escalated").latest("pk")
    event.actor_id = None

    assert {reader.user.pk for reader in readers_of([event])} & told == {business().pk}


def test_the_words_of_a_wait_name_nobody_while_it_is_kept(project: Project) -> None:
    draft = factories.an_rfp(project.client)

    assert not secrets(project, WaitingFor.objects.get(key=f"rfp.complete:{draft.pk}").words)


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
    another = person(Role.BUSINESS_DEVELOPMENT, name="Another of business development")
    reader, number = named(project, another), project.rfp.number
    off = reverse("rfp-reader-off", args=[number, reader.pk])

    answer = as_person(another).post(off, {"reason": "Moved on."}, follow=True)

    assert answer.redirect_chain[-1] == (reverse("rfp-kept"), 302)
    assert f"{number} is kept to named people, and you are not one of them any more." in answer.content.decode()
    draft = factories.an_rfp(project.client)
    Rfp.objects.filter(pk=draft.pk).update(created_by=manager(), account_owner=manager())
    address = reverse("client-confidentiality", args=[project.client.code])
    choose_confidentiality(project.client.code, asks_confidentiality=False, reason="They said so.", actor=business())
    kept = {"asks_confidentiality": "yes", "reason": "They ask for it now."}
    assert as_person(another).post(address, kept, follow=True).redirect_chain[-1] == (reverse("rfp-kept"), 302)


def test_who_sees_one_request_of_a_client_stays_on_its_page_though_another_is_kept(project: Project) -> None:
    another = person(Role.BUSINESS_DEVELOPMENT, name="Another of business development")
    Rfp.objects.filter(pk=factories.an_rfp(project.client).pk).update(created_by=another, account_owner=another)
    assert Rfp.objects.kept_from(another).filter(client=project.client_id).exists()
    address = reverse("client-detail", args=[project.client.code])

    answer = as_person(another).post(address, {"sees_names": "no", "reason": "Its rule."})

    assert (answer.status_code, answer.headers["Location"]) == (302, address)


def test_only_management_is_led_to_naming_people(project: Project, unnamed: User) -> None:
    address, naming = reverse("rfp-kept"), reverse("rfp-confidentiality", args=[project.rfp.number])
    for who, leads in ((unnamed, True), (person(Role.BUSINESS_DEVELOPMENT, name="Another of business development"), False)):
        browser = as_person(who)

        assert [naming in browser.get(page).content.decode() for page in (address, project.get_absolute_url())] == [leads, leads]
        assert (browser.get(naming).status_code == 200) is leads


def test_work_is_given_to_who_may_see_it(project: Project) -> None:
    chemist, today = person(Role.RESEARCH), timezone.localdate()

    def assign(owner: User) -> None:
        assign_sheet(project.code, "research", owner=owner, due_on=today, actor=business())
        name_team_member(project.code, "research", user=owner, actor=manager())

    named(project, manager())
    for act in (
        lambda: assign_sheet(project.code, "research", owner=chemist, due_on=today, actor=business()),
        lambda: name_team_member(project.code, "research", user=chemist, actor=manager()),
    ):
        with pytest.raises(BadInput) as bad:
            act()
        assert "name them first" in str(bad.value)
    named(project, chemist)

    assign(chemist)

    assert project.team.get(department__key="research").user == chemist


def test_the_form_of_the_team_says_at_the_field_who_may_not_see_it(project: Project) -> None:
    named(project, manager())
    chemist, address = person(Role.RESEARCH), reverse("project-team", args=[project.code])

    answer = as_person(manager()).post(address, {"research-user": chemist.pk})

    assert answer.status_code == 400
    assert f"{chemist.full_name} may not see this project" in answer.content.decode()
    assert not project.team.filter(user=chemist).exists()


def test_who_is_named_is_told(project: Project) -> None:
    reader = named(project, person(Role.RESEARCH))
    event = events_of(project.rfp).get(kind="rfp.reader_named")

    assert reader.person in [each.user for each in readers_of([event])]


def test_a_department_that_is_waited_for_and_may_not_see_it_is_named(project: Project) -> None:
    pages = (reverse("project-evaluation", args=[project.code]), reverse("rfp-confidentiality", args=[project.rfp.number]))
    named(project, person(Role.ANALYTICAL))

    for page in pages:
        words = as_person(business()).get(page).content.decode()
        assert "The work waits for EHS, Material control, Production, Research, and nobody of these may" in words
    agreed(project)
    for page in pages:
        assert "The work waits for" not in as_person(business()).get(page).content.decode()


def looks(project: Project) -> list[str]:
    return list(events_of(project.rfp).filter(kind=SEEN).values_list("actor_name", flat=True))


def test_the_record_shows_who_looked_once_a_day(project: Project) -> None:
    browser = as_person(business())
    for address in (project.get_absolute_url(), project.rfp.get_absolute_url(), f"/api/v1/projects/{project.code}/"):
        assert browser.get(address).status_code == 200
    browser.get("/projects/")

    assert looks(project) == [business().full_name]
    assert business().full_name in browser.get(reverse("rfp-confidentiality", args=[project.rfp.number])).content.decode()


def test_a_picture_alone_is_a_look(project: Project) -> None:
    as_person(business()).get(reverse("rfp-structure", args=[project.rfp.number]))

    assert looks(project) == [business().full_name]


def test_nobody_looked_who_saw_nothing_or_looked_after_the_agreement(project: Project, unnamed: User, client: Browser) -> None:
    as_person(unnamed).get(project.get_absolute_url())
    as_person(person(Role.CLIENT_VIEWER)).get(reverse("portal-project", args=[project.code]))
    as_person(business()).get(reverse("rfp-list"))
    agreed(project)
    as_person(business()).get(project.get_absolute_url())

    assert looks(project) == []


def test_the_choice_on_the_client_s_page(project: Project) -> None:
    browser, address = as_person(business()), reverse("client-confidentiality", args=[project.client.code])
    assert browser.post(address, {"asks_confidentiality": "no", "reason": ""}).status_code == 400

    assert browser.post(address, {"asks_confidentiality": "no", "reason": "They said so."}).status_code == 302

    assert not Client.objects.get(pk=project.client_id).asks_confidentiality
