"""Who is told what of a project, how often, in which language and by which way, as its records say it. Reads, writes nothing.

In the charter it is a line each: who | what | how often | language | way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from accounts.languages import language_of, name_of_language
from accounts.models import Role, User
from projects.charter_limits import BAR, parted
from projects.gates import all_gates
from projects.models import Milestone, Project

if TYPE_CHECKING:
    from accounts.models import Client

Row = tuple[str, str, str, str, str]
PARTS, NAMED = 5, 5


def communication_of(project: Project) -> str:
    """A fixed number of queries, whatever the number of people."""
    return "\n".join(f" {BAR} ".join(" ".join(part.replace(BAR, "/").split()) for part in row) for row in _rows(project))


def communication_rows(text: str) -> list[tuple[str, ...]]:
    """The lines taken apart again, each in five parts; a further bar stands in the last one."""
    return parted(text, PARTS)


def _rows(project: Project) -> Iterator[Row]:
    yield from _to_the_client(project)
    yield from _among_us(project)


def _to_the_client(project: Project) -> Iterator[Row]:
    client = project.client
    people = User.objects.active().filter(kind=User.Kind.CLIENT, client_id=project.client_id).order_by("full_name")
    readers, approvers = list(people), list(people.holding(Role.CLIENT_APPROVER))
    names = _names(readers)
    everybody = f"{client.name}: {names}" if names else client.name
    shared = Milestone.objects.filter(project=project, share_at_launch=True).count()
    if shared:
        dates = _t("Dates of the %(number)d shared milestones") % {"number": shared}
        way = _t("portal, and mail as each of them has chosen")
        yield everybody, dates, _t("each time one is published"), _spoken(readers, client), way
    yield (
        _names(approvers) or _t("%(client)s, its approver") % {"client": client.name},
        _t("Quotations, change orders and documents that wait for an answer"),
        _t("when they are sent, and again before the day by which they are answered"),
        _spoken(approvers, client),
        _t("mail, answered in the portal"),
    )
    often, way = _t("whenever one is due, at any time on demand"), _t("PDF in the portal")
    yield everybody, _t("Project Status Report"), often, _spoken([], client), way


def _among_us(project: Project) -> Iterator[Row]:
    ours = _team(project)
    work, often = _t("Deliverables, tasks and answers that are waited for"), _t("at once where it is asked of them, else once a day")
    yield _names(ours) or _t("The team"), work, often, _spoken(ours, None), _t("inbox and mail")
    gates = [gate for gate in all_gates() if project.in_scope(gate.phase)]
    if gates:
        roles = dict.fromkeys(str(Role(role).label) for gate in gates for role in gate.signers)
        readiness = _t("Readiness and decision of the gates %(gates)s") % {"gates": ", ".join(gate.key for gate in gates)}
        often, way = _t("when a review is called and when it is decided"), _t("inbox and mail, minutes as a PDF")
        yield ", ".join(roles), readiness, often, _spoken([], None), way


def _team(project: Project) -> list[User]:
    members = project.team.exclude(user=None).select_related("user")
    return list({person.pk: person for member in members if (person := member.user) is not None}.values())


def _names(people: Iterable[User]) -> str:
    names = [person.full_name for person in people]
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (_t(" and %(number)d more") % {"number": more} if more > 0 else "")


def _spoken(people: Iterable[User], client: Client | None) -> str:
    """Of the people; where nobody is there yet, of their organisation, else ours."""
    spoken = dict.fromkeys(language_of(person) for person in people) or [language_of(client) if client is not None else ""]
    return ", ".join(name_of_language(code) for code in spoken)
