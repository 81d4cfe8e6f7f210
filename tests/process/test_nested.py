"""Rows that are read in the query of what they hang on are the rows that Django would have read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import models
from django.db.models import OuterRef

from audit.nested import Nested, attach, carrying
from process.costs.models import CostPhase
from process.models import CostAssessment, MaterialPrice, RouteVersion
from tests.process import factories as make

pytestmark = pytest.mark.django_db
ROWS = ("phases", "lines", "prices")
PRICES = Nested(MaterialPrice, ("quote", "quote__supplier"))


@pytest.fixture
def scenario(db: None) -> CostAssessment:
    version = make.draft_of(make.a_whole_route(make.a_project()))
    return make.a_scenario(version.route.project, version)


def values_of(row: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_every_column_is_as_the_database_has_it(scenario: CostAssessment) -> None:
    told = PRICES.in_query(MaterialPrice.objects.filter(assessment=OuterRef("pk")).order_by("id"))

    found = PRICES.rows_in(CostAssessment.objects.annotate(told=told).get().told)

    rows = list(MaterialPrice.objects.select_related("quote__supplier").order_by("id"))
    assert [values_of(each) for each in found] == [values_of(each) for each in rows]
    assert [values_of(each.quote.supplier) for each in found] == [values_of(each.quote.supplier) for each in rows]  # type: ignore[union-attr]


def test_what_points_nowhere_points_nowhere(scenario: CostAssessment, django_assert_num_queries: Any) -> None:
    MaterialPrice.objects.update(quote=None)
    told = PRICES.in_query(MaterialPrice.objects.filter(assessment=OuterRef("pk")))

    with django_assert_num_queries(1):
        found = PRICES.rows_in(CostAssessment.objects.annotate(told=told).get().told)
        assert {each.quote for each in found} == {None}


def test_many_of_several_kinds_cost_one_query(scenario: CostAssessment, django_assert_num_queries: Any) -> None:
    other = make.a_scenario(scenario.project, None)
    CostPhase.objects.filter(assessment=scenario, batches__gt=0).update(batch_kg=Decimal("1234.5678"))
    scenarios = list(CostAssessment.objects.order_by("pk"))

    with django_assert_num_queries(1):
        attach(scenarios, *ROWS)
        attach(scenarios, *ROWS)
        found = [[list(getattr(each, name).all()) for name in ROWS] for each in scenarios]

    assert found == [[list(getattr(each, name).all()) for name in ROWS] for each in (scenario, other)]
    assert Decimal("1234.5678") in [each.batch_kg for each in found[0][0]]
    assert found[0][0][0].assessment is scenarios[0]


def test_what_came_along_is_not_asked_again_and_what_is_added_is_read(scenario: CostAssessment, django_assert_num_queries: Any) -> None:
    row = carrying(CostAssessment.objects.all(), *ROWS).get(pk=scenario.pk)

    with django_assert_num_queries(0):
        attach([row], *ROWS)
        assert len(row.prices.all()) == 3
    row.prices.all()[0].delete()
    line = {"label": "Dossier", "phase": "pilot", "category": "dossier", "unit": "file", "currency": "EUR"}
    row.lines.create(**line, quantity=1, price=1, dated=row.priced_on)

    assert [each.label for each in row.lines.all()] == ["Dossier"]
    attach([row], *ROWS)
    assert ([each.label for each in row.lines.all()], len(row.prices.all())) == (["Dossier"], 2)


def test_more_columns_than_the_database_takes_are_refused() -> None:
    everything = ("route", "route__project", "route__project__rfp", "route__project__client", "route__project__compound")

    with pytest.raises(ValueError, match="more columns than PostgreSQL takes"):
        Nested(RouteVersion, everything).in_query(RouteVersion.objects.all())
