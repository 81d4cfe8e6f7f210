"""One box over codes, numbers, clients, compounds and CAS numbers; it finds only what the person may see."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.decorators import signed_in
from accounts.models import Client, User
from accounts.requests import SignedInRequest
from documents.models import Document
from projects.models import ChangeOrder, Project, Quotation, Rfp

SHOWN = 20
MAX_LENGTH = 200


@signed_in
def search(request: SignedInRequest) -> HttpResponse:
    """An exact code goes straight to its page."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:MAX_LENGTH]
    projects = Project.objects.visible_to(request.user).select_related("client", "compound")
    exact = projects.filter(code__iexact=words).first() if words else None
    if exact is not None:
        return redirect("project-detail" if request.user.is_internal else "portal-project", exact.code)
    context: dict[str, Any] = {"search_query": words, "words": words}
    if words:
        context |= {
            "projects": list(projects.filter(_project_match(words))[:SHOWN]),
            "rfps": list(Rfp.objects.visible_to(request.user).select_related("client").filter(_rfp_match(words))[:SHOWN])
            if request.user.is_internal
            else [],
            "documents": list(
                Document.objects.visible_to(request.user).filter(Q(number__icontains=words) | Q(title__icontains=words))[:SHOWN]
            ),
            "clients": list(Client.objects.visible_to(request.user).matching(words)[:SHOWN]) if request.user.is_internal else [],
            "offers": _offers(request.user, words),
        }
    return render(request, "desk/search.html", context)


def _offers(user: User, words: str) -> list[tuple[Quotation | ChangeOrder, str]]:
    """Quotations and change orders, each with the address at which this person reads it."""
    quotations = Quotation.objects.visible_to(user).select_related("project").filter(number__icontains=words)
    named = Q(number__icontains=words) | Q(title__icontains=words)
    orders = ChangeOrder.objects.visible_to(user).select_related("project").filter(named)
    found = [*quotations[:SHOWN], *orders[:SHOWN]]
    return [(offer, offer.get_absolute_url() if user.is_internal else _in_portal(offer)) for offer in found]


def _in_portal(offer: Quotation | ChangeOrder) -> str:
    if isinstance(offer, ChangeOrder):
        return reverse("portal-change-order", args=[offer.project.code, offer.sequence, offer.revision])
    return reverse("portal-quotation", args=[offer.project.code, offer.revision])


def _project_match(words: str) -> Q:
    return (
        Q(code__icontains=words)
        | Q(title__icontains=words)
        | Q(client__name__icontains=words)
        | Q(client__code__iexact=words)
        | Q(compound__name__icontains=words)
        | Q(compound__code__iexact=words)
        | Q(compound__cas_number=words)
        | Q(compound__inchikey__iexact=words)
    )


def _rfp_match(words: str) -> Q:
    return (
        Q(number__icontains=words)
        | Q(compound_name__icontains=words)
        | Q(client__name__icontains=words)
        | Q(client__code__iexact=words)
        | Q(cas_number=words)
        | Q(inchikey__iexact=words)
    )
