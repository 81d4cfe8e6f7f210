from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from audit.context import acting
from audit.models import Event
from audit.refusals import BadInput
from catalogue.models import Compound
from catalogue.services import create_or_find_compound

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db

IBUPROFEN = "CC(C)Cc1ccc(cc1)C(C)C(=O)O"


@pytest.fixture(autouse=True)
def _in_the_background() -> Iterator[None]:
    with acting(channel="worker"):
        yield


def ibuprofen(**changed: str) -> Compound:
    return create_or_find_compound(
        **{"name": "Ibuprofen", "cas_number": "15687-27-1", "structure_text": IBUPROFEN, "actor": None} | changed
    )


def kinds() -> list[str]:
    return list(Event.objects.order_by("id").values_list("kind", flat=True))


def test_new_compound_derives_everything_from_its_structure() -> None:
    compound = Compound.objects.get(pk=ibuprofen().pk)

    assert (compound.inchikey, compound.formula, compound.smiles) == (
        "HEFNNWSXXWATRW-UHFFFAOYSA-N",
        "C13H18O2",
        "CC(C)Cc1ccc(C(C)C(=O)O)cc1",
    )
    assert compound.molar_mass_g_per_mol == pytest.approx(206.285, abs=0.01)
    assert kinds() == ["compound.created"]
    assert Event.objects.get().words == "Compound Ibuprofen was entered in the catalogue."


@pytest.mark.parametrize("given", [{"cas_number": ""}, {"structure_text": ""}, {"cas_number": "CAS 15687-27-1"}, {"name": "Other name"}])
def test_compound_is_found_by_structure_or_number(given: dict[str, str]) -> None:
    first = ibuprofen()

    assert ibuprofen(**given) == first
    assert Compound.objects.get().name == "Ibuprofen"
    assert kinds() == ["compound.created"]


def test_found_compound_gets_what_it_lacked() -> None:
    first = ibuprofen(structure_text="")

    ibuprofen()

    assert Compound.objects.get(pk=first.pk).formula == "C13H18O2"
    assert kinds() == ["compound.created", "compound.updated"]


def test_name_alone_is_no_identity() -> None:
    first = create_or_find_compound(name="Compound 1", actor=None)
    second = create_or_find_compound(name="Compound 1", actor=None)

    assert first != second
    assert set(Compound.objects.same_as(name="compound 1")) == {first, second}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"cas_number": "50-78-2"}, "cas_number"),
        ({"structure_text": "CCO"}, "structure_text"),
        ({"cas_number": "15687-27-2"}, "cas_number"),
        ({"structure_text": "C1CC"}, "structure_text"),
    ],
)
def test_contradiction_with_the_catalogue_is_refused_at_its_field(changed: dict[str, str], field: str) -> None:
    ibuprofen()

    with pytest.raises(BadInput) as caught:
        ibuprofen(**changed)

    assert list(caught.value.errors) == [field]
    assert (Compound.objects.count(), kinds()) == (1, ["compound.created"])


def test_number_of_one_and_structure_of_another_is_refused() -> None:
    ibuprofen()
    create_or_find_compound(name="Ethanol", cas_number="64-17-5", structure_text="CCO", actor=None)

    with pytest.raises(BadInput) as caught:
        ibuprofen(cas_number="64-17-5")

    assert caught.value.errors == {"cas_number": ["CAS number 64-17-5 belongs to Ethanol, whose structure is another."]}


def test_compound_needs_a_name() -> None:
    with pytest.raises(BadInput) as caught:
        ibuprofen(name=" ")

    assert list(caught.value.errors) == ["name"]
    assert kinds() == []


def test_nothing_given_is_the_same_as_nothing() -> None:
    ibuprofen()

    assert list(Compound.objects.same_as()) == []


@pytest.mark.parametrize("row", [{"cas_number": "15687-27-1"}, {"smiles": "C"}, {"name": ""}])
def test_database_refuses_doubles_and_half_structures(row: dict[str, str]) -> None:
    ibuprofen()

    with pytest.raises(IntegrityError), transaction.atomic():
        Compound.objects.create(**{"name": "Double"} | row)


def test_every_change_of_a_compound_is_kept() -> None:
    compound = ibuprofen(structure_text="")
    ibuprofen()
    Compound.objects.filter(pk=compound.pk).delete()

    history = apps.get_model("catalogue", "CompoundEvent").objects.order_by("pgh_id")

    assert [(row.pgh_label, row.formula) for row in history] == [("insert", ""), ("update", "C13H18O2"), ("delete", "C13H18O2")]
