"""The price of a fixed scenario in the draft of the quotation, and what the quotation then says of it."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.models import Event
from audit.refusals import NotAllowed, Refused
from catalogue.models import ExchangeRate
from charts.look import written
from process.actuals.quoted import quoted_costs
from process.costs.charter_sources import said_in_scenarios
from process.costs.quoting import quote_scenario
from process.costs.services import fix_scenario
from process.models import CostAssessment, ScenarioQuote
from projects.models import Project, Quotation, Rfp
from projects.services.charter_writing import write_charter
from projects.services.commercial import change_in_draft, draft_of, draft_quotation
from projects.services.lifecycle import hold_project
from projects.services.quotation_answers import accept_quotation
from projects.services.quotation_parts import Break, Line, rows_of_lines, rows_of_part
from tests.process import factories as make
from tests.projects import factories as projects
from worksheets.changing import ADD, Change, change_rows

pytestmark = pytest.mark.django_db
D = Decimal


def a_fixed_scenario(project: Project, pilot: str = "4800", *, validation: str = "30000", **values: Any) -> CostAssessment:
    """Two pilot batches of 10 kg, each of that price, and three of 50 kg that cost so much together; nothing is added to them."""
    none = {name: D(0) for name in ("overhead_pct", "contingency_pct", "margin_pct")}
    row = make.a_scenario(project, **(none | values))
    line = {"category": "labour", "quantity": "1", "unit": "h", "label": "Operators"}
    said = [line | {"phase": "pilot", "basis": "batch", "price": pilot}]
    said += [line | {"phase": "validation", "basis": "once", "price": validation}] if validation else []
    change_rows(f"cost-lines:{row.pk}", [Change(ADD, values=each) for each in said], actor=make.estimator())
    return fix_scenario(row.pk, reason="For the quotation.", actor=make.estimator())


def quote(row: CostAssessment) -> Quotation:
    return Quotation.objects.get(pk=quote_scenario(row.pk, actor=make.estimator()).pk)


def lines_of(quotation: Quotation) -> list[tuple[str, str, Decimal]]:
    return [(line.phase, line.description, line.amount) for line in quotation.lines.all()]


def page_of(quotation: Quotation, client: Client) -> str:
    client.force_login(make.estimator())
    return re.sub(r"\s+", " ", client.get(quotation.get_absolute_url()).content.decode())


def test_a_first_draft_begins_in_the_currency_of_the_price_unless_the_client_named_one(project: Project, client: Client) -> None:
    client.force_login(make.estimator())

    def begins_in() -> str:
        return str(client.get(reverse("quotation-new", args=[project.code])).context["form"]["currency"].value() or "")

    Rfp.objects.filter(project=project).update(currency_wanted="")
    assert begins_in() == ""
    a_fixed_scenario(project, currency="CHF")
    assert begins_in() == "CHF"
    Rfp.objects.filter(project=project).update(currency_wanted="JPY")
    assert begins_in() == "JPY"


def test_where_more_is_dearer_the_price_by_volume_stays_as_it_was(project: Project) -> None:
    """The lines take their prices all the same: the refusal of a rising price left whoever pressed with nothing to confirm it by."""
    draft = projects.a_quotation(project)
    change_in_draft(draft, breaks=[Break(D(5), D(900))], actor=make.estimator())

    after = quote(a_fixed_scenario(project, "1000"))

    assert [line[2] for line in lines_of(after)] == [D(180000), D(2000), D(30000)]
    assert [(each.from_kg, each.price_per_kg) for each in after.breaks.all()] == [(D(5), D(900))]

    change_in_draft(after, rise_confirmed=True, actor=make.estimator())
    confirmed = quote(a_fixed_scenario(project, "1001", name="A dollar more"))
    assert [(each.from_kg, each.price_per_kg) for each in confirmed.breaks.all()] == [(D(20), D("100.10")), (D(150), D(200))]


def test_the_price_of_each_phase_and_the_price_by_volume_go_into_the_draft(project: Project) -> None:
    """Words that somebody typed stay, and so does what the scenario says nothing of."""
    before = projects.a_quotation(project)
    row = a_fixed_scenario(project)

    after = quote(row)

    assert lines_of(after) == [
        ("small_scale", "Process development", D(180000)),
        ("pilot", "Pilot batches", D(9600)),
        ("validation", "Validation: 3 × 50 kg", D(30000)),
    ]
    assert [(each.from_kg, each.price_per_kg) for each in after.breaks.all()] == [(D(20), D(480)), (D(150), D(200))]
    assert (after.pk, after.scope, after.valid_until) == (before.pk, before.scope, before.valid_until)
    said = Event.objects.get(kind="cost.quoted").data
    assert said["after"] == {"quotation": after.label, "currency": "EUR", "pilot": "9600.00", "validation": "30000.00"}
    assert Event.objects.filter(kind="quotation.changed").exists()


def test_the_next_scenario_takes_the_place_of_the_one_before(project: Project) -> None:
    """Its lines get their price and words anew, and one that it does not have is gone."""
    projects.a_quotation(project)
    quote(a_fixed_scenario(project))
    with pytest.raises(Refused, match="stands in"):
        quote(CostAssessment.objects.get())
    quote(a_fixed_scenario(project, "5000", **{"validation-batch_kg": D(60)}))
    validation = ("validation", "Validation: 3 × 60 kg", D(30000))
    assert lines_of(Quotation.objects.get())[1:] == [("pilot", "Pilot batches", D(10000)), validation]

    after = quote(a_fixed_scenario(project, "6000", validation=""))

    assert lines_of(after)[1:] == [("pilot", "Pilot batches", D(12000))]
    assert [(each.phase, each.assessment.number) for each in ScenarioQuote.objects.all()] == [("pilot", 3)]


def test_what_somebody_changed_in_a_line_of_a_scenario_stays(project: Project) -> None:
    """A line that nobody touched goes with its scenario; one with another price or with what is delivered is theirs now."""
    projects.a_quotation(project)
    draft = quote(a_fixed_scenario(project))
    lines = [
        Line(**(values | ({"deliverables": "Three batches"} if values["phase"] == "validation" else {}))) for values in rows_of_lines(draft)
    ]
    change_in_draft(draft, lines=lines, actor=make.estimator())

    after = quote(a_fixed_scenario(project, "6000", validation=""))

    assert lines_of(after)[1:] == [("pilot", "Pilot batches", D(12000)), ("validation", "Validation: 3 × 50 kg", D(30000))]


def test_what_the_price_replaces_is_said_before_and_kept_in_the_record(client: Client, project: Project) -> None:
    projects.a_quotation(project)
    draft = quote(a_fixed_scenario(project))
    row = a_fixed_scenario(project, "6000", validation="")
    client.force_login(make.estimator())

    page = re.sub(r"\s+", " ", client.get(row.get_absolute_url()).content.decode())

    replaced = [
        "Validation, “Validation: 3 × 50 kg”, 30,000.00 EUR goes.",
        "Pilot, “Pilot batches”, 9,600.00 EUR becomes 12,000.00 EUR.",
        "The price per kilogram by quantity (20 kg: 480.00 EUR; 150 kg: 200.00 EUR) goes.",
    ]
    assert f"What it replaces in {draft.label}:" in page and all(f"<li>{words}</li>" in page for words in replaced)
    quote(row)
    assert Event.objects.filter(kind="cost.quoted").latest("pk").data["before"] == {"replaced": replaced}


def test_prices_by_quantity_of_an_earlier_scenario_do_not_stay_beside_the_lines_of_another(client: Client, project: Project) -> None:
    """Scenario 2 has one quantity, so that it gives none; what somebody typed stays."""
    projects.a_quotation(project)
    draft = quote(a_fixed_scenario(project))
    assert page_of(draft, client).count("From scenario 1, As asked") == 3

    after = quote(a_fixed_scenario(project, "6000", validation=""))

    assert rows_of_part(after, "breaks") == []
    change_in_draft(after, breaks=[Break(D(5), D(900))], actor=make.estimator())
    assert rows_of_part(quote(a_fixed_scenario(project, "6100", validation="")), "breaks") == [{"from_kg": D(5), "price_per_kg": D(900)}]


def test_prices_by_quantity_are_out_of_date_when_no_line_rests_on_their_scenario(client: Client, project: Project) -> None:
    projects.a_quotation(project)
    draft = quote(a_fixed_scenario(project))
    assert "It is out of date" not in page_of(draft, client)

    change_in_draft(draft, lines=[Line("pilot", "Something else", D(9500))], actor=make.estimator())

    assert "It is out of date: no line rests on this scenario any more." in page_of(draft, client)


def options(quotation: Quotation) -> list[tuple[str, str, Decimal, str]]:
    rows = quotation.lines.exclude(standing="included")
    return [(line.phase, line.description, line.amount, line.standing) for line in rows]


def with_options(project: Project, price: str = "1000", **values: Any) -> CostAssessment:
    """Two optional lines of one name, each of that price, and one at cost; a margin of half the price."""
    row = make.a_scenario(project, **({name: D(0) for name in ("overhead_pct", "contingency_pct")} | {"margin_pct": D(50)} | values))
    line = {"category": "labour", "quantity": "1", "unit": "h", "basis": "once", "phase": "pilot"}
    said = [line | {"label": "Operators", "price": "5000"}]
    said += [line | {"label": "Polymorph screen", "price": price, "inclusion": "optional"}] * 2
    said += [line | {"label": "Air freight", "price": "700", "inclusion": "optional", "at_cost": "yes"}]
    said += [line | {"label": "Stability studies", "price": "9000", "inclusion": "excluded"}]
    change_rows(f"cost-lines:{row.pk}", [Change(ADD, values=each) for each in said], actor=make.estimator())
    return fix_scenario(row.pk, reason="For the quotation.", actor=make.estimator())


def test_options_of_a_scenario_are_options_of_the_quotation(client: Client, project: Project) -> None:
    """2 × 1,000 with the margin are 4,000; what is passed on is as it costs."""
    projects.a_quotation(project)

    after = quote(with_options(project))

    assert options(after) == [
        ("pilot", "Polymorph screen", D(4000), "optional"),
        ("pilot", "Air freight", D(700), "optional"),
    ]
    assert after.price_without_options == D(190000)
    assert page_of(after, client).count("From scenario 1, As asked") == 3


def test_options_follow_the_next_scenario_and_what_was_decided_about_them(project: Project) -> None:
    """One that somebody has excluded stays so; one that somebody has put into the scope keeps its place and takes its price."""
    projects.a_quotation(project)
    draft = quote(with_options(project))
    decided = {"Polymorph screen": {"standing": "included"}, "Air freight": {"standing": "excluded", "amount": D(0)}}
    lines = [Line(**(values | decided.get(values["description"], {}))) for values in rows_of_lines(draft)]
    change_in_draft(draft, lines=lines, actor=make.estimator())

    after = quote(with_options(project, "1100", name="Dearer"))

    assert options(after) == [("pilot", "Air freight", D(0), "excluded")]
    assert ("pilot", "Polymorph screen", D(4400)) in lines_of(after)
    assert options(quote(a_fixed_scenario(project, name="Without"))) == [("pilot", "Air freight", D(0), "excluded")]


def test_a_scenario_in_another_currency_is_converted_by_the_rate_that_holds(client: Client, project: Project) -> None:
    projects.a_quotation(project)
    row = a_fixed_scenario(project, currency="USD")
    with pytest.raises(Refused, match="No exchange rate from USD to EUR"):
        quote(row)
    today = timezone.localdate()
    for days, rate in ((9, "0.8"), (2, "0.9"), (-1, "0.5")):
        ExchangeRate.objects.create(currency="USD", into="EUR", on=today - timedelta(days=days), rate=D(rate), source="ECB")

    after = quote(row)

    assert [amount for _phase, _words, amount in lines_of(after)] == [D(180000), D(8640), D(27000)]
    assert [each.price_per_kg for each in after.breaks.all()] == [D(432), D(180)]
    assert page_of(after, client).count(f"1 USD = 0.9 EUR, {written(today - timedelta(days=2))}") == 2


def test_what_stands_in_the_way_is_said_and_nothing_is_written(project: Project) -> None:
    row = a_fixed_scenario(project)
    with pytest.raises(Refused, match="no draft of a quotation"):
        quote(row)
    draft = projects.a_quotation(project)
    with pytest.raises(Refused, match="Fix this scenario first"):
        quote(make.a_scenario(project))
    with pytest.raises(NotAllowed):
        quote_scenario(row.pk, actor=make.chemist())
    with pytest.raises(CostAssessment.DoesNotExist):
        quote_scenario(0, actor=make.estimator())
    double = [*(Line(**values) for values in rows_of_lines(draft)), Line("pilot", "More pilot batches", D(10))]
    change_in_draft(draft, lines=double, actor=make.estimator())
    with pytest.raises(Refused, match="several lines for Pilot"):
        quote(row)
    change_in_draft(draft, lines=double[:2], breaks=[Break(D(5), D(900))], actor=make.estimator())
    hold_project(project.code, actor=projects.manager(), reason="The client thinks.")
    with pytest.raises(Refused, match="hold"):
        quote(row)

    draft = Quotation.objects.get()
    assert [each.amount for each in draft.lines.all()] == [D(180000), D(240000)]
    assert rows_of_part(draft, "breaks") == [{"from_kg": D(5), "price_per_kg": D(900)}]
    assert not ScenarioQuote.objects.exists()


def test_the_page_says_where_a_line_came_from_and_what_has_changed_since(client: Client, project: Project) -> None:
    projects.a_quotation(project)
    draft = quote(a_fixed_scenario(project, name="As asked"))
    assert "From scenario 1, As asked, fixed on" in page_of(draft, client)
    assert "superseded: scenario" not in page_of(draft, client)

    newer = a_fixed_scenario(project, "6000", name="Larger")
    again = [Line(**(values | ({"amount": D(9000)} if values["phase"] == "pilot" else {}))) for values in rows_of_lines(draft)]
    change_in_draft(draft, lines=again, actor=make.estimator())

    page = page_of(draft, client)
    assert page.count("It is superseded: scenario 2, Larger, was fixed on") == 3  # two lines, and the price by quantity
    assert page.count("It said 9,600.00 EUR; the line was changed since.") == 1
    old = re.sub(r"\s+", " ", client.get(reverse("cost-scenario", args=[project.code, 1])).content.decode())
    assert ("It is superseded: scenario 2" in old, draft.label in old) == (True, True)
    quote(newer)
    assert "superseded: scenario" not in page_of(draft, client)
    old = re.sub(r"\s+", " ", client.get(reverse("cost-scenario", args=[project.code, 1])).content.decode())
    assert "<dt>Quoted</dt>" not in old


def test_the_next_revision_says_it_too_and_the_client_never(client: Client, project: Project) -> None:
    projects.a_quotation(project)
    draft = quote(a_fixed_scenario(project, name="As asked"))
    lines = [Line(**values) for values in rows_of_lines(draft)]
    until = {"currency": "EUR", "valid_until": draft.valid_until, "scope": draft.scope}
    second = draft_quotation(project.code, lines=lines, actor=make.estimator(), **until)
    projects.release(second)
    projects.send(second)

    assert page_of(second, client).count("From scenario 1, As asked") == 2
    scenario = client.get(reverse("cost-scenario", args=[project.code, 1])).content.decode()
    assert re.findall(r"<dt>Quoted</dt><dd>.*?>(QUO-[^<]+)<", scenario) == [second.label, draft.label]
    client.force_login(projects.person(Role.CLIENT_APPROVER, client=project.client))
    shown = client.get(reverse("portal-quotation", args=[project.code, second.revision]))
    assert (shown.status_code, "As asked" in shown.content.decode()) == (200, False)


def test_a_line_that_was_given_other_words_rests_on_its_scenario_still(client: Client, project: Project) -> None:
    """And keeps these words when the next scenario gives it another price."""
    projects.a_quotation(project)
    draft = quote(a_fixed_scenario(project, name="As asked"))
    words = {"validation": {"description": "Process validation"}}
    lines = [Line(**(values | words.get(values["phase"], {}))) for values in rows_of_lines(draft)]
    until = {"currency": "EUR", "valid_until": draft.valid_until, "scope": draft.scope}
    second = draft_quotation(project.code, lines=lines, actor=make.estimator(), **until)

    assert page_of(second, client).count("From scenario 1, As asked") == 2
    assert lines_of(quote(a_fixed_scenario(project, validation="31000")))[2] == ("validation", "Process validation", D(31000))


def test_the_button_puts_it_in_and_says_before_why_it_cannot(client: Client, project: Project) -> None:
    row = a_fixed_scenario(project)
    client.force_login(make.estimator())
    assert "There is no draft of a quotation." in client.get(row.get_absolute_url()).content.decode()
    draft = projects.a_quotation(project)
    assert "There is no draft of a quotation." not in client.get(row.get_absolute_url()).content.decode()

    answer = client.post(reverse("cost-quote", args=[project.code, row.number]))

    assert (answer.status_code, answer["Location"]) == (302, draft.get_absolute_url())
    assert draft_of(project) == draft
    assert ScenarioQuote.objects.count() == 2
    refused = client.post(reverse("cost-quote", args=[project.code, row.number]))
    assert refused.status_code == 409


def accept(draft: Quotation, *options: int) -> None:
    """options: numbers of the optional lines that the client chooses."""
    projects.release(draft)
    projects.send(draft)
    approver = projects.person(Role.CLIENT_APPROVER, client=draft.project.client)
    said = {"actor": approver, "authentication": projects.fake_authentication(approver)}
    accept_quotation(draft.project.code, draft.revision, options=options, **said)


def test_the_charter_has_as_many_batches_as_the_accepted_price_is_for(project: Project, client: Client) -> None:
    projects.a_quotation(project)
    draft = quote(a_fixed_scenario(project, **{"pilot-batches": 1}))
    accept(draft)
    client.force_login(projects.manager())
    shown = client.get(reverse("project-charter", args=[project.code])).context["form"].initial

    where = {"site": projects.a_site(), "project_manager": projects.manager(), "start_on": timezone.localdate()}
    charter = write_charter(project.code, **where, actor=projects.manager())

    assert (charter.pilot_batches, charter.validation_batches) == (1, 3)
    assert charter.batches_reason == "As many as the accepted quotation is for."
    assert (shown["pilot_batches"], shown["batches_reason"]) == (1, charter.batches_reason)


@pytest.mark.parametrize(
    ("chosen", "batches", "quoted"),
    [
        ([], {}, (D(9500), "Price of {label}, with its margin")),
        (["Polymorph screen"], {"pilot": 2}, (D(7000), "Cost before the margin, scenario 1, As asked")),
    ],
)
def test_an_option_speaks_for_its_phase_only_if_the_client_chose_it(
    project: Project, chosen: list[str], batches: dict[str, int], quoted: tuple[Decimal, str]
) -> None:
    """What the phase itself costs was given other words and another amount: of the scenario only the options are left."""
    projects.a_quotation(project)
    draft = quote(with_options(project))
    typed = {"Pilot batches": {"description": "Pilot campaign", "amount": D(9500)}}
    lines = [Line(**(values | typed.get(values["description"], {}))) for values in rows_of_lines(draft)]
    draft = change_in_draft(draft, lines=lines, actor=make.estimator())
    accept(draft, *(line.number for line in draft.lines.all() if line.description in chosen))

    assert said_in_scenarios(project).batches == batches
    found = quoted_costs(project)["pilot"]
    assert (found.amount, found.words) == (quoted[0], quoted[1].format(label=draft.label))
