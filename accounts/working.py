"""Who works where: whoever holds the role of a department, and has not left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

if TYPE_CHECKING:
    from accounts.models import Department, User


def works_elsewhere(person: User, department: Department) -> str:
    """Why nothing of the department is given to this person; "" where they work there."""
    if person.is_active and department.key in person.roles:
        return ""
    return _t("%(name)s does not work in %(department)s.") % {"name": person.full_name, "department": department}
