"""What happens to a route as a whole, each act with one event. Steps and inputs are written by their worksheets."""

from process.routes.services.routes import change_route, facts_blockers, open_route, wrong_name
from process.routes.services.shared import editing_blockers
from process.routes.services.versions import fix_blockers, fix_version, start_version, starting_blockers

__all__ = [
    "change_route",
    "editing_blockers",
    "facts_blockers",
    "fix_blockers",
    "fix_version",
    "open_route",
    "start_version",
    "starting_blockers",
    "wrong_name",
]
