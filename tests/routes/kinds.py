"""The kinds of answer: who asks, and what each group gets from a page, an act, an address of the API."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PORTFOLIO = ("business_development", "project_manager", "quality_assurance", "management")
TEAM = ("research", "analytical", "material_control", "production", "ehs")
OUTSIDE = ("administrator", "regulatory")  # ours, but not on the project's team
STAFF = PORTFOLIO + TEAM + OUTSIDE
OWN = ("client_viewer", "client_approver")
FOREIGN = ("foreign_viewer", "foreign_approver")
TOKENS = ("read_token", "write_token", "foreign_token")
EVERYBODY = ("anonymous", *STAFF, *OWN, *FOREIGN, *TOKENS)


@dataclass(frozen=True)
class Route:
    """What each group gets for GET; `post` is what reaches a POST-only address at all, `arguments` name the objects."""

    get: dict[str, int]
    post_only: bool = False
    arguments: dict[str, Any] = field(default_factory=dict)


def answers(default: int, **groups: int) -> dict[str, int]:
    """One status for everybody, then exceptions by group or by single role; later ones win."""
    names = {"staff": STAFF, "portfolio": PORTFOLIO, "team": TEAM, "outside": OUTSIDE, "own": OWN, "foreign": FOREIGN, "tokens": TOKENS}
    table = dict.fromkeys(EVERYBODY, default)
    for name, status in groups.items():
        table.update(dict.fromkeys(names.get(name, (name,)), status))
    return table


def page(default: int = 200, *, post_only: bool = False, arguments: dict[str, Any] | None = None, **groups: int) -> Route:
    """A page asks a stranger to sign in; a token is no sign-in there."""
    return Route(answers(default, **groups, anonymous=302, tokens=302), post_only, arguments or {})


def ours(**groups: int) -> Route:
    """A page of ours without an object: clients find nothing."""
    return page(200, own=404, foreign=404, **groups)


def of_project(**arguments: Any) -> Route:
    """A page of a project: people who see it."""
    return page(200, outside=404, own=404, foreign=404, arguments=arguments)


def act(**arguments: Any) -> Route:
    """A POST-only address below a project or document: GET is the wrong method for ours, nothing for clients."""
    return page(405, own=404, foreign=404, post_only=True, arguments=arguments)


def of_client(**arguments: Any) -> Route:
    """A page of the portal: the client's own people."""
    return page(404, own=200, arguments=arguments)


def seen_as_client(**arguments: Any) -> Route:
    """A page of the portal for those of ours who share with the client."""
    shares = {"project_manager": 200, "business_development": 200}
    return page(403, **shares, outside=404, own=404, foreign=404, arguments=arguments)


def api_list() -> Route:
    return Route(answers(200, anonymous=401))


def api_object(number: str = "number", *, arguments: dict[str, Any] | None = None, **groups: int) -> Route:
    table = answers(200, outside=404, foreign=404, foreign_token=404, anonymous=401, **groups)
    return Route(table, arguments={"number": number, **(arguments or {})})


def api_act(**arguments: Any) -> Route:
    """A POST-only address of the API."""
    return Route(answers(405, anonymous=401), post_only=True, arguments=arguments)


def api_of_clients(**arguments: Any) -> Route:
    """Every client is known to all of ours, and to no client."""
    return api_internal(client_code="DCA", **arguments)


def api_internal(default: int = 200, *, post_only: bool = False, **arguments: Any) -> Route:
    """An address of the API that no caller of a client finds."""
    return Route(answers(default, own=404, foreign=404, tokens=404, anonymous=401), post_only, arguments)


OPEN_TO_ALL = Route(answers(200))
