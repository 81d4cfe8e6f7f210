"""What happens to the ledger of a project: missing answers are taken over, and what is open goes into the quotation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import Blocker, require_none
from audit.spoken import spoken
from process.assumptions.models import UNSETTLED, Assumption
from process.assumptions.prices import Ordered, prices_of
from process.assumptions.runs import Seen, runs_of, turned_out
from process.assumptions.words import SAID
from process.costs.building import assessed
from process.costs.completeness import EFFECTS, Impact, Target, price_impact
from process.costs.models import CostAssessment
from process.costs.results import priced
from process.purchasing.awards import newest_award
from projects.completeness import QUESTIONS, answering, completeness_of
from projects.forecasting import working_day_in
from projects.money import rounded
from projects.rfp_fields import heading_of, written_answer
from projects.services.locking import locked, not_active

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import Project

USUAL_DAYS = 10
WORDS_OF = {question.field: question.words for question in QUESTIONS}


@act
def take_over(code: str, scenario_number: int, *, actor: User) -> list[Assumption]:
    """A row for each unanswered question of the request that has none, and what each widens the price of this scenario by now.

    Raises Refused where the scenario has no price, or every question is answered.
    """
    project = locked(code, actor)
    require_permission("process.keep_assumptions", actor, project)
    require_none(taking_blockers(project))
    scenario = (
        CostAssessment.objects.visible_to(actor)
        .select_related("project__rfp", "project__site")
        .get(project=project, number=scenario_number)
    )
    found = assessed(scenario)
    require_none(priced(found).refusals)
    impacts = price_impact(found.case, missing_of(project)).known.impacts  # type: ignore[arg-type]
    rows = {row.field: row for row in Assumption.objects.open().filter(project=project).exclude(field="")}
    last = Assumption.objects.filter(project=project).last_position()
    kept = [_kept(project, scenario, impact, rows.get(impact.field), last + place) for place, impact in enumerate(impacts, 1)]
    said = {"code": project.code, "scenario": str(scenario), "link": kept[0].get_absolute_url()}
    record("assumptions.taken_over", project, actor=actor, after={row.field: row.words for row in kept}, **said)
    return kept


def taking_blockers(project: Project, missing: Sequence[str] | None = None) -> list[Blocker]:
    """Why nothing can be taken over from any scenario; the pages show the same. missing: where it was asked for already."""
    if found := not_active(project):
        return found
    if missing_of(project) if missing is None else missing:
        return []
    words = _t("Every question of the request is answered, there or in the ledger.")
    return [Blocker("assumptions.none_missing", words, reverse("project-assumptions", args=[project.code]))]


def rows_of(project: Project) -> list[Assumption]:
    """The whole ledger, for a page that asks it several things; each row with to whom its material goes."""
    rows = Assumption.objects.filter(project=project).select_related("clarification", "owner", "project", "scenario", "material")
    rows = rows.annotate(award=newest_award(project="project", material="material"))
    return list(rows.defer("scenario__result"))  # all that a price was computed from


def missing_of(project: Project, rows: Sequence[Assumption] | None = None) -> list[str]:
    """The questions that neither the request answers nor a settled row of the ledger. rows: `rows_of` it, where they are read already."""
    if rows is None:
        settled = set(Assumption.objects.filter(project=project).exclude(UNSETTLED).values_list("field", flat=True))
    else:
        settled = {row.field for row in rows if not row.is_open}
    return [question.field for question in completeness_of(project.rfp).open if question.field not in settled]


def _kept(project: Project, scenario: CostAssessment, impact: Impact, row: Assumption | None, position: int) -> Assumption:
    """What people wrote about it stays; what it does to the price is as of now."""
    effect = {
        "scenario": scenario,
        "lines": ", ".join(impact.lines)[:1000],
        "wider_by": rounded(impact.wider_by, scenario.currency),
        "currency": scenario.currency,
    }
    if row is None:
        row = Assumption(project=project, position=position, **_begun(scenario, impact.field))
    for name, value in effect.items():
        setattr(row, name, value)
    row.save()
    return row


def _begun(scenario: CostAssessment, field: str) -> dict[str, Any]:
    said = SAID[field]
    figure = said.figure(scenario) if said.figure else None
    low, high = _reach(field, figure)
    return {
        "field": field,
        "why": Assumption.Why.REQUEST,
        "question": str(WORDS_OF[field]),
        "for_client": True,
        "matters": str(said.matters),
        "words": str(said.assumed),
        "unit": said.unit if figure is not None else "",
        "figure": figure,
        "low": low,
        "high": high,
        "owner": scenario.project.rfp.account_owner,
        "due_on": working_day_in(scenario.project, USUAL_DAYS),
    }


def _reach(field: str, figure: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    """How far an amount may be off, by the same shares with which the price is widened."""
    shares = next(((each.low, each.high) for each in EFFECTS.get(field, ()) if each.target == Target.OUTPUT), None)
    if figure is None or shares is None:
        return None, None
    return figure * shares[0], figure * shares[1]


def line_of(row: Assumption) -> str:
    """As the client reads it, in one line: what is assumed, its figure, and between what it may lie."""
    words = spoken(" ".join(row.words.split()))
    if row.figure is None:
        return words
    said = {"words": words.rstrip(".。"), "amount": " ".join([figure_words(row.figure), *row.unit.split()])}
    if row.low is None or row.high is None or row.low == row.high:
        return _t("%(words)s (%(amount)s).") % said
    return _t("%(words)s (%(amount)s; %(low)s to %(high)s).") % {**said, "low": figure_words(row.low), "high": figure_words(row.high)}


def figure_words(value: Decimal) -> str:
    return f"{value.normalize():,f}"


@dataclass(frozen=True)
class Arrived:
    """The real number has come: what the request, the client or a step that was run says now of what a row assumes."""

    row: Assumption
    figure: Decimal | None
    words: str

    @property
    def now(self) -> str:
        """12 kg, or what was answered."""
        return self.words if self.figure is None or self.row.figure is None else self._amount(self.figure)

    @property
    def was(self) -> str:
        return self._amount(self.row.figure) if self.row.figure is not None else "–"

    @property
    def told(self) -> str:
        """12 kg instead of 10 kg."""
        if self.figure is None or self.row.figure is None:
            return self.now
        same = self.figure == self.row.figure
        return (
            _t("%(now)s, as assumed") % {"now": self.now} if same else _t("%(now)s instead of %(was)s") % {"now": self.now, "was": self.was}
        )

    def _amount(self, figure: Decimal) -> str:
        return f"{figure_words(figure)} {self.row.unit}".strip()


def arrivals(project: Project, rows: Sequence[Assumption] | None = None) -> list[Arrived]:
    """Of the open rows those whose answer is there, from the client, from a step that was run or from a supplier; the project comes with
    its request.

    rows: `rows_of` it, where they are read already.
    """
    missing = {question.field for question in completeness_of(project.rfp).open}
    opened = [row for row in (rows_of(project) if rows is None else rows) if row.is_open]
    runs, prices = runs_of(project, opened), prices_of(project, opened)
    told = (_answered(row, project, missing) or _run(row, runs) or _offered(row, prices) for row in opened)
    return [found for found in told if found is not None]


def _run(row: Assumption, runs: Sequence[Seen]) -> Arrived | None:
    found = turned_out(row, runs) if runs else None
    return Arrived(row, found.figure, found.words[:500]) if found is not None else None


def _offered(row: Assumption, prices: Mapping[int, Ordered]) -> Arrived | None:
    found = prices.get(row.material_id or 0)
    return Arrived(row, found.figure_in(row.unit), found.words[:500]) if found is not None else None


def _answered(row: Assumption, project: Project, missing: Sequence[str] | set[str]) -> Arrived | None:
    if row.field and row.field not in missing:
        name = answering(project.rfp, row.field)
        if name != row.field:
            return Arrived(row, None, f"{heading_of(name)}: {written_answer(project.rfp, name)}")
        value = getattr(project.rfp, row.field)
        if isinstance(value, Decimal | int | float) and not isinstance(value, bool):
            return Arrived(row, Decimal(str(value)), str(value))
        shown = getattr(project.rfp, f"get_{row.field}_display", None)
        words = shown() if shown else ", ".join(map(str, value)) if isinstance(value, list) else value
        return Arrived(row, None, str(words)[:500])
    if row.clarification is not None and row.clarification.answered_at is not None:
        return Arrived(row, None, row.clarification.answer[:500])
    return None
