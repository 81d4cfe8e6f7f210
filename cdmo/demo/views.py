"""The views that the demo's people keep of their lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from accounts.models import Role
from audit.context import Channel, acting
from cdmo.demo.people import holding
from projects.models import SavedView
from projects.services.saved_views import save_view, show_as_tile

VIEWS = (  # role, page, name, query, shared
    (Role.PROJECT_MANAGER, SavedView.Page.PORTFOLIO, "Late projects", "dates=late&sort=-days_late", True),
    (Role.PROJECT_MANAGER, SavedView.Page.DOCUMENTS, "In review", "state=in_review", False),
    (Role.BUSINESS_DEVELOPMENT, SavedView.Page.RFPS, "Not submitted yet", "state=draft", True),
)


def save_views(today: date) -> Iterator[date]:
    """Today, once; each is counted on its owner's first page."""
    yield today
    if SavedView.objects.filter(owner=holding(VIEWS[0][0])).exists():
        return
    for role, page, name, query, shared in VIEWS:
        owner = holding(role)
        with acting(actor=owner, channel=Channel.COMMAND):
            view = save_view(page, name=name, query=query, shared=shared, actor=owner)
            show_as_tile(view.pk, on=True, actor=owner)
