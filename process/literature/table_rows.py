"""What is true of a reference, and which steps rest on it."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from process.literature.models import Literature, StepSupport
from process.routes.models import RouteStep
from projects.limits import YEARS_AHEAD
from projects.services.locking import next_number
from worksheets.rows import AlreadyThere, Rows, cells

if TYPE_CHECKING:
    from projects.models import Project

BETWEEN = re.compile(r"[;\n]")
BEFORE_A_DOI = re.compile(r"^(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi:\s*)(?=10\.)", re.IGNORECASE)
DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+")
DIGIT = re.compile(r"\d")
Named = tuple[int, int]  # a route, and the key of a step in all its versions


def _wrong_identifier(kind: str | None, identifier: str) -> str:
    """A paper has a DOI; the numbers of patents and dossiers look otherwise in every country, yet have digits. kind: None, not known."""
    if not identifier:
        return ""
    if kind == Literature.Kind.PAPER:
        words = _t("This is no DOI: one looks like 10.1021/acs.joc.9b00001. Leave it empty where there is none.")
        return "" if DOI.fullmatch(identifier) else words
    return "" if DIGIT.search(identifier) else _t("A number has digits, as in WO 2019/123456. Leave it empty where there is none.")


class LiteratureRows(Rows):
    """Of a project, numbered within it."""

    parent: Project

    def new(self) -> Literature:
        return Literature(project=self.parent, number=next_number(self.parent.literature.all()), added_by=self.actor)

    def weigh(self, row: Literature, changed: Collection[str], wrong: Collection[str]) -> dict[str, str]:
        """A DOI is kept as it is, however it was copied. What nobody has touched is neither judged nor written anew."""
        found, today = {}, timezone.localdate()
        if "identifier" in changed:
            row.identifier = BEFORE_A_DOI.sub("", row.identifier.strip())
        if {"identifier", "kind"} & set(changed) and "identifier" not in wrong:
            (kind,) = cells(row, ("kind",), wrong)
            found["identifier"] = _wrong_identifier(kind, row.identifier)
        if "year" in changed and row.year is not None and row.year > today.year + 1:
            found["year"] = _t("Nothing is published later than next year.")
        if "rights_expire_on" in changed and row.rights_expire_on and row.rights_expire_on > today + timedelta(days=366 * YEARS_AHEAD):
            found["rights_expire_on"] = _t("No right lasts so long: this day lies more than 30 years ahead.")
        return {name: words for name, words in found.items() if words}

    def clean(self, row: Literature, changed: Collection[str]) -> None:
        same = Literature.objects.filter(project=self.parent, identifier__iexact=row.identifier).exclude(pk=row.pk)
        if row.identifier and "identifier" in changed and (there := same.first()) is not None:
            raise AlreadyThere("identifier", there, there.get_absolute_url())
        if row.typed_steps is not None:
            self.named(row.typed_steps)

    def add(self, row: Literature) -> Literature:
        return self._with_steps(super().add(row))

    def change(self, row: Literature, changed: Collection[str]) -> Literature:
        return self._with_steps(super().change(row, changed))

    def remove(self, row: Literature) -> None:
        row.supports.all().delete()
        row.delete()

    def named(self, words: str) -> set[Named]:
        """Raises BadInput for what is no step of the project, or several."""
        found = set()
        for part in filter(None, (each.strip() for each in BETWEEN.split(words))):
            steps = set(self._steps.get(part.casefold(), {}).items())
            if len(steps) != 1:
                said = _t("Several steps are called “%(words)s”.") if steps else _t("No route of the project has a step “%(words)s”.")
                raise BadInput({"steps": said % {"words": part[:80]}})
            found |= steps
        return found

    @cached_property
    def _steps(self) -> dict[str, dict[int, int]]:
        """By route and step as they are written together, the key in each route: whatever a version has called it, the newest one first."""
        rows = RouteStep.objects.filter(version__route__project=self.parent).order_by("version__number")
        found: dict[str, dict[int, int]] = {}
        for route, route_name, key, name in rows.values_list("version__route", "version__route__name", "key", "name"):
            found.setdefault(f"{route_name}: {name}".casefold(), {})[route] = key
        return found

    def _with_steps(self, row: Literature) -> Literature:
        """Write the links that differ from what was typed."""
        if row.typed_steps is None:
            return row
        wanted, row.typed_steps, row.read_steps = self.named(row.typed_steps), None, None
        there = {(each.route_id, each.step_key): each for each in row.supports.all()}
        for named in there.keys() - wanted:
            there[named].delete()
        links = [StepSupport(literature=row, route_id=route, step_key=key) for route, key in sorted(wanted - there.keys())]
        StepSupport.objects.bulk_create(links)
        return row
