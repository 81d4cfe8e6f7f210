"""Everything that happens to a route. Only a draft changes; each act is one row and one event."""

from process.routes.services.inputs import add_input, change_input, input_values, move_input, remove_input
from process.routes.services.routes import change_route, open_route
from process.routes.services.shared import editing_blockers
from process.routes.services.steps import add_step, change_step, move_step, remove_step, step_values, structure_of
from process.routes.services.versions import fix_blockers, fix_version, start_version, starting_blockers

__all__ = [
    "add_input",
    "add_step",
    "change_input",
    "change_route",
    "change_step",
    "editing_blockers",
    "fix_blockers",
    "fix_version",
    "input_values",
    "move_input",
    "move_step",
    "open_route",
    "remove_input",
    "remove_step",
    "start_version",
    "starting_blockers",
    "step_values",
    "structure_of",
]
