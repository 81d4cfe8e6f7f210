"""Lists as files, and what comes in as a file."""

from __future__ import annotations

from tests.routes.kinds import Route, act, of_project, page


def of_import() -> Route:
    """Of clients: for who uploaded it; for everybody else there is none."""
    return page(404, business_development=200, arguments={"kind": "clients", "pk": "import"})


LIST_ROUTES = {
    "list-csv": page(200, own=404, foreign=404, arguments={"key": "clients"}),
    "list-xlsx": page(200, own=404, foreign=404, arguments={"key": "clients"}),
    "project-list-csv": of_project(key="tasks"),
    "project-list-xlsx": of_project(key="tasks"),
    "import-new": page(200, own=404, foreign=404, arguments={"kind": "clients"}),  # the page says who may import them
    "import-template-xlsx": page(200, own=404, foreign=404, arguments={"kind": "clients"}),
    "import-template-csv": page(200, own=404, foreign=404, arguments={"kind": "clients"}),
    "project-import-new": of_project(kind="milestones"),
    "import-detail": of_import(),
    "import-progress": of_import(),
    "import-columns": act(kind="clients", pk="import"),
    "import-press": act(kind="clients", pk="import"),
    "import-file": of_import(),
}
