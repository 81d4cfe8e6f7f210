from typing import Any

import pghistory.models
import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import InternalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pghistory import context as pghistory_context
from pghistory.models import Context

from audit.context import acting, because, current, set_actor
from audit.history import write_contexts_once
from audit.middleware import AuditContextMiddleware
from audit.models import AppendOnly

pytestmark = pytest.mark.django_db
REGULATED_APPS = {"audit", "accounts", "catalogue", "projects", "documents", "process", "phases"}
WITHOUT_HISTORY = {  # and why
    "accounts.Department": "seeded by a migration; no service changes it",
    "accounts.IntegrationToken": "its making, limits and revocation are events; it is written with each use",
    "catalogue.CompoundFingerprint": "derived from the structure, which has its history",
    "accounts.AnsweredRequest": "answers to repeated requests, forgotten after a day",
    "audit.OutboxCursor": "how far a consumer has read",
    "projects.ReadinessSummary": "computed again from the records",
    "projects.ProjectStanding": "computed again from the records",
    "projects.KpiCase": "computed again from the records",
    "projects.NumberSeries": "a counter; the numbers it gave stand in the rows",
    "projects.SavedView": "a person's own way to look at a list",
    "projects.ViewChoice": "a person's own way to look at a list",
    "projects.RequestDraft": "what somebody of a client types; sent, it is a request, which has history",
    "process.SupplierMail": "a queue of mails; that a letter was sent is an event",
    "documents.FileText": "read from a file, which never changes",
    "phases.SiteVessel": "a vessel by another name, which has history",
    "process.PhaseOutcome": "computed again from the records",
    "process.QuotedPrice": "a supplier's price by another name, which has history",
    "process.RunStep": "a step of a route by another name, which has history",
    "projects.Scratch": "a plan tried out; what is taken over changes milestones, which have history",
    "projects.StalePlan": "a queue of plans to compute again",
    "projects.WaitingFor": "opened and closed with the records that wait",
}


def rename(person: Any, name: str) -> None:
    person.full_name = name
    person.save(update_fields=["full_name"])


def history(person: Any) -> list[tuple[str, str, Any]]:
    """(label, name in the row, context) of every change, oldest first; people are the tracked model at hand."""
    rows = get_user_model().pgh_event_models["update"].objects.filter(pgh_obj_id=person.pk).order_by("pgh_id")
    return [(row.pgh_label, row.full_name, row.pgh_context.metadata if row.pgh_context else None) for row in rows]


def test_insert_update_and_delete_leave_a_row_each(person: Any) -> None:
    key = person.pk
    rename(person, "Ann Wedded")
    person.delete()
    person.pk = key

    assert [row[:2] for row in history(person)] == [("insert", "Ann Other"), ("update", "Ann Wedded"), ("delete", "Ann Wedded")]


def test_a_bulk_update_leaves_a_row_for_each_row(person: Any) -> None:
    with acting(actor=person, channel="page"):
        get_user_model().objects.update(full_name="Same")
        get_user_model().objects.update(full_name="Same")

    assert [row[:2] for row in history(person)] == [("insert", "Ann Other"), ("update", "Same")]


def test_each_row_names_actor_channel_request_and_reason(person: Any) -> None:
    expected = {"user": person.pk, "user_name": str(person), "request_id": "abc", "channel": "page", "reason": "Wedding"}

    with acting(actor=person, channel="page", request_id="abc"), because("Wedding"):
        rename(person, "Ann Wedded")

    assert history(person)[-1] == ("update", "Ann Wedded", expected)


def test_rows_are_written_in_the_name_of_who_acts_at_that_moment(person: Any) -> None:
    with acting(channel="command", request_id="abc"):
        rename(person, "One")
        with acting(actor=person, channel="command"):
            rename(person, "Two")
        rename(person, "Three")

    assert [(name, context["user"]) for __, name, context in history(person)[1:]] == [("One", None), ("Two", person.pk), ("Three", None)]


def test_an_actor_found_during_the_request_is_in_later_rows(person: Any) -> None:
    with acting(channel="api"):
        rename(person, "One")
        set_actor(person)
        rename(person, "Two")

    assert [context["user"] for *__, context in history(person)[1:]] == [None, person.pk]


def test_the_middleware_opens_the_context(person: Any) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        rename(person, "Ann Wedded")
        return HttpResponse(current().request_id)

    request = RequestFactory().post("/people/")
    request.user = person
    response = AuditContextMiddleware(view)(request)

    context = history(person)[-1][2]
    assert (context["user"], context["request_id"], context["channel"]) == (person.pk, response.content.decode(), "page")


def test_without_a_context_the_row_is_kept_all_the_same(person: Any) -> None:
    rename(person, "Ann Wedded")

    assert history(person)[-1] == ("update", "Ann Wedded", None)


def test_one_gesture_has_one_context(person: Any) -> None:
    with acting(actor=person, channel="page"):
        rename(person, "One")
        rename(person, "Two")

    assert Context.objects.count() == 1


def test_a_context_is_never_rewritten(person: Any) -> None:
    with acting(actor=person, channel="page"):
        rename(person, "One")
        with pghistory_context(user=0), pytest.raises(InternalError, match="written once"), transaction.atomic():
            rename(person, "Two")

    assert [context.metadata["user"] for context in Context.objects.all()] == [person.pk]


def test_replacing_the_function_twice_is_replacing_it_once(person: Any) -> None:
    write_contexts_once(connection)

    with acting(actor=person, channel="page"):
        rename(person, "One")

    assert Context.objects.count() == 1


def test_secrets_are_left_out(person: Any) -> None:
    columns = {field.name for field in get_user_model().pgh_event_models["update"]._meta.fields}

    assert "full_name" in columns
    assert "password" not in columns


@pytest.mark.parametrize("attempt", ["update", "delete"])
def test_history_rows_cannot_be_changed(person: Any, attempt: str) -> None:
    rows = get_user_model().pgh_event_models["update"].objects.filter(pgh_obj_id=person.pk)

    with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
        rows.update(full_name="Other") if attempt == "update" else rows.delete()


def test_every_regulated_row_has_history_or_a_reason_why_not() -> None:
    ours = [model for model in apps.get_models() if model._meta.app_label in REGULATED_APPS]
    kept = {model.pgh_tracked_model for model in ours if issubclass(model, pghistory.models.Event)}
    once = (pghistory.models.Event, AppendOnly)  # written once: the row is its own history
    without = {model._meta.label for model in ours if model not in kept and not issubclass(model, once)}

    assert without == set(WITHOUT_HISTORY)
