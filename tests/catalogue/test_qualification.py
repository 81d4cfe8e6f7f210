"""A supplier is approved by a decision of quality assurance on a material or service, until the day of its review."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Role, User
from audit.models import Event
from audit.refusals import NotAllowed
from catalogue.models import Material, Supplier, SupplierQualification, SupplierQuote
from catalogue.qualification import delivered_words, lapsed_certificates, note_on, said_of, sources, sources_words, word_of
from tests.projects import factories as make
from tests.worksheets.rows import a_material, a_supplier, buyer, change, enter
from worksheets.changing import ADD, REMOVE, Change, Result, change_rows

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def supplier() -> Supplier:
    a_material()
    return a_supplier()


def quality() -> User:
    return make.person(Role.QUALITY_ASSURANCE)


def told(days_ago: int = 10, until: int | None = 300, decision: str = "approved", **values: Any) -> dict[str, Any]:
    """As typed: decided so many days ago, reviewed in so many."""
    decided = TODAY - timedelta(days_ago)
    return {
        "material": "TOL-99",
        "criticality": "major",
        "basis": "on_site",
        "examined_on": decided - timedelta(20),
        "decision": decision,
        "conditions": "" if decision == "approved" else "Every lot is tested",
        "decided_on": decided,
        "valid_until": "" if until is None else TODAY + timedelta(until),
        "evidence": "AR-7",
    } | values


def qualify(supplier: Supplier, by: User | None = None, **values: Any) -> Result:
    address = f"supplier-qualifications:{supplier.pk}"
    (result,) = change_rows(address, [Change(ADD, values=told(**values))], actor=by or quality()).results
    return result


def status(supplier: Supplier) -> str:
    return Supplier.objects.get(pk=supplier.pk).status


def bar(supplier: Supplier, to: str) -> Result:
    return change("suppliers", supplier.pk, {"status": to}, reason="As decided")


def test_nobody_enters_or_makes_a_supplier_approved_without_a_decision(supplier: Supplier) -> None:
    assert list(enter("suppliers", {"name": "New Works", "status": "approved"}).errors) == ["status"]
    for wanted in ("approved", "conditional"):
        assert list(bar(supplier, wanted).errors) == ["status"]

    assert bar(supplier, "suspended").is_saved


def test_the_status_follows_the_decision_which_says_who_made_it(supplier: Supplier) -> None:
    assert qualify(supplier).is_saved

    assert status(supplier) == "approved"
    assert SupplierQualification.objects.get().decided_by == quality()
    event = Event.objects.get(kind="supplier.status_followed")
    assert event.words == "By its qualification Demo Chemicals is now: Approved."


def test_only_quality_assurance_decides(supplier: Supplier) -> None:
    with pytest.raises(NotAllowed):
        qualify(supplier, by=buyer())


def test_a_barred_supplier_is_approved_again_only_while_a_decision_holds(supplier: Supplier) -> None:
    qualify(supplier)
    assert bar(supplier, "suspended").is_saved
    assert bar(supplier, "approved").is_saved

    bar(supplier, "suspended")
    SupplierQualification.objects.update(valid_until=TODAY - timedelta(1))
    assert list(bar(supplier, "approved").errors) == ["status"]


def test_conditions_make_nobody_approved(supplier: Supplier) -> None:
    qualify(supplier, decision="conditional")

    assert status(supplier) == "conditional"
    assert list(bar(supplier, "approved").errors) == ["status"]


def test_of_each_subject_the_newest_decision_counts_and_the_best_is_the_status(supplier: Supplier) -> None:
    qualify(supplier, days_ago=40)
    qualify(supplier, days_ago=5, decision="disqualified", until=None)
    assert status(supplier) == "disqualified"
    qualify(supplier, days_ago=60, material="", service="Milling", decision="conditional")
    assert status(supplier) == "conditional"
    assert qualify(supplier, days_ago=50, decision="approved").is_saved  # entered late: the later decision stands

    assert status(supplier) == "conditional"


def test_a_corrected_detail_lifts_no_suspension_and_a_removed_decision_approves_nobody(supplier: Supplier) -> None:
    pk, address = qualify(supplier).pk, f"supplier-qualifications:{supplier.pk}"
    bar(supplier, "suspended")

    assert change(address, pk, {"findings": "None"}, actor=quality()).is_saved
    assert status(supplier) == "suspended"
    change_rows(address, [Change(REMOVE, pk)], actor=quality(), reason="Of another supplier")
    assert status(supplier) == "candidate"


def test_a_refusal_for_one_material_bars_no_other_of_a_supplier_from_before(supplier: Supplier) -> None:
    Supplier.objects.filter(pk=supplier.pk).update(status="approved")
    other = a_material("THF-99", name="Tetrahydrofuran")
    for material in (Material.objects.get(code="TOL-99"), other):
        SupplierQuote.objects.create(
            supplier=supplier, material=material, price_per_kg=Decimal(5), currency="EUR", quoted_on=TODAY, quantity_from_kg=Decimal(0)
        )

    assert qualify(supplier, decision="disqualified", until=None).is_saved
    assert status(supplier) == "approved", "nobody has said anything of the other material yet"

    assert qualify(supplier, decision="disqualified", until=None, material="THF-99").is_saved
    assert status(supplier) == "disqualified"


def test_a_decision_that_has_lapsed_approves_nobody(supplier: Supplier) -> None:
    assert qualify(supplier, days_ago=400, until=-1).is_saved

    assert status(supplier) == "candidate"


def test_a_corrected_day_and_a_removed_superseded_decision_lift_no_suspension(supplier: Supplier) -> None:
    old, pk = qualify(supplier, days_ago=40).pk, qualify(supplier).pk
    address = f"supplier-qualifications:{supplier.pk}"
    bar(supplier, "suspended")

    assert change(address, pk, {"decided_on": TODAY - timedelta(9)}, actor=quality(), reason="Mistyped").is_saved
    assert change_rows(address, [Change(REMOVE, old)], actor=quality(), reason="Twice").results[0].is_saved

    assert status(supplier) == "suspended"


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"material": ""}, "service"),
        ({"service": "Milling"}, "service"),
        ({"days_ago": -1}, "decided_on"),
        ({"examined_on": TODAY}, "examined_on"),
        ({"examined_on": ""}, "examined_on"),
        ({"examined_on": "", "questionnaire_on": TODAY - timedelta(30)}, "examined_on"),  # it rests on an audit
        ({"questionnaire_on": TODAY}, "questionnaire_on"),
        ({"audited_on": TODAY}, "audited_on"),
        ({"findings_critical": "0", "findings_major": "1"}, "findings_minor"),
        ({"findings_critical": "-1", "findings_major": "0", "findings_minor": "0"}, "findings_critical"),
        ({"audited_on": TODAY - timedelta(20), "capa_closed_on": TODAY - timedelta(21)}, "capa_closed_on"),
        ({"capa_closed_on": TODAY + timedelta(1)}, "capa_closed_on"),
        ({"gmp_until": TODAY}, "gmp_certificate"),
        ({"iso_until": TODAY}, "iso_certificate"),
        ({"bse_tse": "perhaps"}, "bse_tse"),
        ({"decision": "conditional", "conditions": ""}, "conditions"),
        ({"until": None}, "valid_until"),
        ({"until": -10}, "valid_until"),
        ({"reduced_testing": "yes", "lots_tested": "2"}, "reduced_testing"),
        ({"evidence": ""}, "evidence"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_cell(supplier: Supplier, values: dict[str, Any], column: str) -> None:
    assert list(qualify(supplier, **values).errors) == [column]


def test_what_was_found_stands_in_columns_of_its_own(supplier: Supplier) -> None:
    audited = TODAY - timedelta(40)
    found = {"findings_critical": "0", "findings_major": "1", "findings_minor": "4", "capa_closed_on": audited + timedelta(25)}
    certified = {"gmp_certificate": "CH-GMP-117", "gmp_until": TODAY + timedelta(400), "iso_certificate": "ISO 9001", "iso_until": ""}
    stated = {"bse_tse": "yes", "nitrosamines": "no", "gmo": "not known", "statements": "The letter is of 2019."}
    seen = {"questionnaire_on": audited - timedelta(30), "questionnaire_score": "92", "audited_on": audited, "examined_on": ""}

    assert qualify(supplier, **found, **certified, **stated, **seen).is_saved

    row = SupplierQualification.objects.get()
    assert (row.findings_critical, row.findings_major, row.findings_minor, row.capa_closed_on) == (0, 1, 4, audited + timedelta(25))
    assert (row.gmp_certificate, row.gmp_until, row.iso_certificate, row.iso_until) == (
        "CH-GMP-117",
        TODAY + timedelta(400),
        "ISO 9001",
        None,
    )
    assert [row.bse_tse, row.nitrosamines, row.elemental_impurities, row.gmo] == ["yes", "no", "unknown", "unknown"]
    assert (row.examined_on, row.questionnaire_on) == (audited, audited - timedelta(30))


def test_what_rests_on_a_questionnaire_was_examined_when_that_came(supplier: Supplier) -> None:
    came = TODAY - timedelta(30)

    assert qualify(supplier, basis="questionnaire", examined_on="", questionnaire_on=came).is_saved

    assert SupplierQualification.objects.get().examined_on == came


def test_a_certificate_that_has_lapsed_is_named_while_the_decision_holds(client: Browser, supplier: Supplier) -> None:
    qualify(supplier, gmp_certificate="CH-GMP-117", gmp_until=TODAY - timedelta(1), iso_certificate="ISO 9001", iso_until=TODAY)
    row, lapsed = SupplierQualification.objects.get(), date_format(TODAY - timedelta(1), "j M Y")
    words = f"GMP certificate CH-GMP-117 lapsed on {lapsed}"
    client.force_login(buyer())

    assert lapsed_certificates(row, TODAY) == [words]
    assert f"Toluene (99.8 %): {words}." in client.get(supplier.get_absolute_url()).content.decode()
    assert lapsed_certificates(row, TODAY + timedelta(301)) == []  # the decision has lapsed itself


def test_three_lots_tested_fully_allow_reduced_testing(supplier: Supplier) -> None:
    assert qualify(supplier, reduced_testing="yes", lots_tested="3").is_saved


def test_it_holds_on_its_last_day_and_is_said_to_have_lapsed_on_the_next(supplier: Supplier) -> None:
    qualify(supplier, until=5)
    rows, toluene = list(supplier.qualifications.all()), Material.objects.get().pk
    last = TODAY + timedelta(5)

    assert (note_on(rows, toluene, last), said_of(rows, last)) == ("", f"to {date_format(last, 'j M Y')}")
    lapsed = f"qualification lapsed on {date_format(last, 'j M Y')}"
    assert note_on(rows, toluene, last + timedelta(1)) == said_of(rows, last + timedelta(1)) == lapsed


def test_what_was_decided_on_one_material_says_nothing_of_another(supplier: Supplier) -> None:
    other = a_material("THF-99")
    qualify(supplier)
    qualify(supplier, material="THF-99", decision="disqualified", until=None)
    third = a_material("ACN-99")

    rows = list(supplier.qualifications.all())

    assert note_on(rows, other.pk, TODAY) == "disqualified for this material"
    assert note_on(rows, third.pk, TODAY) == "not qualified for this material"


@pytest.mark.parametrize(
    ("decided", "now", "key", "words", "tone"),
    [
        ({}, "", "approved", "approved", "good"),
        ({"decision": "conditional"}, "", "conditional", "approved with conditions", "warn"),
        ({"days_ago": 40, "until": -5}, "", "lapsed", "qualification lapsed on", "warn"),
        ({"decision": "suspended", "until": None}, "", "suspended", "suspended", "bad"),
        ({"material": "", "service": "Milling"}, "", "not_qualified", "not qualified for this material", "warn"),
        ({}, "suspended", "suspended", "suspended", "bad"),
    ],
)
def test_where_offers_are_compared_one_word_says_how_a_supplier_stands(
    supplier: Supplier, decided: dict[str, Any], now: str, key: str, words: str, tone: str
) -> None:
    assert qualify(supplier, **decided).is_saved
    if now:
        bar(supplier, now)

    word = word_of(Supplier.objects.get(), Material.objects.get().pk, TODAY)

    assert word.words.startswith(words) and (word.key, word.tone) == (key, tone)


COUNTED = {
    "deliveries": "24",
    "deliveries_on_time": "23",
    "deliveries_accepted": "24",
    "deliveries_from": TODAY - timedelta(365),
    "deliveries_until": TODAY,
}


def test_deliveries_are_counted_with_their_period_and_said_in_percent(client: Browser, supplier: Supplier) -> None:
    assert qualify(supplier, **COUNTED).is_saved

    row, word = SupplierQualification.objects.get(), word_of(supplier, Material.objects.get().pk, TODAY)

    assert (row.on_time_pct, row.accepted_pct) == (Decimal("95.8"), Decimal("100.0"))
    assert word.delivered == f"95.8 % on time, 100.0 % accepted of 24 deliveries to {date_format(TODAY, 'j M Y')}"
    qualify(supplier, days_ago=5, decision="suspended", until=None)
    suspended = word_of(Supplier.objects.get(), row.material_id, TODAY)
    assert (suspended.words, suspended.delivered) == ("suspended", word.delivered), "who suspends need not count again"
    client.force_login(buyer())
    assert f"Toluene (99.8 %): {word.delivered}" in client.get(supplier.get_absolute_url()).content.decode()


def test_only_all_is_a_hundred_percent_and_one_is_a_delivery(supplier: Supplier) -> None:
    many = SupplierQualification(deliveries=3000, deliveries_on_time=2999, deliveries_accepted=3000)
    one = SupplierQualification(deliveries=1, deliveries_on_time=1, deliveries_accepted=1, deliveries_until=TODAY)

    assert (many.on_time_pct, many.accepted_pct) == (Decimal("99.9"), Decimal("100.0"))
    assert "of 1 delivery to" in delivered_words(one)
    errors = qualify(supplier, **(COUNTED | {"deliveries": "1", "deliveries_accepted": "1"})).errors
    assert [str(words) for words in errors["deliveries_on_time"]] == ["There was 1 delivery."]


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"deliveries_on_time": ""}, "deliveries_on_time"),
        ({"deliveries": "22", "deliveries_accepted": "22"}, "deliveries_on_time"),
        ({"deliveries": "0", "deliveries_on_time": "0", "deliveries_accepted": "0"}, "deliveries"),
        ({"deliveries_from": TODAY, "deliveries_until": TODAY - timedelta(1)}, "deliveries_until"),
        ({"deliveries_until": TODAY + timedelta(1)}, "deliveries_until"),
    ],
)
def test_deliveries_that_do_not_add_up_are_refused_at_their_cell(supplier: Supplier, values: dict[str, Any], column: str) -> None:
    assert list(qualify(supplier, **(COUNTED | values)).errors) == [column]


def test_a_material_names_its_second_source_or_that_it_has_none(client: Browser, supplier: Supplier) -> None:
    material, second = Material.objects.get(), a_supplier("Alpha Works")
    before = sources_words(material.qualifications.all(), TODAY)
    qualify(supplier)
    qualify(second, days_ago=40, until=-5)  # lapsed
    client.force_login(buyer())
    single, page = sources_words(material.qualifications.all(), TODAY), client.get(material.get_absolute_url()).content.decode()
    qualify(second, decision="conditional")

    assert (before, single) == ("none", "single source: Demo Chemicals")
    assert "single source" in page and "Demo Chemicals" in page.partition("Qualified suppliers")[2]
    assert sources_words(material.qualifications.all(), TODAY) == "Alpha Works, Demo Chemicals"
    bar(second, "suspended")
    assert sources(material.qualifications.all(), TODAY) == ["Demo Chemicals"]
    assert "single source" in client.get("/worksheets/materials/rows.json").content.decode()


def test_two_traders_of_one_manufacturer_are_one_source(client: Browser, supplier: Supplier) -> None:
    material, second = Material.objects.get(), a_supplier("Alpha Works")
    qualify(supplier)
    pk = qualify(second, manufacturer="demo chemicals").pk
    client.force_login(buyer())

    assert sources_words(material.qualifications.all(), TODAY) == "single source: Alpha Works, Demo Chemicals"
    assert "single source" in client.get(material.get_absolute_url()).content.decode()
    SupplierQualification.objects.filter(pk=pk).update(manufacturer="Beta Works")
    assert sources_words(material.qualifications.all(), TODAY) == "Alpha Works, Demo Chemicals"


def test_the_page_says_what_has_lapsed_and_what_nothing_supports(client: Browser, supplier: Supplier) -> None:
    client.force_login(buyer())
    Supplier.objects.update(status="approved")
    assert "no decision supports it" in client.get(supplier.get_absolute_url()).content.decode()
    qualify(supplier, days_ago=400, until=-1)

    page = client.get(supplier.get_absolute_url()).content.decode()

    assert f"Toluene (99.8 %): qualification lapsed on {date_format(TODAY - timedelta(1), 'j M Y')}." in page
    assert "no decision supports it" not in page


def test_three_records_cost_the_queries_of_one(client: Browser, supplier: Supplier, django_assert_max_num_queries: Any) -> None:
    client.force_login(buyer())
    qualify(supplier)
    client.get(supplier.get_absolute_url())
    counts = []
    for days in (20, 30):
        with django_assert_max_num_queries(20) as seen:
            client.get(supplier.get_absolute_url())
        counts.append(len(seen))
        for service in ("Milling", "Drying"):
            qualify(supplier, days_ago=days, material="", service=service)

    assert counts[0] == counts[1]
