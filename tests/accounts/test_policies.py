"""Every table is somebody's, or open for a reason; the database has the policies that the models ask for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.test.utils import isolate_apps

from accounts.models import Role
from audit.client_role import client_rows
from audit.context import acting
from audit.policies import CLOSED, apply_policies, missing_policies, rule_of, rules
from catalogue.models import Vessel
from projects.models import Occupancy, Project
from tests.projects import factories
from tests.projects.vessels import a_vessel, book, in_days

CONCRETE = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed and not model._meta.proxy]


@pytest.mark.parametrize("model", CONCRETE, ids=lambda model: model._meta.label)
def test_every_model_has_a_policy_or_a_reason(model: Any) -> None:
    rule = rule_of(model)

    assert rule.reads or rule.reason
    leads = {field.related_model._meta.label for field in model._meta.concrete_fields if field.is_relation}
    assert rule.reads or not leads & {"accounts.Client", "projects.Project", "projects.Rfp", "documents.Document", "audit.Event"}


@isolate_apps()  # none by name: its `ready` would register everything again
def test_a_new_model_gets_its_policy_from_its_columns_or_is_refused() -> None:
    class OfProject(models.Model):  # noqa: DJ008
        project = models.ForeignKey(Project, on_delete=models.CASCADE)

        class Meta:
            app_label = "projects"

    class Below(models.Model):  # noqa: DJ008
        of = models.ForeignKey(OfProject, on_delete=models.CASCADE)

        class Meta:
            app_label = "projects"

    class OfNobody(models.Model):  # noqa: DJ008
        words = models.TextField()

        class Meta:
            app_label = "projects"

    assert "project.client_id = {client}" in str(rule_of(OfProject).reads)
    assert 'EXISTS (SELECT 1 FROM "projects_ofproject"' in str(rule_of(Below).reads)
    with pytest.raises(LookupError, match=r"projects\.OfNobody leads to no client"):
        rule_of(OfNobody)


def test_the_columns_that_policies_compare_are_indexed(db: None) -> None:
    """Those of tables that grow with the projects: a client's lists begin there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname || '.' || a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
            "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] WHERE i.indpred IS NULL"
        )
        indexed = {name for (name,) in cursor.fetchall()}
    compared = {
        f"{model._meta.db_table}.{field.column}"
        for model in CONCRETE
        for field in model._meta.concrete_fields
        if field.is_relation and f'"{model._meta.db_table}"."{field.column}" = ' in str(rules()[model._meta.db_table].reads)
    }

    assert len(compared) > 30
    assert compared <= indexed


def test_the_database_has_them_and_keeps_them(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid, polrelid FROM pg_policy ORDER BY oid")
        first = cursor.fetchall()
        apply_policies(connection)
        cursor.execute("SELECT oid, polrelid FROM pg_policy ORDER BY oid")
        assert cursor.fetchall() == first
    assert missing_policies(connection) == 0


def test_a_policy_of_before_makes_way(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE POLICY client_0 ON projects_project TO cdmo_client USING (true)")
    assert missing_policies(connection) == 1

    apply_policies(connection)

    assert missing_policies(connection) == 0


def test_the_application_reads_as_if_there_were_none(db: None) -> None:
    """Of the application's policy the planner leaves nothing over: its searches go on using every index."""
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT SELECT ON projects_milestone TO {settings.DATABASE_APPLICATION_ROLE}")
        plans = {}
        for role in (settings.DATABASE_APPLICATION_ROLE, settings.DATABASE_CLIENT_ROLE):
            cursor.execute(f"SET LOCAL ROLE {role}")
            cursor.execute("EXPLAIN SELECT * FROM projects_milestone")
            plans[role] = str(cursor.fetchall())
            cursor.execute("RESET ROLE")

    assert "project_id" not in plans[settings.DATABASE_APPLICATION_ROLE]
    assert "project_id" in plans[settings.DATABASE_CLIENT_ROLE]


@pytest.mark.parametrize("table", sorted(CLOSED | {"projects_projectevent", "accounts_userevent", "pghistory_context"}))
def test_a_client_reads_no_row_history_and_nothing_of_ours_alone(db: None, table: str) -> None:
    viewer = factories.person(Role.CLIENT_VIEWER)
    with client_rows(viewer.client_id), connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(current_user, %s, 'SELECT')", [table])
        may_read = cursor.fetchone()[0]
        cursor.execute(f"SELECT count(*) FROM {table}") if may_read else None
        assert not may_read or cursor.fetchone() == (0,)


def test_a_client_s_change_writes_its_history(db: None) -> None:
    viewer = factories.person(Role.CLIENT_VIEWER)
    with acting(actor=viewer, channel="page"), client_rows(viewer.client_id):
        viewer.full_name = "Ann Wedded"
        viewer.save()

    changes = apps.get_model("accounts.UserEvent").objects.filter(pgh_obj=viewer, pgh_label="update")
    assert changes.get().full_name == "Ann Wedded"
    assert changes.get().pgh_context.metadata["user"] == viewer.pk


def test_a_client_changes_nobody_of_ours(db: None) -> None:
    viewer, manager = factories.person(Role.CLIENT_VIEWER), factories.manager()
    with client_rows(viewer.client_id):
        rows = type(manager).objects.filter(pk=manager.pk)
        assert rows.get().full_name == manager.full_name  # stands on its pages
        assert rows.update(full_name="Somebody else") == 0


def test_a_client_reads_no_vessel_and_of_the_bookings_its_own(db: None) -> None:
    own, foreign = factories.a_planned_project(), factories.a_planned_project(client=factories.a_client("DCB"))
    of_own = book(a_vessel(hourly_rate=Decimal(250), rate_currency="EUR", rate_from=in_days(0)), 3, 9, project=own)
    book(a_vessel("R-303"), 3, 9, project=foreign)

    with client_rows(own.client_id):
        assert list(Vessel.objects.values_list("hourly_rate")) == []
        assert list(Occupancy.objects.values_list("pk")) == [(of_own.pk,)]
