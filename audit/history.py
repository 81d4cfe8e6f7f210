"""Row history: every insert, update and delete of a regulated row is kept by the database itself."""

from typing import TypeVar

import pghistory
from django.db import models

Model = TypeVar("Model", bound=models.Model)


def tracked(model: type[Model]) -> type[Model]:
    """Class decorator for regulated models: `@tracked class Batch(models.Model)`. Adds the event model and its triggers.

    Deleting is tracked too (pghistory leaves it out by default); the history rows themselves can never be changed.
    """
    track = pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
    return track(model)
