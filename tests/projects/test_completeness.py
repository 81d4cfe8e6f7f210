"""The database counts answered questions as Python does."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db.models import DateField

from projects.completeness import QUESTIONS, answered_in_sql, completeness_of
from projects.models import Project, Rfp
from tests.projects import factories as make

pytestmark = pytest.mark.django_db


def test_one_answer_after_the_other_is_counted_by_both() -> None:
    rfp = make.an_rfp()
    for question in QUESTIONS:
        for name in question.fields:
            Rfp.objects.filter(pk=rfp.pk).update(**{name: empty_of(name)})

    for number, question in enumerate(QUESTIONS, 1):
        for name in question.fields:  # each alone answers it; the last stays
            Rfp.objects.filter(pk=rfp.pk).update(**{other: empty_of(other) for other in question.fields} | {name: an_answer_to(name)})
            row = Rfp.objects.annotate(answered=answered_in_sql()).get(pk=rfp.pk)
            assert row.answered == completeness_of(row).answered == number, name


def test_it_is_counted_over_a_project_too() -> None:
    project = make.a_project()

    (found,) = Project.objects.filter(pk=project.pk).annotate(answered=answered_in_sql("rfp__")).values_list("answered", flat=True)

    assert found == completeness_of(project.rfp).answered > 0


def test_no_text_or_list_that_is_asked_for_can_be_null_besides_empty() -> None:
    """The database asks a field that may be null for that alone."""
    fields = [Rfp._meta.get_field(name) for question in QUESTIONS for name in question.fields]

    assert [field.name for field in fields if field.null and (isinstance(field, ArrayField) or field.empty_strings_allowed)] == []


def empty_of(name: str) -> object:
    field = Rfp._meta.get_field(name)
    return None if field.null else [] if isinstance(field, ArrayField) else ""


def an_answer_to(name: str) -> object:
    field = Rfp._meta.get_field(name)
    if isinstance(field, ArrayField):
        return ["eu"]
    if isinstance(field, DateField):
        return date(2026, 11, 2)
    if not field.null:
        return field.choices[-1][0] if field.choices else "said"
    return 0 if name == "validation_batches" else 1
