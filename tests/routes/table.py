"""Every address with what it answers, area by area. A new address gets its line in the table of its area."""

from __future__ import annotations

from tests.routes.accounts import ACCOUNT_ROUTES, ADMINISTRATION_ROUTES, HEALTH_ROUTES, SIGN_IN_ROUTES
from tests.routes.api import API_ROUTES
from tests.routes.desk import DESK_ROUTES, EVERY_PROJECTS_ROUTES, OCCUPANCY_ROUTES, PORTFOLIO_ROUTES, VIEW_ROUTES
from tests.routes.kinds import Route
from tests.routes.lists import LIST_ROUTES
from tests.routes.notifications import NOTIFICATION_ROUTES
from tests.routes.papers import DOCUMENT_ROUTES, RFP_ROUTES
from tests.routes.plan import PLAN_ROUTES
from tests.routes.process import PROCESS_ROUTES
from tests.routes.projects import EVALUATION_ROUTES, GATE_ROUTES, PROJECT_ROUTES
from tests.routes.worksheets import WORKSHEET_ROUTES

ROUTES: dict[str, Route] = {
    **HEALTH_ROUTES,
    **SIGN_IN_ROUTES,
    **ACCOUNT_ROUTES,
    **ADMINISTRATION_ROUTES,
    **API_ROUTES,
    **PROJECT_ROUTES,
    **GATE_ROUTES,
    **PLAN_ROUTES,
    **EVALUATION_ROUTES,
    **PROCESS_ROUTES,
    **RFP_ROUTES,
    **DOCUMENT_ROUTES,
    **DESK_ROUTES,
    **NOTIFICATION_ROUTES,
    **PORTFOLIO_ROUTES,
    **EVERY_PROJECTS_ROUTES,
    **OCCUPANCY_ROUTES,
    **VIEW_ROUTES,
    **LIST_ROUTES,
    **WORKSHEET_ROUTES,
}
