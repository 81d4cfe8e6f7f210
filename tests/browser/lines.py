"""The cost lines of a scenario of their own, whose order people keep."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.entering import sign_in
from tests.browser.sheets import Grid
from tests.stack import Stack

SCENARIO = """
from decimal import Decimal
from django.utils import timezone
from accounts.models import User
from audit.context import acting
from cdmo.demo.projects import EVALUATION
from cdmo.demo.telling import is_told, tell
from process.costs.services import open_scenario
from projects.models import Project
from worksheets.changing import ADD, Change, change_rows
if not is_told(EVALUATION):
    tell([EVALUATION])
actor = User.objects.get(email="bd@demo.example")
with acting(actor=actor, channel="command"):
    said = {"name": "By keys", "currency": "EUR", "priced_on": timezone.localdate(), "pilot-batch_kg": Decimal(10), "pilot-batches": 2}
    told = Project.objects.filter(title=EVALUATION.molecule.name, phase="evaluation").earliest("pk")
    scenario = open_scenario(told.code, said, actor=actor)
    line = {"phase": "pilot", "category": "labour", "quantity": "1", "unit": "h", "price": "100"}
    rows = [Change(ADD, values=line | {"label": label}) for label in ("Aa", "Bb", "Cc")]
    change_rows(f"cost-lines:{scenario.pk}", rows, actor=actor, all_or_none=True)
print(scenario.pk, scenario.get_absolute_url())
"""
LABELS = """
from process.models import CostLine
print(*CostLine.objects.filter(assessment={scenario}).values_list("label", flat=True))
"""
SOMEBODY_ELSE = """
from accounts.models import User
from audit.context import acting
from process.models import CostLine
from worksheets.changing import CHANGE, REMOVE, Change, change_rows
actor = User.objects.get(email="management@demo.example")
line = CostLine.objects.filter(assessment={scenario}).get(label="{label}")
with acting(actor=actor, channel="command"):
    change_rows("cost-lines:{scenario}", [Change("{act}", line.pk, {values})], actor=actor, all_or_none=True)
"""


class Lines(Grid):
    """The cost lines of a scenario, by business development."""

    def __init__(self, page: Page, stack: Stack) -> None:
        super().__init__(page, "cost-lines", "label")
        self.stack = stack
        self.scenario, path = stack.python(SCENARIO).splitlines()[-1].split()
        sign_in(page, "bd@demo.example")
        self.open(path)

    def stand(self, words: str) -> None:
        """In this order, in the grid and in the record."""
        expect(self.names()).to_have_text(words.split())
        expect(self.status).not_to_contain_text("Saving")
        assert self.recorded() == words

    def recorded(self) -> str:
        return self.stack.python(LABELS.format(scenario=self.scenario)).splitlines()[-1]

    def sent(self) -> list[str]:
        """The names of the rows that were written last, in the order in which they were sent."""
        return [each["values"]["label"] for each in self.written[-1].post_data_json["changes"]]

    def somebody_else(self, act: str, label: str, values: dict[str, str] | None = None) -> None:
        self.stack.python(SOMEBODY_ELSE.format(scenario=self.scenario, act=act, label=label, values=values or {}))
