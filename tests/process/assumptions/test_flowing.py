"""What is open in the ledger comes into the text of a quotation by itself, and what somebody decided about it there stays."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.context import acting
from audit.models import Event
from audit.refusals import BadInput, Refused
from process.assumptions import quoting
from process.assumptions.figures import take_after
from process.assumptions.models import Assumption
from process.costs.quoting import quote_scenario
from process.costs.services import fix_scenario
from process.models import CostAssessment
from projects.models import Project, Quotation
from projects.price_sources import Doubt, doubts_about
from projects.services.commercial import change_in_draft, draft_quotation
from projects.services.quotation_parts import Line
from tests.process import factories as make
from tests.process.assumptions.story import change, fix, seller
from tests.projects import factories as projects
from worksheets.changing import ADD, Change, change_rows

pytestmark = pytest.mark.django_db
TOLUENE = "Toluene is recycled."
OURS = {"question": "", "for_client": "yes"}  # that the client reads, and is not asked about


def assume(project: Project, words: str, **values: str) -> Assumption:
    """As a row that the client reads."""
    said = {"words": words, "question": "May it be so?"} | values
    change_rows(f"assumptions:{project.code}", [Change(ADD, values=said)], actor=seller(), all_or_none=True)
    return Assumption.objects.get(project=project, words=words)


def draft(project: Project, text: str = "") -> Quotation:
    lines, until = [Line("pilot", "Pilot batches", Decimal(9000))], timezone.localdate() + timedelta(days=30)
    return draft_quotation(project.code, currency="EUR", valid_until=until, scope="All", lines=lines, actor=seller(), assumptions=text)


def price(project: Project, pilot: str = "4800") -> Quotation:
    """Puts the price of a scenario into the draft."""
    row = make.a_scenario(project)
    line = {"category": "labour", "quantity": "1", "unit": "h", "label": "Operators", "phase": "pilot", "basis": "batch", "price": pilot}
    change_rows(f"cost-lines:{row.pk}", [Change(ADD, values=line)], actor=make.estimator(), all_or_none=True)
    fix_scenario(row.pk, reason="For the quotation.", actor=make.estimator())
    return quote_scenario(row.pk, actor=make.estimator())


def lines_of(project: Project) -> list[str]:
    return Quotation.objects.current().get(project=project).assumptions.splitlines()


def doubts_of(project: Project) -> list[Doubt]:
    return quoting.doubts_of(Quotation.objects.current().get(project=project))


def test_a_draft_opens_with_what_is_open_behind_what_was_typed(project: Project) -> None:
    assume(project, TOLUENE)
    assume(project, "The yield of step 2", figure="80", unit="%")

    found = draft(project, "The client gives the reference standard.")

    assert found.assumptions == f"The client gives the reference standard.\n{TOLUENE}\nThe yield of step 2 (80 %)."
    assert found.assumptions.splitlines() == lines_of(project)
    event = Event.objects.get(kind="assumptions.quoted")
    assert event.data["after"] == {"assumptions": [TOLUENE, "The yield of step 2 (80 %)."]}


def test_without_anything_that_the_client_reads_a_draft_says_what_was_typed(project: Project) -> None:
    change_rows(f"assumptions:{project.code}", [Change(ADD, values={"words": "A second supplier gives way"})], actor=seller())

    assert draft(project, "Numbered.\r\nTwice.").assumptions == "Numbered.\r\nTwice."
    assert not Event.objects.filter(kind__in=("assumptions.quoted", "quotation.changed")).exists()


@pytest.mark.parametrize("typed", [TOLUENE, "2. Toluene is recycled", "  - Toluene is recycled. "])
def test_what_stands_there_already_is_not_doubled_and_does_not_come_back(project: Project, typed: str) -> None:
    assume(project, TOLUENE)
    found = draft(project, typed)
    assert found.assumptions == typed

    change_in_draft(found, assumptions="", actor=seller())
    price(project)

    assert lines_of(project) == []


@pytest.mark.parametrize(("typed", "is_there"), [("1. -20 °C is kept.", True), ("- -20 °C is kept", True), ("20 °C is kept.", False)])
def test_a_minus_is_a_part_of_the_number_and_no_dash_of_a_list(project: Project, typed: str, is_there: bool) -> None:
    assume(project, "-20 °C is kept.")

    assert draft(project, typed).assumptions == (typed if is_there else f"{typed}\n-20 °C is kept.")


def test_an_assumption_of_several_lines_is_one_in_the_text_and_is_not_doubled(project: Project) -> None:
    row = assume(project, "The yield\nof step 2", figure="80", unit="%")
    assert row.words == "The yield\nof step 2"

    draft(project)
    price(project)

    assert lines_of(project) == ["The yield of step 2 (80 %)."]
    assert doubts_of(project) == []


def test_with_a_price_comes_what_is_new_while_what_was_taken_out_or_worded_otherwise_stays_so(project: Project) -> None:
    for words in (TOLUENE, "One campaign a year.", "The yield holds."):
        assume(project, words)
    kept = ["The yield holds within 5 %.", "One campaign a year."]
    change_in_draft(draft(project), assumptions="\n".join(kept), actor=seller())
    assume(project, "The vessel is free in May.")

    found = price(project)

    assert found.assumptions.splitlines() == lines_of(project) == [*kept, "The vessel is free in May."]
    assert price(project, "5000").assumptions.splitlines() == lines_of(project)


def test_what_a_scenario_assumes_comes_with_its_price_before_the_worker_has_run(project: Project, scenario: CostAssessment) -> None:
    fix(scenario)
    draft(project, "Ours.")

    quote_scenario(scenario.pk, actor=make.estimator())

    assert lines_of(project) == ["Ours.", "Yield of Acetylation (90 %)."]
    with acting(channel="worker"):
        take_after(list(Event.objects.filter(kind="cost.fixed")))
    assert Event.objects.get(kind="assumptions.figures_taken").actor == make.estimator()


def test_a_line_that_nobody_touched_follows_the_ledger_in_its_place_under_its_number(project: Project) -> None:
    row = assume(project, "The pilot is dried at", figure="-5", unit="°C")
    change_in_draft(draft(project), assumptions="1. The pilot is dried at (-5 °C).\n2. Ours.", actor=seller())
    assert not change(project, row, figure="-10")

    price(project)

    assert lines_of(project) == ["1. The pilot is dried at (-10 °C).", "2. Ours."]


def test_what_is_settled_or_ours_by_now_is_doubted_and_goes_with_the_next_price(project: Project, client: Client) -> None:
    held, read = assume(project, "The yield of step 2", figure="80", unit="%"), assume(project, TOLUENE, **OURS)
    found = change_in_draft(draft(project), assumptions=f"1. The yield of step 2 (80 %).\n2. {TOLUENE}\n\n3. Ours.", actor=seller())
    assert not change(project, held, reason="It was run.", real_figure="72")
    assert not change(project, read, for_client="no")
    assume(project, "The yield of step 2, on scale", figure="85", unit="%")

    assert [doubt.words for doubt in doubts_of(project)] == [
        "1 open assumption of the ledger is not in its text, or is worded otherwise there.",
        "2 assumptions in its text are settled in the ledger by now, or not for the client any more.",
    ]
    client.force_login(seller())
    assert "2 assumptions in its text are settled" in client.get(found.get_absolute_url()).content.decode()
    price(project)

    assert lines_of(project) == ["", "3. Ours.", "The yield of step 2, on scale (85 %)."]
    assert doubts_of(project) == []
    gone = Event.objects.get(kind="assumptions.unquoted")
    assert gone.data["before"] == {"assumptions": ["The yield of step 2 (80 %).", TOLUENE]}


def test_what_somebody_wrote_otherwise_or_another_row_says_too_stays(project: Project) -> None:
    worded, twice = assume(project, TOLUENE, **OURS), assume(project, "One campaign a year.", **OURS)
    change_in_draft(draft(project), assumptions="Toluene is recycled twice.\nOne campaign a year.", actor=seller())
    for row in (worded, twice):
        assert not change(project, row, for_client="no")
    change_rows(f"assumptions:{project.code}", [Change(ADD, values={"words": "One campaign a year", **OURS})], actor=seller())

    assert doubts_of(project) == []
    price(project)

    assert lines_of(project) == ["Toluene is recycled twice.", "One campaign a year."]


def test_the_button_takes_out_what_is_over_and_what_is_open_again_comes_again(project: Project) -> None:
    row = assume(project, TOLUENE, **OURS)
    draft(project, "Ours.")
    assert not change(project, row, for_client="no")

    quoting.into_quotation(project.code, actor=seller())
    assert lines_of(project) == ["Ours."]
    with pytest.raises(Refused, match="Every open assumption"):
        quoting.into_quotation(project.code, actor=seller())
    assert not change(project, row, for_client="yes")
    price(project)

    assert lines_of(project) == ["Ours.", TOLUENE]


def test_what_was_decided_before_it_came_by_itself_stays_so(project: Project) -> None:
    elsewhere, other = make.a_project(), assume(project, "One campaign a year.", **OURS)
    assume(project, TOLUENE)
    found = draft(project)
    assume(elsewhere, "The vessel is free in May.")
    assert not change(project, other, for_client="no")
    Assumption.objects.update(quoted="")  # as the release before left it

    import_module("process.migrations.0026_decided_assumptions").decide(apps, SimpleNamespace(connection=connection))

    assert dict(Assumption.objects.values_list("words", "quoted")) == {
        TOLUENE: TOLUENE,
        "One campaign a year.": "One campaign a year.",
        "The vessel is free in May.": "",
    }
    change_in_draft(found, assumptions="One campaign a year.\nOurs.", actor=seller())
    price(project)
    assert lines_of(project) == ["Ours."]
    assert doubts_of(project)[0].words.startswith("1 open assumption of the ledger is not in its text")
    assert draft(elsewhere).assumptions == "The vessel is free in May."


def test_what_the_text_has_no_room_for_stays_out_and_is_doubted_until_there_is_some(project: Project) -> None:
    for words in (TOLUENE, "It is dry."):
        assume(project, words)
    full = "x" * (quoting.MOST - len("\r\nIt is dry."))

    found = draft(project, full)

    assert lines_of(project) == [full, "It is dry."]
    assert [doubt.words.partition(" is")[0] for doubt in doubts_of(project)] == ["1 open assumption of the ledger"]
    with pytest.raises(Refused, match="no room for it: the assumptions of a quotation have 8000 characters"):
        quoting.into_quotation(project.code, actor=seller())
    change_in_draft(found, assumptions="It is dry.", actor=seller())
    price(project)
    assert lines_of(project) == ["It is dry.", TOLUENE]


def test_the_service_takes_no_more_than_the_form(project: Project) -> None:
    with pytest.raises(BadInput) as refused:
        draft(project, "x" * (quoting.MOST + 1))

    assert refused.value.errors == {"assumptions": ["At most 8000 characters."]}


def test_the_next_revision_begins_as_the_last_one_ended(project: Project) -> None:
    assume(project, TOLUENE)
    first = change_in_draft(draft(project), assumptions="Ours.", actor=seller())
    assume(project, "One campaign a year.")

    second = draft(project, first.assumptions)

    assert second.assumptions.splitlines() == ["Ours.", "One campaign a year."]


def test_a_release_without_an_open_assumption_is_doubted_with_a_link_to_the_ledger(project: Project, client: Client) -> None:
    row = assume(project, TOLUENE)
    assume(project, "One campaign a year.")
    found = draft(project)
    assert doubts_of(project) == []
    ledger = f"{reverse('project-assumptions', args=[project.code])}#quote-title"

    change_in_draft(found, assumptions="One campaign a year.", actor=seller())
    said = Doubt("1 open assumption of the ledger is not in its text, or is worded otherwise there.", ledger)
    assert doubts_of(project) == [said]
    change_in_draft(found, assumptions="", actor=seller())
    assert doubts_of(project)[0].words.startswith("2 open assumptions of the ledger are not in its text")
    client.force_login(seller())
    page = client.get(found.get_absolute_url()).content.decode()
    assert f'<a href="{ledger}">2 open assumptions of the ledger are' in page
    assert not change(project, row, reason="Told on the phone.", real_words="It is not")
    assert doubts_of(project) == [said]


def test_the_doubt_keeps_nobody_from_the_release_and_goes_when_it_is_sent(project: Project, client: Client) -> None:
    assume(project, TOLUENE)
    found = change_in_draft(draft(project), assumptions="", actor=seller())

    projects.release(found)
    client.force_login(seller())
    released = client.get(found.get_absolute_url()).content.decode()
    projects.send(Quotation.objects.get(pk=found.pk))
    sent = client.get(found.get_absolute_url()).content.decode()

    assert ["open assumption of the ledger" in page for page in (released, sent)] == [True, False]


def test_more_assumptions_cost_no_more_queries(project: Project, django_assert_num_queries: Any) -> None:
    for words in (TOLUENE, "One campaign a year.", "The yield holds."):
        assume(project, words)
    found = change_in_draft(draft(project), assumptions="", actor=seller())

    with django_assert_num_queries(1):
        quoting.doubts_of(found)
    assert doubts_about(found)


def test_whoever_saves_a_new_draft_is_told_what_came_into_it(project: Project, client: Client) -> None:
    assume(project, TOLUENE)
    client.force_login(seller())
    until = (timezone.localdate() + timedelta(days=30)).isoformat()
    said = {"currency": "EUR", "valid_until": until, "scope": "All", "assumptions": "", "payment_terms": ""}

    page = client.post(reverse("quotation-new", args=[project.code]), said, follow=True).content.decode()
    again = client.post(reverse("quotation-edit", args=[project.code, 1]), said | {"assumptions": TOLUENE}, follow=True).content.decode()

    assert ["The assumptions in its text follow the ledger now" in each for each in (page, again)] == [True, False]
    assert lines_of(project) == [TOLUENE]
