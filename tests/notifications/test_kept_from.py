"""What is kept to named people is told to nobody else: who sees a project, judged for many as for one, and what inboxes hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from accounts.models import Client, Role, User
from audit.context import acting
from audit.events import record
from audit.models import Event
from documents.models import Document
from notifications import audience
from notifications.letters import letter_of
from notifications.models import MailMessage, Notification
from notifications.reading import items_of
from notifications.services.inbox import tell
from notifications.templatetags.notices import unread_count
from notifications.visibility import readable_events
from projects.models import ConfidentialReader, Project, Rfp, WaitingFor
from projects.models.confidentiality import seen_of_projects
from projects.services.confidentiality import name_reader, note_looks
from projects.services.rfp import change_client
from projects.services.waiting import open_wait
from tests.notifications.conftest import events_of, names, told
from tests.projects import factories
from tests.projects.confidential import a_kept_project, another_seller, disclose, keep, named
from tests.projects.people import business, manager, person

pytestmark = pytest.mark.django_db
OURS = [role for role in Role if role not in factories.CLIENT_SIDE and role != Role.INTEGRATION]


@pytest.fixture
def kept() -> Project:
    return a_kept_project()


def untaken(project: Project) -> None:
    """It came by the portal and nobody has taken it up."""
    Project.objects.filter(pk=project.pk).update(account_owner=None, project_manager=None)
    Rfp.objects.filter(pk=project.rfp_id).update(created_by=person(Role.CLIENT_APPROVER), account_owner=None)


def untaken_with_a_reader(project: Project) -> None:
    named(project, manager())
    untaken(project)


def led(project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(project_manager=manager())


def everybody_named(project: Project) -> None:
    for role in OURS:
        given = {"reason": "Judges it.", "named_by": business(), "named_at": timezone.now()}
        ConfidentialReader.objects.get_or_create(rfp=project.rfp, person=person(role), ended_at=None, defaults=given)


def everybody_named_and_disclosed(project: Project) -> None:
    everybody_named(project)
    disclose(project.client)
    project.team.all().delete()


STAGES: list[Callable[[Project], object]] = [
    lambda project: None,
    lambda project: disclose(project.client),
    untaken,
    untaken_with_a_reader,
    led,
    everybody_named,
    everybody_named_and_disclosed,
]


@pytest.mark.parametrize("stage", STAGES)
def test_who_sees_a_project_is_judged_for_many_as_for_one(kept: Project, stage: Callable[[Project], object]) -> None:
    stage(kept)
    event = Event.objects.filter(project_id=kept.pk).latest("pk")

    batch = audience._load([event])

    for role in OURS:
        who = User.objects.get(pk=person(role).pk)
        assert audience._sees(batch, who, kept.pk) is Project.objects.visible_to(who).filter(pk=kept.pk).exists(), role
        seen = Project.objects.filter(seen_of_projects(who), pk=kept.pk).exists()
        assert audience._is_kept_from(batch, who, event) is not seen, role


def test_a_department_person_who_is_named_is_asked_though_no_team_has_the_department(kept: Project) -> None:
    kept.team.filter(department__key="research").delete()
    chemist = person(Role.RESEARCH)
    named(kept, chemist)

    assert Project.objects.visible_to(chemist).filter(pk=kept.pk).exists()
    assert audience._sees(audience._load(list(Event.objects.filter(project_id=kept.pk)[:1])), chemist, kept.pk)


def test_who_is_asked_by_name_is_not_told_of_what_is_kept_from_them(kept: Project) -> None:
    chemist, reader = person(Role.RESEARCH), person(Role.EHS)
    named(kept, reader)
    event = Event.objects.filter(kind="sheet.opened", project_id=kept.pk).latest("pk")
    for who in (chemist, reader):
        open_wait(f"sheet:{event.object_id}:{who.pk}", words="A title of it", link="/", project=kept, user=who)

    tell([event])

    assert names(list(Notification.objects.filter(event=event))) & {chemist.full_name, reader.full_name} == {reader.full_name}
    assert "A title of it" in WaitingFor.objects.open().of(reader).values_list("words", flat=True)
    assert "A title of it" not in WaitingFor.objects.open().of(chemist).values_list("words", flat=True)


def test_what_somebody_was_asked_before_it_was_kept_leaves_their_inbox(kept: Project) -> None:
    chemist, event = person(Role.RESEARCH), Event.objects.filter(project_id=kept.pk).latest("pk")
    about_request = Event.objects.get(kind="rfp.logged", object_id=str(kept.rfp_id))
    for each in (event, about_request):
        Notification.objects.create(user=chemist, event=each, group="tasks", delivery="inbox", asked=True)
    assert about_request.project_id is None
    assert (Notification.objects.visible_to(chemist).count(), unread_count(chemist)) == (0, "")

    named(kept, chemist)

    again = User.objects.get(pk=chemist.pk)
    assert (Notification.objects.visible_to(again).count(), unread_count(again)) == (2, "2")


def test_a_request_that_is_kept_is_told_to_nobody_else_of_business_development() -> None:
    client = factories.a_client("KEPT")
    keep(client)
    another = another_seller()

    assert another.full_name not in names(told(lambda: factories.an_rfp(client)))

    disclose(client)
    assert another.full_name in names(told(lambda: factories.an_rfp(client)))


def mailed(to: User, lines: list[Notification]) -> str:
    letter = letter_of(MailMessage(user=to, kind="digest", day=timezone.localdate()), lines, more=False)
    return f"{letter.subject}\n{letter.body}\n{letter.alternatives[0][0]}"


def test_who_is_named_reads_of_which_request_by_its_number_alone() -> None:
    client, reader = factories.a_client("KEPT"), person(Role.RESEARCH)
    keep(client)
    rfp = factories.an_rfp(client, compound_name="Secretinib")

    lines = told(lambda: name_reader(rfp.number, person=reader, reason="Judges the route.", actor=business()))
    (item,) = items_of([each for each in lines if each.user == reader], reader)

    assert (item.about, rfp.number in item.words) == (rfp.number, True)
    mail = mailed(reader, lines)
    assert rfp.number in mail and "Secretinib" not in mail + item.words


def test_a_mail_names_a_project_that_is_kept_by_its_code_alone(kept: Project) -> None:
    lines = told(lambda: named(kept, manager()))

    before = mailed(manager(), lines)
    disclose(kept.client)

    assert kept.code in before and kept.title not in before
    assert f"{kept.code} {kept.title}" in mailed(manager(), lines)


def test_a_mail_about_a_request_that_is_kept_does_not_say_to_whom_its_client_was_corrected() -> None:
    client, reader = factories.a_client("KEPT"), business()
    Client.objects.filter(pk=client.pk).update(name="Hushed Pharma")
    client.refresh_from_db()
    keep(client)
    rfp = factories.an_rfp(factories.a_client("WRONG"), account_owner=reader)
    values = {"client_name": client.name, "contact_name": "Dr Whisper", "contact_email": "whisper@hushed.example"}
    change_client(rfp.number, **values, reason="The letter of Hushed Pharma says so.", actor=reader)
    event = Event.objects.get(kind="rfp.client_changed")
    line = Notification(user=reader, event=event, group="commercial", created_at=timezone.now())
    urgent = MailMessage(user=reader, kind="urgent", day=timezone.localdate())

    letter, digest = letter_of(urgent, [line], more=False), mailed(reader, [line])
    said = f"{letter.subject}\n{letter.body}\n{letter.alternatives[0][0]}\n{digest}"

    assert rfp.number in letter.subject and f"/{rfp.number}/" in letter.body
    assert not [word for word in ("Hushed", "Whisper") if word in said]
    assert "Hushed Pharma" in items_of([line], reader)[0].words, "behind the sign-in it is said"
    disclose(client)
    assert "Hushed Pharma" in mailed(reader, [line])


def test_a_mail_about_a_document_of_a_request_that_is_kept_does_not_say_its_title() -> None:
    client, reader = factories.a_client("KEPT"), business()
    keep(client)
    rfp = factories.an_rfp(client, account_owner=reader)
    document = Document.objects.create(rfp=rfp, client=client, type_key="memo", number="MEM-1", title="Secretinib of Hushed Pharma")
    with acting(channel="worker"):
        record("document.up_to_date", document, actor=None, number=document.number, title=document.title, version=1)
    event = Event.objects.get(kind="document.up_to_date")
    line = Notification(user=reader, event=event, group="documents", asked=True, created_at=timezone.now())

    before = mailed(reader, [line])
    disclose(client)

    assert event.link in before and "Secretinib" not in before
    assert "Secretinib of Hushed Pharma" in mailed(reader, [line])


def test_who_looked_is_news_to_nobody(kept: Project) -> None:
    led(kept)
    looks = events_of(lambda: note_looks(Rfp.objects.filter(pk=kept.rfp_id), actor=business()))

    assert [event.kind for event in looks] == ["rfp.seen_confidentially"]
    assert tell(looks) == []
    assert not readable_events(manager()).filter(pk__in=[event.pk for event in looks]).exists()
    assert readable_events(manager()).filter(project_id=kept.pk).exists()
