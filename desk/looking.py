"""What is kept to named people, at the door of every page: who looked is recorded, whoever may not look is told who can act.

Every page, picture, file and answer of the API that is of one request counts as a look at it; lists of many do not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t

from accounts.models import Client, Role, User
from accounts.permissions import has_management
from accounts.services import note_names_read
from audit.events import scope_of
from documents.models import Document
from projects.kept import kept_from
from projects.models import ApprovalRequest, Rfp
from projects.services.confidentiality import note_looks
from worksheets.models import Import

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

API = "api/v1/"
SILENT = frozenset({"rfp-confidentiality"})  # says who looked, and nothing of the request
NAMING = SILENT | {"rfp-reader-off"}  # what management does for requests that it does not see
# Who keeps accounts, webhooks and roles reads there which organisations have one, kept or not: one that is left out would not be kept.
REVIEWS = frozenset({"roles", "role-detail", "role-holders-csv", "role-holders-xlsx"})
LISTS = REVIEWS | {"people", "tokens", "webhooks"}
ACCOUNTS = frozenset({"person-detail", "integration-account"})
WEBHOOK = "webhook-detail"


# By the first part of an address: the arguments that name something of one request, and how the request is found by them.
WHOSE = {
    "projects": {"code": "project__code"},
    "portal": {"code": "project__code"},  # shown to ours as the client sees it
    "rfps": {"number": "number", "pk": "intake"},
    "quotations": {"number": "project__quotations__number"},
    "change-orders": {"number": "project__change_orders__number"},
    "occupancy": {"pk": "project__occupancies"},
    "occupancies": {"pk": "project__occupancies"},
    "clients": {"client_code": "client__code"},
    "agreements": {"pk": "client__agreements"},
}
BESIDE: dict[str, Any] = {"approvals": ApprovalRequest, "imports": Import}


class LookingMiddleware:
    """For one of ours: an answer that shows something of an undisclosed request is noted; one that hides it says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        user = request.user
        if not (user.is_authenticated and user.is_internal):
            return answer
        if request.method == "GET" and answer.status_code == 200:
            note(request, user)
        elif answer.status_code == 404:
            return told(request, user) or answer
        elif request.method == "POST" and answer.status_code == 302:
            return led_away(request, user) or answer
        return answer


def told(request: HttpRequest, user: User) -> HttpResponse | None:
    """Instead of a page that is not there for this person: that it is kept, what is missing, and who can act."""
    found = request.resolver_match
    by_name = found is not None and not found.route.startswith(API) and {"code", "number"} & found.kwargs.keys()
    can_be = "\0" not in request.path_info and not request.headers.get("HX-Request")  # the database is not asked for a NUL
    asked = request_of(request) if by_name and can_be else None
    rows = kept_from(user, pk__in=Rfp.objects.filter(asked).values("pk")) if asked else []
    return render(request, "projects/rfp_kept.html", {"row": rows[0], "may_name": has_management(user)}, status=403) if rows else None


def led_away(request: HttpRequest, user: User) -> HttpResponse | None:
    """After an act that took it out of the sight of who did it: to what they can see, in place of a page that is not there any more."""
    if request.path.startswith("/api/") or (has_management(user) and _name(request) in NAMING):
        return None
    asked = request_of(request, with_silent=True)
    if asked is None:
        return None
    rows = Rfp.objects.filter(asked).values("pk")
    kept = Rfp.objects.kept_from(user).filter(pk__in=rows).first()
    if kept is None or Rfp.objects.visible_to(user).filter(pk__in=rows).exists():  # of a client: one is seen, so the client is
        return None
    messages.info(request, _t("%(number)s is kept to named people, and you are not one of them any more.") % {"number": kept.number})
    return redirect("rfp-kept")


def note(request: HttpRequest, user: User) -> None:
    """A page that has asked says so in `request.is_kept`."""
    clients = clients_named_on(request, user)
    if clients is not None:
        note_names_read(clients, actor=user)
    asked = request_of(request) or client_of(request) if getattr(request, "is_kept", True) else None
    if asked is not None:
        note_looks(Rfp.objects.undisclosed().visible_to(user).filter(pk__in=Rfp.objects.filter(asked).values("pk")), actor=user)


def clients_named_on(request: HttpRequest, user: User) -> QuerySet[Client] | None:
    """By name, because they have an account or a webhook; None on every other page, and for who finds there only what they see."""
    name = _name(request)
    pk: int | None = request.resolver_match.kwargs.get("pk") if request.resolver_match else None
    keeps = name in REVIEWS or (name in {*LISTS, *ACCOUNTS, WEBHOOK} and user.has_role(Role.ADMINISTRATOR))
    if not keeps:
        return None
    if name in LISTS:
        return Client.objects.filter(Exists(User.objects.filter(client=OuterRef("pk"))))
    if name in ACCOUNTS:
        return Client.objects.filter(users=pk)
    return Client.objects.filter(webhooks=pk)


def _name(request: HttpRequest) -> str:
    return (request.resolver_match.url_name if request.resolver_match else "") or ""


def client_of(request: HttpRequest) -> Q | None:
    """The list of one client, as its address says. Only a look is noted by it: nobody is told by a code in a query that there is one."""
    return Q(client__code=request.GET["client"]) if request.GET.get("client") else None


def _compound_of(area: str, named: dict[str, Any]) -> int | None:
    """The id of the compound whose page, or row in the table of all, it is."""
    is_one = area == "compounds" or (area == "worksheets" and named.get("sheet") == "compounds")
    return named.get("pk") if is_one else None


def request_of(request: HttpRequest, *, with_silent: bool = False) -> Q | None:
    """Whose page it is, as its address says: of a project, of a request or what came in as one, of what belongs to either, of a client;
    or the list of one project. Of a worksheet its page says to what it belongs (`worksheets.bound.bind_for`)."""
    found = request.resolver_match
    if found is None or (found.url_name in SILENT and not with_silent):
        return None
    area = found.route.removeprefix(API).split("/")[0]
    for name, path in WHOSE.get(area, {}).items():
        if name in found.kwargs:
            return Q(**{path: found.kwargs[name]})
    if area in BESIDE and "pk" in found.kwargs:
        return Q(project__in=BESIDE[area].objects.filter(pk=found.kwargs["pk"]).values("project_id"))
    if (compound := _compound_of(area, found.kwargs)) is not None:
        return Q(project__compound=compound) | Q(project__routes__versions__steps__product_compound=compound)
    if area == "documents" and "number" in found.kwargs:
        about = Document.objects.filter(number=found.kwargs["number"]).values("rfp", "project__rfp").first()
        return Q(pk=about["rfp"] or about["project__rfp"]) if about else None
    if (project := scope_of(getattr(request, "sheet_of", None))[1]) is not None:
        return Q(project=project)
    return Q(project__code=request.GET["project"]) if request.GET.get("project") else None
