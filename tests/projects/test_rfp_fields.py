"""Every field of a request is declared once, and is asked, taken, judged and told everywhere."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.forms import model_to_dict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.models import Event
from audit.refusals import BadInput
from desk.request_forms import RequestForm
from projects import rfp_import
from projects.completeness import QUESTIONS, Question, completeness_of
from projects.forms.rfp import RfpForm
from projects.limits import limits
from projects.models import RequestDraft, Rfp
from projects.models.rfp_facts import RfpFacts
from projects.questionnaire import questions
from projects.rfp_api import InternalRfpSerializer, NewRfpSerializer, RfpChangeSerializer, RfpSerializer
from projects.rfp_fields import GIVEN, GROUPS, OURS, UNTOLD, answers_of, choices_of, field_of, unit_of
from projects.services.rfp import update_rfp
from tests.clients_systems import System
from tests.projects import factories as make
from worksheets.columns import Cell

TODAY = timezone.localdate()


def an_answer(name: str) -> Any:
    """One that differs from empty, as a form or a system sends it."""
    field = field_of(name)
    if choices := choices_of(name):
        return [choices[0][0]] if isinstance(field, ArrayField) else choices[0][0]
    if isinstance(field, models.DateField):
        return (TODAY + timedelta(days=90)).isoformat()
    if isinstance(field, models.DecimalField | models.PositiveSmallIntegerField):
        return "3"
    return {"cas_number": "103-90-2", "structure_text": make.PARACETAMOL}.get(name, f"Said of {name}")


ANSWERS = {name: an_answer(name) for name in GIVEN}


def answered(rfp: Rfp) -> list[str]:
    return [name for name in (*GIVEN, *OURS) if getattr(rfp, name) not in (None, "", [])]


def test_every_fact_of_a_request_stands_in_one_group_and_in_every_face_of_it() -> None:
    facts = {field.name for field in RfpFacts._meta.local_fields}

    assert facts == {*GIVEN, *OURS} - {"compound_name", "cas_number", "structure_text", "wanted"}
    assert len(GIVEN) == len(set(GIVEN))
    assert {*GIVEN, *OURS} <= set(RfpForm.base_fields)
    assert {*GIVEN, *OURS} <= set(InternalRfpSerializer.Meta.fields) & set(RfpChangeSerializer.Meta.fields)
    assert set(GIVEN) <= set(NewRfpSerializer.Meta.fields) & set(RequestForm().fields)
    assert set(GIVEN) <= {column.name for column in rfp_import.columns()} & {column.name for column in questions()}
    assert set(RfpSerializer.Meta.fields) & {*UNTOLD, *OURS} == set()
    assert {question.field for question in QUESTIONS} <= {name for group in GROUPS for name in group.asked}


def test_what_one_question_asks_may_be_answered_by_another_field() -> None:
    question = Question("exposure_band", "", "", also=("exposure_limit_ug_per_m3",))

    assert question.is_open(Rfp())
    assert not question.is_open(Rfp(exposure_band=4)) and not question.is_open(Rfp(exposure_limit_ug_per_m3=Decimal(2)))


@pytest.mark.django_db
def test_the_page_takes_every_answer_one_by_one_and_shows_it_to_who_only_reads(seller: Client) -> None:
    rfp = make.an_rfp()
    sent = {name: an_answer(name) for name in (*GIVEN, *OURS)}

    answer = seller.post(reverse("rfp-autosave", args=[rfp.number]), {"changed": list(sent), **sent})

    assert answer.status_code == 200
    assert answered(Rfp.objects.get()) == [*GIVEN, *OURS]
    assert completeness_of(Rfp.objects.get()).percent == 100
    reader = Client()
    reader.force_login(make.person(Role.QUALITY_ASSURANCE))
    page = reader.get(rfp.get_absolute_url()).content.decode()
    assert 'id="rfp-form"' not in page and "Said of patents_known" in page and "Very hygroscopic" not in page


@pytest.mark.django_db
def test_who_only_reads_sees_what_is_answered_by_group_and_nothing_else() -> None:
    rfp = make.an_rfp(number_of_steps=5, budget_low=Decimal("200000.00"), special_conditions=["azide", "cyanide"])

    told = {group.key: dict(rows) for group, rows in answers_of(rfp)}

    assert set(told) == {"molecule", "need", "process", "commercial", "parties"}
    assert told["process"] == {"Number of steps": "5", "Special conditions": "Azide, Cyanide"}
    assert told["commercial"] == {"Budget, from": "200000"}


@pytest.mark.django_db
def test_folded_answers_are_counted_and_unfold_where_one_is_wrong(seller: Client) -> None:
    rfp = make.an_rfp(pka="4.1", log_p=Decimal(-2))

    page = seller.get(rfp.get_absolute_url())
    form = page.context["form"]
    whole = {name: value for name in form.fields if (value := form[name].value()) is not None} | {"purity_area_percent": "101"}
    refused = seller.post(rfp.get_absolute_url(), whole)

    folded = {group.key: (group.filled, group.is_open) for group in page.context["groups"]}
    assert folded["molecule"] == (2, False) and "2 of 10 filled in" in page.content.decode()
    assert [group.key for group in refused.context["groups"] if group.is_open] == ["process"]
    assert "more than 100 %" in refused.content.decode()


@pytest.mark.django_db
def test_a_clients_system_sends_every_answer_and_reads_all_but_what_we_think() -> None:
    system = System(make.a_client(), "write")

    sent = system.post("rfps/", {"contact_name": "Ann", **ANSWERS})

    read = sent.json()
    assert (sent.status_code, answered(Rfp.objects.get())) == (201, list(GIVEN))
    assert [name for name in GIVEN if name not in UNTOLD and read[name] in (None, "", [])] == []
    assert (read["forecast_year_1_kg"], read["validation_batches"], read["special_conditions"]) == ("3.000", 3, ["cryogenic"])
    assert not {*UNTOLD, *OURS} & set(read)
    refused = system.post("rfps/", {"contact_name": "Ann", "compound_name": "X", "wanted": "Y", "conflict_check": "none"})
    assert Rfp.objects.get(number=refused.json()["number"]).conflict_check == ""


@pytest.mark.django_db
def test_a_row_of_a_table_says_every_answer() -> None:
    columns = {column.name: column for column in rfp_import.columns()}
    typed = {name: "; ".join(said) if isinstance(said, list) else said for name, said in ANSWERS.items()}
    parties = {"client_name": make.a_client().name, "contact_name": "Ann", "contact_email": "ann@client.example", "channel": "email"}

    row = {"reference": "", **parties, **{name: columns[name].read(Cell("A1", said)) for name, said in typed.items()}}
    rfp_import.RfpWriter(make.person(Role.BUSINESS_DEVELOPMENT), None, "").enter(row)

    assert answered(Rfp.objects.get()) == list(GIVEN)


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("number_of_steps", "0", "Not below 1."),
        ("number_of_steps", "41", "Not above 40."),
        ("exposure_band", "0", "Not below 1."),
        ("validation_batches", "100", "Not above 99."),
    ],
)
def test_a_row_of_a_table_is_refused_at_a_number_that_the_request_cannot_hold(name: str, typed: str, words: str) -> None:
    column = next(column for column in rfp_import.columns() if column.name == name)

    with pytest.raises(ValidationError) as refused:
        column.read(Cell("A1", typed))

    assert refused.value.messages == [words]


@pytest.mark.django_db
def test_answers_to_the_former_question_become_roles() -> None:
    rfps = [make.an_rfp(compound_role="api"), make.an_rfp(), make.an_rfp(), make.an_rfp()]
    for rfp, former in zip(rfps, ("api", "yes", "no", ""), strict=True):
        Rfp.objects.filter(pk=rfp.pk).update(compound_role=former)
    client = rfps[0].client
    draft = RequestDraft.objects.create(
        client=client, created_by=rfps[0].created_by, values={"registration_intermediate": ["no"], "wanted": ["50 g"]}
    )

    import_module("projects.migrations.0021_roles_of_what_is_there").into_roles(apps, SimpleNamespace(connection=connection))

    assert list(Rfp.objects.order_by("pk").values_list("compound_role", flat=True)) == ["api", "registration", "not_registration", ""]
    assert RequestDraft.objects.get(pk=draft.pk).values == {"compound_role": ["not_registration"], "wanted": ["50 g"]}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent", "role"),
    [
        ({"registration_intermediate": "yes"}, "registration"),
        ({"registration_intermediate": "no"}, "not_registration"),
        ({"registration_intermediate": "no", "compound_role": "api"}, "api"),
        ({"registration_intermediate": ""}, ""),
    ],
)
def test_a_system_that_answers_the_former_question_says_the_role(sent: dict[str, str], role: str) -> None:
    system = System(make.a_client(), "write")

    system.post("rfps/", {"contact_name": "Ann", "compound_name": "X", "wanted": "Y", **sent})

    assert Rfp.objects.get().compound_role == role


IMPOSSIBLE: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"yield_per_step_percent": Decimal(101)}, {}, "yield_per_step_percent"),
    ({"purity_area_percent": Decimal(0)}, {}, "purity_area_percent"),
    ({"melting_point_c": Decimal(-300)}, {}, "melting_point_c"),
    ({"melting_point_c": Decimal(4501)}, {}, "melting_point_c"),
    ({"log_p": Decimal(99)}, {}, "log_p"),
    ({"log_p": Decimal(-99)}, {}, "log_p"),
    ({"particle_size_d50_um": Decimal(100_001)}, {}, "particle_size_d50_um"),
    ({"particle_size_d50_um": Decimal(0)}, {}, "particle_size_d50_um"),
    ({"solubility_mg_per_ml": Decimal(10_001)}, {}, "solubility_mg_per_ml"),
    ({"forecast_year_1_kg": Decimal(-1)}, {}, "forecast_year_1_kg"),
    ({"solubility_mg_per_ml": Decimal(-1)}, {}, "solubility_mg_per_ml"),
    ({"sample_quantity_g": Decimal(0)}, {}, "sample_quantity_g"),
    ({"special_conditions": ["none", "azide"]}, {}, "special_conditions"),
    ({"monographs": ["USP", "none"]}, {}, "monographs"),
    ({"launch_planned_on": TODAY - timedelta(days=1)}, {}, "launch_planned_on"),
    ({"budget_low": Decimal(9), "budget_high": Decimal(8)}, {}, "budget_high"),
    ({"budget_low": Decimal(9)}, {"budget_high": Decimal(8)}, "budget_low"),
    ({"particle_size_d90_um": Decimal(5)}, {"particle_size_d10_um": Decimal(8)}, "particle_size_d90_um"),
]


@pytest.mark.parametrize(("values", "beside", "field"), IMPOSSIBLE, ids=lambda each: each if isinstance(each, str) else "")
def test_what_cannot_be_is_said_at_the_field_that_is_given(values: dict[str, Any], beside: dict[str, Any], field: str) -> None:
    assert list(limits(values, received_on=TODAY, beside=beside)) == [field]


def test_what_can_be_is_not_refused() -> None:
    fine = {"melting_point_c": Decimal(-5), "log_p": Decimal("-1.2"), "forecast_year_1_kg": Decimal(0), "monographs": ["USP", "JP"]}
    fine |= dict.fromkeys(("budget_low", "solubility_mg_per_ml", "reference_standard_mg"), Decimal(0))
    beside = {"budget_high": Decimal(8), "particle_size_d10_um": Decimal(9)}

    assert limits(fine, received_on=TODAY, beside=beside) == {}
    assert limits(fine | {"budget_low": Decimal(8)}, received_on=TODAY, beside=beside) == {}


@pytest.mark.parametrize("typed", ["99", "pKa 99", "pKa1: 60,5", "-15.1", "−20"])
def test_an_acidity_beyond_nature_is_refused(typed: str) -> None:
    assert list(limits({"pka": typed}, received_on=TODAY)) == ["pka"]


@pytest.mark.parametrize(
    "typed",
    ["4.1", "pKa1 4,1\npKa2 60", "-15", "strong acid", "4.76, 298 K", "4.76 in ethanol, 1998", "9.1, 150 mM NaCl", "not known, 1998"],
)
def test_an_acidity_of_nature_is_taken_however_it_is_written(typed: str) -> None:
    assert limits({"pka": typed}, received_on=TODAY) == {}


@pytest.mark.django_db
def test_what_was_taken_once_is_not_judged_again() -> None:
    """By the service, and by the form that sends every field."""
    old = {"pka": "99", "log_p": Decimal(99), "melting_point_c": Decimal(9000), "launch_planned_on": TODAY - timedelta(days=900)}
    rfp, actor = make.an_rfp(), make.person(Role.BUSINESS_DEVELOPMENT)
    Rfp.objects.filter(pk=rfp.pk).update(**old)

    update_rfp(rfp.number, changes={**old, "polymorph_wanted": "Form II"}, actor=actor)
    form = RfpForm({**model_to_dict(Rfp.objects.get()), "pka": "-99"}, instance=Rfp.objects.get())

    assert Rfp.objects.get().polymorph_wanted == "Form II"
    assert list(form.errors) == ["pka"]


@pytest.mark.django_db
def test_the_service_refuses_a_band_that_does_not_exist_and_a_budget_that_falls() -> None:
    rfp, actor = make.an_rfp(budget_high=Decimal(100)), make.person(Role.BUSINESS_DEVELOPMENT)

    for wrong in ({"exposure_band": 6}, {"number_of_steps": 0}, {"budget_low": Decimal(200)}, {"hygroscopicity": "wet"}):
        with pytest.raises(BadInput) as refused:
            update_rfp(rfp.number, changes=wrong, actor=actor)
        assert set(refused.value.errors) == set(wrong)


@pytest.mark.django_db
def test_the_event_of_a_change_names_the_field_as_the_form_does() -> None:
    update_rfp(make.an_rfp().number, changes={"gmp_needed": "full"}, actor=make.person(Role.BUSINESS_DEVELOPMENT))

    assert Event.objects.get(kind="rfp.changed").data["fields"] == "GMP needed"


@pytest.mark.parametrize(("name", "unit"), [("sample_quantity_g", "g"), ("exposure_limit_ug_per_m3", "µg/m³"), ("transport_class", "")])
def test_the_unit_of_a_number_stands_in_its_words(name: str, unit: str) -> None:
    assert unit_of(name) == unit
