"""What projects make on the way: “have we made something like this?” finds the products of their steps too."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _t

from catalogue.models.compounds import register_use
from process.routes.models import RouteStep, RouteVersion
from projects.alike import OnTheWay, look_on_the_way_by

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import Project


class Intermediates:
    """Of routes that the reader sees; a step that is set aside makes nothing, and the compound of the project itself is no intermediate."""

    def steps(self, user: User, projects: QuerySet[Project]) -> QuerySet[Any]:
        seen = RouteVersion.objects.visible_to(user).filter(route__project__in=projects)
        made = RouteStep.objects.filter(version__in=seen, set_aside=False, product_compound__isnull=False)
        others = made.exclude(product_compound=F("version__route__project__compound"))
        return others.annotate(made_id=F("product_compound_id"))

    def told(self, steps: QuerySet[Any], compounds: Collection[int]) -> Iterator[OnTheWay]:
        """Each compound once for a project: in its first route, as the newest version has it."""
        rows = steps.filter(made_id__in=compounds).select_related("product_compound", "version__route__project__client")
        seen: set[tuple[int, int]] = set()
        for step in rows.order_by("version__route__number", "-version__number", "position"):
            route, compound = step.version.route, step.product_compound
            if compound is None or (route.project_id, compound.pk) in seen:
                continue
            seen.add((route.project_id, compound.pk))
            words = _t("made in step “%(step)s” of the route “%(route)s”") % {"step": step.name, "route": step.version.route.name}
            yield OnTheWay(route.project, compound, words, step.version.get_absolute_url())


class StepsOfCompounds:
    """For the catalogue: what is made on the way of a project is shown to whoever sees that."""

    def rows(self) -> QuerySet[Any]:
        return RouteStep.objects.annotate(used_id=F("product_compound_id"))

    def seen(self, user: User) -> QuerySet[Any]:
        return self.rows().filter(version__in=RouteVersion.objects.visible_to(user))


class StepsOfBefore(StepsOfCompounds):
    """What a step once made stays as kept as its project is, also when the step makes something else now or is gone."""

    def rows(self) -> QuerySet[Any]:
        return apps.get_model("process", "RouteStepEvent").objects.annotate(used_id=F("product_compound_id"))


def register() -> None:
    look_on_the_way_by(Intermediates())
    register_use(StepsOfCompounds())
    register_use(StepsOfBefore())
