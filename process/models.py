"""The models of all parts of the process; `process` is one app with one migration history."""

from process.literature.models import Literature, StepSupport
from process.routes.models import Route, RouteStep, RouteVersion, StepInput
from process.screen.models import Disposition

__all__ = ["Disposition", "Literature", "Route", "RouteStep", "RouteVersion", "StepInput", "StepSupport"]
