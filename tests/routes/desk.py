"""The desk and the portal, the portfolio, occupancy, calendars, saved views."""

from __future__ import annotations

from typing import Any

from tests.routes.kinds import (
    Route,
    act,
    answers,
    api_act,
    api_internal,
    api_list,
    api_object,
    of_client,
    of_project,
    ours,
    page,
    seen_as_client,
)


def of_clients_act(**arguments: Any) -> Route:
    """A POST-only address of the portal; whose the object is, the act itself asks."""
    return page(404, own=405, foreign=405, post_only=True, arguments=arguments)


DESK_ROUTES = {
    "home": page(200, own=302, foreign=302),
    "my-work": ours(),
    "getting-started": page(200),
    "getting-started-hide": page(405, post_only=True),
    "getting-started-show": page(405, post_only=True),
    "project-list": ours(),
    "project-by-id": page(302, outside=404, own=404, foreign=404, arguments={"pk": "project"}),
    "project-gate-by-id": page(302, outside=404, own=404, foreign=404, arguments={"pk": "project"}),
    "project-detail": of_project(),
    "project-activity": of_project(),
    "search": page(200),
    "portal": page(404, own=200, foreign=200),
    "portal-project": of_client(),
    "portal-request-list": page(404, own=200, foreign=200),
    "portal-request-new": of_clients_act(),
    "portal-request-draft": of_client(pk="request"),
    "portal-request-draft-files": of_client(pk="request"),
    "portal-request-autosave": of_clients_act(pk="request"),
    "portal-request-upload": of_clients_act(pk="request"),
    "portal-request-detach": of_clients_act(pk="request"),
    "portal-request-discard": of_clients_act(pk="request"),
    "portal-request": of_client(number="sent"),
    "portal-request-file": of_client(number="sent", pk="sent_file"),
    "portal-request-answer": of_clients_act(number="sent", pk="question"),
    "status-report": of_project(),
    "project-sharing": of_project(),
    "project-sharing-log": of_project(),
    "project-sharing-csv": of_project(),
    "portal-approval": of_client(pk="approval"),
    "portal-approval-accept": page(404, own=405, foreign=405, post_only=True, arguments={"pk": "approval"}),
    "portal-approval-reject": page(404, own=405, foreign=405, post_only=True, arguments={"pk": "approval"}),
    "api-approval-list": api_list(),
    "api-approval-detail": api_object(arguments={"pk": "approval"}),
    "api-approval-accept": api_act(pk="approval"),
    "api-approval-decline": api_act(pk="approval"),
    "portal-quotation": of_client(revision=2),
    "portal-quotation-accept": page(404, own=405, foreign=405, post_only=True, arguments={"revision": 2}),
    "portal-seen": page(404, own=405, foreign=405, post_only=True),
    "as-client": seen_as_client(),
    "as-client-quotation": seen_as_client(revision=2),
    "as-client-change-order": seen_as_client(sequence=1, revision=1),
    "as-client-document": seen_as_client(),
    "portal-quotation-changes": of_client(revision=2),
    "portal-quotation-withdraw": page(404, own=405, foreign=405, post_only=True, arguments={"revision": 2}),
    "portal-quotation-decline": page(404, own=405, foreign=405, post_only=True, arguments={"revision": 2}),
}
PORTFOLIO_ROUTES = {
    "portfolio": ours(),
    "portfolio-csv": ours(),
    "portfolio-xlsx": ours(),
    "portfolio-gantt": ours(),
    "portfolio-gantt-svg": ours(),
    "portfolio-gantt-png": ours(),
    "portfolio-gantt-pdf": ours(),
    "kpis": page(403, portfolio=200, own=404, foreign=404),
    "kpis-csv": page(403, portfolio=200, own=404, foreign=404),
    "kpis-xlsx": page(403, portfolio=200, own=404, foreign=404),
    "bids": page(403, portfolio=200, own=404, foreign=404),
    "bids-svg": page(403, portfolio=200, own=404, foreign=404, arguments={"name": "funnel"}),
    "bids-png": page(403, portfolio=200, own=404, foreign=404, arguments={"name": "funnel"}),
    "bids-pdf": page(403, portfolio=200, own=404, foreign=404, arguments={"name": "funnel"}),
}
EVERY_PROJECTS_ROUTES = {  # what lies above the projects: everybody of ours opens it, the services say who may change it
    "calendars": ours(),
    "calendar-remove": act(first="2026-01-01"),
    "calendar-region": act(),
}
OCCUPANCY_ROUTES = {
    "occupancy": ours(),
    "occupancy-csv": ours(),
    "occupancy-xlsx": ours(),
    "occupancy-svg": ours(),
    "occupancy-png": ours(),
    "occupancy-pdf": ours(),
    "occupancy-book": ours(),
    "occupancy-detail": of_project(pk="occupancy"),
    "occupancy-move": act(pk="occupancy"),
    "occupancy-confirm": act(pk="occupancy"),
    "occupancy-release": act(pk="occupancy"),
    "api-vessel-list": api_internal(),
    "api-vessel-detail": api_internal(pk="vessel"),
    "api-occupancy-list": api_internal(),
    "api-occupancy-detail": api_object(own=404, tokens=404, arguments={"pk": "occupancy"}),
    "api-occupancy-confirm": api_internal(405, post_only=True, pk="occupancy"),
    "api-occupancy-release": api_internal(405, post_only=True, pk="occupancy"),
}
VIEW_ROUTES = {  # questions to lists, of the person who keeps them: no list shows more for them
    "view-save": page(405, own=404, foreign=404, post_only=True),
    "view-change": act(pk="view"),
    "view-delete": act(pk="view"),
    "view-default": act(pk="view"),
    "view-tile": act(pk="view"),
    "api-view-list": Route(answers(200, own=404, foreign=404, tokens=404, anonymous=401)),
    # its owner alone: it is not shared
    "api-view-detail": Route(answers(404, project_manager=200, anonymous=401), arguments={"pk": "view"}),
    "api-view-default": api_act(pk="view"),
    "api-view-tile": api_act(pk="view"),
}
