"""The form of a site's page: who answers for the sheets of each department."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, RoleGrant, User
from audit.refusals import BadInput, add_to_form
from audit.seen import Overtaken, version_of
from catalogue.models import SHEET_DEPARTMENTS

if TYPE_CHECKING:
    from django.http import QueryDict

    from catalogue.models import SheetOwner


class SheetOwnersForm(forms.Form):
    """A field for each department; empty leaves its sheets with the department. It knows what was shown: only a choice changes it."""

    def __init__(self, data: QueryDict | None = None, *, departments: Iterable[Department], owners: dict[int, SheetOwner]) -> None:
        super().__init__(data)
        people = _people()
        self.known: dict[str, User] = {}
        for department in departments:
            owner, offered = owners.get(department.pk), people[department.key]
            if owner and owner.person not in offered:  # who has left is kept until another is chosen
                offered.append(owner.person)
            self.known |= {str(person.pk): person for person in offered}
            self.fields[department.key] = _field(department, offered)
            self.initial[department.key] = owner.person_id if owner else None
        if data is not None:
            self.data = data.dict()
            self._take_up(self.fields.keys() - self.changed_data, and_choose=True)

    def _take_up(self, names: Iterable[str], *, and_choose: bool = False) -> None:
        """As if the page had shown who is named now; where nobody chose, they are also what it sends, whoever it was on an older page."""
        for name in names:
            now = str(self.initial[name] or "")
            also = {name: now} if and_choose else {}
            self.data = {**self.data, self.add_initial_prefix(name): now, **also}

    @property
    def chosen(self) -> dict[str, User | None]:
        """By the key of a department, where another was chosen than the page showed."""
        return {name: self.known.get(self.cleaned_data[name]) for name in self.changed_data}

    @property
    def version(self) -> str:
        """Of who the page showed there (`audit.seen`)."""
        shown = {name: str(self.data.get(self.add_initial_prefix(name), "")) for name in self.changed_data}
        return version_of({name: int(pk) if pk.isdecimal() else None for name, pk in shown.items()})

    def refused(self, bad: BadInput) -> None:
        """With the faults at their fields; who reads what somebody else has chosen meanwhile may put their own in its place."""
        add_to_form(self, bad)
        if isinstance(bad, Overtaken):
            self._take_up(bad.errors)


def _people() -> dict[str, list[User]]:
    """By the key of a department, who works there."""
    grants = RoleGrant.objects.in_force().filter(role__in=SHEET_DEPARTMENTS, user__kind=User.Kind.INTERNAL).select_related("user")
    people: dict[str, list[User]] = defaultdict(list)
    for grant in grants.order_by("user__full_name", "user_id"):
        people[grant.role].append(grant.user)
    return people


def _field(department: Department, people: list[User]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=str(department),
        choices=[("", _("The department")), *((person.pk, person.full_name) for person in people)],
        required=False,
        show_hidden_initial=True,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
