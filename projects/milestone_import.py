"""Milestones of a project from a table, added to its plan as by hand, in the order of the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.numbers import WholeNumberField
from audit.refusals import BadInput
from projects.forms.tasks import people
from projects.limits import MOST_WORKING_DAYS
from projects.models import Milestone, Phase, Project
from projects.services.milestones import KINDS, MilestoneDraft, add_milestone
from worksheets.columns import ChoiceField, Column, MailField, TextField, YesNoField
from worksheets.days import DayField
from worksheets.kinds import Entered, ImportKind, register_import

if TYPE_CHECKING:
    from worksheets.kinds import Values

MOST_ROWS = 500  # the plan is worked out anew after each
TOLERANCE_DAYS = 5


class PersonField(MailField):
    """One of ours, by e-mail."""

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        found = people().filter(email__iexact=typed).first()
        if found is None:
            raise ValidationError(_("Nobody of ours has this e-mail address."))
        return found


def _days(least: int) -> WholeNumberField:
    return WholeNumberField(min_value=least, max_value=MOST_WORKING_DAYS, required=False)


def columns() -> tuple[Column, ...]:
    return (
        Column(
            "title",
            _("Milestone"),
            TextField(max_length=200),
            _("What is reached. A milestone of the same name and phase is there already and stays as it is."),
            "Polymorph chosen",
        ),
        Column("phase", _("Phase"), ChoiceField(choices=Phase.choices), _("A contracted phase of the project."), "Small scale"),
        Column("kind", _("Kind"), ChoiceField(choices=[(kind.value, kind.label) for kind in KINDS]), example="Internal"),
        Column("owner", _("Owner (e-mail)"), PersonField(required=False), _("One of us."), "research@example.com"),
        Column(
            "after",
            _("Waits for"),
            TextField(max_length=200, required=False),
            _("The name of a milestone of the project, or of a row further up in the file."),
            "Route selected",
        ),
        Column("lag_days", _("Lag (working days)"), _days(-MOST_WORKING_DAYS), _("After what it waits for; below zero, before it."), "10"),
        Column("not_before", _("Not before"), DayField(required=False), example="2027-03-12"),
        Column("duration_days", _("Work that ends with it (working days)"), _days(0), example="15"),
        Column("tolerance_days", _("Tolerance (working days)"), _days(0), _("Empty: 5."), "5"),
        Column("finish_by", _("Must be reached by"), DayField(required=False), _("Float is counted towards this date."), "2027-06-30"),
        Column("client_sees", _("The client sees it"), YesNoField(), _("From the approval of the contract on. Empty: no."), "no"),
    )


class MilestoneWriter:
    def __init__(self, actor: User, project: Project, reason: str) -> None:
        self.actor, self.project, self.reason = actor, project, reason
        self.above: set[str] = set()
        self.keys: dict[str, list[str]] = {}
        self.there: dict[tuple[str, str], Milestone] = {}
        for row in Milestone.objects.filter(project=project):
            self._know(row)

    def _know(self, row: Milestone) -> None:
        self.keys.setdefault(row.title.casefold(), []).append(row.key)
        self.there[(row.phase, row.title.casefold())] = row

    def faults(self, values: Values) -> dict[str, list[str]]:
        found = {}
        phase, after, title = values.get("phase"), (values.get("after") or "").casefold(), (values.get("title") or "").casefold()
        if phase and not self.project.in_scope(phase):
            found["phase"] = [_t("This phase is not contracted.")]
        if after and len(self.keys.get(after, [])) > 1:
            found["after"] = [_t("Several milestones are called so; enter this row by hand.")]
        if after and after not in self.keys and after not in self.above:
            found["after"] = [_t("There is no milestone of this name in the project or further up in the file.")]
        if title:
            self.above.add(title)
        return found

    def doubts(self, values: Values) -> list[str]:
        elsewhere = [phase for (phase, title) in self.there if title == values["title"].casefold() and phase != values["phase"]]
        if not elsewhere:
            return []
        return [_t("A milestone of this name is in the phase “%(phase)s” already.") % {"phase": Phase(elsewhere[0]).label}]

    def enter(self, values: Values) -> Entered:
        there = self.there.get((values["phase"], values["title"].casefold()))
        if there is not None:
            return Entered(there.title, self._link(there), is_written=False)
        after = values["after"].casefold()
        if after and after not in self.keys:
            raise BadInput({"after": [_t("The row that it waits for is wrong.")]})
        tolerance = TOLERANCE_DAYS if values["tolerance_days"] is None else values["tolerance_days"]
        names = ("title", "kind", "owner", "finish_by", "client_sees")
        made = add_milestone(
            self.project.code,
            MilestoneDraft(**{name: values[name] for name in names}, tolerance_days=tolerance),
            phase=values["phase"],
            after=self.keys[after][0] if after else "",
            lag_days=values["lag_days"] or 0,
            not_before=values["not_before"],
            duration_days=values["duration_days"] or 0,
            reason=self.reason,
            actor=self.actor,
        )
        self._know(made)
        return Entered(made.title, self._link(made))

    def _link(self, row: Milestone) -> str:
        return reverse("milestone-detail", args=[self.project.code, row.key])


def _project(user: User, code: str) -> Project:
    return get_object_or_404(Project.objects.visible_to(user).select_related("client"), code=code)


def register() -> None:
    register_import(
        ImportKind(
            key="milestones",
            sheet=_("Milestones"),
            columns=columns,
            writer=MilestoneWriter,
            permission="projects.plan",
            who=_("The plan is changed by a project manager."),
            back=lambda project: reverse("project-milestones", args=[project.code]) if project else "",
            subject=_project,
            asks_reason=True,
            most_rows=MOST_ROWS,
        )
    )
