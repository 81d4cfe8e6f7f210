"""The pages of conditions and waivers: written, told to the client or not, met, signed, refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from projects.models import GateCondition, GateWaiver, Phase, Project
from tests.projects import factories as make
from tests.projects.pages import address, page, signed_in, small_scale

pytestmark = pytest.mark.django_db
__all__ = ["signed_in", "small_scale"]


def conditions_form(owner: User, **values: object) -> dict[str, object]:
    """The first row filled, the others as they came."""
    row = {
        "words": "Qualify the dryer.",
        "criterion": "",
        "owner": owner.pk,
        "due_on": (timezone.localdate() + timedelta(days=30)).isoformat(),
        "step": "validation_batch.start",
        "step_number": 2,
        "tell_client": "on",
        **values,
    }
    rows = {f"conditions-0-{name}": value for name, value in row.items()}
    return {"conditions-TOTAL_FORMS": 2, "conditions-INITIAL_FORMS": 0, "reason": "As agreed.", **rows}


def test_conditions_are_written_proposed_and_read(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    make.finish_phase(small_scale)
    browser = signed_in(make.manager())
    assert "Propose G2: go with conditions" in page(browser, "gate-conditional", small_scale)

    refused = browser.post(address("gate-conditional", small_scale), conditions_form(make.person(Role.PRODUCTION), due_on="2020-01-01"))
    assert refused.status_code == 400 and "The date lies in the past." in refused.content.decode()
    browser.post(address("gate-conditional", small_scale), conditions_form(make.person(Role.PRODUCTION)))

    shown = page(browser, "project-gate", small_scale)
    assert "On these conditions" in shown and "Starting a validation batch, from number 2 on" in shown


def test_an_empty_form_says_at_each_field_what_is_needed(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    make.done(small_scale, "sample_certificate", "sample_confirmation")
    browser, rows = signed_in(make.manager()), page_of_rows(signed_in, small_scale)
    empty = {f"conditions-{place}-criterion": row.initial.get("criterion", "") for place, row in enumerate(rows)}

    sent = {"conditions-TOTAL_FORMS": len(rows), "conditions-INITIAL_FORMS": 0, "reason": "As agreed.", **empty}
    answer = browser.post(address("gate-conditional", small_scale), sent)

    wrong = [set(row.errors) for row in answer.context["rows"] if row.errors]
    assert answer.status_code == 400
    assert wrong == [{"words", "owner", "due_on", "step"}] * sum(bool(key) for key in empty.values())
    assert wrong


def test_at_the_last_gate_no_next_gate_is_locked(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    make.done(small_scale, "sample_certificate", "sample_confirmation")
    assert "gate.request" in dict(page_of_rows(signed_in, small_scale)[0].fields["step"].choices)
    Project.objects.filter(pk=small_scale.pk).update(last_phase=Phase.SMALL_SCALE)

    assert "gate.request" not in dict(page_of_rows(signed_in, small_scale)[0].fields["step"].choices)


def page_of_rows(signed_in: Callable[[User], Client], project: Project) -> list[Any]:
    return list(signed_in(make.manager()).get(address("gate-conditional", project)).context["rows"])


def test_leaving_the_client_out_needs_a_reason_that_is_shown(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    make.finish_phase(small_scale)
    browser, owner = signed_in(make.manager()), make.person(Role.PRODUCTION)
    assert "Your project manager tells you what it means for your dates." in page(browser, "gate-conditional", small_scale)

    refused = browser.post(address("gate-conditional", small_scale), conditions_form(owner, tell_client=""))
    assert refused.status_code == 400 and "say why not of this one" in refused.content.decode()
    browser.post(address("gate-conditional", small_scale), conditions_form(owner, tell_client="", untold_reason="A matter of our staff."))

    assert "the client is not told: A matter of our staff." in page(browser, "project-gate", small_scale)


def test_conditions_cannot_be_written_for_a_gate_that_evidence_alone_opens(client: Client, small_scale: Project) -> None:
    client.force_login(make.manager())

    assert client.get(address("gate-conditional", small_scale)).status_code == 409


def test_a_condition_says_what_it_locks_and_is_confirmed_by_another(client: Client, in_days: Callable[[int], object]) -> None:
    project = make.a_conditional_project(Phase.SMALL_SCALE, {"step": "gate.request", "step_number": 0})
    row = GateCondition.objects.get(review__project=project)
    in_days(31)
    client.force_login(make.manager())
    assert "Overdue: its step is locked" in page(client, "project-gate", project)
    assert "Overdue conditions lock the way" in page(client, "project-detail", project)
    assert "Locked by condition G2.1/1" in page(client, "project-gate", project)

    client.post(address("condition-answer", project, row.pk), {"words": "Protocol Q-7 is signed."})
    assert "You gave the evidence; a second person confirms." in page(client, "condition-detail", project, row.pk)
    client.force_login(make.person(Role.QUALITY_ASSURANCE))
    client.post(address("condition-confirm", project, row.pk))

    assert GateCondition.objects.get(pk=row.pk).state == "met"


def test_a_waiver_is_asked_for_and_signed_on_the_gate_page(client: Client, small_scale: Project) -> None:
    client.force_login(make.manager())
    assert "Ask for a waiver" in page(client, "project-gate", small_scale)
    assert client.post(address("waiver-request", small_scale, "route"), {"justification": ""}).status_code == 400
    client.post(address("waiver-request", small_scale, "route"), {"justification": "Known from the literature."})
    waiver = GateWaiver.objects.get(review__project=small_scale)
    client.force_login(make.person(Role.QUALITY_ASSURANCE))
    assert f'data-dialog="grant-{waiver.pk}"' in page(client, "project-gate", small_scale)

    assert client.post(address("waiver-grant", small_scale, waiver.pk), {"password": "wrong"}).status_code == 400
    client.post(address("waiver-grant", small_scale, waiver.pk), {"password": make.PASSWORD})

    shown = page(client, "project-gate", small_scale)
    assert "Waiver signed by Quality assurance" in shown and "Known from the literature." in shown


def test_a_refused_waiver_says_why(signed_in: Callable[[User], Client], small_scale: Project) -> None:
    waiver = make.a_waiver(small_scale, "route")

    browser = signed_in(make.person(Role.QUALITY_ASSURANCE))
    browser.post(address("waiver-refuse", small_scale, waiver.pk), {"reason": "Do the work."})

    assert "Do the work." in page(browser, "project-gate", small_scale)
