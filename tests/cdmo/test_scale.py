"""Many projects for measuring: each copy is a project of its own, with all that hangs on it, and the guards stand again."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import IntegrityError, InternalError, connection, transaction
from django.db.models import F

from accounts.models import Client, User
from audit.models import Event, Signature
from cdmo.demo.scale import COPIES_PER_CLIENT, Scale
from projects.models import Milestone, Phase, Project, ReadinessSummary
from tests.projects import factories
from tests.projects.agreed import signed_agreement

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return factories.a_project_in(Phase.SMALL_SCALE)


def test_copies_are_projects_of_their_own(project: Project) -> None:
    said = list(Scale().fill(3))
    said += Scale().fill(COPIES_PER_CLIENT + 3)  # it goes on where it ended

    copies = Project.objects.exclude(pk=project.pk)
    assert said[-1] == Project.objects.count() == COPIES_PER_CLIENT + 3
    assert Project.objects.values("code").distinct().count() == Project.objects.count()
    assert {copy.milestones.count() for copy in copies} == {project.milestones.count()}
    assert {copy.rfp.project for copy in copies} == set(copies)
    assert {copy.client for copy in copies} == set(Client.objects.filter(users__isnull=False)) - {project.client}
    assert copies.exclude(rfp__client=F("client")).count() == 0
    assert ReadinessSummary.objects.count() in (0, Project.objects.count())


def test_the_record_of_a_copy_names_the_copy(project: Project) -> None:
    list(Scale().fill(2))

    copy = Project.objects.exclude(pk=project.pk).get()
    told = Event.objects.filter(project_id=copy.pk)
    of_milestones = told.filter(object_type=ContentType.objects.get_for_model(Milestone))
    assert told.count() == Event.objects.filter(project_id=project.pk).count()
    assert {event.object for event in of_milestones} <= set(copy.milestones.all())
    assert set(told.values_list("client_id", flat=True)) == {copy.client_id}
    assert not any(project.code in f"{event.data}{event.object_label}" for event in told)
    assert Signature.objects.count() % 2 == 0


def test_what_was_written_after_the_first_copies_is_not_copied(project: Project) -> None:
    """Its id is that of a copy: added to once more it could meet another's."""
    agreements = project.agreements.count()
    list(Scale().fill(2))
    signed_agreement(project, "quality", "QA-9")

    list(Scale().fill(3))

    copies = Project.objects.exclude(pk=project.pk)
    assert [copy.agreements.count() for copy in copies] == [agreements, agreements]


def test_people_and_clients_are_copied_once_for_many(project: Project) -> None:
    people, clients = User.objects.count(), Client.objects.filter(projects=project).count()

    list(Scale().fill(COPIES_PER_CLIENT + 1))

    assert User.objects.count() == 2 * people
    assert Client.objects.exclude(projects=None).count() == 2 * clients


def test_the_guards_stand_again_and_what_is_written_next_comes_after(project: Project) -> None:
    list(Scale().fill(2))

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'D'")
        assert cursor.fetchone() == (0,)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        Event.objects.update(reason="Something else")
    assert factories.a_project().pk > Project.objects.exclude(pk=project.pk).earliest("pk").pk


def test_it_is_refused_in_production_and_without_a_project(settings: Any) -> None:
    with pytest.raises(CommandError, match="Load the demo first"):
        call_command("load_scale", "--projects", "2")
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="never loaded in production"):
        call_command("load_scale", "--projects", "2")
