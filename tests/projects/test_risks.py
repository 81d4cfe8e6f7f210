"""The risk list of a project: kept by its manager, closed with a reason, shown one by one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from projects.models import Project, ProjectRisk
from projects.services import risks
from projects.services.lifecycle import hold_project
from tests.projects import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make.a_project()


def draft(**values: Any) -> risks.RiskDraft:
    given = {"text": "The dryer fails.", "likelihood": 1, "impact": 3, "mitigation": "Rent one.", "owner": make.manager(), **values}
    return risks.RiskDraft(**given)


def test_a_risk_is_ours_until_it_is_shown(project: Project) -> None:
    risk = make.a_risk(project)

    assert (risk.number, risk.is_open, risk.in_client_report) == (1, True, False)
    assert Event.objects.get(kind="risk.added").client_visible is False
    assert not ProjectRisk.objects.visible_to(make.person(Role.CLIENT_APPROVER, client=project.client)).exists()


@pytest.mark.parametrize(("field", "value"), [("text", " "), ("mitigation", ""), ("likelihood", 4), ("impact", 0)])
def test_a_fault_is_said_at_its_field(field: str, value: Any, project: Project) -> None:
    with pytest.raises(BadInput) as bad:
        make.a_risk(project, **{field: value})

    assert list(bad.value.errors) == [field]


def test_its_owner_sees_the_project(project: Project) -> None:
    with pytest.raises(BadInput) as bad:
        make.a_risk(project, owner=make.person(Role.REGULATORY, name="Somebody else"))

    assert "owner" in bad.value.errors


@pytest.mark.parametrize("role", [Role.QUALITY_ASSURANCE, Role.BUSINESS_DEVELOPMENT, Role.MANAGEMENT])
def test_a_project_manager_keeps_them(role: Role, project: Project) -> None:
    with pytest.raises(NotAllowed):
        risks.add_risk(project.code, draft(), actor=make.person(role))


def test_a_risk_is_changed_closed_and_opened_again_with_reasons(project: Project) -> None:
    manager, number = make.manager(), make.a_risk(project).number

    risks.change_risk(project.code, number, draft(), reason="Another one matters more.", actor=manager)
    risks.close_risk(project.code, number, reason="A second dryer is here.", actor=manager)
    with pytest.raises(Refused, match="closed already"):
        risks.change_risk(project.code, number, draft(), reason="Late.", actor=manager)
    risks.reopen_risk(project.code, number, reason="It left again.", actor=manager)

    risk = ProjectRisk.objects.get(project=project)
    assert (risk.text, risk.is_open, risk.closed_because) == ("The dryer fails.", True, "")
    kinds = Event.objects.filter(kind__startswith="risk.").order_by("pk").values_list("kind", "reason")
    assert list(kinds) == [
        ("risk.added", ""),
        ("risk.changed", "Another one matters more."),
        ("risk.closed", "A second dryer is here."),
        ("risk.reopened", "It left again."),
    ]


@pytest.mark.parametrize("service", [risks.close_risk, risks.reopen_risk])
def test_without_a_reason_nothing_happens(service: Any, project: Project) -> None:
    number = make.a_risk(project).number
    if service is risks.reopen_risk:
        risks.close_risk(project.code, number, reason="Gone.", actor=make.manager())

    with pytest.raises(BadInput):
        service(project.code, number, reason=" ", actor=make.manager())


def test_showing_it_twice_is_recorded_once(project: Project) -> None:
    number = make.a_risk(project).number

    for _time in range(2):
        risks.report_risk(project.code, number, shown=True, actor=make.person(Role.BUSINESS_DEVELOPMENT))

    assert ProjectRisk.objects.get(project=project).in_client_report
    assert Event.objects.filter(kind="risk.reported").count() == 1
    with pytest.raises(NotAllowed):
        risks.report_risk(project.code, number, shown=False, actor=make.person(Role.QUALITY_ASSURANCE))


def test_the_page_keeps_the_list(client: Client, project: Project) -> None:
    client.force_login(make.manager())
    page = reverse("project-risks", args=[project.code])
    sent = {
        "new-text": "The dryer fails.",
        "new-likelihood": 2,
        "new-impact": 3,
        "new-mitigation": "Rent one.",
        "new-owner": make.manager().pk,
    }

    assert client.post(page, {**sent, "new-text": ""}).status_code == 400
    assert client.post(page, sent).status_code == 302
    assert client.post(reverse("risk-report", args=[project.code, 1]), {"shown": "1"}).status_code == 302
    assert client.post(reverse("risk-close", args=[project.code, 1]), {"close-reason": ""}).status_code == 400

    shown = client.get(page).content.decode()
    assert "The dryer fails." in shown and "Leave out" in shown
    changed = {f"change{key[3:]}": value for key, value in sent.items()} | {"change-impact": 1, "change-reason": "Smaller."}
    assert client.post(reverse("risk-change", args=[project.code, 1]), changed).status_code == 302
    assert client.post(reverse("risk-close", args=[project.code, 1]), {"close-reason": "Two dryers."}).status_code == 302
    assert client.post(reverse("risk-reopen", args=[project.code, 1]), {"reopen-reason": "One left."}).status_code == 302
    assert ProjectRisk.objects.get(project=project).impact == 1


def test_a_department_reads_and_does_not_write(client: Client, project: Project) -> None:
    make.a_risk(project)
    client.force_login(make.person(Role.QUALITY_ASSURANCE))

    page = client.get(reverse("project-risks", args=[project.code])).content.decode()

    assert "The enzyme is made by one supplier." in page
    assert "kept by a project manager" in page and "A project manager or business development shows it." in page
    assert f'action="{reverse("risk-report", args=[project.code, 1])}"' not in page


@pytest.mark.parametrize(("closed", "acts"), [(False, ["change", "close"]), (True, ["reopen"])])
def test_a_department_opens_a_risk_and_may_not_write(closed: bool, acts: list[str], client: Client, project: Project) -> None:
    risk = make.a_risk(project)
    if closed:
        risks.close_risk(project.code, risk.number, reason="A second maker.", actor=make.manager())
    client.force_login(make.person(Role.QUALITY_ASSURANCE))

    page = client.get(risk.get_absolute_url()).content.decode()

    assert 'id="risk"' in page and risk.mitigation in page
    assert all(f'id="blocked-{act}"' in page for act in acts)
    assert "<form" not in page.partition('id="risk"')[2].partition("</dialog>")[0]


def test_of_two_who_change_it_the_second_reads_what_the_first_wrote(client: Client, project: Project) -> None:
    risk = make.a_risk(project)
    client.force_login(make.manager())
    address = reverse("risk-change", args=[project.code, risk.number])
    sent = {f"change-{name}": getattr(value, "pk", value) for name, value in vars(draft(mitigation="Mine.")).items()}
    sent |= {"change-reason": "Looked again.", "version": client.get(risk.get_absolute_url()).context["version"]}
    risks.change_risk(project.code, risk.number, draft(mitigation="Theirs."), reason="First.", actor=make.manager())

    told = client.post(address, sent)

    assert told.status_code == 400 and list(told.context["change_form"].errors) == ["mitigation"]
    assert "It now says: “Theirs.”" in told.content.decode() and "Mine." in told.content.decode()
    assert client.post(address, sent | {"version": told.context["version"]}).status_code == 302
    assert ProjectRisk.objects.get(pk=risk.pk).mitigation == "Mine."


@pytest.mark.parametrize("act", ["change", "close", "reopen", "report"])
def test_of_a_project_on_hold_nothing_is_written(act: str, project: Project) -> None:
    number, manager = make.a_risk(project).number, make.manager()
    hold_project(project.code, actor=manager, reason="No funds.")
    acts = {
        "change": lambda: risks.change_risk(project.code, number, draft(), reason="Late.", actor=manager),
        "close": lambda: risks.close_risk(project.code, number, reason="Late.", actor=manager),
        "reopen": lambda: risks.reopen_risk(project.code, number, reason="Late.", actor=manager),
        "report": lambda: risks.report_risk(project.code, number, shown=True, actor=manager),
    }

    with pytest.raises(Refused, match="No funds"):
        acts[act]()
