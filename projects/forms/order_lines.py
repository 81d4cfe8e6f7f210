"""What a change order does to scope, plan and payments as rows of a form, and all forms of an order as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from accounts.numbers import AmountField, AmountText
from projects.forms.change_order import ChangeOrderForm, DaysForm
from projects.forms.evidence import day_input, select_input
from projects.forms.price_lines import (
    AMOUNT,
    ROW,
    LineFormSet,
    RowError,
    filled_rows,
    lines_of,
    one_more,
    row_errors,
    rows_of,
    values_of,
)
from projects.models import SHOWN_TO_CLIENT, ChangeOrder, Milestone, Phase, Project
from projects.services.order_lines import ADDED_KINDS, Draft, NewMilestone, NewPayment, droppable, due_words, with_milestones
from projects.services.payments import payment_sources

if TYPE_CHECKING:
    from audit.refusals import BadInput, Words
    from projects.order_proposals import Proposal

MOST_ROWS = 30
Choices = Iterable[tuple[str, Any]]


class ScopeForm(forms.Form):
    """The contracted scope, and what leaves the plan."""

    first_phase = forms.ChoiceField(label=_("First contracted phase"), choices=Phase.choices, required=False)
    last_phase = forms.ChoiceField(label=_("Last contracted phase"), choices=Phase.choices, required=False)
    dropped = forms.MultipleChoiceField(
        label=_("Milestones to drop"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They stay shown as struck through. A gate, and what is internal to us, is not dropped by an order."),
    )

    def __init__(self, *args: Any, milestones: Iterable[Milestone], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["dropped"]).choices = [(row.key, row.title) for row in milestones]


def cell(words: Words, *, number: bool = False, **attrs: Any) -> dict[str, Any]:
    """In a cell of a table, whose head names it for the eye only."""
    return {"class": "form-control number" if number else "form-control", "aria-label": words, **attrs}


class RowForm(forms.Form):
    """A row that stays empty is none."""

    def __init__(self, *args: Any, choices: Mapping[str, Choices], **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "empty_permitted": True, "use_required_attribute": False})
        for name, found in choices.items():
            cast("forms.ChoiceField", self.fields[name]).choices = [("", "–"), *found]


class AddedForm(RowForm):
    title = forms.CharField(label=_("Title"), max_length=200, widget=forms.TextInput(attrs=cell(_("Title"))))
    phase = forms.ChoiceField(label=_("Phase"), widget=select_input(_("Phase")))
    kind = forms.ChoiceField(label=_("Kind"), widget=select_input(_("Kind")))
    after = forms.ChoiceField(label=_("After"), required=False, widget=select_input(_("After")))
    planned_on = forms.DateField(label=_("Agreed for"), widget=day_input(**cell(_("Agreed for"))))


class NewPaymentForm(RowForm):
    title = forms.CharField(label=_("What is paid"), max_length=200, widget=forms.TextInput(attrs=cell(_("What is paid"))))
    source = forms.ChoiceField(label=_("Ready to invoice when"), widget=select_input(_("Ready to invoice when")))
    amount = AmountField(label=_("Amount"), min_value=Decimal("0.01"), max_digits=16, decimal_places=2, widget=AmountText(AMOUNT))


AddedFormSet = formset_factory(AddedForm, extra=1, can_delete=True, max_num=MOST_ROWS, validate_max=True, absolute_max=MOST_ROWS + 1)
PaymentFormSet = formset_factory(NewPaymentForm, extra=1, can_delete=True, max_num=MOST_ROWS, validate_max=True, absolute_max=MOST_ROWS + 1)
SETS: dict[str, type[BaseFormSet]] = {"lines": LineFormSet, "added": AddedFormSet, "payments": PaymentFormSet}


def choices_of(project: Project) -> dict[str, dict[str, dict[str, Choices]]]:
    """What the rows of each set may choose from."""
    shown = Milestone.objects.filter(project=project, visibility__in=SHOWN_TO_CLIENT)
    every_gate = due_words(project, [])
    sources = every_gate | {source: words for source, words in payment_sources(project, for_client=True) if source not in every_gate}
    kinds = [(kind.value, kind.label) for kind in ADDED_KINDS]
    added: dict[str, Choices] = {"phase": Phase.choices, "kind": kinds, "after": [(row.key, row.title) for row in shown]}
    return {"added": {"choices": added}, "payments": {"choices": {"source": list(sources.items())}}}


class OrderForms:
    """Everything that a change order says, in several forms of one page. Bound to `data`, or filled from an order or a proposal."""

    def __init__(
        self,
        project: Project,
        movable: Iterable[Milestone],
        *,
        order: ChangeOrder | None = None,
        proposal: Proposal | None = None,
        data: Any = None,
    ) -> None:
        self.project, movable = project, list(movable)
        self.sets_choices = choices_of(project)
        first = _initial(project, order, proposal)
        self.words = ChangeOrderForm(data, initial=first["words"])
        self.scope = ScopeForm(data, milestones=droppable(project), initial=first["scope"])
        self.days = DaysForm(data, milestones=movable, days=first["days"])
        self.sets = {name: kind(data, prefix=name, initial=first[name], **self._kwargs(name)) for name, kind in SETS.items()}

    def _kwargs(self, name: str) -> dict[str, Any]:
        return {"form_kwargs": self.sets_choices[name]} if name in self.sets_choices else {}

    def with_another_row(self, data: Any, wanted: str) -> None:
        """Nothing is judged yet; what was typed stays, and the set `wanted` has one more row."""
        self.words = ChangeOrderForm(initial={name: data.get(name, "") for name in self.words.fields})
        typed = {"first_phase": data.get("first_phase"), "last_phase": data.get("last_phase"), "dropped": data.getlist("dropped")}
        self.scope = ScopeForm(milestones=droppable(self.project), initial=typed)
        self.sets = {name: one_more(data, kind, prefix=name, more=int(name == wanted), **self._kwargs(name)) for name, kind in SETS.items()}

    def are_valid(self) -> bool:
        return all([self.words.is_valid(), self.scope.is_valid(), self.days.is_valid(), *(each.is_valid() for each in self.sets.values())])

    def draft(self) -> Draft:
        added, payments = (filled_rows(self.sets[name]) for name in ("added", "payments"))
        return Draft(
            lines=lines_of(self.sets["lines"]),
            days=self.days.days,
            added=[NewMilestone(**values_of(row)) for row in added],
            payments=[NewPayment(**values_of(row)) for row in payments],
            **self.words.cleaned_data,
            **self.scope.cleaned_data,
        )

    def refuse(self, bad: BadInput) -> None:
        """Each message at its field, those of a row in the row; those for a field that no form has appear above the form."""
        for name, messages in bad.errors.items():
            form, field = self._field(name)
            for message in messages:
                form.add_error(field, message)

    def _field(self, name: str) -> tuple[forms.BaseForm, str | None]:
        prefix, _dash, rest = name.partition("-")
        if prefix in self.sets and rest:
            number, _dash, field = rest.partition("-")
            return filled_rows(self.sets[prefix])[int(number)], field
        form = self.scope if name in self.scope.fields else self.words
        return form, name if name in form.fields else None

    @property
    def row_errors(self) -> list[RowError]:
        words = {"lines": ROW, "added": _("Added milestone %(number)d, %(field)s")}
        words["payments"] = _("Payment %(number)d, %(field)s")
        found = [error for name, formset in self.sets.items() for error in row_errors(formset, row_words=words[name])]
        scope = [(self.scope[name], message) for name, messages in self.scope.errors.items() for message in messages]
        return [*(RowError(field.id_for_label or f"id_{field.name}", str(field.label), str(message)) for field, message in scope), *found]


def _initial(project: Project, order: ChangeOrder | None, proposal: Proposal | None) -> dict[str, Any]:
    scope = {"first_phase": project.first_phase, "last_phase": project.last_phase}
    if order is None:
        return {"words": asdict(proposal) if proposal else {}, "scope": scope, "days": {}, "lines": [], "added": [], "payments": []}
    scope |= {name: getattr(order, name) for name in scope if getattr(order, name)}
    return {
        "words": {name: getattr(order, name) for name in ChangeOrderForm.Meta.fields},
        "scope": scope | {"dropped": [row.milestone.key for row in with_milestones(order.drops.all())]},
        "days": {row.milestone.key: row.days for row in with_milestones(order.effects.all())},
        "lines": rows_of(order),
        "added": [
            {"title": row.title, "phase": row.phase, "kind": row.kind, "after": row.after and row.after.key, "planned_on": row.planned_on}
            for row in with_milestones(order.additions.all(), "after")
        ],
        "payments": [{"title": row.title, "source": row.source, "amount": row.amount} for row in order.payments.all()],
    }
