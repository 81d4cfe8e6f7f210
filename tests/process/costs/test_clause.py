"""The rule for raw-material prices: which materials it names, how the price follows them, and how it comes into the quotation."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Client as ClientCompany
from accounts.models import Role
from audit.refusals import BadInput, NotAllowed, Refused
from process.costs.adjustment import Weight, change_per_kg, weights
from process.costs.building import assessed
from process.costs.clause import clause_of, clause_words, take_clause
from process.costs.figures import Source, price
from process.costs.quoting import quote_scenario
from process.costs.rates import Rate
from process.costs.services import copy_scenario, fix_scenario
from process.costs.trial import Trial
from process.models import CostAssessment
from process.routes.services import fix_version
from projects.models import Project, Quotation, QuotationLine
from projects.services.commercial import change_in_draft, draft_of
from tests.process import factories as make
from tests.process.costs.cases import TODAY
from tests.process.costs.story import change
from tests.projects import factories as projects

pytestmark = pytest.mark.django_db
D = Decimal
AMINOPHENOL = Weight("4-Aminophenol", D("0.8"), D("6.20"), D("24.80"), Source.QUOTE, None)


@pytest.mark.parametrize(
    ("now", "change"),
    [
        ("6.20", "0"),
        ("6.82", "0"),  # just 10 % more
        ("5.58", "0"),
        ("7.44", "0.496"),  # (7.44 − 6.82) × 0.8
        ("5.00", "-0.464"),  # (5.00 − 5.58) × 0.8
    ],
)
def test_the_price_follows_by_what_is_beyond_the_band_times_the_kilograms(now: str, change: str) -> None:
    assert change_per_kg(AMINOPHENOL, D(now), D(10)) == D(change)


def test_without_a_band_it_follows_at_once_and_the_share_is_of_the_price() -> None:
    assert change_per_kg(AMINOPHENOL, D("7.20"), D(0)) == D("0.8")
    assert AMINOPHENOL.share_pct == D(20)  # 0.8 × 6.20 of 24.80


def a_quoted_scenario(project: Project, *, currency: str = "EUR", recovered: str = "") -> CostAssessment:
    """The draft of the quotation rests on it. recovered: of each kilogram of aminophenol."""
    route = make.draft_of(make.a_whole_route(project))
    row = make.a_scenario(project, route, currency=currency)
    if recovered:
        assert not change(row, row.prices.get(material__name="4-Aminophenol"), {"recovered_per_kg": recovered}).errors
    fix_version(route.pk, reason="Quoted.", actor=make.chemist())
    fix_scenario(row.pk, reason="For the quotation.", actor=make.estimator())
    projects.a_quotation(project)
    quote_scenario(row.pk, actor=make.estimator())
    return CostAssessment.objects.get(pk=row.pk)


def test_the_heaviest_materials_are_named_and_their_weights_add_up_to_what_is_bought(project: Project) -> None:
    row = make.a_scenario(project, make.draft_of(make.a_whole_route(project)))
    case = assessed(row).case
    assert case is not None

    found = weights(case, "validation", D("23.18"))

    assert [each.material for each in found] == ["4-Aminophenol", "Acetic anhydride"]  # water weighs nothing
    assert [each.base_per_kg for each in found] == [D("6.20"), D("1.15")]
    assert [round(each.kg_per_kg, 4) for each in found] == [D("0.8021"), D("0.8254")]  # as the mass balance has them
    assert round(found[0].share_pct, 2) == D("21.45")  # 0.8021 × 6.20 of 23.18
    assert [each.material for each in weights(case, "validation", D(10000))] == ["4-Aminophenol"]  # none of weight: the heaviest
    doubled = weights(replace(case, lines=()), "validation", D("46.36"), D(2))
    assert [each.share_pct for each in doubled] == [each.share_pct for each in found]  # in another currency the shares are the same


def test_as_many_kilograms_as_the_recovered_value_is_worth_have_no_weight(project: Project) -> None:
    """6.20 euros, of which 3.10 come back as 6.20 francs of each kilogram charged; a fifth is lost before."""
    known = assessed(make.a_scenario(project, make.draft_of(make.a_whole_route(project)))).case
    assert known is not None

    def weighed(worth: str, loss: str = "0") -> dict[str, Weight]:
        back = {"recovered": price(worth, "CHF", "kg", source=Source.QUOTE, on=TODAY), "handling_loss_fraction": D(loss)}
        materials = (replace(each, **back) if each.label == "4-Aminophenol" else each for each in known.materials)
        case = replace(known, materials=tuple(materials), rates=(Rate("CHF", "EUR", D(".5"), TODAY, "bank"),))
        return {each.material: each for each in weights(case, "validation", D("23.18"))}

    half, lossy = weighed("6.20")["4-Aminophenol"], weighed("6.20", loss=".2")["4-Aminophenol"]

    assert (round(half.kg_per_kg, 4), half.base_per_kg, half.is_net) == (D("0.4011"), D("6.20"), True)
    assert round(half.share_pct, 2) == D("10.73")  # 0.4011 × 6.20 of 23.18
    assert round(lossy.kg_per_kg, 4) == D("0.6016")  # 0.8021 ÷ 0.8, without 0.4011
    assert list(weighed("12.40")) == ["Acetic anhydride"]  # all of it is paid back


def test_the_rule_says_of_which_material_a_recovered_value_is_taken_off(project: Project) -> None:
    row = a_quoted_scenario(project, recovered="3.10")

    lines = take_clause(row.pk, actor=make.estimator()).price_adjustment.splitlines()
    ClientCompany.objects.filter(pk=project.client_id).update(language="zh-hans")

    named = {line.split(":")[0]: line for line in lines if line.startswith("–")}
    assert "0.4011 kg per kg of product once its recovered value is taken off, " in named["– 4-Aminophenol"]
    assert "kg per kg of product, " in named["– Acetic anhydride"]
    assert lines[-1].endswith("a kilogram of product costs 0.25 EUR more.")
    assert "扣除回收价值后每公斤产品用量 0.4011 kg" in take_clause(row.pk, actor=make.estimator()).price_adjustment


def test_one_click_writes_the_rule_into_the_draft_and_it_can_be_changed(client: Client, project: Project) -> None:
    row = a_quoted_scenario(project)
    draft = draft_of(project)
    assert draft is not None
    client.force_login(make.estimator())
    address = reverse("cost-clause", args=[project.code, row.number])
    assert address in client.get(draft.get_absolute_url()).content.decode()

    answer = client.post(address)

    after = Quotation.objects.get(pk=draft.pk)
    lines = after.price_adjustment.splitlines()
    assert (answer.status_code, answer["Location"]) == (302, draft.get_absolute_url())
    assert after.adjustment_band_percent == D(10)
    assert lines[1].startswith("– 4-Aminophenol: 6.20 EUR per kg (a supplier's offer, ")
    assert "0.8021 kg per kg of product" in lines[1] and "Chemical Works" not in after.price_adjustment
    assert "beyond 10 %" in lines[-2] and lines[-1].endswith("a kilogram of product costs 0.50 EUR more.")
    changed = change_in_draft(after, price_adjustment="By index.", actor=make.estimator())
    assert changed.price_adjustment == "By index."


def test_a_price_of_nobody_s_list_names_no_day(project: Project) -> None:
    row = a_quoted_scenario(project)
    found = clause_of(row, draft_of(project)).found

    words = clause_words([replace(found[0], source=Source.ASSUMPTION, on=None)], "EUR", "validation", D(10))

    assert "per kg (our assumption), " in words


def test_another_price_says_that_the_rule_was_written_for_the_one_before(client: Client, project: Project) -> None:
    first = a_quoted_scenario(project)
    cheaper = copy_scenario(first.pk, "Yields as hoped", trial=Trial(yield_pct=D(110)), actor=make.estimator())
    fix_scenario(cheaper.pk, reason="For the quotation.", actor=make.estimator())
    client.force_login(make.estimator())
    words = "The rule for raw-material prices was written for the price before"

    without, back = (client.post(reverse("cost-quote", args=[project.code, row.number]), follow=True) for row in (cheaper, first))
    take_clause(first.pk, actor=make.estimator())
    after = client.post(reverse("cost-quote", args=[project.code, cheaper.number]), follow=True)

    assert [answer.status_code for answer in (without, back, after)] == [200, 200, 200]
    assert [words in answer.content.decode() for answer in (without, back, after)] == [False, False, True]


def test_no_price_stands_in_it_that_is_not_quoted(project: Project) -> None:
    row = a_quoted_scenario(project)
    draft = draft_of(project)
    assert draft is not None
    line = draft.lines.filter(phase="validation").get()

    QuotationLine.objects.filter(pk=line.pk).update(amount=line.amount / 2, description="With a discount")
    with pytest.raises(Refused, match=r"another price for .* than this scenario|Put the price of this scenario"):
        take_clause(row.pk, actor=make.estimator())
    QuotationLine.objects.filter(pk=line.pk).update(amount=line.amount, description=line.description)
    Quotation.objects.update(currency="USD")
    with pytest.raises(Refused, match="in another currency"):
        take_clause(row.pk, actor=make.estimator())
    assert not Quotation.objects.get(pk=draft.pk).price_adjustment


def test_it_speaks_the_language_of_the_client_and_takes_another_band(project: Project) -> None:
    ClientCompany.objects.filter(pk=project.client_id).update(language="zh-hans")
    row = a_quoted_scenario(project)

    after = take_clause(row.pk, threshold_pct=D("7.5"), actor=make.estimator())

    assert after.adjustment_band_percent == D("7.5")
    assert "供应商报价" in after.price_adjustment and "7.5 %" in after.price_adjustment
    again = take_clause(row.pk, actor=make.estimator())
    assert again.adjustment_band_percent == D("7.5")  # that of the draft stays


def test_why_there_is_no_rule_is_said(client: Client, project: Project) -> None:
    route = make.draft_of(make.a_whole_route(project))
    row = make.a_scenario(project, route)
    with pytest.raises(Refused, match="Fix this scenario first"):
        take_clause(row.pk, actor=make.estimator())
    fix_version(route.pk, reason="Quoted.", actor=make.chemist())
    fix_scenario(row.pk, reason="For the quotation.", actor=make.estimator())
    with pytest.raises(Refused, match="no draft of a quotation"):
        take_clause(row.pk, actor=make.estimator())
    projects.a_quotation(project)
    with pytest.raises(Refused, match="Put the price of this scenario into the quotation first"):
        take_clause(row.pk, actor=make.estimator())
    quote_scenario(row.pk, actor=make.estimator())
    with pytest.raises(NotAllowed):
        take_clause(row.pk, actor=projects.person(Role.RESEARCH))
    with pytest.raises(BadInput, match="Between zero and 100"):
        take_clause(row.pk, threshold_pct=D(101), actor=make.estimator())

    client.force_login(make.estimator())
    page = client.post(reverse("cost-clause", args=[project.code, row.number]), {"clause-threshold_pct": "-1"})
    assert page.status_code == 400
    assert not Quotation.objects.get().price_adjustment
