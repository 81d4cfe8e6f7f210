"""A material that the catalogue does not have yet, entered from the cell that names it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from catalogue.models import Material
from process.purchasing import services as purchasing
from projects.models import Project
from tests.process import factories as make
from tests.process.purchasing.steps import in_days
from tests.projects import factories as projects
from worksheets.changing import ADD, Change, Result, change_rows

pytestmark = pytest.mark.django_db
NEW = frozenset({"material"})
INPUT: dict[str, Any] = {"step": "Acetylation", "role": "reactant", "amount": "1", "basis": "equivalents"}


def entered(address: str, words: str, values: dict[str, Any], *, by: User | None = None, create: frozenset[str] = NEW) -> Result:
    change = Change(ADD, values={"material": words, **values}, create=create)
    (result,) = change_rows(address, [change], actor=by or make.chemist()).results
    return result


@pytest.fixture
def inputs(project: Project) -> str:
    version = make.draft_of(make.a_route(project))
    make.a_step(version)
    return f"step-inputs:{version.pk}"


def test_a_route_an_inquiry_and_a_scenario_take_it(project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))
    inquiry = purchasing.prepare_inquiry(version.pk, target_kg=Decimal(10), answer_by=in_days(9), with_priced=True, actor=make.chemist())
    scenario = make.a_scenario(project, version)
    tables = (
        (f"step-inputs:{version.pk}", INPUT),
        (f"inquiry-lines:{inquiry.pk}", {"quantity_kg": "5"}),
        (f"cost-materials:{scenario.pk}", {}),
    )

    for number, (address, values) in enumerate(tables):
        asked = entered(address, f"NEW-{number}: New material {number}", values, create=frozenset())
        saved = entered(address, f"NEW-{number}: New material {number}", values)
        assert (asked.unknown, saved.errors) == (["material"], {})

    made = Material.objects.filter(code__startswith="NEW-").order_by("code")
    assert list(made.values_list("code", "name", "kind")) == [(f"NEW-{n}", f"New material {n}", "reagent") for n in range(3)]


def test_all_that_is_not_there_is_entered_at_once_each_name_once(inputs: str) -> None:
    names = ("Pivaloyl chloride", "Toluene", "Pivaloyl chloride")
    changes = [Change(ADD, values={**INPUT, "material": name}) for name in names]
    asked = change_rows(inputs, changes, actor=make.chemist()).results
    assert [each.unknown for each in asked] == [["material"]] * 3

    again = [Change(ADD, values=each.values, create=NEW) for each in changes]
    saved = change_rows(inputs, again, actor=make.chemist()).results

    assert [each.errors.get("material") for each in saved] == [None] * 3
    assert sorted(Material.objects.values_list("name", flat=True)) == ["Pivaloyl chloride", "Toluene"]


def test_what_a_balance_lacks_of_its_materials_is_completed_in_one_form(client: Client, project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))
    Material.objects.filter(name__in=["4-Aminophenol", "Acetic anhydride"]).update(molar_mass_g_per_mol=None)
    one, other = Material.objects.filter(molar_mass_g_per_mol=None).exclude(name="Water").order_by("name")
    address = reverse("route-materials", args=[project.code, version.route.number, version.number])
    client.force_login(make.chemist())
    page = client.get(version.get_absolute_url()).content.decode()
    assert ("Complete 2 materials at once" in page, f'{address}#material-{one.pk}"' in page) == (True, True)

    shown = shown_at(client, address)
    told = {f"material-{one.pk}-molar_mass_g_per_mol": "109.128", f"material-{other.pk}-molar_mass_g_per_mol": "a hundred"}
    refused = client.post(address, shown | told)

    assert (refused.status_code, "a hundred" in refused.content.decode()) == (400, True)
    assert Material.objects.get(pk=one.pk).molar_mass_g_per_mol == pytest.approx(109.128)
    assert [line.material for line in client.get(address).context["lines"]] == [other]
    told = {f"material-{other.pk}-molar_mass_g_per_mol": "102.089"}
    assert client.post(address, shown_at(client, address) | told).headers["Location"] == version.get_absolute_url()
    assert "says of every material" in client.get(address).content.decode()
    client.force_login(projects.person(Role.PROJECT_MANAGER))
    assert client.post(address, shown).status_code == 403


def shown_at(client: Client, address: str) -> dict[str, Any]:
    """What the form sends where nothing is typed: each field with what was shown in it."""
    forms = [line.form for line in client.get(address).context["lines"]]
    fields = [(field, "" if field.initial is None else str(field.initial)) for form in forms for field in form]
    return {name: value for field, value in fields for name in (field.html_name, field.html_initial_name)}


def test_what_somebody_else_completes_meanwhile_stays(client: Client, project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))
    Material.objects.filter(name="Acetic anhydride").update(molar_mass_g_per_mol=None)
    material = Material.objects.get(name="Acetic anhydride")
    address = reverse("route-materials", args=[project.code, version.route.number, version.number])
    client.force_login(make.chemist())
    shown = shown_at(client, address)
    Material.objects.filter(pk=material.pk).update(molar_mass_g_per_mol=102.089)

    client.post(address, shown | {f"material-{material.pk}-density_kg_per_l": "1.08"})
    material.refresh_from_db()
    assert (material.molar_mass_g_per_mol, material.density_kg_per_l) == (102.089, 1.08)

    told = shown | {f"material-{material.pk}-molar_mass_g_per_mol": "100"}
    refused = client.post(address, told)
    material.refresh_from_db()
    assert (refused.status_code, "102.089" in refused.content.decode(), material.molar_mass_g_per_mol) == (400, True, 102.089)


def test_its_code_is_made_from_its_name_where_none_is_typed(inputs: str) -> None:
    for words in ("Pivaloyl chloride", "Pivaloyl, chloride", "Pivaloyl Chloride"):
        assert not entered(inputs, words, INPUT).errors

    assert list(Material.objects.order_by("pk").values_list("code", "name")) == [
        ("PIVALOYL-CHLORIDE", "Pivaloyl chloride"),
        ("PIVALOYL-CHLORIDE-2", "Pivaloyl, chloride"),
    ]


def test_a_name_of_which_no_code_can_be_made_asks_for_one(inputs: str) -> None:
    refused = entered(inputs, "乙酸酐", INPUT)

    assert refused.errors == {"material": ["A code cannot be made of this name; type code and name, for example TOL-99: Toluene."]}
    assert not entered(inputs, "ACO-1: 乙酸酐", INPUT).errors


def test_a_code_that_is_taken_is_refused_at_the_cell(inputs: str) -> None:
    make.a_material("Toluene", code="TOL-99")

    refused = entered(inputs, "TOL-99: Xylene", INPUT)

    assert list(refused.errors) == ["material"]
    assert Material.objects.count() == 1


def test_who_may_not_keep_materials_reads_who_may(inputs: str) -> None:
    refused = entered(inputs, "Pivaloyl chloride", INPUT, by=projects.person(Role.PROJECT_MANAGER))

    assert refused.errors == {"": ["Materials are kept by research, material control and production."]}
    assert not Material.objects.exists()


@pytest.mark.parametrize("words", ["toluene", "108-88-3", "Toluene (99.8 %)"])
def test_one_that_is_there_in_one_grade_is_taken_by_its_name_or_number(inputs: str, words: str) -> None:
    there = Material.objects.create(code="TOL-99", name="Toluene", grade="99.8 %", kind="solvent", cas_number="108-88-3")

    saved = entered(inputs, words, INPUT | {"role": "solvent", "basis": "litre_per_kg"})

    assert (saved.errors.get("material"), list(Material.objects.values_list("pk", flat=True))) == (None, [there.pk])


def test_of_several_grades_somebody_chooses_unless_one_is_written_so(inputs: str) -> None:
    for code, grade in (("TOL-99", "99.8 %"), ("TOL-T", "technical")):
        Material.objects.create(code=code, name="Toluene", grade=grade, kind="solvent")

    several = entered(inputs, "Toluene", INPUT)

    assert several.errors["material"] == ["Several are called “Toluene”: Toluene (99.8 %), Toluene (technical)."]
    plain = Material.objects.create(code="TOL", name="Toluene", kind="solvent")
    assert list(Material.objects.called("Toluene")) == [plain]
