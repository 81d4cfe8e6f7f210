"""The record of who looked at what is kept to named people: every page, picture, file and answer of the API that is of one request."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db.models import Q

from documents.models import Document
from projects.models import Rfp
from projects.services.confidentiality import note_look

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User

API = "api/v1/"
UNTOLD = frozenset({"rfp-confidentiality"})  # says who looked, and nothing of the request


class LookingMiddleware:
    """After an answer to one of ours that shows something of an undisclosed request. Lists of many are not looks at one of them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        user = request.user
        if request.method == "GET" and answer.status_code == 200 and user.is_authenticated and user.is_internal:
            note(request, user)
        return answer


def note(request: HttpRequest, user: User) -> None:
    """A page that has asked says so in `request.is_kept`."""
    asked = request_of(request) if getattr(request, "is_kept", True) else None
    rfp = Rfp.objects.undisclosed().visible_to(user).filter(asked).first() if asked else None
    if rfp is not None:
        note_look(rfp, actor=user)


def request_of(request: HttpRequest) -> Q | None:
    """Whose page it is, as its address says: of a project, of a request, of a document of either."""
    found = request.resolver_match
    if found is None:
        return None
    area = found.route.removeprefix(API).split("/")[0]
    code, number = found.kwargs.get("code"), found.kwargs.get("number")
    if code is not None and area == "projects":
        return Q(project__code=code)
    if number is None or found.url_name in UNTOLD:
        return None
    if area == "rfps":
        return Q(number=number)
    about = Document.objects.filter(number=number).values("rfp", "project__rfp").first() if area == "documents" else None
    return Q(pk=about["rfp"] or about["project__rfp"]) if about else None
