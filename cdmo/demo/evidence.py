"""Where the records of a demo project would lie: other systems, by department, with the numbers they give."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Role
from projects.models import Deliverable

SYSTEMS = {
    "research": ("ELN", "ELN", "Countersigned"),
    "analytical": ("LIMS", "LIMS", "Approved"),
    "production": ("MES", "MES", "Closed"),
    "ehs": ("EHS register", "EHS", "Released"),
}
DOCUMENT_SYSTEM = ("eDMS", "DOC", "Effective")
ROLE_OF_DEPARTMENT = {"project_management": Role.PROJECT_MANAGER}


@dataclass(frozen=True)
class Reference:
    system: str
    number: str
    state: str
    role: str


def reference_of(deliverable: Deliverable, code: str) -> Reference:
    """A document lies in the document system, any other record in the system of its department."""
    department = deliverable.department.key
    system, prefix, state = DOCUMENT_SYSTEM if deliverable.document_type else SYSTEMS.get(department, DOCUMENT_SYSTEM)
    number = f"{prefix}-{code.removeprefix('API-')}-{deliverable.order:03d}"
    return Reference(system, number, state, ROLE_OF_DEPARTMENT.get(department, department))
