"""The findings of the early screen as a table: each a row that is computed, a decision kept with its reason."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from audit.models import Event
from audit.refusals import BadInput, Missing, NotAllowed, Refused
from process.models import Disposition, RouteVersion
from process.routes.services import start_version
from process.screen.table_rows import rows_of
from projects.models import Project
from projects.services.lifecycle import hold_project
from tests.process import factories as make
from tests.projects import factories as projects
from tests.projects.test_quotation_offers import as_person
from tests.worksheets.tables import csv_text
from worksheets.bound import bind
from worksheets.changing import ADD, CHANGE, REMOVE, Change, Result, change_rows
from worksheets.models import Import, ImportRow
from worksheets.services import press_import, take_import

pytestmark = pytest.mark.django_db
HEAD = ["About", "Rule", "Decision", "Reason"]
DRIED = {"decision": "controlled", "reason": "Dried at 60 °C."}


@pytest.fixture
def version(project: Project) -> RouteVersion:
    """With toluene: thresholds of impurities, a residual solvent, a mutagenic limit."""
    draft = make.draft_of(project.routes.get())
    toluene = make.a_material("Toluene", cas_number="108-88-3", density_kg_per_l=0.87)
    make.an_input(draft.steps.get(), toluene, role="solvent", basis="l_per_kg")
    return draft


def address_of(version: RouteVersion) -> str:
    return f"findings:{version.pk}"


def told(version: RouteVersion, rule: str, user: User | None = None) -> dict[str, Any]:
    bound = bind(address_of(version), user or make.chemist())
    return dict(bound.table([make.finding_row(version, rule)])[0]["values"])


def many(version: RouteVersion, values: dict[str, dict[str, Any]], **said: Any) -> list[Result]:
    """By rule what is typed beside its first finding."""
    changes = [Change(CHANGE, make.finding_row(version, rule).pk, typed) for rule, typed in values.items()]
    return change_rows(address_of(version), changes, actor=make.chemist(), **said).results


def test_every_finding_is_a_row_and_none_is_stored(version: RouteVersion) -> None:
    bound = bind(address_of(version), make.chemist())

    rows, totals = bound.whole(bound.rows())

    assert [row["values"]["rule"] for row in rows] == ["Organic impurities", "Residual solvents", "Mutagenic impurities"]
    assert {row["values"]["standing"] for row in rows} == {"open"} and totals == {}
    assert rows[1]["values"]["about"] == "Toluene" and "ppm" in rows[1]["values"]["found"]
    assert [row["id"] for row in rows] == [row.pk for row in rows_of(version)] == bound.keys()
    assert not Disposition.objects.exists()


def test_a_decision_is_kept_with_its_reason_and_changed(version: RouteVersion) -> None:
    quality = projects.person(Role.QUALITY_ASSURANCE)

    make.decided(version, "q3c", by=quality, **DRIED)
    make.decided(version, "q3c", by=quality, reason="Dried at 70 °C.")
    make.decided(version, "q3c", by=quality, decision="Under control", reason=" Dried at 70 °C. ")

    row = Disposition.objects.get()
    assert (row.decision, row.reason, row.decided_by) == ("controlled", "Dried at 70 °C.", quality)
    assert row.words == make.finding_row(version, "q3c").judged.finding.words
    assert (told(version, "q3c")["standing"], told(version, "q3c")["decided_by"]) == ("decided", quality.full_name)
    assert list(Event.objects.filter(kind="finding.decided").order_by("pk").values_list("reason", flat=True)) == [
        "Dried at 60 °C.",
        "Dried at 70 °C.",
    ]
    assert not Event.objects.filter(kind__startswith="worksheet.", data__key="findings").exists()


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"decision": "controlled"}, {"reason"}),
        ({"decision": "controlled", "reason": " "}, {"reason"}),
        ({"reason": "Dried."}, {"decision"}),
        ({"decision": "perhaps", "reason": "Dried."}, {"decision"}),
        ({"decision": "controlled", "reason": "x" * 2001}, {"reason"}),
        ({"about": "Benzene", "decision": "perhaps"}, {"decision"}),
        ({"about": "Benzene"}, {"about"}),
        ({"found": "Nothing."}, {"found"}),
    ],
)
def test_half_a_decision_is_refused_at_its_cell(typed: dict[str, Any], wrong: set[str], version: RouteVersion) -> None:
    with pytest.raises(BadInput) as bad:
        make.decided(version, "q3c", **typed)

    assert bad.value.errors.keys() == wrong
    assert not Disposition.objects.exists() and not Event.objects.filter(kind="finding.decided").exists()


def test_another_decision_does_not_keep_the_reason_of_the_first(version: RouteVersion) -> None:
    make.decided(version, "q3c", **DRIED)

    with pytest.raises(BadInput, match="the reason of another decision") as bad:
        make.decided(version, "q3c", decision="to_do")

    assert (list(bad.value.errors), Disposition.objects.get().decision) == (["reason"], "controlled")
    make.decided(version, "q3c", decision="to_do", reason="The dryer has gone.")
    assert (Disposition.objects.get().decision, Disposition.objects.get().reason) == ("to_do", "The dryer has gone.")


def test_what_was_decided_is_not_emptied_by_somebody_else_nor_by_halves(version: RouteVersion) -> None:
    quality = projects.person(Role.QUALITY_ASSURANCE)
    make.decided(version, "q3c", **DRIED)

    with pytest.raises(BadInput, match="decide anew in its place"):
        make.decided(version, "q3c", decision="")
    with pytest.raises(BadInput, match="decide anew in its place"):
        make.decided(version, "q3c", by=quality, decision="", reason="")

    assert Disposition.objects.get().decision == "controlled"


def test_whoever_decided_takes_it_back_as_undo_does_and_the_record_keeps_both(version: RouteVersion) -> None:
    make.decided(version, "q3c", **DRIED)

    make.decided(version, "q3c", decision="", reason="")

    assert (told(version, "q3c")["decision"], told(version, "q3c")["standing"]) == ("", "open")
    assert not Disposition.objects.exists()
    decided, taken_back = Event.objects.filter(kind__startswith="finding.").order_by("pk")
    assert (decided.kind, taken_back.kind, taken_back.data["before"]) == ("finding.decided", "finding.withdrawn", DRIED)


def test_several_are_decided_at_once_and_a_wrong_one_stays(version: RouteVersion) -> None:
    results = many(version, {"q3a": DRIED, "m7": {"decision": "to_do"}, "q3c": DRIED})

    assert [list(each.errors) for each in results] == [[], ["reason"], []]
    assert Disposition.objects.count() == 2
    with pytest.raises(BadInput):
        many(version, {"m7": DRIED, "q3a": {"reason": ""}}, all_or_none=True)
    assert Disposition.objects.count() == 2


def test_of_two_who_decide_in_two_versions_the_second_reads_what_the_first_wrote(version: RouteVersion) -> None:
    make.decided(version, "q3c", **DRIED)
    pk, seen = make.finding_row(version, "q3c").pk, {"decision": "", "reason": ""}
    version.fix(by=make.chemist(), at=timezone.now(), because="Quoted.")
    version.save()
    later = start_version(version.route_id, reason="Greener.", actor=make.chemist())

    (result,) = change_rows(address_of(later), [Change(CHANGE, pk, DRIED | {"decision": "to_do"}, seen)], actor=make.chemist()).results

    assert result.now == {"decision": "controlled"}
    assert Disposition.objects.get().decision == "controlled"


def test_whoever_decides_holds_the_route_for_all_its_versions(version: RouteVersion) -> None:
    with CaptureQueriesContext(connection) as captured:
        make.decided(version, "q3c", **DRIED)

    held = [each["sql"] for each in captured if " FOR NO KEY UPDATE" in each["sql"]]
    tables = [next(name for name in ("process_routeversion", "process_route") if f'FROM "{name}"' in sql) for sql in held]
    assert tables[:2] == ["process_route", "process_routeversion"]


def test_each_element_of_a_material_is_about_other_words_so_that_a_file_names_it(version: RouteVersion) -> None:
    catalyst = make.a_material("Lindlar catalyst (palladium, lead)", cas_number="7440-05-3")
    make.an_input(version.steps.get(), catalyst, role="catalyst", amount="0.01", basis="kg_per_kg")

    about = [row.about for row in rows_of(version) if row.rule == "Elemental impurities"]

    assert about == ["Lindlar catalyst (palladium, lead): Pb", "Lindlar catalyst (palladium, lead): Pd"]


def test_a_finding_that_changed_is_decided_anew_and_keeps_its_reason_until_then(version: RouteVersion) -> None:
    make.decided(version, "q3c", **DRIED)
    Disposition.objects.update(words="Something else.")

    before = told(version, "q3c")
    make.decided(version, "q3c", decision="controlled")

    assert (before["decision"], before["reason"]) == ("", "Dried at 60 °C.")
    assert before["standing"] == "changed since; it was: Under control"
    assert told(version, "q3c")["standing"] == "decided"
    assert Event.objects.filter(kind="finding.decided").count() == 2


def test_of_two_who_decide_the_second_reads_what_the_first_wrote(version: RouteVersion) -> None:
    key, seen = make.finding_row(version, "q3c").pk, {"decision": "", "reason": ""}
    make.decided(version, "q3c", **DRIED)
    late = Change(CHANGE, key, {"decision": "to_do", "reason": "Ask."}, seen)

    (result,) = change_rows(address_of(version), [late], actor=projects.person(Role.QUALITY_ASSURANCE)).results

    assert result.now == {"decision": "controlled", "reason": "Dried at 60 °C."}
    assert "Under control" in result.errors["decision"][0]


def test_rows_neither_come_nor_go_and_what_is_not_found_is_not_decided(version: RouteVersion) -> None:
    key = make.finding_row(version, "q3c").pk
    changes = [Change(ADD, values=DRIED), Change(REMOVE, key), Change(CHANGE, key + 1, DRIED)]

    results = change_rows(address_of(version), changes, actor=make.chemist()).results

    assert ["neither come nor go" in str(each.errors) for each in results] == [True, True, False]
    assert "" in results[2].errors and not Disposition.objects.exists()


def test_who_decides(version: RouteVersion) -> None:
    seller = projects.person(Role.BUSINESS_DEVELOPMENT)

    with pytest.raises(NotAllowed, match="decided by research, EHS"):
        make.decided(version, "q3c", by=seller, **DRIED)
    page = as_person(seller).get(version.get_absolute_url()).content.decode()
    hold_project(version.route.project.code, actor=projects.manager(), reason="No funds.")
    with pytest.raises(Refused, match="No funds"):
        make.decided(version, "q3c", **DRIED)

    assert "Findings are decided by research, EHS" in page and "Toluene" in page.partition('id="screen"')[2]


def test_a_fixed_version_is_still_decided_on_and_the_decision_is_the_routes(version: RouteVersion) -> None:
    fixed = {"fixed_at": timezone.now(), "fixed_by": make.chemist(), "fixed_because": "For the quotation."}
    RouteVersion.objects.filter(pk=version.pk).update(state=RouteVersion.State.FIXED, **fixed)

    make.decided(version, "m7", decision="to_do", reason="(Q)SAR is asked for.")

    assert Disposition.objects.get().route == version.route


# Files


def taken_in(version: RouteVersion, *rows: list[str]) -> Import:
    content = io.BytesIO(csv_text(HEAD, *rows).encode())
    return take_import("findings", content, "findings.csv", actor=make.chemist(), scope=str(version.pk))


def test_a_file_decides_what_it_names(version: RouteVersion) -> None:
    rows = ["Toluene", "Residual solvents", "Under control", "Dried."], ["Route", "Mutagenic impurities", "To be worked on", "(Q)SAR."]

    press_import(taken_in(version, *rows).pk, actor=make.chemist())

    assert set(Disposition.objects.values_list("rule", "decision")) == {("q3c", "controlled"), ("m7", "to_do")}
    assert {row.standing for row in taken_in(version, *rows).rows.all()} == {ImportRow.Standing.THERE}


def test_a_file_with_a_bad_row_decides_nothing_and_says_where(version: RouteVersion) -> None:
    shown = taken_in(
        version,
        ["Toluene", "Residual solvents", "Under control", "Dried."],
        ["Route", "Mutagenic impurities", "To be worked on", ""],
        ["Moon dust", "Residual solvents", "Under control", "Dried."],
        ["Route", "Residual solvents", "Under control", "Dried."],
    )

    said = [(row.standing, [problem["heading"] for problem in row.problems]) for row in shown.rows.order_by("number")]
    assert said == [("new", []), ("wrong", ["Reason"]), ("wrong", ["About"]), ("wrong", ["Rule"])]
    with pytest.raises(Refused, match="3 of 4 rows are wrong"):
        press_import(shown.pk, actor=make.chemist())
    assert not Disposition.objects.exists()


def test_the_file_of_the_table_comes_in_again(version: RouteVersion) -> None:
    make.decided(version, "q3c", **DRIED)

    file = b"".join(as_person(make.chemist()).get(f"/lists/findings.csv?of={version.pk}"))
    shown = take_import("findings", io.BytesIO(file), "findings.csv", actor=make.chemist(), scope=str(version.pk))

    assert "Dried at 60 °C." in file.decode() and "ICH Q3C(R9)" in file.decode()
    assert {row.standing for row in shown.rows.all()} == {ImportRow.Standing.THERE}


# Pages and API


def test_a_finding_is_decided_without_a_script(client: Client, version: RouteVersion) -> None:
    client.force_login(make.chemist())
    row = make.finding_row(version, "m7")
    form = reverse("worksheet-row", args=[address_of(version), row.pk])
    seen = json.dumps({"about": row.about, "rule": row.rule, "decision": "", "reason": ""})
    typed = {"seen": seen, "decision": "to_do", "reason": "(Q)SAR is asked for."}

    shown = client.get(form).content.decode()
    wrong = client.post(form, typed | {"reason": ""})
    done = client.post(form, typed)
    late = client.post(form, typed | {"decision": "controlled", "reason": "Purged."})

    assert "One mutagenic impurity" in shown and "ICH M7(R2)" in shown
    assert form in client.get(version.get_absolute_url()).content.decode()
    assert (wrong.status_code, "A reason is needed" in wrong.content.decode()) == (400, True)
    assert (done.status_code, done["Location"]) == (302, f"{version.get_absolute_url()}#screen")
    assert (late.status_code, "Somebody has changed this meanwhile" in late.content.decode()) == (400, True)
    assert client.get(reverse("worksheet-row", args=[address_of(version), row.pk + 1])).status_code == 404
    assert client.get(reverse("worksheet-row-new", args=[address_of(version)])).status_code == 404


def test_the_api_reads_and_decides(version: RouteVersion) -> None:
    browser, key = as_person(make.chemist()), make.finding_row(version, "q3c").pk
    rows, one = reverse("api-worksheet-rows", args=[address_of(version)]), reverse("api-worksheet-row", args=[address_of(version), key])

    found = {row["id"]: row["values"] for row in browser.get(rows, {"page_size": 2}).json()["results"]}
    whole = browser.get(rows).json()["results"]
    batch = reverse("api-worksheet-batch", args=[address_of(version)])
    changes = {"changes": [{"act": "change", "id": key, "values": DRIED, "seen": {"decision": "", "reason": ""}}]}
    answer = browser.post(batch, json.dumps(changes), content_type="application/json").json()

    assert (len(found), len(whole)) == (2, 3) and found.keys() < {row["id"] for row in whole}
    assert [row["values"]["standing"] for row in answer["rows"]] == ["decided"]
    assert browser.get(one).json()["values"]["reason"] == "Dried at 60 °C."
    assert browser.post(rows, json.dumps({"values": DRIED}), content_type="application/json").status_code == 400


def test_the_api_changes_one_finding_as_it_was_read(version: RouteVersion) -> None:
    browser, key = as_person(make.chemist()), make.finding_row(version, "q3c").pk
    one = reverse("api-worksheet-row", args=[address_of(version), key])
    tag = browser.get(one)["ETag"]

    first, late = (
        browser.patch(one, json.dumps({"values": DRIED}), content_type="application/json", headers={"If-Match": tag}) for _time in range(2)
    )

    assert (first.status_code, late.status_code) == (200, 412)


@pytest.mark.parametrize("role", [Role.CLIENT_APPROVER, Role.CLIENT_VIEWER])
def test_no_client_finds_the_table(role: Role, version: RouteVersion) -> None:
    theirs = projects.person(role, client=version.route.project.client)

    with pytest.raises(Missing):
        bind(address_of(version), theirs)
    browser = as_person(theirs)
    for name in ("api-worksheet", "api-worksheet-rows", "worksheet-data"):
        assert browser.get(reverse(name, args=[address_of(version)])).status_code == 404
    assert browser.get(f"/lists/findings.csv?of={version.pk}").status_code == 404
