"""What a price rests on, read for the pages of evaluation: routes, literature, inquiries, cost scenarios, assumptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from audit.refusals import Words
from process.assumptions.models import Assumption
from process.costs.models import CostAssessment
from process.literature.models import Literature
from process.purchasing.models import PurchaseInquiry
from process.routes.models import Route, RouteVersion
from projects.models import Project


@dataclass(frozen=True)
class Line:
    """One kind of record: where its page is, how many there are and in which state. missing: none yet."""

    title: Words
    link: str
    words: str
    missing: bool


@dataclass(frozen=True)
class PriceBasis:
    """How many records there are of each kind. first_route: the lowest number of a route. inquiries: without the withdrawn ones."""

    code: str
    routes: int = 0
    fixed_routes: int = 0
    first_route: int | None = None
    literature: int = 0
    inquiries: int = 0
    unanswered: int = 0
    scenarios: int = 0
    fixed_scenarios: int = 0
    assumptions: int = 0
    open_assumptions: int = 0

    @property
    def lines(self) -> list[Line]:
        return [
            self._line(_t("Routes"), "project-routes", self.routes, self._routes()),
            self._line(_t("Literature"), "project-literature", self.literature, str(self.literature)),
            self._line(_t("Purchase inquiries"), "project-inquiries", self.inquiries, self._inquiries()),
            self._line(_t("Cost scenarios"), "project-costs", self.scenarios, self._scenarios()),
            self._line(_t("Assumptions"), "project-assumptions", self.assumptions, self._assumptions()),
        ]

    def _line(self, title: str, page: str, number: int, words: str) -> Line:
        return Line(title, reverse(page, args=[self.code]), words if number else _t("none yet"), not number)

    def _routes(self) -> str:
        words = ngettext("%(all)d route, %(fixed)d with a fixed version", "%(all)d routes, %(fixed)d with a fixed version", self.routes)
        return words % {"all": self.routes, "fixed": self.fixed_routes}

    def _inquiries(self) -> str:
        words = ngettext("%(all)d inquiry, %(open)d without all answers", "%(all)d inquiries, %(open)d without all answers", self.inquiries)
        return words % {"all": self.inquiries, "open": self.unanswered}

    def _scenarios(self) -> str:
        words = ngettext("%(all)d scenario, %(fixed)d fixed", "%(all)d scenarios, %(fixed)d fixed", self.scenarios)
        return words % {"all": self.scenarios, "fixed": self.fixed_scenarios}

    def _assumptions(self) -> str:
        words = ngettext("%(open)d of %(all)d assumption is open", "%(open)d of %(all)d assumptions are open", self.assumptions)
        return words % {"all": self.assumptions, "open": self.open_assumptions}


def price_basis_of(project: Project) -> PriceBasis:
    """One query. For whoever sees the project, of ours."""
    here = {"project": OuterRef("pk")}
    routes, inquiries = Route.objects.filter(**here), PurchaseInquiry.objects.filter(**here).exclude(state=PurchaseInquiry.State.WITHDRAWN)
    scenarios, assumptions = CostAssessment.objects.filter(**here), Assumption.objects.filter(**here)
    fixed = routes.filter(versions__state=RouteVersion.State.FIXED)
    awaited = [PurchaseInquiry.State.PREPARED, PurchaseInquiry.State.SENT]
    counts = {
        "routes": _number_of(routes),
        "fixed_routes": _number_of(fixed),
        "first_route": Subquery(routes.order_by().values("project").annotate(n=Min("number")).values("n")),
        "literature": _number_of(Literature.objects.filter(**here)),
        "inquiries": _number_of(inquiries),
        "unanswered": _number_of(inquiries.filter(state__in=awaited)),
        "scenarios": _number_of(scenarios),
        "fixed_scenarios": _number_of(scenarios.filter(state=CostAssessment.State.FIXED)),
        "assumptions": _number_of(assumptions),
        "open_assumptions": _number_of(assumptions.open()),
    }
    asked = {f"{name}_here": count for name, count in counts.items()}  # some are also the names of the project's own links
    rows: Any = Project.objects.filter(pk=project.pk).values(**asked)
    found = rows.get()
    return PriceBasis(project.code, **{name: found[f"{name}_here"] for name in counts})


def _number_of(rows: QuerySet[Any]) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values("project").annotate(n=Count("pk", distinct=True)).values("n")), 0)
