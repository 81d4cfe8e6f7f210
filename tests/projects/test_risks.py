"""The risk list of a project: a table that its manager keeps, each risk closed with a reason and shown to the client one by one."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from audit.models import Event
from audit.refusals import BadInput, Missing, NotAllowed, Refused
from projects.models import Project, ProjectRisk
from projects.services import risks
from projects.services.lifecycle import hold_project
from tests.projects import factories as make
from tests.projects.test_quotation_offers import as_person
from tests.worksheets.tables import csv_text
from worksheets.bound import bind
from worksheets.changing import ADD, CHANGE, REMOVE, Change, Result, change_rows
from worksheets.models import Import, ImportRow
from worksheets.services import press_import, take_import

pytestmark = pytest.mark.django_db
TEXT = "The enzyme is made by one supplier."
HEAD = ["Risk", "Likelihood", "Impact", "What is done about it", "Owner", "In the client's report"]


@pytest.fixture
def project() -> Project:
    return make.a_project()


def change(risk: ProjectRisk, *, reason: str = "", actor: User | None = None, seen: Any = None, **values: Any) -> Result:
    one = [Change(CHANGE, risk.pk, values, seen)]
    return change_rows(f"project-risks:{risk.project.code}", one, actor=actor or make.manager(), reason=reason).results[0]


def kinds() -> list[tuple[str, str]]:
    return list(Event.objects.filter(kind__startswith="risk.").order_by("pk").values_list("kind", "reason"))


def test_a_risk_is_ours_until_it_is_shown(project: Project) -> None:
    risk = make.a_risk(project)

    assert (risk.number, risk.is_open, risk.in_client_report) == (1, True, False)
    assert Event.objects.get(kind="risk.added").client_visible is False
    assert not Event.objects.filter(kind__startswith="worksheet.").exists()
    assert not ProjectRisk.objects.visible_to(make.person(Role.CLIENT_APPROVER, client=project.client)).exists()


@pytest.mark.parametrize(
    ("field", "value"), [("text", " "), ("mitigation", ""), ("likelihood", 4), ("impact", 0), ("impact", ""), ("owner", "Nobody")]
)
def test_a_fault_is_said_at_its_field(field: str, value: Any, project: Project) -> None:
    values = {"text": TEXT, "likelihood": 2, "impact": 3, "mitigation": "A second one.", "owner": make.manager().email, field: value}

    (result,) = change_rows(f"project-risks:{project.code}", [Change(ADD, values=values)], actor=make.manager()).results

    assert list(result.errors) == [field]
    assert not ProjectRisk.objects.exists() and kinds() == []


def test_its_owner_sees_the_project(project: Project) -> None:
    with pytest.raises(BadInput) as bad:
        make.a_risk(project, owner=make.person(Role.REGULATORY, name="Somebody else"), impact=9)

    assert bad.value.errors.keys() == {"owner", "impact"}
    assert "name them on the team first" in str(bad.value)


@pytest.mark.parametrize("role", [Role.QUALITY_ASSURANCE, Role.BUSINESS_DEVELOPMENT, Role.MANAGEMENT])
def test_a_project_manager_keeps_them(role: Role, project: Project) -> None:
    with pytest.raises(NotAllowed, match="kept by a project manager"):
        change(make.a_risk(project), impact=1, reason="Smaller.", actor=make.person(role))


def test_a_change_needs_a_reason_and_what_is_closed_is_opened_first(project: Project) -> None:
    manager, risk = make.manager(), make.a_risk(project)

    with pytest.raises(BadInput) as bad:
        change(risk, text="The dryer fails.")
    assert change(risk, text="The dryer fails.", impact="low", reason="Another one matters more.").is_saved
    risks.close_risk(project.code, risk.number, reason="A second dryer is here.", actor=manager)
    assert "It is closed" in change(risk, impact="High", reason="Late.").errors[""][0]
    risks.reopen_risk(project.code, risk.number, reason="It left again.", actor=manager)

    risk = ProjectRisk.objects.get(project=project)
    assert list(bad.value.errors) == ["reason"]
    assert (risk.text, risk.impact, risk.is_open, risk.closed_because) == ("The dryer fails.", 1, True, "")
    assert kinds() == [
        ("risk.added", ""),
        ("risk.changed", "Another one matters more."),
        ("risk.closed", "A second dryer is here."),
        ("risk.reopened", "It left again."),
    ]
    data = Event.objects.get(kind="risk.changed").data
    assert (data["before"]["text"], data["before"]["impact"], data["after"]["impact"]) == (TEXT, "High", "Low")


def test_no_risk_is_taken_away(project: Project) -> None:
    risk = make.a_risk(project)

    (result,) = change_rows(f"project-risks:{project.code}", [Change(REMOVE, risk.pk)], actor=make.manager(), reason="Gone.").results

    assert result.errors == {"": ["A risk stays in the record; close it, with the reason."]}
    assert ProjectRisk.objects.filter(pk=risk.pk).exists()


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


def test_it_is_shown_in_the_table_without_a_reason_and_recorded_as_that(project: Project) -> None:
    risk = make.a_risk(project, in_client_report=True)

    assert change(risk, in_client_report="no").is_saved
    assert change(risk, in_client_report=True, impact=1, reason="Told.").is_saved

    assert [kind for kind, _reason in kinds()] == [
        "risk.added",
        "risk.reported",
        "risk.unreported",
        "risk.changed",
        "risk.reported",
    ]


def test_the_worst_stand_first_and_closed_ones_last(project: Project) -> None:
    for text, likelihood in (("Closed", 3), ("Small", 1), ("Large", 3)):
        make.a_risk(project, text=text, likelihood=likelihood)
    risks.close_risk(project.code, 1, reason="Gone.", actor=make.manager())

    assert [str(row) for row in bind(f"project-risks:{project.code}", make.manager()).query()] == ["Large", "Small", "Closed"]


# Files


def taken_in(project: Project, *rows: list[str]) -> Import:
    content = io.BytesIO(csv_text(HEAD, *rows).encode())
    return take_import("project-risks", content, "risks.csv", actor=make.manager(), scope=project.code)


def test_a_file_with_a_bad_row_writes_nothing_and_says_where(project: Project) -> None:
    owner = make.manager().email

    shown = taken_in(
        project, ["The dryer fails.", "Low", "High", "Rent one.", owner, ""], ["The amine is late.", "Often", "High", "", owner, "yes"]
    )

    first, second = shown.rows.order_by("number")
    assert (first.standing, second.standing) == (ImportRow.Standing.NEW, ImportRow.Standing.WRONG)
    assert {problem["heading"] for problem in second.problems} == {"Likelihood", "What is done about it"}
    with pytest.raises(Refused, match="1 of 2 rows are wrong"):
        press_import(shown.pk, actor=make.manager())
    assert not ProjectRisk.objects.exists()


def test_a_file_is_written_down_once(project: Project) -> None:
    owner = make.manager().full_name
    rows = [["The dryer fails.", "Low", "High", "Rent one.", owner, "yes"], ["The amine is late.", "1", "2", "Ask.", owner, "no"]]

    press_import(taken_in(project, *rows).pk, actor=make.manager())
    again = taken_in(project, *rows, ["the dryer fails.", "High", "High", "Rent one.", owner, "no"])

    assert list(ProjectRisk.objects.values_list("number", "text", "likelihood", "in_client_report")) == [
        (1, "The dryer fails.", 1, True),
        (2, "The amine is late.", 1, False),
    ]
    assert {row.standing for row in again.rows.all()} == {ImportRow.Standing.THERE}


def test_the_file_of_the_table_comes_in_again(project: Project) -> None:
    make.a_risk(project)
    risks.close_risk(project.code, make.a_risk(project, text="Another").number, reason="Gone.", actor=make.manager())

    file = b"".join(as_person(make.manager()).get(f"/lists/project-risks.csv?of={project.code}"))
    shown = take_import("project-risks", io.BytesIO(file), "risks.csv", actor=make.manager(), scope=project.code)

    text = file.decode("utf-8-sig")
    assert text.splitlines()[0].startswith(",".join(HEAD)) and "closed" in text and "Gone." in text
    assert {row.standing for row in shown.rows.all()} == {ImportRow.Standing.THERE}


# Pages and API


def test_the_page_keeps_the_list_without_a_script(client: Client, project: Project) -> None:
    client.force_login(make.manager())
    page, form = reverse("project-risks", args=[project.code]), reverse("worksheet-row-new", args=[f"project-risks:{project.code}"])
    sent = {"text": "The dryer fails.", "likelihood": 2, "impact": 3, "mitigation": "Rent one.", "owner": make.manager().full_name}

    assert client.post(form, {**sent, "text": ""}).status_code == 400
    assert client.post(form, sent).url == page
    assert client.post(reverse("risk-report", args=[project.code, 1]), {"shown": "1"}).status_code == 302
    assert client.post(reverse("risk-close", args=[project.code, 1]), {"close-reason": ""}).status_code == 400

    risk = ProjectRisk.objects.get()
    assert "The dryer fails." in client.get(page).content.decode()
    assert "Leave out" in client.get(risk.get_absolute_url()).content.decode()
    assert client.post(reverse("risk-close", args=[project.code, 1]), {"close-reason": "Two dryers."}).status_code == 302
    assert client.post(reverse("risk-reopen", args=[project.code, 1]), {"reopen-reason": "One left."}).status_code == 302
    assert [kind for kind, _reason in kinds()] == ["risk.added", "risk.reported", "risk.closed", "risk.reopened"]


@pytest.mark.parametrize("number", ["2", "-1", "x", "99999999", "²"])
def test_what_names_no_risk_opens_none(number: str, project: Project) -> None:
    make.a_risk(project)

    page = as_person(make.manager()).get(reverse("project-risks", args=[project.code]), {"risk": number})

    assert (page.status_code, page.context["chosen"]) == (200, None)


def test_a_department_reads_and_does_not_write(client: Client, project: Project) -> None:
    make.a_risk(project)
    client.force_login(make.person(Role.QUALITY_ASSURANCE))

    page = client.get(reverse("project-risks", args=[project.code])).content.decode()

    assert TEXT in page and "kept by a project manager" in page
    assert "/imports/" not in page and "data-sheet-plain-add" not in page


@pytest.mark.parametrize(("closed", "act"), [(False, "close"), (True, "reopen")])
def test_a_department_opens_a_risk_and_may_not_write(closed: bool, act: str, client: Client, project: Project) -> None:
    risk = make.a_risk(project)
    if closed:
        risks.close_risk(project.code, risk.number, reason="A second maker.", actor=make.manager())
    client.force_login(make.person(Role.QUALITY_ASSURANCE))

    page = client.get(risk.get_absolute_url()).content.decode()

    dialog = page.partition('id="risk"')[2].partition("</dialog>")[0]
    assert risk.mitigation in dialog and f'id="blocked-{act}"' in dialog
    assert ("A project manager or business development shows it." in dialog) is not closed
    assert "<form" not in dialog


def test_business_development_shows_it_and_leaves_the_rest(project: Project) -> None:
    page = as_person(make.person(Role.BUSINESS_DEVELOPMENT)).get(make.a_risk(project).get_absolute_url()).content.decode()

    dialog = page.partition('id="risk"')[2].partition("</dialog>")[0]
    assert dialog.count("<form") == 1 and "Name it" in dialog and 'id="blocked-close"' in dialog


def test_of_two_who_change_it_the_second_reads_what_the_first_wrote(project: Project) -> None:
    risk = make.a_risk(project)
    seen = {"mitigation": risk.mitigation}
    change(risk, mitigation="Theirs.", reason="First.")

    told = change(risk, mitigation="Mine.", reason="Looked again.", seen=seen)

    assert "It now says: “Theirs.”" in told.errors["mitigation"][0] and told.now == {"mitigation": "Theirs."}
    assert change(risk, mitigation="Mine.", reason="Looked again.", seen=told.now).is_saved
    assert ProjectRisk.objects.get(pk=risk.pk).mitigation == "Mine."


def sent(browser: Client, project: Project, *changes: dict[str, Any], **more: Any) -> Any:
    address = reverse("api-worksheet-batch", args=[f"project-risks:{project.code}"])
    return browser.post(address, json.dumps({"changes": list(changes), **more}), content_type="application/json")


def test_the_api_reads_and_writes_them(project: Project) -> None:
    browser, address = as_person(make.manager()), reverse("api-worksheet-rows", args=[f"project-risks:{project.code}"])
    values = {"text": TEXT, "likelihood": 2, "impact": 3, "mitigation": "A second one.", "owner": make.manager().email}

    wrong = sent(browser, project, {"act": "add", "values": values}, {"act": "add", "values": {**values, "text": "B", "impact": 5}}).json()
    (row,) = browser.get(address).json()["results"]
    changed = sent(browser, project, {"act": "change", "id": row["id"], "values": {"impact": 1}})

    assert [list(each["errors"]) for each in wrong["results"]] == [[], ["impact"]]
    assert (row["values"]["owner"], row["values"]["standing"]) == (make.manager().full_name, "open")
    assert row["links"] == {"standing": ProjectRisk.objects.get().get_absolute_url()}
    assert (changed.status_code, list(changed.json()["errors"])) == (400, ["reason"])
    assert sent(browser, project, {"act": "change", "id": row["id"], "values": {"impact": 1}}, reason="Less.").status_code == 200


@pytest.mark.parametrize("role", [Role.CLIENT_APPROVER, Role.CLIENT_VIEWER])
def test_no_client_finds_the_table(role: Role, project: Project) -> None:
    theirs = make.person(role, client=project.client)

    with pytest.raises(Missing):
        bind(f"project-risks:{project.code}", theirs)
    browser, address = as_person(theirs), f"project-risks:{project.code}"
    for name in ("api-worksheet", "api-worksheet-rows", "worksheet-data"):
        assert browser.get(reverse(name, args=[address])).status_code == 404
    assert browser.get(f"/lists/project-risks.csv?of={project.code}").status_code == 404


@pytest.mark.parametrize("act", ["change", "close", "reopen", "report"])
def test_of_a_project_on_hold_nothing_is_written(act: str, project: Project) -> None:
    risk, manager = make.a_risk(project), make.manager()
    hold_project(project.code, actor=manager, reason="No funds.")
    acts = {
        "change": lambda: change(risk, impact=1, reason="Late."),
        "close": lambda: risks.close_risk(project.code, risk.number, reason="Late.", actor=manager),
        "reopen": lambda: risks.reopen_risk(project.code, risk.number, reason="Late.", actor=manager),
        "report": lambda: risks.report_risk(project.code, risk.number, shown=True, actor=manager),
    }

    with pytest.raises(Refused, match="No funds"):
        acts[act]()
