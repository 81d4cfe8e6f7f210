"""What is recorded of route, screen, literature, offers and price, in a report on the enquiry."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.hashes import hash_of
from catalogue.models import Material
from process.models import RouteVersion
from process.paper import drawn_on_paper, recorded_dating, recorded_on_paper
from process.routes.building import steps_of
from process.routes.drawing import kept_scheme, scheme_from, scheme_of
from process.routes.services import fix_version
from projects.models import Project
from tests.process import factories as make

pytestmark = pytest.mark.django_db
EMPTY = {"route": None, "counted": None, "priced": None}
NO_PARTS = {"findings": {}, "literature": None, "inquiries": None, "awards": None, "offers": None, "control": None}


@pytest.fixture
def version(project: Project) -> RouteVersion:
    found = make.draft_of(project.routes.get())
    figures = {"cycle_time_h": "26", "yield_low_pct": "85", "yield_high_pct": "93"}
    origin = {"yield_source": "Analogue", "yield_reference": "Org. Synth. 1990"}
    make.change_step(found.steps.get(), product_structure="CC(=O)Nc1ccc(O)cc1", **figures, **origin)
    return found


def recorded(project: Project) -> dict[str, Any]:
    return recorded_on_paper(Project.objects.get(pk=project.pk))


def queries_of(project: Project) -> int:
    with CaptureQueriesContext(connection) as asked:
        recorded(project)
    return len(asked)


def test_where_nothing_is_recorded_nothing_is_printed(project: Project) -> None:
    make.a_route(project)  # its first version is empty

    found = recorded(project)

    parts = found.pop("parts")
    assert parts.pop("environment")["missing"]  # says why there is no intensity
    assert (found, parts) == (EMPTY, NO_PARTS)
    assert drawn_on_paper(EMPTY) == drawn_on_paper({}) == {}


def test_the_route_stands_with_its_steps_what_is_bought_and_its_intensity(version: RouteVersion) -> None:
    found = recorded(version.route.project)["route"]

    facts = {row["label"]: row["value"] for row in found["facts"]}
    assert facts["Route"] == "Acetylation, version 1"
    pmi, e_factor = float(facts["Process mass intensity, net (kg/kg)"]), float(facts["E-factor, complete (kg/kg)"])
    assert pmi - e_factor == pytest.approx(1) and pmi > 5
    (step,) = found["steps"]["rows"]
    assert step[:6] == ["Acetylation", "Paracetamol", "90", "85 – 93", "Analogue · Org. Synth. 1990", "1"] and step[7] == "26"
    bought = {row[0]: row[1:] for row in found["balance"]["rows"]}
    assert bought["4-Aminophenol"] == ["0.8021", "0.8021"]  # 109.128 / 151.165 / 0.9
    assert sum(float(fresh) for _charged, fresh in bought.values()) == pytest.approx(pmi, abs=0.01)


def test_without_a_balance_the_report_says_what_is_missing(project: Project) -> None:
    make.a_step(make.draft_of(make.a_route(project)))

    found = recorded(project)["route"]

    assert found["balance"] is None and found["missing"]


def test_paper_and_page_draw_the_same_scheme(version: RouteVersion) -> None:
    steps = list(steps_of(version))
    kept = json.loads(json.dumps(kept_scheme(steps, title="Acetylation")))

    assert scheme_from(kept) == scheme_of(steps, title="Acetylation", per_line=1)
    assert "<svg" not in json.dumps(kept) and "CC(=O)Nc1ccc(O)cc1" in json.dumps(kept)


def test_conditions_and_yield_are_never_cut_and_grades_give_way_to_what_is_added(version: RouteVersion) -> None:
    step = version.steps.get()
    for number in range(3):
        salt = make.a_material(f"Potassium salt {number}", grade="99 %, milled", molar_mass_g_per_mol=138.2)
        make.an_input(step, salt, role="reagent", amount="1")
        solvent = make.a_material(f"N,N-Dimethylformamide {number}", kind=Material.Kind.SOLVENT, density_kg_per_l=0.95)
        make.an_input(step, solvent, role="solvent", amount="5", basis="l_per_kg")

    picture = scheme_from(kept_scheme(list(steps_of(version)), title="Acetylation"))

    words = re.findall(r"<text[^>]*>([^<]*)</text>", picture)
    assert "26 h, yield 90 %" in words
    assert "Potassium salt 2 (1 eq)" in words and not any("milled" in line for line in words)


def test_findings_stand_with_what_was_decided(version: RouteVersion) -> None:
    toluene = make.a_material("Toluene", kind=Material.Kind.SOLVENT, cas_number="108-88-3", density_kg_per_l=0.87)
    make.an_input(version.steps.get(), toluene, role="solvent", amount="3", basis="l_per_kg")
    make.decided(version, "q3c", decision="controlled", reason="Dried to 300 ppm.")

    found = recorded(version.route.project)["parts"]["findings"]["regulatory"]

    decisions = [decision for _about, _rule, _words, decision in found["table"]["rows"]]
    assert sum(words.startswith("Under control: Dried to 300 ppm.\n") for words in decisions) == 1
    assert found["open"] == decisions.count("open") == len(decisions) - 1


def test_literature_says_whose_rights_stand_in_the_way(version: RouteVersion) -> None:
    project, soon = version.route.project, timezone.localdate() + timedelta(days=90)
    make.a_reference(
        project,
        kind="patent",
        identifier="EP1234567",
        rights="blocking",
        rights_expire_on=soon.isoformat(),
        steps="Acetylation: Acetylation",
    )
    make.a_reference(project, citation="A free paper", rights="free")

    first, second = recorded(project)["parts"]["literature"]["table"]["rows"]

    assert first[1] == "A paper about the acetylation\nEP1234567" and first[4] == "Acetylation: Acetylation"
    assert first[3].startswith("In the way\nuntil ") and first[3].endswith("rights stand in the way")
    assert second[3] == "Free"


def test_offers_that_hold_stand_with_their_lead_times_and_what_nobody_offers_is_said(version: RouteVersion) -> None:
    step, today = version.steps.get(), timezone.localdate()
    aminophenol = Material.objects.get(name="4-Aminophenol")
    make.a_price(aminophenol, "5.90", quoted_on=today, lead_time_days=45, valid_until=today)  # a newer list of the same supplier
    make.a_price(aminophenol, "4.00", supplier="Too Late", valid_until=today - timedelta(days=1))
    make.an_input(step, make.a_material("Seed crystals"), role="auxiliary", amount="0.01", basis="kg_per_kg")

    offers = recorded(version.route.project)["parts"]["offers"]
    rows = [row for row in offers["table"]["rows"] if row[0] in ("4-Aminophenol", "Seed crystals")]

    assert (offers["without"], "4-Aminophenol" in offers["single"]) == (["Seed crystals"], True)
    assert [row[:2] + row[3:5] for row in rows] == [
        ["4-Aminophenol", "Chemical Works", "5.9 EUR", "45"],
        ["Seed crystals", "no offer that holds", "–", "–"],
    ]


def test_the_price_that_counts_stands_with_its_band_and_tornado_and_its_route_is_the_proposed_one(version: RouteVersion) -> None:
    project = version.route.project
    other = make.draft_of(make.a_route(project, "Another way"))
    make.an_input(make.a_step(other), make.a_material("4-Aminophenol"), is_limiting="yes")
    fix_version(other.pk, reason="Kept.", actor=make.chemist())
    without = recorded(project)
    make.a_scenario(project, version)

    found = recorded(project)

    assert without["route"]["facts"][0]["value"] == "Another way, version 1" and without["priced"] is None
    assert found["route"]["facts"][0]["value"] == "Acetylation, version 1"
    assert "Likely between" in {row["label"] for row in found["priced"]["facts"]} and found["priced"]["matter"]["rows"]
    assert sorted(drawn_on_paper(json.loads(json.dumps(found)))) == ["scheme", "tornado"]
    assert hash_of(found) == hash_of(json.loads(json.dumps(found)))


def test_a_price_that_no_range_moves_stands_without_a_tornado(project: Project) -> None:
    make.a_scenario(project, make.draft_of(make.a_whole_route(project)))

    found = recorded(project)["priced"]

    assert "Price per kg" in {row["label"] for row in found["facts"]}
    assert found["matter"] is None and found["pictures"] == {}


def test_route_and_price_date_the_report_and_what_is_read_later_does_not(version: RouteVersion) -> None:
    project = version.route.project
    make.a_scenario(project, version)
    first, whole = recorded_dating(project), recorded(project)
    make.a_reference(project)
    make.a_price(Material.objects.get(name="Water"), "0.03", supplier="Well", lead_time_days=3)
    second = recorded_dating(Project.objects.get(pk=project.pk))
    make.change_step(version.steps.get(), yield_pct="92")

    assert first == second == {name: whole[name] for name in first}
    assert recorded_dating(Project.objects.get(pk=project.pk))["route"] != first["route"]


def test_more_of_everything_costs_no_more_queries(version: RouteVersion) -> None:
    project = version.route.project
    make.a_scenario(project, version)
    make.a_reference(project, steps="Acetylation: Acetylation")
    one = queries_of(project)
    for number in range(3):
        material = make.a_material(f"Salt {number}", molar_mass_g_per_mol=58.44)
        make.a_price(material, "1.00", supplier=f"Works {number}")
        make.an_input(version.steps.get(), material, role="reagent", amount="1")
        make.a_reference(project, citation=f"Paper {number}", steps="Acetylation: Acetylation")
    make.a_scenario(project, version, name="With all of it")

    assert queries_of(project) == one
