"""The batches of a scenario's phases as a table: who types a size prices everything anew."""

from __future__ import annotations

import io
import json
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from audit.models import Event
from audit.refusals import NotAllowed, Refused
from process.costs.services import fix_scenario
from process.models import CostAssessment, CostPhase
from process.routes.services import fix_version
from tests.process import factories as make
from tests.process.costs.story import LABOUR, TYPED, change, enter, price_of, read, resize
from tests.projects import factories as projects
from worksheets.bound import bind
from worksheets.changing import ADD, CHANGE, REMOVE, Change, change_rows
from worksheets.models import Import
from worksheets.services import press_import, take_import

pytestmark = pytest.mark.django_db
D = Decimal


def address_of(scenario: CostAssessment) -> str:
    return f"cost-phases:{scenario.pk}"


def row_of(scenario: CostAssessment, phase: str) -> CostPhase:
    return scenario.phases.get(phase=phase)


def table(scenario: CostAssessment) -> tuple[dict[str, Any], dict[str, Any]]:
    """By phase what its row tells; and the totals."""
    bound = bind(address_of(scenario), make.estimator())
    rows, totals = bound.whole(list(bound.query()))
    return {row["values"]["phase"]: row["values"] for row in rows}, totals


def fix(scenario: CostAssessment) -> None:
    assert scenario.route_version is not None
    fix_version(scenario.route_version.pk, reason="Quoted.", actor=make.chemist())
    fix_scenario(scenario.pk, reason="Quoted.", actor=make.estimator())


def test_the_table_says_what_each_phase_makes_and_costs(scenario: CostAssessment) -> None:
    rows, totals = table(scenario)
    pilot, idle = rows["pilot"], rows["commercial"]

    assert list(rows) == ["small_scale", "pilot", "validation", "commercial"]
    assert (pilot["batch_kg"], pilot["batches"], pilot["output_kg"], totals["output_kg"]) == ("10", 2, "20", "170")
    assert D(pilot["cost_per_kg"]) == (D(pilot["cost"]) / 20).quantize(D("0.01"))
    assert D(pilot["price_per_kg"]) == (D(pilot["price"]) / 20).quantize(D("0.01"))
    assert D(pilot["cost"]) + D(rows["validation"]["cost"]) == D(totals["cost"])
    assert D(totals["price"]) == price_of(scenario)
    assert [idle[name] for name in ("output_kg", "cost", "cost_per_kg", "price", "price_per_kg")] == [None] * 5


def test_without_a_price_no_phase_has_a_cost(scenario: CostAssessment) -> None:
    enter(scenario, LABOUR)
    change(scenario, scenario.prices.get(material__name="Water"), {"quote": ""})

    rows, totals = table(scenario)

    assert (rows["pilot"]["output_kg"], rows["pilot"]["cost"], totals["cost"], totals["price"]) == ("20", None, None, None)


def test_a_typed_size_prices_anew_and_is_recorded(scenario: CostAssessment) -> None:
    before = price_of(scenario)

    assert resize(scenario, "pilot", batch_kg="20 kg").is_saved

    assert float(price_of(scenario)) == pytest.approx(float(before) * 190 / 170, rel=1e-4)
    event = Event.objects.get(kind="worksheet.row_changed", data__key="cost-phases")
    assert (event.data["before"], event.data["after"], event.project_id) == ({"batch_kg": "10"}, {"batch_kg": "20"}, scenario.project_id)


@pytest.mark.parametrize(
    ("phase", "values", "errors"),
    [
        ("pilot", {"batch_kg": "-1"}, {"batch_kg": "Not below zero."}),
        ("pilot", {"batches": ""}, {"batches": "belong together"}),
        ("commercial", {"batch_kg": "5"}, {"batches": "belong together"}),
        ("pilot", {"batches": "10000"}, {"batches": "9999"}),
        ("pilot", {"batches": "2.5"}, {"batches": "whole number"}),
        ("pilot", {"batch_low_kg": "11"}, {"batch_low_kg": "Not above the batch size."}),
        ("pilot", {"batch_low_kg": "0"}, {"batch_low_kg": "More than nothing."}),
        ("pilot", {"batch_high_kg": "9"}, {"batch_high_kg": "Not below the batch size."}),
        ("commercial", {"batch_high_kg": "9"}, {"batch_high_kg": "This belongs to a batch size."}),
        ("pilot", {"batches": "two", "batch_kg": "-1"}, {"batches": "whole number", "batch_kg": "Not below zero."}),
        ("pilot", {"phase": "validation"}, {"phase": "This stays as it was entered."}),
        ("pilot", {"output_kg": "7"}, {"output_kg": "nobody types it"}),
    ],
)
def test_a_wrong_size_is_refused_at_its_cell(scenario: CostAssessment, phase: str, values: dict[str, str], errors: dict[str, str]) -> None:
    found = resize(scenario, phase, **values).errors

    assert found.keys() == errors.keys()
    assert [words for name, words in errors.items() if words not in found[name][0]] == []
    assert row_of(scenario, "pilot").output_kg == 20


def test_a_phase_is_emptied_and_begun_again(scenario: CostAssessment) -> None:
    assert resize(scenario, "pilot", batch_kg="", batches="").is_saved
    assert resize(scenario, "commercial", batch_kg="50", batches="4", batch_high_kg="60").is_saved

    assert (row_of(scenario, "pilot").output_kg, row_of(scenario, "commercial").output_kg) == (0, 200)


def test_no_phase_comes_or_goes(scenario: CostAssessment) -> None:
    changes = [Change(ADD, values={"phase": "pilot", "batch_kg": "1", "batches": "1"}), Change(REMOVE, row_of(scenario, "pilot").pk)]

    results = change_rows(address_of(scenario), changes, actor=make.estimator()).results

    assert ["neither come nor go" in each.errors[""][0] for each in results] == [True, True]
    assert scenario.phases.count() == 4


def test_of_two_people_the_second_sees_what_the_first_wrote(scenario: CostAssessment) -> None:
    row, seen = row_of(scenario, "pilot"), {"batch_kg": "10", "batches": 2}
    resize(scenario, "pilot", batch_kg="15")

    late = Change(CHANGE, row.pk, {"batch_kg": "20"}, seen)
    beside = Change(CHANGE, row.pk, {"batches": "3"}, {"batches": 2})
    first, second = change_rows(address_of(scenario), [late, beside], actor=projects.person(Role.PRODUCTION)).results

    assert (first.now, "It now says: “15”" in first.errors["batch_kg"][0]) == ({"batch_kg": "15"}, True)
    assert (second.is_saved, row_of(scenario, "pilot").output_kg) == (True, 45)


def plain_table(client: Client, scenario: CostAssessment) -> str:
    """The section of the table without the settings of its grid, which name addresses too."""
    page = client.get(scenario.get_absolute_url()).content.decode()
    section = page[page.index('id="sheet-cost-phases"') : page.index('id="cost-trial"')]
    return re.sub(r"<script.*?</script>", "", section, flags=re.DOTALL)


def test_a_fixed_scenario_is_only_read_and_says_why(scenario: CostAssessment, client: Client) -> None:
    before = table(scenario)
    client.force_login(make.estimator())
    open_to_all = plain_table(client, scenario)
    fix(scenario)

    fixed = plain_table(client, scenario)

    assert "/rows/" in open_to_all and "/rows/" not in fixed
    assert "Scenario 1 is fixed and stays as it is." in fixed
    assert table(scenario) == before
    with pytest.raises(Refused, match="is fixed"):
        resize(scenario, "pilot", batch_kg="20")


def test_who_may_not_price_may_not_type_a_size(scenario: CostAssessment) -> None:
    row = row_of(scenario, "pilot")

    with pytest.raises(NotAllowed, match="Costs are kept by"):
        change_rows(address_of(scenario), [Change(CHANGE, row.pk, {"batch_kg": "20"})], actor=projects.person(Role.QUALITY_ASSURANCE))


def taken_in(scenario: CostAssessment, text: str, name: str = "batches.csv") -> Import:
    return take_import("cost-phases", io.BytesIO(text.encode()), name, actor=make.estimator(), scope=str(scenario.pk))


def test_a_file_with_one_wrong_row_changes_nothing(scenario: CostAssessment) -> None:
    head = "Phase,Batch size (kg),Batches\n"

    wrong = taken_in(scenario, f"{head}Pilot,20,2\nValidation,60,\nLaunch,1,1\n")
    right = taken_in(scenario, f"{head}Pilot,20,2\nValidation,50,3\n", "right.csv")
    press_import(right.pk, actor=make.estimator())

    told = ["".join(each["words"] for each in row.problems) for row in wrong.rows.order_by("number")]
    assert (told[0], "belong together" in told[1], "Pilot" in told[2]) == ("", True, True)
    assert [row.standing for row in right.rows.order_by("number")] == ["new", "there"]
    assert (row_of(scenario, "pilot").batch_kg, row_of(scenario, "validation").batch_kg) == (20, 50)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_table_goes_out_as_a_file_and_comes_in_again(scenario: CostAssessment, client: Client, kind: str) -> None:
    """What is computed goes out with it, and is not read."""
    client.force_login(make.estimator())
    answer: Any = client.get(f"/lists/cost-phases.{kind}?of={scenario.pk}")
    content = b"".join(answer.streaming_content)

    shown = take_import("cost-phases", io.BytesIO(content), f"batches.{kind}", actor=make.estimator(), scope=str(scenario.pk))

    assert kind == "xlsx" or content.decode("utf-8-sig").splitlines()[0].split(",")[5:7] == ["Quantity (kg)", "Cost (EUR)"]
    assert (shown.unknown, {row.standing for row in shown.rows.all()}) == ([], {"there"})


def test_the_api_reads_and_types_sizes(scenario: CostAssessment, client: Client) -> None:
    client.force_login(make.estimator())
    base, row = f"/api/v1/worksheets/{address_of(scenario)}", row_of(scenario, "pilot")
    kept = client.get(f"{base}/rows/{row.pk}/")

    told = client.get(f"{base}/").json()
    named = {"headers": {"If-Match": kept["ETag"]}, "content_type": "application/json"}
    wrong = client.patch(f"{base}/rows/{row.pk}/", {"values": {"batch_low_kg": "11"}}, **named)
    saved = client.patch(f"{base}/rows/{row.pk}/", {"values": {"batch_kg": "20"}}, **named)
    late = client.patch(f"{base}/rows/{row.pk}/", {"values": {"batch_kg": "30"}}, **named)

    columns = {each["name"]: each for each in told["columns"]}
    assert [name for name, each in columns.items() if each["typed"] and not each["fixed"]] == [
        "batch_kg",
        "batches",
        "batch_low_kg",
        "batch_high_kg",
    ]
    assert (columns["cost"]["heading"], columns["batches"]["kind"], told["may_change"]) == ("Cost (EUR)", "whole", True)
    assert (wrong.status_code, saved.status_code, late.status_code) == (400, 200, 412)
    assert saved.json()["values"]["price"] != kept.json()["values"]["price"]
    assert client.post(f"{base}/rows/", {"values": {"phase": "pilot"}}, content_type="application/json").status_code == 400


def test_a_request_of_several_rows_answers_with_all_that_follows(scenario: CostAssessment, client: Client) -> None:
    client.force_login(make.estimator())
    sizes = {"pilot": "20", "validation": "60"}
    changes = [{"act": "change", "id": row_of(scenario, phase).pk, "values": {"batch_kg": kg}} for phase, kg in sizes.items()]

    address = reverse("api-worksheet-batch", args=[address_of(scenario)])
    answer = client.post(address, json.dumps({"changes": changes}), content_type="application/json").json()

    assert [each["saved"] for each in answer["results"]] == [True, True]
    assert (answer["totals"]["output_kg"], D(answer["totals"]["price"])) == ("220", price_of(scenario))
    assert Event.objects.get(kind="worksheet.rows_changed").data["changed"] == 2


def test_a_phase_is_changed_by_the_form_of_its_row(scenario: CostAssessment, client: Client) -> None:
    client.force_login(make.estimator())
    address = reverse("worksheet-row", args=[address_of(scenario), row_of(scenario, "pilot").pk])
    typed = {name: value for name, value in client.get(address).context["form"].initial.items() if value is not None}

    refused = client.post(address, typed | {"batch_kg": "20", "batches": "0"})
    saved = client.post(address, typed | {"batch_kg": "20"})

    assert (refused.status_code, list(refused.context["form"].errors)) == (400, ["batches"])
    assert (saved.status_code, saved["Location"]) == (302, scenario.get_absolute_url())
    assert row_of(scenario, "pilot").batch_kg == 20


def test_what_is_only_tried_rests_on_the_sizes_that_are_saved_by_now(scenario: CostAssessment, client: Client) -> None:
    """A field that is left empty hides no size that was typed into the table since the page was read."""
    client.force_login(make.estimator())
    resize(scenario, "pilot", batch_kg="20")
    asked = "?pilot-batch_kg=&pilot-batches=&validation-batches=6&yield_pct=&seed="

    part = client.get(f"{scenario.get_absolute_url()}{asked}", headers={"HX-Request": "true"})
    client.post(
        reverse("cost-copy", args=[scenario.project.code, 1]), {"copy-name": "Six", "validation-batches": "6", "pilot-batch_kg": ""}
    )

    assert part.context["is_tried"] and part.context["found"].estimate.phases[1].output_kg == 40
    copy = read(CostAssessment.objects.get(name="Six"))
    assert (row_of(copy, "pilot").output_kg, row_of(copy, "validation").output_kg) == (40, 300)


def test_what_a_material_costs_follows_a_saved_size(scenario: CostAssessment) -> None:
    change(scenario, scenario.prices.get(material__name="Water"), TYPED)
    bound = bind(f"cost-materials:{scenario.pk}", make.estimator())

    def bought() -> list[Decimal]:
        return [D(row["values"]["bought_kg"]) for row in bind(bound.address, bound.user).table(list(bound.query()))]

    before = bought()
    resize(scenario, "validation", batches="6")

    assert [float(now / then) for now, then in zip(bought(), before, strict=True)] == pytest.approx([320 / 170] * 3, rel=1e-3)
