"""What a new cost scenario begins with, and where its page says that is from."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from process.costs.forms import first_values
from projects.models import Project
from tests.process import factories as make

pytestmark = pytest.mark.django_db


def test_a_new_scenario_says_what_it_took_from_where(client: Client, project: Project) -> None:
    client.force_login(make.estimator())
    project.rfp.pilot_quantity_kg, project.rfp.validation_quantity_kg = Decimal(20), Decimal(40)
    project.rfp.commercial_quantity_kg_per_year = Decimal(1200)
    project.rfp.save()
    make.a_whole_route(project)

    page = client.get(reverse("project-costs", args=[project.code])).content.decode()

    for words in (
        f"As {project.rfp.number} asks.",
        "3, as is usual.",
        "The newest version of the first route.",
        f"1200 kg a year, as {project.rfp.number} asks, in batches of that size.",
        "Nothing yet: type yours.",
    ):
        assert words in page, words


def test_a_new_scenario_begins_with_the_batches_that_the_request_asks_for(project: Project) -> None:
    said = {"validation_quantity_kg": Decimal(40), "commercial_quantity_kg_per_year": Decimal(1200)}
    for name, value in (said | {"validation_batches": 5, "batch_size_wanted_kg": Decimal(70)}).items():
        setattr(project.rfp, name, value)

    taken = first_values(project, timezone.localdate())

    asked = f"As {project.rfp.number} asks."
    assert (taken["validation-batches"].value, taken["validation-batches"].origin) == (5, asked)
    assert (taken["commercial-batch_kg"].value, taken["commercial-batch_kg"].origin) == (70, asked)
    assert taken["commercial-batches"].value == 18
    project.rfp.validation_batches = 0
    assert "validation-batches" not in first_values(project, timezone.localdate())
