"""The form of a site's page: who answers for the sheets of each department."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, RoleGrant, User
from catalogue.models import SHEET_DEPARTMENTS

if TYPE_CHECKING:
    from catalogue.models import SheetOwner


class SheetOwnersForm(forms.Form):
    """A field for each department; empty leaves its sheets with the department. It knows what was shown: only a choice changes it."""

    def __init__(self, *args: Any, departments: Iterable[Department], owners: dict[int, SheetOwner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = _people()
        for department in departments:
            owner = owners.get(department.pk)
            self.fields[department.key] = _field(department, people[department.key], owner)
            self.initial[department.key] = owner.person_id if owner else None

    @property
    def chosen(self) -> dict[str, User | None]:
        """By the key of a department, where another was chosen than the page showed."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


def _people() -> dict[str, list[User]]:
    """By the key of a department, who works there."""
    grants = RoleGrant.objects.in_force().filter(role__in=SHEET_DEPARTMENTS, user__kind=User.Kind.INTERNAL).select_related("user")
    people: dict[str, list[User]] = defaultdict(list)
    for grant in grants.order_by("user__full_name", "user_id"):
        people[grant.role].append(grant.user)
    return people


def _field(department: Department, people: list[User], owner: SheetOwner | None) -> forms.TypedChoiceField:
    """Who is named stays offered when they have left: what was not chosen must not be lost with another's choice."""
    choices = [(person.pk, person.full_name) for person in people]
    known = {person.pk: person for person in people}
    if owner and owner.person_id not in known:
        known[owner.person_id] = owner.person
        choices.append((owner.person_id, owner.person.full_name))
    return forms.TypedChoiceField(
        label=str(department),
        choices=[("", _("The department")), *choices],
        coerce=lambda pk: known[int(pk)],
        empty_value=None,
        required=False,
        show_hidden_initial=True,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
