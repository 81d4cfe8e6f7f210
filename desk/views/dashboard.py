"""The first page: what waits for me, where the projects stand, what is late and why."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.decorators import internal_required, signed_in
from accounts.permissions import allowed
from accounts.requests import SignedInRequest
from desk.getting_started import first_steps
from desk.lateness import late_milestones
from projects.models import PHASES, Project, Rfp, WaitingFor
from projects.saved_views import tiles_of

SHOWN = 15
PAGE = 50


@signed_in
def home(request: SignedInRequest) -> HttpResponse:
    """My work first; a client's people start at their portal."""
    user = request.user
    if not user.is_internal:
        return redirect("portal")
    waits = list(WaitingFor.objects.open().of(user).costliest_first().select_related("project", "client")[: SHOWN + 1])
    context = {
        "guide": first_steps(user),
        "waits": waits[:SHOWN],
        "more_waits": len(waits) > SHOWN,
        "today": timezone.localdate(),
        "tiles": tiles_of(user),
        "pipeline": pipeline(request),
        "late": late_milestones(user, limit=SHOWN),
        "open_rfps": list(Rfp.objects.visible_to(user).open().select_related("client", "account_owner")[:8]),
        "may_log_rfp": allowed("projects.log_rfp", user),
    }
    return render(request, "desk/home.html", context)


def pipeline(request: SignedInRequest) -> list[dict[str, object]]:
    """Running projects by phase, each a link to the list filtered by it."""
    counted = Project.objects.visible_to(request.user).running().values("phase").annotate(n=Count("pk")).values_list("phase", "n")
    counts = dict(counted)
    return [{"phase": phase.label, "count": counts.get(phase, 0), "link": f"{reverse('project-list')}?phase={phase}"} for phase in PHASES]


@internal_required
def my_work(request: SignedInRequest) -> HttpResponse:
    """Everything that waits for me, first what costs most if it is late."""
    waits = WaitingFor.objects.open().of(request.user).costliest_first().select_related("project", "client")
    page = Paginator(waits, PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/my_work.html", {"page": page, "today": timezone.localdate()})
